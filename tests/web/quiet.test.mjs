// quiet - strangers cannot make it write (DESIGN section 1, promise 4); keys and secrets are sealed at
// rest
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Agent } from './lib/agent.mjs';
import { alice, bob, world } from './lib/world.mjs';
import { answer, answerOf, authorizeUrl, basic, getTokens, post, query, random, walk }
	from './lib/flow.mjs';

let server, clients;

before(async () => {
	server = await world({ clients: ['web', 'basic', 'post'] });
	clients = server.clients;
});
after(() => server.stop());

const files = (directory) => fs.readdirSync(directory, { recursive: true, withFileTypes: true })
	.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath ?? entry.path,
		entry.name));

// Contents and times of the durable stores.
const durable = () => files(server.data).filter((name) => /\/durable\/data\.mdb$/.test(name))
	.map((name) => ({ name, bytes: fs.readFileSync(name), mtime: fs.statSync(name).mtimeMs }));

async function assertQuiet(volley) {
	const before = durable();
	assert.ok(before.length > 0);
	await volley();
	const now = durable();
	assert.equal(now.length, before.length);
	for (let i = 0; i < before.length; i++) {
		assert.ok(before[i].bytes.equals(now[i].bytes), `${before[i].name} changed`);
		assert.equal(now[i].mtime, before[i].mtime);
	}
}

