// bench - CPU time per request, memory and start-up of the programs under lighttpd; what `make bench` runs
// SPDX-License-Identifier: ISC
//
// CPU time is the figure to trust: user and system time of lighttpd and of all programs, by the
// kernel's own account, whatever else the machine does. All subjects take turns in short rounds, so a
// busy minute falls on all of them, and each is shown as a multiple of the null program's time of the
// same round: an answer for which nothing is done.
import fs from 'node:fs';
import path from 'node:path';
import { Agent } from '../web/lib/agent.mjs';
import { authorizeUrl, challenge, getTokens, verifier, walk } from '../web/lib/flow.mjs';
import { build, start } from '../web/lib/server.mjs';
import { basic, bytes, load } from './load.mjs';
import { column, cpuTime, median, percentile, ready } from './measure.mjs';

const connections = 16;
const rounds = Number(process.env.ROUNDS ?? 9);
const perRound = Number(process.env.REQUESTS ?? 1600);
const user = { username: 'alice', password: 'correct horse 1' };
const api = 'https://api.example/';

// The null program, on the same lighttpd, with as many processes as the others.
const nullProgram = (server) => `
$HTTP["url"] == "/null" {
	fastcgi.server = ( "" => (( "bin-path" => "${build}/bench/null",
		"socket" => "${server.root}/run/null.sock", "min-procs" => 2, "max-procs" => 2,
		"check-local" => "disable" )))
}`;

async function prepare(options) {
	const server = await start({ lighttpd: nullProgram, ...options });
	await server.tessera('scope', 'add', 'api.read');
	server.api = await server.addResource(api, { scopes: 'api.read' });
	const service = { grant_types: 'client_credentials', scope: 'api.read' };
	server.es = await server.addClient('es', { ...service, access_token_alg: 'ES256' });
	server.rs = await server.addClient('rs', { ...service, access_token_alg: 'RS256' });
	server.opaque = await server.addClient('opaque', { ...service, access_token_type: 'reference' });
	server.web = await server.addClient('web', { token_endpoint_auth_method: 'none',
		grant_types: 'authorization_code,refresh_token', redirect_uris: 'https://rp.example/cb',
		scope: 'openid,offline_access,api.read', require_consent: false,
		refresh_token_usage: 'rotate', authorization_code_lifetime: 600,
		id_token_signed_response_alg: 'ES256' });
	await server.addUser(user.username, user.password);
	server.agent = new Agent(server.issuer);
	await walk(server.agent, authorizeUrl(server, server.web), { user });
	return server;
}

// A number of requests that are all the same, or that make() gives.
function repeat(make) {
	let left = 0;
	return { refill: (n) => (left = n), next: (connection) => (left-- > 0 ? make(connection) : undefined) };
}

const post = (server, path_, client, form) => bytes({ path: path_, host: new URL(server.issuer).host,
	headers: client.secret ? basic(client.id, client.secret) : {},
	form: client.secret ? form : { client_id: client.id, ...form } });
const get = (server, path_, headers) => bytes({ path: path_, headers, host: new URL(server.issuer).host });

async function tokenOf(server, client) {
	const answer = await fetch(`${server.issuer}/token`, { method: 'POST', headers: basic(client.id,
		client.secret), body: new URLSearchParams({ grant_type: 'client_credentials' }) });
	return (await answer.json()).access_token;
}

// Each connection has a family of refresh tokens of its own and uses what it got last.
async function refreshing(server) {
	const tokens = [];
	for (let i = 0; i < connections; i++)
		tokens.push((await getTokens(server, server.web, user, { scope: 'openid offline_access' },
			{ agent: server.agent })).refresh_token);
	return { ...repeat((connection) => post(server, '/token', server.web,
		{ grant_type: 'refresh_token', refresh_token: tokens[connection] })),
	got: (connection, answer) => (tokens[connection] = JSON.parse(answer.body).refresh_token) };
}

// Codes are asked for beforehand, by the browser that is signed in.
function exchanging(server) {
	const codes = [];
	const cookie = [...server.agent.cookies].map((pair) => pair.join('=')).join('; ');
	const target = new URL(authorizeUrl(server, server.web,
		{ scope: 'openid offline_access', code_challenge: challenge }));
	const ask = { name: 'authorize', status: 303,
		...repeat(() => get(server, target.pathname + target.search, { cookie })),
		got: (_, answer) => codes.push(/[?&]code=([^&\r]*)/.exec(answer.head)[1]) };
	return { ...repeat(() => post(server, '/token', server.web, { grant_type: 'authorization_code',
		code: codes.pop(), redirect_uri: server.web.redirect_uri, code_verifier: verifier })),
	async before(n) {
		ask.refill(n);
		await load(server.port, connections, ask);
	} };
}

