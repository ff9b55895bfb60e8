// rogue - programs that were broken into (tests/rogue) reach no key, write nothing that is not theirs, and
// get to no network (DESIGN section 1, promise 1)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build, isCgi, programs, start } from './lib/server.mjs';
import { world } from './lib/world.mjs';

const asan = /asan/.test(build);
const probe = await start({ launch: false });
const kernel = (await probe.attempt(['check'])).stdout;
await probe.stop();
const skip = (asan && 'sanitizers do not run in the sandbox') ||
	/This kernel has no sandbox for.*/.exec(kernel)?.[0];

let server, directory;

// The programs, with the rogue in the place of one; a file's name counts, so they are copies.
function programsWith(name) {
	const made = fs.mkdtempSync(path.join(os.tmpdir(), 'tessera-rogue-'));
	for (const one of fs.readdirSync(programs).filter((file) => !file.includes('.')))
		fs.copyFileSync(path.join(programs, one), path.join(made, one));
	fs.copyFileSync(path.join(build, 'rogue/rogue'), path.join(made, name));
	return made;
}

async function begin(name, options = {}) {
	directory = programsWith(name);
	server = await world({ clients: ['service'], writer: true, signer: true, programs: directory,
		conf: { workers: 'auto' }, ...options });
}

async function end() {
	await server?.stop();
	fs.rmSync(directory, { recursive: true, force: true });
}

const attempt = async (program, what = '') => {
	const pid = server.helperAtWork('signer');
	const response = await fetch(`${server.issuer}/${program}?pid=${pid}&do=${what}`);
	const text = await response.text();
	return { status: response.status, body: response.status === 200 ? JSON.parse(text) : text };
};

const outOfReach = { keys: 'EACCES', 'keys locks': 'EACCES', 'master key': 'EACCES',
	settings: 'EACCES', passwd: 'EACCES', store: 'EACCES', registry: 'EACCES', 'new file': 'EACCES',
	'memory of the signer': 'EACCES', 'maps of the signer': 'EACCES',
	'map to write': 'EACCES', 'map to read': 'done', 'make it writable': 'EACCES',
	locks: 'done', 'cut the locks': 'EPERM', 'blow up the locks': 'EPERM', 'cut the log': 'EPERM',
	'write over the log': 'EPERM', 'signal others': 'EPERM',
	TCP: 'EPERM', UDP: 'EPERM', 'TCP over IPv6': 'EPERM', 'local socket': 'EPERM',
	bind: 'EPERM', connect: 'EPERM', fork: 'EPERM', 'kill the signer': 'EPERM' };

function assertOutOfReach(body, cgi) {
	for (const [what, how] of Object.entries(outOfReach))
		assert.equal(body[what], how, what);
	if (!cgi)
		assert.equal(body['deafen all'], 'EPERM');
	assert.notEqual(body['remove the store'], 'done');
	assert.equal(body.commit, 'permission denied');
}

const signerIsWell = async () => {
	const done = await fetch(`${server.issuer}/token`, { method: 'POST', headers: {
		authorization: `Basic ${btoa(`service:${server.clients.service.secret}`)}` },
	body: new URLSearchParams({ grant_type: 'client_credentials' }) });
	assert.equal(done.status, 200);
};

for (const cgi of isCgi() ? [true] : [false, true])
	describe(`${cgi ? 'plain CGI' : 'FastCGI'}: class public`, { skip }, () => {
		before(() => begin('jwks', { cgi }));
		after(end);

		test('no key, no file of others, no store to write, no network, no process', async () => {
			const { status, body } = await attempt('jwks');
			assert.equal(status, 200, body);
			assertOutOfReach(body, cgi);
			assert.equal('sign' in body, false);
		});

		test('the file of locks set back: what was acknowledged stays', async () => {
			for (let round = 0; round < 5; round++) {
				await server.tessera('scope', 'add', `kept.${round}`);
				const { status, body } = await attempt('jwks', 'back');
				assert.equal(status, 200, body + server.logText().slice(-1500));
				assert.equal(body['set back'], 'done');
				for (let tries = 0; tries < 3; tries++) // who finds it out ends
					if ((await server.attempt(['scope', 'add', `next.${round}.${tries}`])).code === 0)
						break;
				const scopes = (await server.json('scope', 'list')).scopes.map((scope) => scope.name);
				for (let i = 0; i <= round; i++)
					assert.ok(scopes.includes(`kept.${i}`), `${i} of ${scopes}`);
			}
			assert.equal((await server.attempt(['audit', 'verify'])).code, 0);
		});

		for (const what of ['exec', 'ptrace', 'memory'])
			test(`${what}: it is ended, and starts again`, async () => {
				assert.ok((await attempt('jwks', what)).status >= 500);
				await new Promise((done) => setTimeout(done, 100));
				assert.equal((await attempt('jwks')).status, 200);
				await signerIsWell();
			});

		test('nothing was written', async () => {
			assert.doesNotMatch(await server.tessera('client', 'list'), /rogue/);
			assert.equal((await server.attempt(['check'])).code, 0);
		});
	});

for (const cgi of isCgi() ? [true] : [false, true])
	describe(`${cgi ? 'plain CGI' : 'FastCGI'}: class browser, which has the writer's ear`, { skip }, () => {
		before(() => begin('login', { cgi }));
		after(end);

		test('the writer does what its row says and no more, the signer nothing', async () => {
			const { status, body } = await attempt('login');
			assert.equal(status, 200, body);
			assertOutOfReach(body, cgi);
			assert.equal(body['commit a client'], 'permission denied');
			assert.equal(body['commit a key'], 'permission denied');
			assert.equal(body.sign, 'permission denied');
			assert.equal(body['connect elsewhere'], 'permission denied');
			assert.match(server.logText(), /writer\[\d+\] refused .*program=login/);
			assert.match(server.logText(), /signer\[\d+\] refused .*program=login/);
			await signerIsWell();
		});

		test('nothing was written', async () => {
			assert.doesNotMatch(await server.tessera('client', 'list'), /rogue/);
			assert.equal((await server.attempt(['check'])).code, 0);
		});
	});
