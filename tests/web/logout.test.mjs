// logout - RP-initiated logout
// (PROTOCOL section 3 rows 64-66, section 5 rows 55, 56; OIDC RP-Initiated Logout 1.0)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from './lib/agent.mjs';
import { alice, bob, redirect, world } from './lib/world.mjs';
import { answerOf, authorizeUrl, getTokens, payload, query, refresh, userinfo } from './lib/flow.mjs';

let server, clients;
const state = 's'.repeat(128);
const bye = 'https://rp.example/bye';
const fields = { token_endpoint_auth_method: 'none', require_consent: false,
	grant_types: 'authorization_code,refresh_token', redirect_uris: redirect,
	scope: 'openid,offline_access', post_logout_redirect_uris: `${bye},${bye}?x=1` };

before(async () => {
	server = await world({ clients: ['web'] });
	clients = { ...server.clients, rp: await server.addClient('rp', fields),
		rp2: await server.addClient('rp2', { ...fields,
			post_logout_redirect_uris: 'https://two.example/bye' }),
		flash: await server.addClient('flash', { ...fields, identity_token_lifetime: 1 }) };
});
after(() => server.stop());

async function signIn({ user = alice, client = clients.rp, agent, scope = 'openid' } = {}) {
	agent ??= new Agent(server.issuer);
	return { agent, ...(await getTokens(server, client, user, { scope }, { agent })) };
}

const leave = async (agent, params = {}, how = 'GET') => agent.follow(how === 'GET'
	? await agent.open(`/logout?${query(params)}`)
	: await agent.open('/logout', { form: [...query(params)] }));

// Through the confirmation page when there is one.
async function confirmed(agent, params, how) {
	const page = await leave(agent, params, how);
	return page.has('logout-confirm') ? agent.follow(await agent.press(page, 'logout-confirm')) : page;
}

async function isSignedIn(agent) {
	const found = answerOf(await agent.follow(await agent.open(
		authorizeUrl(server, clients.web, { prompt: 'none' }))));
	assert.ok(found, 'prompt=none has an answer');
	return found.params.code !== undefined;
}

const assertStays = (page) => {
	assert.equal(page.location, undefined);
	assert.ok(page.isHtml);
	assert.ok(!page.text.includes('http-equiv="refresh"'));
	assert.equal(answerOf(page), undefined);
};

describe('row 64: with hint, URI and state', () => {
	for (const how of ['GET', 'POST'])
		test(`${how}: redirect with the state only; the session is over`, async () => {
			const { agent, id_token } = await signIn();
			const page = await confirmed(agent, { id_token_hint: id_token,
				post_logout_redirect_uri: bye, state }, how);
			assert.ok([302, 303].includes(page.status), String(page));
			assert.equal(page.location, `${bye}?state=${state}`);
			assert.equal(await isSignedIn(agent), false);
		});

	test('the hint may have expired', async () => {
		const { agent, id_token } = await signIn({ client: clients.flash });
		await sleep(2100);
		const page = await confirmed(agent, { id_token_hint: id_token,
			post_logout_redirect_uri: bye });
		assert.equal(page.location, bye);
	});

	test('a registered query stays, state is added', async () => {
		const { agent, id_token } = await signIn();
		const page = await confirmed(agent, { id_token_hint: id_token,
			post_logout_redirect_uri: `${bye}?x=1`, state: 'a&b=c' });
		const url = new URL(page.location);
		assert.deepEqual([...url.searchParams], [['x', '1'], ['state', 'a&b=c']]);
	});

	test('row 65: no state sent, none returned', async () => {
		const { agent, id_token } = await signIn();
		assert.equal((await confirmed(agent, { id_token_hint: id_token,
			post_logout_redirect_uri: bye })).location, bye);
	});

	test('the old cookie is worth nothing even when a browser keeps it', async () => {
		const { agent, id_token } = await signIn();
		const cookies = [...agent.cookies];
		await confirmed(agent, { id_token_hint: id_token });
		agent.cookies = new Map(cookies);
		assert.equal(await isSignedIn(agent), false);
	});

	test('grants of the session end with it, offline ones do not', async () => {
		const { agent, id_token, access_token, refresh_token } = await signIn();
		const offline = await signIn({ agent, scope: 'openid offline_access' });
		await confirmed(agent, { id_token_hint: id_token });
		assert.equal((await userinfo(server, access_token)).status, 401);
		assert.equal((await refresh(server, clients.rp, refresh_token)).status, 400);
		assert.equal((await userinfo(server, offline.access_token)).status, 200);
		assert.equal((await refresh(server, clients.rp, offline.refresh_token)).status, 200);
	});

	test('HEAD is refused and ends nothing (RFC 9110 9.3.2)', async () => {
		const { agent, id_token } = await signIn();
		const page = await agent.open(`/logout?${query({ id_token_hint: id_token,
			post_logout_redirect_uri: bye })}`, { method: 'HEAD' });
		assert.equal(page.status, 405);
		assert.equal(page.location, undefined);
		assert.equal(await isSignedIn(agent), true);
	});

	test('other browsers of the same user stay signed in', async () => {
		const [one, two] = [await signIn(), await signIn()];
		assert.notEqual(payload(one.id_token).sid, payload(two.id_token).sid);
		await confirmed(one.agent, { id_token_hint: one.id_token });
		assert.equal(await isSignedIn(two.agent), true);
	});

	test('a client without refresh of its hint: client_id beside the hint must agree', async () => {
		const { agent, id_token } = await signIn();
		assertStays(await confirmed(agent, { id_token_hint: id_token, client_id: 'rp2',
			post_logout_redirect_uri: bye }));
	});
});

