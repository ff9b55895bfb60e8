// introspect, revoke - what a token is worth, and the end of it
// (PROTOCOL section 5 rows 41, 52, 53; RFC 7662, RFC 7009)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Agent } from './lib/agent.mjs';
import { alice, api, world } from './lib/world.mjs';
import { basic, getTokens, introspect, payload, post, random, refresh, revoke, userinfo }
	from './lib/flow.mjs';

let server, clients, apis, agent;
const scope = 'openid email offline_access api.read';

before(async () => {
	server = await world();
	({ clients, apis } = server);
	agent = new Agent(server.issuer);
	await getTokens(server, clients.web, alice, {}, { agent });
});
after(() => server.stop());

const tokensFor = (client, params = { scope }) =>
	getTokens(server, client, undefined, params, { agent });
const serviceToken = async (params) => (await post(server, '/token', clients.service,
	{ grant_type: 'client_credentials', ...params })).body.access_token;

const assertActive = (done, wanted) => {
	assert.equal(done.status, 200, done.text);
	assert.equal(done.body.active, true, done.text);
	for (const [name, value] of Object.entries(wanted ?? {}))
		assert.deepEqual(done.body[name], value, name);
	return done.body;
};

// RFC 7662 2.2: nothing but active, so that nothing is learnt.
const assertInactive = (done) => {
	assert.equal(done.status, 200, done.text);
	assert.deepEqual(done.body, { active: false });
};

describe('introspection', () => {
	for (const kind of ['web', 'reference'])
		test(`an API sees a token for it (client ${kind})`, async () => {
			const { access_token } = await tokensFor(clients[kind]);
			const body = assertActive(await introspect(server, apis.api, access_token), {
				client_id: kind, sub: server.users.alice.sub, iss: server.issuer,
				token_type: 'Bearer' });
			assert.ok([body.aud].flat().includes(api));
			assert.ok(body.scope.split(' ').includes('api.read'));
			for (const name of ['exp', 'iat'])
				assert.equal(typeof body[name], 'number', name);
			if (kind === 'web')
				assert.equal(body.jti, payload(access_token).jti);
		});

	test('an API sees only its own scopes', async () => {
		const token = await serviceToken({ scope: 'api.read other.read' });
		const scopes = assertActive(await introspect(server, apis.api, token)).scope.split(' ');
		assert.ok(scopes.includes('api.read'));
		assert.ok(!scopes.includes('other.read'));
	});

	test('row 52: an API without a matching scope: inactive', async () => {
		for (const kind of ['web', 'reference'])
			assertInactive(await introspect(server, apis.other,
				(await tokensFor(clients[kind])).access_token));
		assertInactive(await introspect(server, apis.other,
			await serviceToken({ scope: 'api.read' })));
	});

	test('row 52: refresh tokens: only for their own client', async () => {
		const { refresh_token } = await tokensFor(clients.basic);
		assertActive(await introspect(server, clients.basic, refresh_token), { client_id: 'basic' });
		assertInactive(await introspect(server, clients.post, refresh_token));
		assertInactive(await introspect(server, apis.api, refresh_token));
	});

	test('an API gets no refresh token details, whatever the hint', async () => {
		const { access_token, refresh_token } = await tokensFor(clients.basic);
		for (const token_type_hint of ['access_token', 'refresh_token', 'pickle']) {
			assertActive(await introspect(server, apis.api, access_token, { token_type_hint }));
			assertInactive(await introspect(server, apis.api, refresh_token, { token_type_hint }));
		}
	});

	test('a service token', async () => {
		const token = await serviceToken();
		assertActive(await introspect(server, apis.other, token), { client_id: 'service' });
	});

	test('tokens that are none', async () => {
		const tokens = await tokensFor(clients.basic);
		for (const token of [random(), 'x', 'a.b.c', tokens.id_token, tokens.code,
			tokens.access_token.slice(0, -6) + 'AAAAAA', tokens.access_token + 'A'])
			assertInactive(await introspect(server, clients.basic, token));
	});

	test('row 52: no authentication: 401; public client: 401', async () => {
		const { access_token } = await tokensFor(clients.web);
		for (const caller of [undefined, clients.web,
			{ id: api, secret: 'wrong', method: 'client_secret_basic' }]) {
			const done = await introspect(server, caller, access_token);
			assert.equal(done.status, 401, done.text);
			assert.equal(done.body.error, 'invalid_client');
			assert.match(done.headers.get('www-authenticate') ?? '', /^Basic\b/i);
		}
	});

	test('an API does not authenticate with a bearer token', async () => {
		const done = await post(server, '/introspect', undefined, { token: 'x' },
			{ authorization: `Bearer ${await serviceToken()}` });
		assert.equal(done.status, 401);
	});

	test('row 52: no token: 400; twice: 400', async () => {
		for (const token of [undefined, ['a', 'b'], '']) {
			const done = await introspect(server, apis.api, token);
			assert.equal(done.status, 400);
			assert.equal(done.body.error, 'invalid_request');
		}
	});

	test('row 41: two ways to authenticate: 400', async () => {
		const done = await post(server, '/introspect', undefined,
			{ token: 'x', client_id: 'post', client_secret: clients.post.secret },
			{ authorization: basic('basic', clients.basic.secret) });
		assert.equal(done.status, 400);
	});

	test('user or client disabled: inactive', async () => {
		const jack = { username: 'jack', password: 'jack jack jack' };
		await server.addUser(jack.username, jack.password);
		const [first, second] = [await getTokens(server, clients.reference, jack, { scope }),
			await tokensFor(clients.post)];
		await server.tessera('user', 'set', 'jack', 'enabled=false');
		assertInactive(await introspect(server, apis.api, first.access_token));
		await server.tessera('client', 'set', 'post', 'enabled=false');
		assertInactive(await introspect(server, apis.api, second.access_token));
		await server.tessera('client', 'set', 'post', 'enabled=true');
		assertActive(await introspect(server, apis.api, second.access_token));
	});

	test('a disabled API is refused', async () => {
		const gone = await server.addResource('https://gone.example/', { scopes: 'api.write' });
		await server.tessera('resource', 'set', gone.id, 'enabled=false');
		assert.equal((await introspect(server, gone, 'x')).status, 401);
	});
});