describe('no anonymous request writes to the durable store', () => {
	test('the test sees writes: a sign-in is one', async () => {
		await assert.rejects(assertQuiet(() => getTokens(server, clients.web, bob)),
			{ code: 'ERR_ASSERTION' });
	});

	test('every program, asked by nobody', () => assertQuiet(async () => {
		for (const url of ['/.well-known/openid-configuration', '/jwks', '/healthz', '/authorize',
			'/login', '/consent', '/token', '/userinfo', '/introspect', '/revoke', '/logout'])
			for (const method of ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT'])
				await fetch(server.issuer + url, { method, redirect: 'manual' });
	}));

	test('good and bad authorization requests, failed logins, Cancel', () => assertQuiet(async () => {
		for (const params of [{}, { prompt: 'none' }, { scope: 'nonsense' }, { redirect_uri: 'x:y' }]) {
			const agent = new Agent(server.issuer);
			const page = await walk(agent, authorizeUrl(server, clients.web, params));
			if (!page.has('login-submit'))
				continue;
			await agent.press(page, 'login-submit', { username: 'nobody', password: 'x' });
			await agent.press(page, 'login-submit', { ...alice, password: 'x' });
			await agent.press(page, 'login-cancel');
		}
	}));

	test('codes, tokens, cookies and secrets that are guessed', () => assertQuiet(async () => {
		for (let i = 0; i < 8; i++) {
			const token = random(i < 4 ? 32 : 81);
			for (const client of [clients.web, { ...clients.basic, secret: 'wrong' }, undefined]) {
				await post(server, '/token', client, { grant_type: 'authorization_code', code: token,
					code_verifier: random() });
				await post(server, '/token', client, { grant_type: 'refresh_token',
					refresh_token: token });
				await post(server, '/revoke', client, { token });
				await post(server, '/introspect', client, { token });
			}
			const agent = new Agent(server.issuer);
			agent.cookies.set('tessera', token);
			await walk(agent, authorizeUrl(server, clients.web));
			await agent.open('/logout', { form: { action: 'confirm' } });
			await answer(await fetch(`${server.issuer}/userinfo`,
				{ headers: { authorization: `Bearer ${token}` } }));
		}
	}));

	test('wrong secrets and passwords until they are too many', () => assertQuiet(async () => {
		let statuses = new Set();
		for (let i = 0; i < 40; i++)
			statuses.add((await post(server, '/token', undefined, { grant_type: 'client_credentials' },
				{ authorization: basic('post', random()) })).status);
		assert.deepEqual([...statuses], [401, 429]);
		statuses = new Set();
		for (let i = 0; i < 10; i++) {
			const agent = new Agent(server.issuer);
			const page = await walk(agent, authorizeUrl(server, clients.web));
			statuses.add((await agent.press(page, 'login-submit', { ...bob, password: 'x' })).status);
		}
		assert.deepEqual([...statuses], [400, 429]);
	}));
});

describe('at rest', () => {
	test('no private key in clear, whatever its form', async () => {
		const { keys } = (await answer(await fetch(`${server.issuer}/jwks`))).body;
		const moduli = keys.filter((key) => key.kty === 'RSA')
			.map((key) => BigInt(`0x${Buffer.from(key.n, 'base64url').toString('hex')}`));
		assert.ok(moduli.length > 0);
		const marks = ['PRIVATE KEY', '"d":', '"p":', '"dp":'].map((text) => Buffer.from(text))
			.concat(['06072a8648ce3d020106082a8648ce3d0301070427', '06092a864886f70d010101050004',
				'302e020100300506032b6570'].map((hex) => Buffer.from(hex, 'hex')));
		for (const name of files(server.data)) {
			const bytes = fs.readFileSync(name);
			for (const mark of marks)
				assert.ok(!bytes.includes(mark), `${name} has ${mark.toString('latin1')}`);
			for (const n of moduli)
				assert.ok(!hasFactor(bytes, n), `${name} has a prime of a signing key`);
		}
	});

	// Whether any 128 bytes of a file, as a big-endian number, divide the modulus.
	function hasFactor(bytes, n) {
		for (let at = 0; at + 128 <= bytes.length; at++) {
			if (bytes[at] < 0x80 || (bytes[at + 127] & 1) === 0)
				continue; // a prime of 1024 bits has both its ends set
			if (n % BigInt(`0x${bytes.toString('hex', at, at + 128)}`) === 0n)
				return true;
		}
		return false;
	}

	test('no secret, password, code, token or cookie in clear', async () => {
		await server.tessera('limit', 'reset', '--all'); // what was guessed above
		const agent = new Agent(server.issuer);
		const tokens = await getTokens(server, clients.basic, alice,
			{ scope: 'openid offline_access' }, { agent });
		const page = await walk(agent, authorizeUrl(server, clients.web));
		const secrets = { secret: clients.basic.secret, password: alice.password, code: tokens.code,
			refresh: tokens.refresh_token, access: tokens.access_token,
			unused: answerOf(page).params.code, cookie: agent.cookies.get('tessera') };
		for (const name of files(server.root)) {
			const bytes = fs.readFileSync(name);
			for (const [what, text] of Object.entries(secrets)) {
				assert.ok(!bytes.includes(text), `${name} has the ${what}`);
				const tail = Buffer.from(text, 'base64url').subarray(-32);
				if (tail.length === 32)
					assert.ok(!bytes.includes(tail), `${name} has the ${what} in bytes`);
			}
		}
	});

	test('nothing of it can be read by others', () => {
		for (const name of files(server.data))
			assert.equal(fs.statSync(name).mode & 0o007, 0, name);
		const key = files(server.data).find((name) => name.endsWith('master.key'));
		assert.equal(fs.statSync(key).mode & 0o037, 0);
	});

	test('what was typed as a user name is not in the log: it may be a password', async () => {
		const typed = `typed-${random(12)}`;
		const failures = () => (server.logText().match(/login_bad/g) ?? []).length;
		const before_ = failures();
		for (const password of ['x', 'p'.repeat(1100), '']) {
			const agent = new Agent(server.issuer);
			const page = await walk(agent, authorizeUrl(server, clients.web));
			await agent.press(page, 'login-submit', { username: typed, password });
			await agent.press(page, 'login-submit', { username: `\u0007${typed}`, password });
		}
		assert.equal(failures(), before_ + 6);
		assert.ok(!server.logText().includes(typed));
	});

	test('no secret in the log', () => {
		const log = server.logText();
		for (const text of [alice.password, clients.basic.secret, clients.post.secret,
			query({ client_secret: clients.post.secret }).toString()])
			assert.ok(!log.includes(text));
	});
});