describe('row 65: without a redirect', () => {
	const cases = { 'no parameters': () => ({}), 'only state': () => ({ state }),
		'hint without URI': ({ id_token }) => ({ id_token_hint: id_token }),
		'hint and state without URI (section 5 row 56)': ({ id_token }) =>
			({ id_token_hint: id_token, state }) };
	for (const [name, make] of Object.entries(cases))
		test(`${name}: signed out, a page`, async () => {
			const session = await signIn();
			const page = await confirmed(session.agent, make(session));
			assertStays(page);
			assert.equal(page.status, 200);
			assert.equal(await isSignedIn(session.agent), false);
		});

	test('nobody is signed in: the signed-out page, no question', async () => {
		const page = await leave(new Agent(server.issuer));
		assert.equal(page.status, 200);
		assertStays(page);
	});
});

describe('row 66: an address or a hint that cannot be trusted', () => {
	const hinted = (change) => ({ id_token }) => ({ id_token_hint: id_token, state, ...change });
	const forged = (make) => ({ id_token }) =>
		({ id_token_hint: make(id_token), post_logout_redirect_uri: bye, state });
	const cases = {
		'URI not registered': hinted({ post_logout_redirect_uri: 'https://evil.example/' }),
		'URI with query added': hinted({ post_logout_redirect_uri: `${bye}?y=1` }),
		'URI with a path added': hinted({ post_logout_redirect_uri: `${bye}/x` }),
		'URI in another case': hinted({ post_logout_redirect_uri: 'https://rp.example/BYE' }),
		"another client's URI": hinted({ post_logout_redirect_uri: 'https://two.example/bye' }),
		'a redirect_uri is no such URI': hinted({ post_logout_redirect_uri: redirect }),
		'javascript:': hinted({ post_logout_redirect_uri: 'javascript:alert(1)' }),
		'URI twice': hinted({ post_logout_redirect_uri: [bye, bye] }),
		'no hint and no client_id': () => ({ post_logout_redirect_uri: bye, state }),
		'hint that is nothing': forged(() => 'nonsense'),
		'hint with alg none': forged((token) => `${Buffer.from('{"alg":"none"}')
			.toString('base64url')}.${token.split('.')[1]}.`),
		'hint signed by someone else': forged((token) => token.slice(0, -20) + 'A'.repeat(20)),
		'an access token as hint': ({ access_token }) =>
			({ id_token_hint: access_token, post_logout_redirect_uri: bye }),
	};
	for (const [name, make] of Object.entries(cases))
		test(`${name}: a page, no redirect`, async () => {
			const session = await signIn();
			const page = await leave(session.agent, make(session));
			assertStays(page);
			if (page.has('logout-confirm'))
				assertStays(await session.agent.follow(
					await session.agent.press(page, 'logout-confirm')));
			else
				assert.ok(page.status >= 400 ? page.textOf('error') : page.status === 200, String(page));
		});
});

describe('section 5 row 55: a hint of another session', () => {
	test('another user: nothing happens without asking', async () => {
		const [mine, other] = [await signIn(), await signIn({ user: bob })];
		const page = await leave(mine.agent, { id_token_hint: other.id_token,
			post_logout_redirect_uri: bye, state });
		assertStays(page);
		assert.equal(await isSignedIn(mine.agent), true);
		assert.equal(await isSignedIn(other.agent), true);
	});

	test('another session of the same user', async () => {
		const [mine, other] = [await signIn(), await signIn()];
		assertStays(await leave(mine.agent, { id_token_hint: other.id_token,
			post_logout_redirect_uri: bye }));
		assert.equal(await isSignedIn(other.agent), true);
		assert.equal(await isSignedIn(mine.agent), true);
	});
});

describe('the question', () => {
	test('without a hint nobody is signed out by a mere link (section 2)', async () => {
		const { agent } = await signIn();
		const page = await leave(agent);
		assert.ok(page.has('logout-confirm'));
		assert.ok(page.has('logout-cancel'));
		assert.equal(await isSignedIn(agent), true);
	});

	test('Cancel keeps the session', async () => {
		const { agent } = await signIn();
		const page = await agent.press(await leave(agent), 'logout-cancel');
		assert.ok(page.status < 400);
		assert.equal(await isSignedIn(agent), true);
	});

	test('a form on another site cannot press Confirm (SameSite, Origin)', async () => {
		const { agent } = await signIn();
		const page = await leave(agent);
		const form = page.formOf('logout-confirm');
		const fields = Object.fromEntries([...form.inputs, ...form.buttons]
			.filter((input) => input.name).map((input) => [input.name, input.value ?? '']));
		await agent.open(form.action, { form: fields,
			headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } });
		assert.equal(await isSignedIn(agent), true);
	});
});
