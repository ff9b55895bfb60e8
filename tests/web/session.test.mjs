// session - one session and many sign-ins; what ends it (OIDC Core 3.1.2.1, 3.1.2.3; DESIGN section 4)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from './lib/agent.mjs';
import { alice, bob, world } from './lib/world.mjs';
import { answerOf, authorizeUrl, getCode, getTokens, introspect, pathOf, payload, redeem, refresh,
	userinfo, walk } from './lib/flow.mjs';

let server, clients;
const hour = 3600;

before(async () => {
	server = await world({ clients: ['web', 'asks'] });
	clients = server.clients;
	await server.tessera('client', 'set', 'asks', 'allow_remember_consent=false');
});
after(() => server.stop());

const signIn = async (user = alice, params) => {
	const agent = new Agent(server.issuer);
	return { agent, tokens: await getTokens(server, clients.web, user, params, { agent }) };
};
const silent = async (agent) => answerOf(await agent.open(authorizeUrl(server, clients.web,
	{ prompt: 'none' }))).params;
const assertSignedIn = async (agent) => assert.ok((await silent(agent)).code);
const assertSignedOut = async (agent) =>
	assert.equal((await silent(agent)).error, 'login_required');

// Up to the consent page of a request that the sign-in was made for.
async function consentPage(params) {
	const agent = new Agent(server.issuer);
	const url = authorizeUrl(server, clients.asks, params);
	const page = await walk(agent, url, { user: alice, consent: false });
	assert.equal(pathOf(page), '/consent', String(page));
	return { agent, url, page };
}

describe('a sign-in for one request (Core 3.1.2.1)', () => {
	test('prompt=login: denied at consent, it is used up', async () => {
		const { agent, url, page } = await consentPage({ prompt: 'login' });
		const denied = answerOf(await agent.follow(await agent.press(page, 'consent-deny')));
		assert.equal(denied.params.error, 'access_denied');
		assert.equal(pathOf(await walk(agent, url)), '/login');
	});

	test('prompt=login: not answered yet, it still counts', async () => {
		const { agent, url } = await consentPage({ prompt: 'login' });
		assert.equal(pathOf(await walk(agent, url, { consent: false })), '/consent');
	});

	test('max_age=1 and four seconds on the consent page: signed in again, not a stale auth_time',
		async () => {
			const { agent, page } = await consentPage({ max_age: '1' });
			await sleep(4000);
			const next = await agent.follow(await agent.press(page, 'consent-allow'));
			assert.equal(answerOf(next), undefined);
			assert.equal(pathOf(next), '/login');
			const done = answerOf(await walk(agent, next.url, { user: alice }));
			const claims = payload((await redeem(server, clients.asks, done.params.code))
				.body.id_token);
			assert.ok(claims.iat - claims.auth_time <= 3, `${claims.iat - claims.auth_time} s`);
		});
});

describe('signing in again in the same browser', () => {
	test('another cookie, the same sid; the cookie of before is dead', async () => {
		const { agent, tokens } = await signIn();
		const old = new Agent(server.issuer);
		old.cookies = new Map(agent.cookies);
		const code = await getCode(server, clients.web, alice, { prompt: 'login' }, { agent });
		const next = (await redeem(server, clients.web, code)).body;
		assert.equal(payload(next.id_token).sid, payload(tokens.id_token).sid);
		assert.notEqual(agent.cookies.get('tessera'), old.cookies.get('tessera'));
		await assertSignedIn(agent);
		await assertSignedOut(old);
		await assertSignedIn(agent);
	});

	test('refresh and access tokens of before go on, without offline_access, too', async () => {
		const { agent, tokens } = await signIn();
		await getCode(server, clients.web, alice, { prompt: 'login' }, { agent });
		assert.equal((await userinfo(server, tokens.access_token)).status, 200);
		assert.equal((await refresh(server, clients.web, tokens.refresh_token)).status, 200);
	});

	test('as somebody else: what the first had without offline_access has ended', async () => {
		const { agent, tokens } = await signIn();
		await getCode(server, clients.web, bob, { prompt: 'login' }, { agent });
		assert.equal((await userinfo(server, tokens.access_token)).status, 401);
		assert.equal((await refresh(server, clients.web, tokens.refresh_token)).status, 400);
	});
});

describe('what ends all that a user has', () => {
	const changes = {
		'another password': async (name, password) => {
			const done = await server.attempt(['user', 'password', name, '--password-file', '-'],
				{ input: password });
			assert.equal(done.code, 0, done.stderr);
		},
		'switched off and on again': async (name) => {
			await server.tessera('user', 'set', name, 'enabled=false');
			await server.tessera('user', 'set', name, 'enabled=true');
		},
	};
	for (const [what, change] of Object.entries(changes))
		test(`${what}: sessions, refresh tokens and access tokens of before`, async () => {
			const user = { username: what.replaceAll(' ', '-'), password: 'mary mary mary' };
			await server.addUser(user.username, user.password);
			const isActive = async (token) =>
				(await introspect(server, server.apis.api, token)).body.active;
			const [online, offline] = [await signIn(user, { scope: 'openid api.read' }),
				await signIn(user, { scope: 'openid api.read offline_access' })];
			assert.ok(await isActive(offline.tokens.access_token));
			const code = await getCode(server, clients.web, undefined, {}, { agent: online.agent });
			await change(user.username, user.password); // the very same one is another, too
			for (const { agent, tokens } of [online, offline]) {
				await assertSignedOut(agent);
				assert.equal((await refresh(server, clients.web, tokens.refresh_token)).body.error,
					'invalid_grant');
				assert.equal((await userinfo(server, tokens.access_token)).status, 401);
				assert.equal(await isActive(tokens.access_token), false);
			}
			assert.equal((await redeem(server, clients.web, code)).body.error, 'invalid_grant');
			const again = await signIn(user);
			await assertSignedIn(again.agent);
			assert.equal((await userinfo(server, again.tokens.access_token)).status, 200);
		});
});

// Last: these move the clock of the whole authority.
describe('with time', () => {
	let waiting, renewed, plain;

	before(async () => {
		waiting = await consentPage({ prompt: 'login' });
		[renewed, plain] = [await signIn(), await signIn()];
	});

	test('after 301 seconds a sign-in is none for its request any more', async () => {
		await server.restart({ clock_offset: 302 });
		assert.equal(pathOf(await walk(waiting.agent, waiting.url)), '/login');
		await assertSignedIn(waiting.agent); // though it is one for others
	});

	test('signing in again puts off the end of the session', async () => {
		await server.restart({ clock_offset: 9 * hour });
		const code = await getCode(server, clients.web, alice, { prompt: 'login' },
			{ agent: renewed.agent });
		const { sid } = payload((await redeem(server, clients.web, code)).body.id_token);
		assert.equal(sid, payload(renewed.tokens.id_token).sid);
		const session = (await server.json('session', 'list')).sessions.find((one) => one.sid === sid);
		assert.ok(session, 'the session is listed');
		await server.restart({ clock_offset: 15 * hour });
		await assertSignedIn(renewed.agent);
		await assertSignedOut(plain.agent);
	});

	test('what hangs on the session lasts with it', async () => {
		assert.equal((await refresh(server, clients.web, renewed.tokens.refresh_token)).status, 200);
		assert.equal((await refresh(server, clients.web, plain.tokens.refresh_token)).status, 400);
	});
});
