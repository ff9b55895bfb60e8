// server - an authority of its own under lighttpd, for one test file
// SPDX-License-Identifier: ISC
//
//	const server = await start({ conf: { clock_offset: 60 } });
//	await server.addClient('web', { redirect_uris: 'https://rp.example/cb' });
//	await server.stop();
//
// BUILD names the build directory, SERVER=cgi asks for plain CGI instead of FastCGI, HELPERS=1 for
// writer and signer beside the programs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import dns from 'node:dns';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

dns.setDefaultResultOrder('ipv4first'); // lighttpd listens on 127.0.0.1 alone
process.env.PATH += ':/usr/sbin'; // where it is

const here = path.dirname(fileURLToPath(import.meta.url));
export const build = path.resolve(here, '..', process.env.BUILD ?? '../../build');
export const programs = path.join(build, 'cgi-bin');
export const isCgi = () => process.env.SERVER === 'cgi';
export const hasHelpers = () => process.env.HELPERS === '1';
const helpers = ['signer', 'writer'];

const running = new Set();
process.on('exit', () => {
	for (const s of running)
		s.killNow();
});
for (const signal of ['SIGINT', 'SIGTERM'])
	process.once(signal, () => process.exit(1));

// Runs a program to its end: { code, signal, stdout, stderr }.
export async function run(file, args, { input = '', env, cwd } = {}) {
	const child = spawn(file, args, { env: { ...process.env, ...env }, cwd });
	const text = { stdout: '', stderr: '' };
	for (const name of ['stdout', 'stderr']) {
		child[name].setEncoding('utf8');
		child[name].on('data', (piece) => (text[name] += piece));
	}
	child.stdin.on('error', () => {}); // it need not read all
	child.stdin.end(input);
	const [code, signal] = await once(child, 'close');
	return { code, signal, ...text };
}

// The command line without a deployment: run(build/tessera, args).
export const tessera = (args, options) => run(path.join(build, 'tessera'), args, options);

async function freePort() {
	const probe = net.createServer().listen(0, '127.0.0.1');
	await once(probe, 'listening');
	const { port } = probe.address();
	probe.close();
	await once(probe, 'close');
	return port;
}

// Process ids by parent, from /proc.
function children() {
	const tree = new Map();
	for (const name of fs.readdirSync('/proc')) {
		if (!/^\d+$/.test(name))
			continue;
		try {
			const stat = fs.readFileSync(`/proc/${name}/stat`, 'latin1');
			const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
			tree.set(parent, [...(tree.get(parent) ?? []), Number(name)]);
		} catch {
			continue; // it has gone meanwhile
		}
	}
	return tree;
}

function descendants(pid) {
	const tree = children();
	const found = [];
	for (const queue = [pid]; queue.length > 0; ) {
		const next = tree.get(queue.shift()) ?? [];
		found.push(...next);
		queue.push(...next);
	}
	return found;
}

class Server {
	constructor(port, options) {
		this.port = port;
		this.issuer = `http://localhost:${port}`;
		this.cgi = options.cgi ?? isCgi();
		this.options = options;
		this.programs = options.programs ?? programs;
		this.helpers = {};
		this.root = fs.mkdtempSync(path.join(os.tmpdir(), 'tessera-web-'));
		this.data = path.join(this.root, 'data');
		this.conf = path.join(this.data, 'tessera.conf');
		running.add(this);
	}

	// Runs `tessera --data DATA args`; throws unless it exits with 0.
	async tessera(...args) {
		const done = await this.attempt(args);
		if (done.code !== 0)
			throw new Error(`tessera ${args.join(' ')}: exit ${done.code}: ${done.stderr}`);
		return done.stdout;
	}

	// The same with its exit code, standard input in options.
	attempt(args, options) {
		return tessera([...args, '--data', this.data], options);
	}

	async json(...args) {
		return JSON.parse(await this.tessera(...args, '--json'));
	}

	async addClient(id, fields = {}) {
		const record = await this.json('client', 'add', id, ...words(fields));
		return { id, secret: record.client_secret, record,
			method: record.token_endpoint_auth_method,
			redirect_uri: record.redirect_uris?.[0] };
	}

