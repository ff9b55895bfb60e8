// refresh - rotation, grace, reuse, lifetimes
// (PROTOCOL section 3 row 55, section 5 rows 45-47; RFC 6749 6, RFC 9700 4.14)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from './lib/agent.mjs';
import { alice, api, redirect, world } from './lib/world.mjs';
import { answerOf, authorizeUrl, getTokens, introspect, payload, post, random, refresh,
	userinfo, walk } from './lib/flow.mjs';

let server, clients, agent;
const offline = { scope: 'openid email offline_access' };
const fields = { token_endpoint_auth_method: 'none', require_consent: false,
	grant_types: 'authorization_code,refresh_token', redirect_uris: redirect,
	scope: 'openid,email,offline_access,api.read,api.write' };

before(async () => {
	server = await world({ clients: ['web', 'basic', 'reference'] });
	clients = server.clients;
	const more = {
		strict: { refresh_token_grace: 0 },
		brief: { refresh_token_grace: 1 },
		steady: { refresh_token_usage: 'reuse', token_endpoint_auth_method: 'client_secret_basic' },
		capped: { absolute_refresh_token_lifetime: 1000, sliding_refresh_token_lifetime: 600,
			refresh_token_expiration: 'sliding' },
		endless: { absolute_refresh_token_lifetime: 0, sliding_refresh_token_lifetime: 600,
			refresh_token_expiration: 'sliding' },
		fixed: { absolute_refresh_token_lifetime: 600, refresh_token_expiration: 'absolute' },
	};
	for (const [id, change] of Object.entries(more))
		clients[id] = await server.addClient(id, { ...fields, ...change });
	agent = new Agent(server.issuer);
	await walk(agent, authorizeUrl(server, clients.web), { user: alice });
});
after(() => server.stop());

const tokensFor = (client, params = offline) =>
	getTokens(server, client, undefined, params, { agent });

const assertGone = (done) => {
	assert.equal(done.body?.error, 'invalid_grant', `${done.status} ${done.text}`);
	assert.equal(done.status, 400);
};

const assertFresh = (done) => {
	assert.equal(done.status, 200, done.text);
	return done.body;
};

describe('row 55: what a refresh gives (OIDC Core 12.2)', () => {
	test('with and without scope: new iat, the same iss, sub, aud, auth_time, no new azp', async () => {
		const first = await tokensFor(clients.web, { ...offline, nonce: 'n1' });
		const old = payload(first.id_token);
		await sleep(1100);
		for (const params of [{}, { scope: offline.scope }]) {
			const next = assertFresh(await refresh(server, clients.web, first.refresh_token, params));
			const claims = payload(next.id_token);
			assert.ok(claims.iat > old.iat);
			for (const name of ['iss', 'sub', 'aud', 'azp', 'auth_time', 'sid'])
				assert.deepEqual(claims[name], old[name], name);
			assert.ok([undefined, 'n1'].includes(claims.nonce));
			assert.match(next.refresh_token, /^[\x21-\x7e]+$/);
			assert.equal(next.token_type, 'Bearer');
			assert.equal((await userinfo(server, next.access_token)).status, 200);
		}
	});

	test('scope may be narrowed, and widened again to what was granted (RFC 6749 6)', async () => {
		let next = await tokensFor(clients.web, { scope: 'openid api.read api.write offline_access' });
		next = assertFresh(await refresh(server, clients.web, next.refresh_token, { scope: 'api.read' }));
		assert.equal(payload(next.access_token).scope, 'api.read');
		next = assertFresh(await refresh(server, clients.web, next.refresh_token,
			{ scope: 'api.read api.write' }));
		assert.deepEqual(payload(next.access_token).scope.split(' ').sort(), ['api.read', 'api.write']);
	});

	test('never beyond what was granted', async () => {
		const first = await tokensFor(clients.web, { scope: 'openid api.read offline_access' });
		for (const scope of ['openid api.write', 'nonsense', 'email'])
			assert.equal((await refresh(server, clients.web, first.refresh_token, { scope })).body.error,
				'invalid_scope');
		assertFresh(await refresh(server, clients.web, first.refresh_token));
	});

	test('a resource that was not granted: invalid_target (RFC 8707 2.2)', async () => {
		const first = await tokensFor(clients.web,
			{ scope: 'openid api.read offline_access', resource: api });
		const done = await refresh(server, clients.web, first.refresh_token,
			{ resource: 'https://other.example/' });
		assert.equal(done.body.error, 'invalid_target');
	});

	test('reference access tokens too', async () => {
		const first = await tokensFor(clients.reference);
		const next = assertFresh(await refresh(server, clients.reference, first.refresh_token));
		assert.equal((await userinfo(server, next.access_token)).status, 200);
	});
});

