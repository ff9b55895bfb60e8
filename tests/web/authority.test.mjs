// authority - two issuers on one server, one with a path; programs that are switched off; key rotation
// (DESIGN sections 2, 3, 5; RFC 8414 3.1; PROTOCOL section 3 row 11, section 5 rows 62, 69)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { Agent } from './lib/agent.mjs';
import { alice, redirect, world } from './lib/world.mjs';
import { answer, answerOf, authorizeUrl, getTokens, header, introspect, post, userinfo, walk }
	from './lib/flow.mjs';

let server, acme, other;
const fields = { token_endpoint_auth_method: 'none', require_consent: false, scope: 'openid',
	grant_types: 'authorization_code', redirect_uris: redirect };

// The same server seen as another authority.
const as = (name, issuer) => ({ issuer, root: server.root, data: server.data,
	json: (...args) => server.json(...args, '--authority', name),
	tessera: (...args) => server.tessera(...args, '--authority', name) });

before(async () => {
	server = await world({ clients: ['web', 'service', 'basic'] });
	acme = as('acme', `${server.issuer}/acme`);
	await server.tessera('authority', 'add', acme.issuer);
	const names = (await server.json('authority', 'list')).authorities;
	const found = names.find((one) => one.issuer === acme.issuer);
	acme = as(found.name, acme.issuer);
	const record = await acme.json('client', 'add', 'rp', ...Object.entries(fields)
		.map((pair) => pair.join('=')));
	other = { id: 'rp', method: 'none', redirect_uri: record.redirect_uris[0] };
	const done = await server.attempt(['user', 'add', 'zoe', '--password-file', '-', '--authority',
		found.name], { input: 'zoe zoe zoe' });
	assert.equal(done.code, 0, done.stderr);
});
after(() => server.stop());

const zoe = { username: 'zoe', password: 'zoe zoe zoe' };
const get = async (url, init) => answer(await fetch(url, { redirect: 'manual', ...init }));

describe('an issuer with a path', () => {
	test('discovery below the issuer, RFC 8414 before the path', async () => {
		const first = await get(`${acme.issuer}/.well-known/openid-configuration`);
		assert.equal(first.status, 200);
		assert.equal(first.body.issuer, acme.issuer);
		assert.equal(first.body.token_endpoint, `${acme.issuer}/token`);
		const second = await get(`${server.issuer}/.well-known/oauth-authorization-server/acme`);
		assert.deepEqual(second.body, first.body);
	});

	for (const path of ['/nobody/.well-known/openid-configuration',
		'/.well-known/oauth-authorization-server/nobody', '/ACME/jwks', '/acme/acme/jwks',
		'/acme//jwks', '/acmex/jwks'])
		test(`${path}: 404`, async () => {
			const { status } = await get(server.issuer + path);
			assert.ok([400, 404].includes(status), String(status));
		});

	test('sign-in, tokens, userinfo; all URLs and the cookie stay below the path', async () => {
		const agent = new Agent(new URL(acme.issuer).origin);
		const page = await walk(agent, authorizeUrl(acme, other));
		assert.ok(page.url.startsWith(`${acme.issuer}/login`), page.url);
		assert.ok(page.formOf('login-submit').action.startsWith(`${acme.issuer}/login`));
		const tokens = await getTokens(acme, other, zoe, {}, { agent });
		assert.match(agent.lastCookie, /;\s*Path=\/acme/i);
		assert.equal((await userinfo(acme, tokens.access_token)).status, 200);
	});

	test('nothing of one is known to the other', async () => {
		assert.notDeepEqual((await get(`${acme.issuer}/jwks`)).body,
			(await get(`${server.issuer}/jwks`)).body);
		const mine = await getTokens(server, server.clients.web, alice);
		assert.equal((await userinfo(acme, mine.access_token)).status, 401);
		const page = await walk(new Agent(server.issuer), authorizeUrl(acme, other), { user: alice });
		assert.ok(page.has('login-submit'), 'the user is unknown there');
		const done = await post(acme, '/token', server.clients.service,
			{ grant_type: 'client_credentials' });
		assert.equal(done.status, 401);
		const theirs = await getTokens(acme, other, zoe, {},
			{ agent: new Agent(new URL(acme.issuer).origin) });
		assert.equal((await userinfo(server, theirs.access_token)).status, 401);
		assert.deepEqual((await introspect(server, server.clients.basic, theirs.access_token)).body,
			{ active: false });
	});

	test('a session of one is none at the other', async () => {
		const agent = new Agent(server.issuer);
		await walk(agent, authorizeUrl(server, server.clients.web), { user: alice });
		const found = answerOf(await agent.open(authorizeUrl(acme, other, { prompt: 'none' })));
		assert.equal(found.params.error, 'login_required');
	});

	// A browser sends both cookies to the longer path, in the order of RFC 6265 5.4.
	test('signed in at both: each sees its own session', async () => {
		const [here, there] = [new Agent(server.issuer), new Agent(new URL(acme.issuer).origin)];
		await walk(here, authorizeUrl(server, server.clients.web), { user: alice });
		await walk(there, authorizeUrl(acme, other), { user: zoe });
		const both = [...there.cookies, ...here.cookies].map((pair) => pair.join('=')).join('; ');
		const found = answerOf(await new Agent().open(authorizeUrl(acme, other, { prompt: 'none' }),
			{ headers: { cookie: both } }));
		assert.ok(found.params.code, JSON.stringify(found.params));
	});

	test('switched off: 404; on again: 200', async () => {
		const url = `${acme.issuer}/.well-known/openid-configuration`;
		const name = (await server.json('authority', 'list')).authorities
			.find((one) => one.issuer === acme.issuer).name;
		await server.tessera('authority', 'set', name, 'enabled=false');
		assert.equal((await get(url)).status, 404);
		await server.tessera('authority', 'set', name, 'enabled=true');
		assert.equal((await get(url)).status, 200);
	});

	test('a second one with the same issuer is refused', async () => {
		assert.notEqual((await server.attempt(['authority', 'add', acme.issuer])).code, 0);
	});
});