describe('revocation', () => {
	test('a refresh token: refresh and access tokens of its grant die, those of others live', async () => {
		const [mine, other] = [await tokensFor(clients.basic), await tokensFor(clients.basic)];
		const done = await revoke(server, clients.basic, mine.refresh_token);
		assert.equal(done.status, 200);
		assert.equal((await refresh(server, clients.basic, mine.refresh_token)).body.error,
			'invalid_grant');
		assert.equal((await userinfo(server, mine.access_token)).status, 401);
		assertInactive(await introspect(server, apis.api, mine.access_token));
		assert.equal((await userinfo(server, other.access_token)).status, 200);
		assert.equal((await refresh(server, clients.basic, other.refresh_token)).status, 200);
	});

	test('row 53: a reference token dies with the refresh token of its grant', async () => {
		const mine = await tokensFor(clients.reference);
		await revoke(server, clients.reference, mine.refresh_token);
		assertInactive(await introspect(server, apis.api, mine.access_token));
	});

	for (const kind of ['basic', 'reference'])
		test(`an access token alone (client ${kind})`, async () => {
			const mine = await tokensFor(clients[kind]);
			assert.equal((await revoke(server, clients[kind], mine.access_token)).status, 200);
			assert.equal((await userinfo(server, mine.access_token)).status, 401);
			assertInactive(await introspect(server, apis.api, mine.access_token));
		});

	test("a service's JWT", async () => {
		const [mine, other] = [await serviceToken(), await serviceToken()];
		assert.equal((await revoke(server, clients.service, mine)).status, 200);
		assertInactive(await introspect(server, apis.api, mine));
		assertActive(await introspect(server, apis.api, other));
	});

	test('a public client by its client_id', async () => {
		const mine = await tokensFor(clients.web);
		assert.equal((await revoke(server, clients.web, mine.refresh_token)).status, 200);
		assert.equal((await refresh(server, clients.web, mine.refresh_token)).status, 400);
	});

	test('an old refresh token of the family', async () => {
		const first = await tokensFor(clients.web);
		const { body: second } = await refresh(server, clients.web, first.refresh_token);
		assert.equal((await revoke(server, clients.web, first.refresh_token)).status, 200);
		assert.equal((await refresh(server, clients.web, second.refresh_token)).status, 400);
	});

	test("row 53: another client's token stays good (RFC 7009 2.1)", async () => {
		const mine = await tokensFor(clients.basic);
		for (const token of [mine.refresh_token, mine.access_token]) {
			const done = await revoke(server, clients.post, token);
			assert.ok([200, 400].includes(done.status), String(done.status));
		}
		assert.equal((await userinfo(server, mine.access_token)).status, 200);
		assert.equal((await refresh(server, clients.basic, mine.refresh_token)).status, 200);
		const own = await serviceToken();
		await revoke(server, clients.post, own);
		assertActive(await introspect(server, apis.api, own));
	});

	test('a token that is none: 200 (2.2); a wrong or unknown hint does not matter (2.1)', async () => {
		for (const token of ['x', random(), 'a.b.c', random(96)])
			assert.equal((await revoke(server, clients.basic, token)).status, 200);
		for (const hint of ['access_token', 'pickle']) {
			const mine = await tokensFor(clients.basic);
			const done = await revoke(server, clients.basic, mine.refresh_token,
				{ token_type_hint: hint });
			assert.ok(done.status === 200 || done.body.error === 'unsupported_token_type');
			assert.equal((await refresh(server, clients.basic, mine.refresh_token)).status,
				done.status === 200 ? 400 : 200);
		}
	});

	test('no token: 400; no client: 401', async () => {
		assert.equal((await revoke(server, clients.basic, undefined)).body.error, 'invalid_request');
		const done = await revoke(server, undefined, 'x');
		assert.ok([400, 401].includes(done.status));
		assert.equal((await revoke(server, { ...clients.basic, secret: 'wrong' }, 'x')).status, 401);
	});

	test('a code that was not used yet does not come to life again', async () => {
		const mine = await tokensFor(clients.basic);
		await revoke(server, clients.basic, mine.access_token);
		const again = await post(server, '/token', clients.basic,
			{ grant_type: 'authorization_code', code: mine.code });
		assert.equal(again.status, 400);
	});
});