describe('section 5 row 45: refused', () => {
	test('unknown, missing, twice', async () => {
		assertGone(await refresh(server, clients.web, random()));
		assertGone(await refresh(server, clients.web, random(96)));
		for (const token of [undefined, ['a', 'b']])
			assert.equal((await refresh(server, clients.web, token)).body.error, 'invalid_request');
	});

	test('a token changed anywhere', async () => {
		const { refresh_token: token } = await tokensFor(clients.web);
		for (let at = 0; at < token.length; at += 7) {
			const other = token[at] === 'A' ? 'B' : 'A';
			const done = await refresh(server, clients.web,
				token.slice(0, at) + other + token.slice(at + 1));
			assertGone(done);
		}
	});

	test('an access token, a code, an ID token in its place', async () => {
		const tokens = await tokensFor(clients.web);
		for (const one of [tokens.access_token, tokens.code, tokens.id_token])
			assert.ok((await refresh(server, clients.web, one)).status === 400);
	});

	test("another client's token is refused and stays good", async () => {
		const { refresh_token } = await tokensFor(clients.web);
		assertGone(await refresh(server, clients.basic, refresh_token));
		assertGone(await refresh(server, clients.strict, refresh_token));
		assertFresh(await refresh(server, clients.web, refresh_token));
	});

	test('the client lost the grant type', async () => {
		const client = await server.addClient('lost', fields);
		const { refresh_token } = await tokensFor(client);
		await server.tessera('client', 'set', 'lost', 'grant_types=authorization_code');
		assert.ok(['invalid_grant', 'unauthorized_client'].includes(
			(await refresh(server, client, refresh_token)).body.error));
	});

	test('the client lost offline_access', async () => {
		const client = await server.addClient('lost2', fields);
		const { refresh_token } = await tokensFor(client);
		await server.tessera('client', 'set', 'lost2', 'scope=openid,email');
		assertGone(await refresh(server, client, refresh_token));
	});

	test('client or user removed and made anew under the same name: not the same', async () => {
		const [client, sub] = [await server.addClient('anew', fields), 'sub=anew-sub'];
		const user = { username: 'ivy', password: 'ivy ivy ivy' };
		const add = () => server.attempt(['user', 'add', user.username, sub, '--password-file', '-'],
			{ input: user.password });
		assert.equal((await add()).code, 0);
		const [mine, other] = [await getTokens(server, client, user, offline),
			await getTokens(server, clients.web, user, offline)];
		await sleep(1100); // dates are in seconds
		await server.tessera('client', 'remove', 'anew');
		await server.addClient('anew', fields);
		assertGone(await refresh(server, client, mine.refresh_token));
		assert.equal((await userinfo(server, mine.access_token)).status, 401);
		await server.tessera('user', 'remove', 'ivy');
		assert.equal((await add()).code, 0);
		assertGone(await refresh(server, clients.web, other.refresh_token));
		assert.equal((await userinfo(server, other.access_token)).status, 401);
	});

	test('the user was disabled, then removed', async () => {
		const dave = { username: 'dave', password: 'dave dave dave' };
		await server.addUser(dave.username, dave.password);
		const { refresh_token } = await getTokens(server, clients.web, dave, offline);
		await server.tessera('user', 'set', 'dave', 'enabled=false');
		assertGone(await refresh(server, clients.web, refresh_token));
		await server.tessera('user', 'remove', 'dave');
		assertGone(await refresh(server, clients.web, refresh_token));
	});
});

describe('section 5 row 46: rotation and reuse (RFC 9700 4.14.2)', () => {
	test('each refresh gives another token', async () => {
		const first = await tokensFor(clients.web);
		const second = assertFresh(await refresh(server, clients.web, first.refresh_token));
		const third = assertFresh(await refresh(server, clients.web, second.refresh_token));
		assert.equal(new Set([first, second, third].map((t) => t.refresh_token)).size, 3);
	});

	test('inside the grace the previous token gets the same successor', async () => {
		const first = await tokensFor(clients.web);
		const second = assertFresh(await refresh(server, clients.web, first.refresh_token));
		const again = assertFresh(await refresh(server, clients.web, first.refresh_token));
		assert.equal(again.refresh_token, second.refresh_token);
		assertFresh(await refresh(server, clients.web, again.refresh_token));
	});

	test('an older generation revokes the family: refresh and access tokens', async () => {
		const first = await tokensFor(clients.web);
		const second = assertFresh(await refresh(server, clients.web, first.refresh_token));
		const third = assertFresh(await refresh(server, clients.web, second.refresh_token));
		assertGone(await refresh(server, clients.web, first.refresh_token));
		assertGone(await refresh(server, clients.web, third.refresh_token));
		for (const tokens of [first, second, third])
			assert.equal((await userinfo(server, tokens.access_token)).status, 401);
	});

	for (const [id, wait] of [['strict', 0], ['brief', 2100]])
		test(`grace of client ${id} is over: the previous token is reuse`, async () => {
			const first = await tokensFor(clients[id]);
			const second = assertFresh(await refresh(server, clients[id], first.refresh_token));
			await sleep(wait);
			assertGone(await refresh(server, clients[id], first.refresh_token));
			assertGone(await refresh(server, clients[id], second.refresh_token));
			assert.equal((await userinfo(server, second.access_token)).status, 401);
		});

	test('a token that is guessed to be of the family does not revoke it', async () => {
		const first = await tokensFor(clients.web);
		const forged = Buffer.from(first.refresh_token, 'base64url');
		forged.fill(7, forged.length - 32);
		assertGone(await refresh(server, clients.web, forged.toString('base64url')));
		assertFresh(await refresh(server, clients.web, first.refresh_token));
	});

	test('a client may have tokens that do not rotate', async () => {
		const first = await tokensFor(clients.steady);
		for (let i = 0; i < 3; i++) {
			const next = assertFresh(await refresh(server, clients.steady, first.refresh_token));
			assert.ok([undefined, first.refresh_token].includes(next.refresh_token));
		}
	});
});

