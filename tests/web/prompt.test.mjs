// prompt - sessions at the authorization endpoint: prompt, max_age, id_token_hint
// (PROTOCOL section 3 rows 32-37, section 5 rows 14-17; OIDC Core 3.1.2.1, 3.1.2.6)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from './lib/agent.mjs';
import { alice, bob, redirect, world } from './lib/world.mjs';
import { answerOf, authorizeUrl, getCode, getTokens, pathOf, payload, redeem, walk }
	from './lib/flow.mjs';

let server, clients;
const state = 's'.repeat(128);

before(async () => {
	server = await world({ clients: ['web', 'asks'] });
	clients = server.clients;
	clients.brief = await server.addClient('brief', { token_endpoint_auth_method: 'none',
		grant_types: 'authorization_code', scope: 'openid', require_consent: false,
		redirect_uris: redirect, user_sso_lifetime: 2 });
	clients.flash = await server.addClient('flash', { token_endpoint_auth_method: 'none',
		grant_types: 'authorization_code', scope: 'openid', require_consent: false,
		redirect_uris: redirect, identity_token_lifetime: 1 });
});
after(() => server.stop());

const signIn = async (user = alice, client = clients.web) => {
	const agent = new Agent(server.issuer);
	return { agent, tokens: await getTokens(server, client, user, {}, { agent }) };
};

const silent = async (agent, client, params) =>
	answerOf(await agent.follow(await agent.open(authorizeUrl(server, client,
		{ prompt: 'none', state, ...params }))));

const assertError = (found, error) => {
	assert.equal(found?.params.error, error, JSON.stringify(found?.params));
	assert.equal(found.params.state, state);
	assert.equal(found.params.iss, server.issuer);
	assert.equal(found.params.code, undefined);
};

const tokensOf = async (client, found) => {
	assert.ok(found?.params.code, JSON.stringify(found?.params));
	return payload((await redeem(server, client, found.params.code)).body.id_token);
};

describe('prompt=none', () => {
	test('row 32: without a session: login_required, state untouched', async () => {
		for (const response_mode of ['query', 'fragment', 'form_post'])
			assertError(await silent(new Agent(server.issuer), clients.web, { response_mode }),
				'login_required');
	});

	test('row 32: with a cookie that is none', async () => {
		for (const value of ['x', 'A'.repeat(100), '"', 'a b', '%00']) {
			const agent = new Agent(server.issuer);
			agent.cookies.set('tessera', value);
			assertError(await silent(agent, clients.web), 'login_required');
		}
	});

	test('row 33: with a session: the same sub, auth_time and sid', async () => {
		const { agent, tokens } = await signIn();
		await sleep(1100);
		const again = await tokensOf(clients.web, await silent(agent, clients.web));
		const first = payload(tokens.id_token);
		for (const name of ['sub', 'auth_time', 'sid', 'iss', 'aud'])
			assert.deepEqual(again[name], first[name], name);
	});

	test('section 5 row 15: without consent: consent_required; with it: silent', async () => {
		const { agent } = await signIn();
		assertError(await silent(agent, clients.asks), 'consent_required');
		const page = await walk(agent, authorizeUrl(server, clients.asks));
		assert.ok(answerOf(page)?.params.code);
		assert.ok((await silent(agent, clients.asks))?.params.code);
		assertError(await silent(agent, clients.asks, { scope: 'openid email' }),
			'consent_required'); // more than was allowed
	});

	test('row 32: a session that an administrator ended', async () => {
		const { agent, tokens } = await signIn();
		await server.tessera('session', 'revoke', payload(tokens.id_token).sid);
		assertError(await silent(agent, clients.web), 'login_required');
	});

	test('a user who was disabled', async () => {
		const name = { username: 'carol', password: 'carol carol' };
		await server.addUser(name.username, name.password);
		const { agent } = await signIn(name);
		await server.tessera('user', 'set', 'carol', 'enabled=false');
		assertError(await silent(agent, clients.web), 'login_required');
	});
});

describe('prompt=login, consent, select_account', () => {
	test('row 34: the login page again, a later auth_time, and only once', async () => {
		const { agent, tokens } = await signIn();
		await sleep(1100);
		const url = authorizeUrl(server, clients.web, { prompt: 'login' });
		const page = await walk(agent, url);
		assert.equal(pathOf(page), '/login');
		const done = await walk(agent, url, { user: alice });
		const again = await tokensOf(clients.web, answerOf(done));
		assert.ok(again.auth_time > payload(tokens.id_token).auth_time);
		assert.equal(again.sub, payload(tokens.id_token).sub);
		const third = await walk(agent, url); // the login counted for the request before
		assert.equal(pathOf(third), '/login');
	});

	test('a login for one request does not satisfy prompt=login of another', async () => {
		const { agent } = await signIn();
		const first = authorizeUrl(server, clients.web, { prompt: 'login', state: 'one' });
		const other = authorizeUrl(server, clients.web, { prompt: 'login', state: 'two' });
		await walk(agent, first, { user: alice });
		assert.equal(pathOf(await walk(agent, other)), '/login');
	});

	test('row 37: prompt=consent asks even when consent is remembered', async () => {
		const { agent } = await signIn();
		await walk(agent, authorizeUrl(server, clients.asks));
		const page = await walk(agent, authorizeUrl(server, clients.asks, { prompt: 'consent' }),
			{ consent: false });
		assert.equal(pathOf(page), '/consent');
		assert.ok(page.has('consent-allow'));
	});

	test('row 37: prompt=consent with offline_access gives a refresh token', async () => {
		const tokens = await getTokens(server, clients.web, alice,
			{ prompt: 'consent', scope: 'openid offline_access' });
		assert.ok(tokens.refresh_token);
	});

	test('select_account shows the login page and then goes on', async () => {
		const { agent } = await signIn();
		const url = authorizeUrl(server, clients.web, { prompt: 'select_account' });
		assert.equal(pathOf(await walk(agent, url)), '/login');
		const tokens = await tokensOf(clients.web, answerOf(await walk(agent, url, { user: bob })));
		assert.equal(tokens.sub, server.users.bob.sub);
	});

	test('prompt=login consent: both, in that order', async () => {
		const { agent } = await signIn();
		const url = authorizeUrl(server, clients.asks, { prompt: 'login consent' });
		assert.equal(pathOf(await walk(agent, url)), '/login');
		const page = await walk(agent, url, { user: alice, consent: false });
		assert.equal(pathOf(page), '/consent');
		assert.ok(answerOf(await walk(agent, url, { user: alice }))?.params.code);
	});
});