// Budgets in microseconds are what is promised for a machine on which null costs about 70.
async function subjects(server) {
	const credentials = { grant_type: 'client_credentials', scope: 'api.read' };
	const same = (request) => repeat(() => request);
	return [
		{ name: 'null', ...same(get(server, '/null')) },
		{ name: 'discovery', budget: 67, ...same(get(server, '/.well-known/openid-configuration')) },
		{ name: 'client_credentials ES256', budget: 125, ...same(post(server, '/token', server.es, credentials)) },
		{ name: 'client_credentials RS256', budget: 380, ...same(post(server, '/token', server.rs, credentials)) },
		{ name: 'introspection of a JWT', budget: 200, ...same(post(server, '/introspect', server.api,
			{ token: await tokenOf(server, server.es) })) },
		{ name: 'introspection, opaque', budget: 80, ...same(post(server, '/introspect', server.api,
			{ token: await tokenOf(server, server.opaque) })) },
		{ name: 'refresh, rotating', budget: 350, share: 0.25, ...await refreshing(server) },
		{ name: 'code exchange', budget: 350, share: 0.25, ...exchanging(server) },
	];
}

async function measure(server, subject) {
	const n = Math.max(connections, Math.round(perRound * (subject.share ?? 1)));
	await subject.before?.(n);
	subject.refill(n);
	const pids = [server.child.pid, ...server.workers(), ...nullPids(server), ...helperPids(server)];
	const cpu = cpuTime(pids);
	const began = process.hrtime.bigint();
	const times = await load(server.port, connections, subject);
	const seconds = Number(process.hrtime.bigint() - began) / 1e9;
	return { us: (cpuTime(pids) - cpu) / 1e3 / n, rate: n / seconds,
		p50: percentile(times, 0.5) / 1e3, p99: percentile(times, 0.99) / 1e3 };
}

const helperPids = (server) => Object.keys(server.helpers).map((name) => server.helperAtWork(name));

function nullPids(server) {
	const file = path.join(build, 'bench/null');
	const children = fs.readFileSync(`/proc/${server.child.pid}/task/${server.child.pid}/children`, 'utf8');
	return children.trim().split(/\s+/).filter((pid) => fs.readlinkSync(`/proc/${pid}/exe`) === file);
}

// The same again where writer and signer do it for the programs.
async function helpedSubjects(server) {
	const wanted = /^(client_credentials|refresh|code)/;
	return (await subjects(server)).filter((one) => wanted.test(one.name))
		.map((one) => ({ ...one, name: `${one.name}, helpers`, budget: undefined }));
}

async function timing(server, helped) {
	const of = (list, at) => list.map((one) => ({ ...one, at }));
	const all = [...of(await subjects(server), server), ...of(await helpedSubjects(helped), helped)];
	for (const subject of all)
		await measure(subject.at, subject); // warms up
	const results = new Map(all.map((subject) => [subject, []]));
	for (let round = 0; round < rounds; round++) {
		const empty = await measure(all[0].at, all[0]);
		for (const subject of all) {
			const one = subject === all[0] ? empty : await measure(subject.at, subject);
			results.get(subject).push({ ...one, ratio: one.us / empty.us });
		}
	}
	return results;
}

function printTiming(results) {
	console.log(`CPU microseconds per request, lighttpd and programs together; ${connections} connections, ` +
		`median of ${rounds} rounds\n`);
	console.log(`  ${''.padEnd(35)}    us  x null  budget  req/s   p50 ms  p99 ms`);
	for (const [subject, list] of results) {
		const of = (name, digits) => median(list.map((one) => one[name])).toFixed(digits);
		console.log(`  ${subject.name.padEnd(35)}${column(of('us', 0), 6)}${column(of('ratio', 2), 8)}` +
			`${column(subject.budget ?? '', 8)}${column(of('rate', 0), 7)}${column(of('p50', 2), 9)}${
				column(of('p99', 2), 8)}`);
	}
}

// KiB of a process in memory, and what of it are pages of the store: they are the kernel's cache.
function resident(pid) {
	let all = 0, store = 0, isStore = false;
	for (const line of fs.readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
		const [, kib] = /^Rss: *(\d+)/.exec(line) ?? [];
		if (/^[0-9a-f]+-/.test(line))
			isStore = line.endsWith('.mdb');
		all += Number(kib ?? 0);
		store += isStore ? Number(kib ?? 0) : 0;
	}
	return { all, store };
}

// Of the largest process of each program.
function memory(server) {
	const found = new Map();
	for (const pid of server.workers()) {
		const name = path.basename(fs.readlinkSync(`/proc/${pid}/exe`));
		const one = resident(pid);
		if (!found.has(name) || found.get(name).all < one.all)
			found.set(name, one);
	}
	return found;
}

function printPrograms(server) {
	const mib = (kib) => column((kib / 1024).toFixed(1), 8);
	console.log('\nEach program after the load: MiB of its own (budget 8), of the store; ms from exec to the ' +
		'first answer (15)\n');
	for (const [name, { all, store }] of [...memory(server)].sort())
		console.log(`  ${name.padEnd(26)}${mib(all - store)}${mib(store)}${
			column(ready(server, name, server.conf).toFixed(1), 8)}`);
}

function printHelpers(server) {
	console.log('\nEach helper at work: MiB of its own, of the stores\n');
	for (const name of Object.keys(server.helpers)) {
		const { all, store } = resident(server.helperAtWork(name));
		console.log(`  ${name.padEnd(26)}${column(((all - store) / 1024).toFixed(1), 8)}${
			column((store / 1024).toFixed(1), 8)}`);
	}
}

const server = await prepare();
const helped = await prepare({ writer: true, signer: true });
try {
	printTiming(await timing(server, helped));
	printPrograms(server);
	printHelpers(helped);
} finally {
	await server.stop();
	await helped.stop();
}