	async addResource(name, fields = {}) {
		const record = await this.json('resource', 'add', name, ...words(fields));
		return { id: name, secret: record.client_secret, record, method: 'client_secret_basic' };
	}

	async addUser(name, password, claims) {
		const args = ['user', 'add', name, '--password-file', '-', '--json'];
		if (claims) {
			const file = path.join(this.root, `claims-${name}.json`);
			fs.writeFileSync(file, JSON.stringify(claims));
			args.push(`claims=@${file}`);
		}
		const done = await this.attempt(args, { input: password });
		if (done.code !== 0)
			throw new Error(`tessera user add ${name}: exit ${done.code}: ${done.stderr}`);
		return JSON.parse(done.stdout);
	}

	// Sets a line of tessera.conf; programs read it at the next restart.
	configure(settings) {
		let text = fs.existsSync(this.conf) ? fs.readFileSync(this.conf, 'utf8') : '';
		for (const [name, value] of Object.entries(settings)) {
			text = text.replace(new RegExp(`^\\s*${name}\\s*=.*\\n`, 'm'), '');
			text += `${text === '' || text.endsWith('\n') ? '' : '\n'}${name} = ${value}\n`;
		}
		fs.writeFileSync(this.conf, text);
	}

	// A helper's parent, started anew whenever it dies; .writer and .signer are the processes.
	startHelper(name) {
		const output = fs.openSync(path.join(this.root, 'stderr.log'), 'a');
		const child = spawn(path.join(build, 'sbin', name), ['--conf', this.conf, '--programs',
			this.programs], { stdio: ['ignore', output, output] });
		fs.closeSync(output);
		this.helpers[name] = child;
		child.once('exit', () => {
			if (this.helpers[name] === child)
				setTimeout(() => this.helpers[name] === child && this.startHelper(name), 20);
		});
	}

	async stopHelper(name) {
		const child = this.helpers[name];
		delete this.helpers[name];
		if (!child || child.exitCode !== null || child.signalCode !== null)
			return;
		child.kill('SIGTERM');
		await once(child, 'exit');
	}

	// The process that does a helper's work, child of the one that was started.
	helperAtWork(name) {
		return children().get(this.helpers[name]?.pid)?.[0];
	}

	get writer() {
		return this.helpers.writer;
	}

	get signer() {
		return this.helpers.signer;
	}

	startWriter() {
		this.startHelper('writer');
	}

	startSigner() {
		this.startHelper('signer');
	}

	stopWriter() {
		return this.stopHelper('writer');
	}

	stopSigner() {
		return this.stopHelper('signer');
	}

	async launch() {
		for (const name of helpers.filter((one) => this.options[one] ?? hasHelpers())) {
			this.configure({ [name]: path.join(this.root, name) });
			this.startHelper(name);
		}
		const sockets = path.join(this.root, 'run');
		fs.mkdirSync(sockets, { recursive: true, mode: 0o700 });
		fs.mkdirSync(path.join(this.root, 'www'), { recursive: true });
		const mapping = await tessera(['server', 'lighttpd', '--programs', this.programs, '--sockets',
			sockets, '--conf', this.conf, ...(this.cgi ? ['--cgi'] : [])]);
		if (mapping.code !== 0)
			throw new Error(`tessera server lighttpd: exit ${mapping.code}: ${mapping.stderr}`);
		const file = path.join(this.root, 'lighttpd.conf');
		fs.writeFileSync(file, [`server.port = ${this.port}`, 'server.bind = "127.0.0.1"',
			`server.document-root = "${this.root}/www"`, `server.errorlog = "${this.root}/lighttpd.log"`,
			'server.max-keep-alive-requests = 100000', mapping.stdout,
			this.options.lighttpd?.(this) ?? ''].join('\n'));
		const output = fs.openSync(path.join(this.root, 'stderr.log'), 'a');
		this.child = spawn('lighttpd', ['-D', '-f', file], { detached: true,
			stdio: ['ignore', output, output] });
		fs.closeSync(output);
		for (let tries = 0; tries < 200; tries++) {
			if (this.child.exitCode !== null)
				return false;
			try {
				const answer = await fetch(`${this.issuer}/healthz`);
				await answer.arrayBuffer();
				if (answer.status === 200)
					return true;
			} catch {
				// not listening yet
			}
			await sleep(25);
		}
		throw new Error(`no answer from /healthz\n${this.logText()}`);
	}

