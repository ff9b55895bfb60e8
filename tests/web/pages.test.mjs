// pages - what people see: login, errors (PROTOCOL section 1); consent.test.mjs has the rest
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Agent, elements } from './lib/agent.mjs';
import { assertSafe } from './lib/expect.mjs';
import { alice, redirect, world } from './lib/world.mjs';
import { answerOf, authorizeUrl, getTokens, pathOf, payload, walk } from './lib/flow.mjs';

let server, clients;
const shown = { client_name: 'Ham & <Eggs> "Ltd"', logo_uri: 'https://rp.example/logo.png',
	policy_uri: 'https://rp.example/policy?a=1&b=2', tos_uri: 'https://rp.example/tos' };

before(async () => {
	server = await world({ clients: ['web'] });
	clients = server.clients;
	clients.shown = await server.addClient('shown', { token_endpoint_auth_method: 'none',
		grant_types: 'authorization_code', scope: 'openid,profile,email,api.read',
		redirect_uris: `${redirect}?own=1`, require_consent: true, ...shown });
});
after(() => server.stop());

const newAgent = () => new Agent(server.issuer);
const loginPage = (agent, client = clients.web, params) =>
	walk(agent, authorizeUrl(server, client, params));

describe('login', () => {
	test('items 1, 2: its own URL, fixed ids and names, a plain form', async () => {
		const page = await loginPage(newAgent());
		assert.equal(page.status, 200);
		assert.equal(pathOf(page), '/login');
		assertSafe(page);
		const form = page.formOf('login-submit');
		assert.equal(form.method, 'post');
		const named = (id) => [...form.inputs, ...form.buttons].find((c) => c.id === id);
		assert.equal(named('username').name, 'username');
		assert.equal(named('password').name, 'password');
		assert.equal(named('password').type, 'password');
		for (const id of ['login-submit', 'login-cancel'])
			assert.equal(named(id).type, 'submit', id);
		assert.equal(elements(page.text, 'script').length, 0);
	});

	test('labels and autocomplete for people and password managers', async () => {
		const { text } = await loginPage(newAgent());
		const labels = elements(text, 'label').map((label) => label.for);
		for (const id of ['username', 'password'])
			assert.ok(labels.includes(id), id);
		const inputs = elements(text, 'input');
		assert.equal(inputs.find((i) => i.id === 'username').autocomplete, 'username');
		assert.equal(inputs.find((i) => i.id === 'password').autocomplete, 'current-password');
	});

	test('item 5: client name, logo, policy, terms; escaped', async () => {
		const page = await loginPage(newAgent(), clients.shown);
		assert.ok(page.text.includes('Ham &amp; &lt;Eggs&gt;'));
		assert.ok(elements(page.text, 'img').some((img) => img.src === shown.logo_uri));
		const links = elements(page.text, 'a').map((a) => a.href);
		assert.ok(links.includes(shown.policy_uri));
		assert.ok(links.includes(shown.tos_uri));
		assert.match(page.headers.get('content-security-policy'), /img-src[^;]*https:/);
	});

	test('item 3: Cancel on the first page: access_denied, state, iss, own query', async () => {
		const agent = newAgent();
		const state = 's'.repeat(128);
		const page = await loginPage(agent, clients.shown, { state });
		const found = answerOf(await agent.follow(await agent.press(page, 'login-cancel')));
		assert.equal(found.params.error, 'access_denied');
		assert.equal(found.params.state, state);
		assert.equal(found.params.iss, server.issuer);
		assert.equal(found.url.searchParams.get('own'), '1');
	});

	test('item 10: the answer to the form is 303', async () => {
		const agent = newAgent();
		const page = await loginPage(agent);
		const done = await agent.press(page, 'login-submit', alice);
		assert.equal(done.status, 303);
	});

	test('the cookie: HttpOnly, SameSite=Lax, no Domain, named tessera', async () => {
		const agent = newAgent();
		const page = await loginPage(agent);
		assert.equal(agent.cookies.has('tessera'), false);
		await agent.press(page, 'login-submit', alice);
		assert.ok(agent.cookies.has('tessera'));
		assert.match(agent.lastCookie, /;\s*HttpOnly/i);
		assert.match(agent.lastCookie, /;\s*SameSite=Lax/i);
		assert.match(agent.lastCookie, /;\s*Path=\//i);
		assert.doesNotMatch(agent.lastCookie, /;\s*Domain/i);
	});

	test('the user name without regard to case', async () => {
		const page = await walk(newAgent(), authorizeUrl(server, clients.web),
			{ user: { ...alice, username: 'ALICE' } });
		assert.ok(answerOf(page)?.params.code);
	});

	test('wrong user, wrong password, disabled, without a password: all look the same', async () => {
		await server.addUser('disabled', 'right');
		await server.tessera('user', 'set', 'disabled', 'enabled=false');
		await server.tessera('user', 'add', 'no-password', '--no-password');
		const seen = [];
		for (const user of [{ username: 'alice', password: 'wrong' },
			{ username: 'nobody', password: 'wrong' }, { username: 'disabled', password: 'right' },
			{ username: 'no-password', password: 'x' }, { username: 'no-password', password: '' }]) {
			const agent = newAgent();
			const page = await agent.press(await loginPage(agent), 'login-submit', user);
			assert.equal(page.status, 400); // 401 would need a challenge (RFC 9110 15.5.2)
			assert.equal(page.headers.get('www-authenticate'), null);
			assert.ok(page.has('login-submit'));
			assert.equal(agent.cookies.has('tessera'), false);
			assertSafe(page);
			assert.ok(!page.text.includes('wrong"'), 'a password never comes back');
			if (user.password !== '')
				seen.push([page.status, page.textOf('problem')]);
		}
		for (const one of seen)
			assert.deepEqual(one, seen[0]);
		assert.ok(seen[0][1]);
	});

	test('after a mistake the same form works', async () => {
		const agent = newAgent();
		const wrong = await agent.press(await loginPage(agent), 'login-submit',
			{ ...alice, password: 'wrong' });
		const page = await agent.follow(await agent.press(wrong, 'login-submit', alice));
		assert.ok(answerOf(page)?.params.code);
	});

	test('user names that are HTML, SQL, very long or not text', async () => {
		for (const username of ['<script>alert(1)</script>', "' or 1=1 --", 'a'.repeat(5000),
			'\u0000', '\u202e\u{1f600}', '"><img src=x>']) {
			const agent = newAgent();
			const page = await agent.press(await loginPage(agent), 'login-submit',
				{ username, password: 'x' });
			assert.ok(page.status < 500, String(page));
			assert.ok(!page.text.includes('<script>alert') && !page.text.includes('<img src=x>'));
			assert.equal(agent.cookies.has('tessera'), false);
		}
	});

	const malformed = {
		'a password of 1025 bytes': { username: 'alice', password: 'p'.repeat(1025) },
		'a password of 20000 bytes': { username: 'alice', password: 'p'.repeat(20000) },
		'a user name of 257 bytes': { username: 'a'.repeat(257), password: 'x' },
		'control characters in the user name': { username: 'al\u0007ice', password: 'x' },
		'line breaks in the user name': { username: 'alice\r\nX: y', password: 'x' },
		'no user name': { username: '', password: 'x' },
	};
	for (const [name, user] of Object.entries(malformed))
		test(`${name}: a failed sign-in like others, and the form works on`, async () => {
			const agent = newAgent();
			const wrong = await agent.press(await loginPage(agent), 'login-submit', user);
			assert.equal(wrong.status, 400);
			assert.ok(wrong.textOf('problem'));
			assert.equal(wrong.textOf('error'), undefined);
			assertSafe(wrong);
			const page = await agent.follow(await agent.press(wrong, 'login-submit', alice));
			assert.ok(answerOf(page)?.params.code, String(page));
		});

	test('a form from another site signs nobody in (login CSRF)', async () => {
		const agent = newAgent();
		const form = (await loginPage(agent)).formOf('login-submit');
		const done = await newAgent().open(form.action, { form: { ...alice, action: 'login' },
			headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } });
		assert.equal(done.headers.getSetCookie().some((line) => /^tessera=\S{20}/.test(line)), false);
	});

	test('opened without a request: a page, 4xx', async () => {
		for (const path of ['/login', '/consent', '/login?client_id=nobody']) {
			const page = await newAgent().open(path);
			assert.ok(page.status >= 400 && page.status < 500, `${path} ${page.status}`);
			assert.ok(page.textOf('error'));
			assertSafe(page);
		}
	});
});

