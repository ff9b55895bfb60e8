// weight - memory of a worker, time from exec to the first answer (DESIGN section 1, promise 5)
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { alice, world } from './lib/world.mjs';
import { authorizeUrl, getTokens, introspect, post, refresh, revoke, userinfo, walk } from './lib/flow.mjs';
import { Agent } from './lib/agent.mjs';
import { programs } from './lib/server.mjs';

const limit = 8 * 1024; // KiB
let server;

before(async () => {
	server = await world({ clients: ['web', 'basic'], cgi: false, slowPasswords: true });
});
after(() => server.stop());

const isSanitized = () => fs.readFileSync(path.join(programs, 'token')).includes('__asan_init');

test('VmRSS of every worker stays under 8 MiB after use', async (t) => {
	if (isSanitized())
		return t.skip('a sanitizer build');
	const { basic, web } = server.clients;
	const agent = new Agent(server.issuer);
	for (let i = 0; i < 60; i++) {
		const client = i % 2 ? basic : web;
		const tokens = await getTokens(server, client, i % 10 ? undefined : alice,
			{ scope: 'openid profile offline_access api.read' }, { agent });
		await userinfo(server, tokens.access_token);
		await introspect(server, server.apis.api, tokens.access_token);
		const next = await refresh(server, client, tokens.refresh_token);
		await revoke(server, client, next.body.refresh_token);
	}
	await agent.open('/logout');
	await Promise.all(Array.from({ length: 16 }, () => fetch(`${server.issuer}/jwks`)));
	const sizes = server.workers().map((pid) => {
		const [, size] = /^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
		return { name: path.basename(fs.readlinkSync(`/proc/${pid}/exe`)), size: Number(size) };
	});
	t.diagnostic(sizes.map(({ name, size }) => `${name} ${size}`).sort().join(', '));
	assert.ok(sizes.length >= 12);
	for (const { name, size } of sizes)
		assert.ok(size < limit, `${name}: ${size} KiB`);
});

test('and with many authorities open', async (t) => {
	if (isSanitized())
		return t.skip('a sanitizer build');
	const made = [];
	for (let i = 0; i < 20; i++) {
		const name = `m${i}`, issuer = `${server.issuer}/${name}`;
		await server.tessera('authority', 'add', issuer, '--name', name, 'id_token_alg=ES256');
		const client = await server.json('client', 'add', 'own', 'grant_types=client_credentials',
			'token_endpoint_auth_method=client_secret_basic', '--authority', name);
		made.push({ issuer, client: { id: 'own', secret: client.client_secret,
			method: 'client_secret_basic' } });
	}
	for (let round = 0; round < 10; round++)
		for (const { issuer, client } of made) {
			const done = await post({ issuer }, '/token', client, { grant_type: 'client_credentials' });
			assert.equal(done.status, 200, done.text);
		}
	const sizes = server.workers('token').map((pid) =>
		Number(/^RssAnon:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]));
	t.diagnostic(sizes.join(', '));
	assert.ok(Math.max(...sizes) < limit, `${sizes} KiB`);
	return undefined;
});

// One request as plain CGI: milliseconds from exec to the end of the answer.
function once(name, uri, method = 'GET') {
	const begun = process.hrtime.bigint();
	const done = spawnSync(path.join(programs, name), [], { env: { TESSERA_CONF: server.conf,
		GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: method, REQUEST_URI: uri, QUERY_STRING: '',
		SERVER_PROTOCOL: 'HTTP/1.1', HTTP_HOST: `localhost:${server.port}`, CONTENT_LENGTH: '0' } });
	const taken = Number(process.hrtime.bigint() - begun) / 1e6;
	assert.match(done.stdout.toString(), /^Status: \d{3}/m, done.stderr.toString());
	return taken;
}

for (const [name, uri, method] of [['jwks', '/jwks'], ['token', '/token', 'POST'],
	['userinfo', '/userinfo'], ['discovery', '/.well-known/openid-configuration'],
	['authorize', '/authorize']])
	test(`${name}: exec to first answer`, (t) => {
		if (isSanitized())
			return t.skip('a sanitizer build');
		const taken = Array.from({ length: 31 }, () => once(name, uri, method)).sort((a, b) => a - b);
		t.diagnostic(`min ${taken[0].toFixed(1)} ms, median ${taken[15].toFixed(1)} ms (budget 15)`);
		assert.ok(taken[15] < 30, `median ${taken[15]} ms`); // twice the budget: tests run in parallel
		return undefined;
	});

test('a wrong user costs what a wrong password costs', async (t) => {
	await server.tessera('user', 'add', 'empty', '--no-password');
	const login = async (username) => {
		const agent = new Agent(server.issuer);
		const page = await walk(agent, authorizeUrl(server, server.clients.web));
		const begun = performance.now();
		await agent.press(page, 'login-submit', { username, password: 'wrong' });
		return performance.now() - begun;
	};
	const least = { alice: Infinity, empty: Infinity, nobody: Infinity };
	for (let round = 0; round < 4; round++)
		for (const name of Object.keys(least))
			least[name] = Math.min(least[name], await login(name));
	t.diagnostic(JSON.stringify(least));
	for (const name of ['empty', 'nobody'])
		assert.ok(least[name] > least.alice / 2 && least[name] < least.alice * 2, name);
});

test('an idle server takes no processor time', async (t) => {
	const spent = () => server.workers().reduce((sum, pid) => {
		const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		return sum + Number(fields[11]) + Number(fields[12]);
	}, 0);
	const before = spent();
	await new Promise((resolve) => setTimeout(resolve, 2000));
	t.diagnostic(`${spent() - before} ticks in 2 s`);
	assert.ok(spent() - before <= 1);
});

test('all programs go when lighttpd is stopped', async () => {
	await server.restart();
	assert.deepEqual(server.left, []);
});