describe('life of a grant', () => {
	test('without offline_access it ends with the session', async () => {
		const own = new Agent(server.issuer);
		const first = await getTokens(server, clients.web, alice, { scope: 'openid' }, { agent: own });
		assertFresh(await refresh(server, clients.web, first.refresh_token));
		await server.tessera('session', 'revoke', payload(first.id_token).sid);
		assertGone(await refresh(server, clients.web, first.refresh_token));
		assert.equal((await userinfo(server, first.access_token)).status, 401);
	});

	test('with offline_access it outlives the session', async () => {
		const own = new Agent(server.issuer);
		const first = await getTokens(server, clients.web, alice, offline, { agent: own });
		await server.tessera('session', 'revoke', payload(first.id_token).sid);
		assertFresh(await refresh(server, clients.web, first.refresh_token));
	});

	test('an administrator revokes one grant', async () => {
		const first = await tokensFor(clients.basic);
		const before = assertFresh(await introspect(server, clients.basic, first.refresh_token));
		assert.equal(before.active, true);
		const grants = (await server.json('grant', 'list', '--client', 'basic')).grants
			.filter((grant) => grant.state !== 'revoked');
		assert.equal(grants.length, 1);
		await server.tessera('grant', 'revoke', grants[0].id);
		assertGone(await refresh(server, clients.basic, first.refresh_token));
		assert.equal((await userinfo(server, first.access_token)).status, 401);
	});
});

// Last: these move the clock of the whole authority.
describe('section 5 row 47: lifetimes', () => {
	const at = (seconds) => server.restart({ clock_offset: seconds });

	test('sliding goes on, but never beyond absolute; absolute does not slide', async () => {
		let sliding = await tokensFor(clients.capped);
		let fixed = await tokensFor(clients.fixed);
		await at(500);
		sliding = assertFresh(await refresh(server, clients.capped, sliding.refresh_token));
		fixed = assertFresh(await refresh(server, clients.fixed, fixed.refresh_token));
		await at(900);
		sliding = assertFresh(await refresh(server, clients.capped, sliding.refresh_token));
		assertGone(await refresh(server, clients.fixed, fixed.refresh_token));
		await at(1100);
		assertGone(await refresh(server, clients.capped, sliding.refresh_token));
	});

	test('absolute 0: sliding goes on for ever, as long as it is used', async () => {
		await at(0);
		let tokens = await tokensFor(clients.endless);
		for (const seconds of [500, 1000, 1500, 2000]) {
			await at(seconds);
			tokens = assertFresh(await refresh(server, clients.endless, tokens.refresh_token));
		}
		await at(2700);
		assertGone(await refresh(server, clients.endless, tokens.refresh_token));
	});

	test('sliding that nobody uses runs out', async () => {
		await at(0);
		const idle = await tokensFor(clients.capped);
		await at(700);
		assertGone(await refresh(server, clients.capped, idle.refresh_token));
	});

	test('an expired access token is none (section 5 row 54)', async () => {
		await at(0);
		const { access_token } = await tokensFor(clients.web);
		await at(90000);
		const done = await userinfo(server, access_token);
		assert.equal(done.status, 401);
		assert.match(done.headers.get('www-authenticate'), /error="invalid_token"/);
		const found = await post(server, '/introspect', clients.basic, { token: access_token });
		assert.deepEqual(found.body, { active: false });
	});

	test('the session ends after its lifetime', async () => {
		await at(0);
		const own = new Agent(server.issuer);
		await getTokens(server, clients.web, alice, {}, { agent: own });
		await at(31 * 86400);
		const done = answerOf(await own.open(authorizeUrl(server, clients.web, { prompt: 'none' })));
		assert.equal(done.params.error, 'login_required');
	});
});