	// What lighttpd and our programs wrote.
	logText() {
		return ['lighttpd.log', 'stderr.log', 'tessera.log'].map((name) => path.join(this.root, name))
			.map((name) => (fs.existsSync(name) ? fs.readFileSync(name, 'utf8') : '')).join('');
	}

	// Process ids of the workers of one program or, without a name, of all our programs.
	workers(name) {
		const parents = children();
		return descendants(this.child.pid).filter((pid) => {
			if (parents.has(pid))
				return false; // it serves nobody, and starts those who do again
			try {
				const exe = fs.readlinkSync(`/proc/${pid}/exe`);
				return name ? exe === path.join(this.programs, name) : exe.startsWith(this.programs);
			} catch {
				return false;
			}
		});
	}

	// Stops lighttpd and whatever it started; the data stays.
	async halt() {
		await Promise.all(helpers.map((name) => this.stopHelper(name)));
		if (!this.child)
			return;
		const all = [this.child.pid, ...descendants(this.child.pid)];
		if (this.child.exitCode === null && this.child.signalCode === null) {
			this.child.kill('SIGTERM');
			await Promise.race([once(this.child, 'exit'), sleep(3000, null, { ref: false })]);
		}
		for (let tries = 0; tries < 80 && all.some(isAlive); tries++)
			await sleep(25);
		this.left = all.filter(isAlive); // what did not go when it was asked to
		for (const pid of all)
			killQuietly(pid);
		this.child = undefined;
	}

	async restart(settings) {
		await this.halt();
		if (settings)
			this.configure(settings);
		if (!(await this.launch()))
			throw new Error(`lighttpd did not start again\n${this.logText()}`);
	}

	async stop() {
		await this.halt();
		const log = this.logText(); // whatever a test asked for, no program may break over it
		const broken = /^.*(Sanitizer|runtime error|\]: bug |\] bug ).*$/m.exec(log);
		fs.rmSync(this.root, { recursive: true, force: true });
		running.delete(this);
		if (broken)
			throw new Error(`a program broke: ${log.slice(broken.index, broken.index + 2000)}`);
	}

	killNow() {
		for (const child of Object.values(this.helpers))
			killQuietly(child.pid);
		this.helpers = {};
		if (this.child)
			for (const pid of [this.child.pid, ...descendants(this.child.pid)])
				killQuietly(pid);
		fs.rmSync(this.root, { recursive: true, force: true });
	}
}

function isAlive(pid) {
	try {
		return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
	} catch {
		return false;
	}
}

function killQuietly(pid) {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// gone already
	}
}

const words = (fields) => Object.entries(fields).map(([name, value]) => `${name}=${value}`);

// Cheap passwords: the cost of the real setting is measured where it is the subject.
const fast = { password_memory: '64K', password_passes: 1 };
const templates = path.resolve(here, '../../../etc/templates');

// Starts an authority on a free port. options: cgi, conf (settings), launch: false, lighttpd (gives
// more of its configuration), writer, signer (whether there are such), programs (their directory),
// place (does something to the empty data directory).
export async function start(options = {}) {
	for (let tries = 0; tries < 5; tries++) {
		const server = new Server(await freePort(), options);
		if (options.creation || options.place) { // what counts only when the stores are made
			fs.mkdirSync(server.data, { mode: 0o770 });
			options.place?.(server.data);
			server.configure(options.creation ?? {});
			fs.chmodSync(server.conf, 0o660);
		}
		await server.tessera('init', server.issuer);
		server.configure({ templates, log: path.join(server.root, 'tessera.log'),
			...(options.slowPasswords ? {} : fast), ...options.conf });
		if (options.launch === false || (await server.launch()))
			return server;
		await server.stop(); // somebody else took the port
	}
	throw new Error('lighttpd does not start');
}