describe('max_age (row 35; section 5 row 17)', () => {
	test('max_age=1 after two seconds: a new login, a newer auth_time', async () => {
		const { agent, tokens } = await signIn();
		await sleep(2200);
		const url = authorizeUrl(server, clients.web, { max_age: '1' });
		assert.equal(pathOf(await walk(agent, url)), '/login');
		const again = await tokensOf(clients.web, answerOf(await walk(agent, url, { user: alice })));
		assert.ok(again.auth_time > payload(tokens.id_token).auth_time);
	});

	test('max_age=0 is a login; it ends (Core 3.1.2.1)', async () => {
		const { agent } = await signIn();
		const url = authorizeUrl(server, clients.web, { max_age: '0' });
		assert.equal(pathOf(await walk(agent, url)), '/login');
		assert.ok(answerOf(await walk(agent, url, { user: alice }))?.params.code);
	});

	for (const max_age of ['10000', '15000', '2147483648', '99999999999'])
		test(`max_age=${max_age}: no prompt, auth_time as before`, async () => {
			const { agent, tokens } = await signIn();
			const again = await tokensOf(clients.web, await silent(agent, clients.web, { max_age }));
			assert.equal(again.auth_time, payload(tokens.id_token).auth_time);
		});

	test('max_age=1, prompt=none after two seconds: login_required', async () => {
		const { agent } = await signIn();
		await sleep(2200);
		assertError(await silent(agent, clients.web, { max_age: '1' }), 'login_required');
	});

	test('a client may limit the age of sign-ins (user_sso_lifetime)', async () => {
		const { agent } = await signIn();
		await sleep(3200);
		assertError(await silent(agent, clients.brief), 'login_required');
		assert.ok((await silent(agent, clients.web)).params.code);
	});
});

describe('id_token_hint (row 36; section 5 row 16)', () => {
	test('prompt=none for the user it names', async () => {
		const { agent, tokens } = await signIn();
		assert.ok((await silent(agent, clients.web, { id_token_hint: tokens.id_token })).params.code);
	});

	test('also when it has expired', async () => {
		const { agent, tokens } = await signIn(alice, clients.flash);
		await sleep(2100);
		assert.ok(payload(tokens.id_token).exp < Date.now() / 1000);
		assert.ok((await silent(agent, clients.flash, { id_token_hint: tokens.id_token }))
			.params.code);
	});

	test('another user: login_required', async () => {
		const { tokens } = await signIn(bob);
		const { agent } = await signIn(alice);
		assertError(await silent(agent, clients.web, { id_token_hint: tokens.id_token }),
			'login_required');
	});

	test('another user, interactively: the other signs in, not the first', async () => {
		const { tokens } = await signIn(bob);
		const { agent } = await signIn(alice);
		const url = authorizeUrl(server, clients.web, { id_token_hint: tokens.id_token });
		assert.equal(pathOf(await walk(agent, url)), '/login');
		const again = await tokensOf(clients.web, answerOf(await walk(agent, url, { user: bob })));
		assert.equal(again.sub, server.users.bob.sub);
	});

	for (const [name, change] of [
		['signature changed', (t) => t.slice(0, -10) + 'AAAAAAAAAA'],
		['alg none', (t) => Buffer.from('{"alg":"none"}').toString('base64url') + '.' +
			t.split('.')[1] + '.']])
		test(`${name}: refused`, async () => {
			const { agent, tokens } = await signIn();
			const found = await silent(agent, clients.web, { id_token_hint: change(tokens.id_token) });
			assert.ok(['invalid_request', 'login_required'].includes(found.params.error));
			assert.equal(found.params.code, undefined);
		});
});

test('section 5 row 59: signing in as somebody else in the same browser: a new sid', async () => {
	const { agent, tokens } = await signIn();
	const code = await getCode(server, clients.web, bob, { prompt: 'login' }, { agent });
	const second = payload((await redeem(server, clients.web, code)).body.id_token);
	assert.equal(second.sub, server.users.bob.sub);
	assert.notEqual(second.sid, payload(tokens.id_token).sid);
});