describe('programs that are switched off (section 5 row 62)', () => {
	const metadata = { introspect: 'introspection_endpoint', revoke: 'revocation_endpoint',
		userinfo: 'userinfo_endpoint', logout: 'end_session_endpoint' };

	for (const [program, member] of Object.entries(metadata))
		test(`${program}: 404 and absent from discovery; the other authority has it`, async () => {
			const url = `${server.issuer}/.well-known/openid-configuration`;
			const name = (await server.json('authority', 'list')).authorities
				.find((one) => one.issuer === server.issuer).name;
			assert.ok((await get(url)).body[member]);
			await server.tessera('authority', 'set', name, `disabled=${program}`);
			assert.equal((await get(`${server.issuer}/${program}`, { method: 'POST' })).status, 404);
			assert.equal((await get(url)).body[member], undefined);
			assert.notEqual((await get(`${acme.issuer}/${program}`, { method: 'POST' })).status, 404);
			await server.tessera('authority', 'set', name, 'disabled=');
			assert.ok((await get(url)).body[member]);
		});
});

describe('keys (row 11; DESIGN section 5)', () => {
	test('after rotation new and old are published, and old tokens still verify', async () => {
		const before = (await get(`${server.issuer}/jwks`)).body;
		const old = await getTokens(server, server.clients.web, alice);
		await server.tessera('key', 'rotate', '--at-once');
		const now = (await get(`${server.issuer}/jwks`)).body;
		const kids = (set) => set.keys.map((key) => key.kid);
		assert.ok(now.keys.length > before.keys.length);
		for (const kid of kids(before))
			assert.ok(kids(now).includes(kid), 'the old key stays for a while');
		const fresh = now.keys.filter((key) => !kids(before).includes(key.kid));
		for (const key of fresh)
			assert.ok(['RSA', 'EC'].includes(key.kty));
		const keys = createLocalJWKSet(now);
		await jwtVerify(old.id_token, keys, { issuer: server.issuer });
		assert.equal((await userinfo(server, old.access_token)).status, 200);
		const next = await getTokens(server, server.clients.web, alice);
		await jwtVerify(next.id_token, keys, { issuer: server.issuer });
		await jwtVerify(next.access_token, keys, { issuer: server.issuer });
	});

	test('revoked at once: old tokens are worth nothing, and no new one is signed by it', async () => {
		await sleep(1100); // the rotation before is a second old
		const old = await getTokens(server, server.clients.web, alice);
		const before = (await get(`${server.issuer}/jwks`)).body.keys.map((key) => key.kid);
		await server.tessera('key', 'rotate', '--at-once', '--revoke');
		assert.equal((await userinfo(server, old.access_token)).status, 401);
		const next = await getTokens(server, server.clients.web, alice);
		const now = (await get(`${server.issuer}/jwks`)).body;
		assert.deepEqual(now.keys.filter((key) => before.includes(key.kid) &&
			key.kid === header(old.access_token).kid), []);
		for (const token of [next.id_token, next.access_token])
			await jwtVerify(token, createLocalJWKSet(now), { issuer: server.issuer });
		assert.equal((await userinfo(server, next.access_token)).status, 200);
	});

	test('by time alone: signing moves on, old keys go, nothing breaks', async () => {
		const day = 86400;
		for (const offset of [80 * day, 100 * day, 200 * day]) {
			await server.restart({ clock_offset: offset });
			await server.tessera('sweep');
			const keys = createLocalJWKSet((await get(`${server.issuer}/jwks`)).body);
			const { body } = await post(server, '/token', server.clients.service,
				{ grant_type: 'client_credentials' });
			await jwtVerify(body.access_token, keys, { issuer: server.issuer,
				currentDate: new Date(Date.now() + offset * 1000) });
		}
		const { keys } = (await get(`${server.issuer}/jwks`)).body;
		assert.ok(keys.length <= 12, `${keys.length} keys are published`);
		await server.restart({ clock_offset: 0 });
	});
});

test('Host of another port is another authority: none', async () => {
	const page = await get(`http://127.0.0.1:${server.port}/jwks`);
	assert.equal(page.status, 404);
});