describe('errors (item 4)', () => {
	const phrases = new Map();
	const cases = {
		'redirect_uri missing': { redirect_uri: undefined, client_id: 'pair' },
		'redirect_uri not registered': { redirect_uri: 'https://evil.example/' },
		'client unknown': { client_id: 'nobody' },
		'client missing': { client_id: undefined },
	};
	before(() => server.addClient('pair', { token_endpoint_auth_method: 'none', scope: 'openid',
		grant_types: 'authorization_code', redirect_uris: 'https://rp.example/1,https://rp.example/2' }));

	for (const [name, params] of Object.entries(cases))
		test(`${name}: 4xx, HTML, the code in #error, a phrase of its own`, async () => {
			const page = await newAgent().open(authorizeUrl(server, clients.web, params));
			assert.ok(page.status >= 400 && page.status < 500);
			assertSafe(page);
			assert.match(page.textOf('error'), /^(invalid_request|invalid_client|unauthorized_client)$/);
			const phrase = page.textOf('error-description');
			assert.ok(phrase);
			assert.ok(![...phrases.values()].includes(phrase), phrase);
			phrases.set(name, phrase);
		});

	test('post_logout_redirect_uri not registered, invalid id_token_hint', async () => {
		const { id_token } = await getTokens(server, clients.web, alice);
		const open = (query) => newAgent().open(`/logout?${new URLSearchParams(query)}`);
		const [uri, hint] = [
			await open({ id_token_hint: id_token, post_logout_redirect_uri: 'https://evil.example/' }),
			await open({ id_token_hint: 'nonsense', post_logout_redirect_uri: 'https://evil.example/' })];
		for (const page of [uri, hint]) {
			assert.equal(page.location, undefined);
			assertSafe(page);
			if (page.status >= 400)
				assert.equal(page.textOf('error'), 'invalid_request');
		}
		assert.equal(payload(id_token).iss, server.issuer);
	});
});
