// consent - what people allow: the page, what is remembered, what a form is good for (PROTOCOL section 1;
// OIDC Core 3.1.2.4)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Agent, elements } from './lib/agent.mjs';
import { assertRefused, assertSafe } from './lib/expect.mjs';
import { alice, bob, redirect, world } from './lib/world.mjs';
import { answerOf, authorizeUrl, pathOf, payload, redeem, userinfo, walk } from './lib/flow.mjs';

let server, clients;
const shown = { client_name: 'Ham & <Eggs> "Ltd"', logo_uri: 'https://rp.example/logo.png',
	policy_uri: 'https://rp.example/policy?a=1&b=2', tos_uri: 'https://rp.example/tos' };

before(async () => {
	server = await world({ clients: ['web', 'asks'] });
	clients = server.clients;
	clients.shown = await server.addClient('shown', { token_endpoint_auth_method: 'none',
		grant_types: 'authorization_code', scope: 'openid,profile,email,api.read',
		redirect_uris: `${redirect}?own=1`, require_consent: true, ...shown });
});
after(() => server.stop());

const newAgent = () => new Agent(server.issuer);
const consentPage = (agent, client = clients.shown, params) =>
	walk(agent, authorizeUrl(server, client, params), { user: alice, consent: false });
const press = async (agent, page, id, fields) =>
	agent.follow(await agent.press(page, id, fields));

// A client that nobody has allowed anything yet.
let n = 0;
const newClient = (scope) => server.addClient(`rp${n++}`, { token_endpoint_auth_method: 'none',
	grant_types: 'authorization_code', scope, redirect_uris: redirect, require_consent: true });

describe('the page', () => {
	test('items 1, 2: its own URL, ids, the scopes by name', async () => {
		const page = await consentPage(newAgent(), clients.shown, { scope: 'openid email api.read' });
		assert.equal(pathOf(page), '/consent');
		assertSafe(page);
		for (const id of ['consent-allow', 'consent-deny'])
			assert.ok(page.has(id), id);
		const values = elements(page.text, 'input').map((input) => input.value);
		for (const scope of ['email', 'api.read'])
			assert.ok(values.includes(scope), scope);
		assert.ok(page.text.includes('Ham &amp; &lt;Eggs&gt;'));
		assert.ok(page.text.includes('rp.example'), 'where the answer goes');
	});

	test('deny: access_denied to the client with state', async () => {
		const agent = newAgent();
		const page = await consentPage(agent);
		const found = answerOf(await agent.follow(await agent.press(page, 'consent-deny')));
		assert.equal(found.params.error, 'access_denied');
		assert.equal(found.params.state, 'st-1');
		assert.equal(found.params.iss, server.issuer);
	});

	test('item 10: remembered for client and scope, asked again for more', async () => {
		const agent = newAgent();
		const first = { scope: 'openid email' };
		await agent.follow(await agent.press(await consentPage(agent, clients.shown, first),
			'consent-allow'));
		const again = await walk(agent, authorizeUrl(server, clients.shown, first), { consent: false });
		assert.ok(answerOf(again)?.params.code);
		const more = await walk(agent, authorizeUrl(server, clients.shown,
			{ scope: 'openid email profile' }), { consent: false });
		assert.equal(pathOf(more), '/consent');
		const other = await walk(newAgent(), authorizeUrl(server, clients.shown, first),
			{ user: bob, consent: false });
		assert.equal(pathOf(other), '/consent');
	});

	test('not remembered when the person does not want it', async () => {
		const agent = newAgent();
		const page = await consentPage(agent, clients.asks, { scope: 'openid phone' });
		const done = await agent.follow(await agent.press(page, 'consent-allow', { remember: [] }));
		assert.ok(answerOf(done)?.params.code);
		const again = await walk(agent, authorizeUrl(server, clients.asks,
			{ scope: 'openid phone' }), { consent: false });
		assert.equal(pathOf(again), '/consent');
	});

	test('what is not ticked is not granted', async () => {
		const agent = newAgent();
		const page = await consentPage(agent, clients.asks, { scope: 'openid email address' });
		const done = await agent.follow(await agent.press(page, 'consent-allow',
			{ granted: ['email'] }));
		const tokens = await redeem(server, clients.asks, answerOf(done).params.code);
		assert.deepEqual(tokens.body.scope.split(' ').sort(), ['email', 'openid']);
		const { body } = await userinfo(server, tokens.body.access_token);
		assert.equal(body.address, undefined);
		assert.ok(body.email);
	});

	test('a scope that was not asked for cannot be ticked in', async () => {
		const agent = newAgent();
		const page = await consentPage(agent, clients.asks, { scope: 'openid phone' });
		const form = page.formOf('consent-allow');
		const sent = [...form.inputs.filter((i) => i.type === 'hidden')
			.map((i) => [i.name, i.value]), ['granted', 'phone'], ['granted', 'email'],
		['action', 'allow']];
		const done = await agent.follow(await agent.open(form.action, { form: sent }));
		const code = answerOf(done)?.params.code;
		if (code) {
			const { body } = await redeem(server, clients.asks, code);
			assert.ok(!body.scope.split(' ').includes('email'));
		}
	});

	for (const [name, headers] of [['from another site', { origin: 'https://evil.example',
		'sec-fetch-site': 'cross-site' }], ['without the token of the page', {}]])
		test(`a form ${name} allows nothing`, async () => {
			const agent = newAgent();
			const page = await consentPage(agent, clients.asks, { scope: 'openid email phone' });
			const form = page.formOf('consent-allow');
			const csrf = headers.origin ? form.inputs.find((i) => i.name === 'csrf')?.value : 'wrong';
			const done = await agent.follow(await agent.open(form.action,
				{ form: [['csrf', csrf ?? ''], ['granted', 'email'], ['action', 'allow']], headers }));
			assert.equal(answerOf(done)?.params.code, undefined);
		});

	test('consent needs somebody who is signed in', async () => {
		const agent = newAgent();
		const page = await consentPage(agent, clients.asks, { scope: 'openid email phone' });
		agent.cookies.clear();
		const done = await agent.follow(await agent.press(page, 'consent-allow'));
		assert.equal(answerOf(done)?.params.code, undefined);
	});
});

describe('what is ticked', () => {
	test('nothing, of a request in which nothing is required: access_denied', async () => {
		const [agent, rp] = [newAgent(), await newClient('api.read,api.write')];
		const page = await consentPage(agent, rp, { scope: 'api.read api.write' });
		assertRefused(server, await press(agent, page, 'consent-allow', { granted: [] }),
			'access_denied');
		const again = await walk(agent, authorizeUrl(server, rp, { scope: 'api.read' }),
			{ consent: false });
		assert.equal(pathOf(again), '/consent', 'and nothing is remembered');
	});

	test('nothing, but openid cannot be left out: a code for openid alone', async () => {
		const [agent, rp] = [newAgent(), await newClient('openid,email')];
		const page = await consentPage(agent, rp, { scope: 'openid email' });
		const done = answerOf(await press(agent, page, 'consent-allow', { granted: [] }));
		assert.equal((await redeem(server, rp, done.params.code)).body.scope, 'openid');
	});

	test('twenty optional scopes', async () => {
		const names = Array.from({ length: 20 }, (_, i) => `many.${i}`);
		for (const name of names)
			await server.tessera('scope', 'add', name);
		const [agent, rp] = [newAgent(), await newClient(['openid', ...names].join())];
		const page = await consentPage(agent, rp, { scope: ['openid', ...names].join(' ') });
		assert.equal(page.formOf('consent-allow').inputs
			.filter((input) => input.name === 'granted').length, names.length);
		const done = answerOf(await press(agent, page, 'consent-allow'));
		assert.ok(done?.params.code);
		const { body } = await redeem(server, rp, done.params.code);
		assert.deepEqual(body.scope.split(' ').sort(), ['openid', ...names].sort());
	});
});

describe('what is remembered', () => {
	test('each answer is joined to those before', async () => {
		const [agent, rp] = [newAgent(), await newClient('openid,email,profile,phone')];
		const asks = async (scope) => pathOf(await walk(agent, authorizeUrl(server, rp, { scope }),
			{ consent: false })) === '/consent';
		for (const scope of ['openid email', 'openid profile'])
			await press(agent, await consentPage(agent, rp, { scope }), 'consent-allow');
		for (const scope of ['openid email', 'openid profile', 'openid email profile', 'openid'])
			assert.equal(await asks(scope), false, scope);
		assert.equal(await asks('openid email profile phone'), true);
	});
});

describe('a page that was shown to somebody else', () => {
	for (const [name, id] of [['Allow', 'consent-allow'], ['Do not allow', 'consent-deny']])
		test(`${name}, after another user has signed in: no answer, the page again`, async () => {
			const [agent, rp] = [newAgent(), await newClient('openid,email')];
			const params = { scope: 'openid email' };
			const page = await consentPage(agent, rp, params);
			assert.ok(page.text.includes(alice.username));
			await walk(agent, authorizeUrl(server, clients.web, { prompt: 'login' }), { user: bob });
			const next = await press(agent, page, id);
			assert.equal(answerOf(next), undefined, String(next));
			assert.equal(pathOf(next), '/consent');
			assert.ok(next.text.includes(bob.username) && !next.text.includes(alice.username));
			const done = answerOf(await press(agent, next, 'consent-allow'));
			const { body } = await redeem(server, rp, done.params.code);
			assert.equal(payload(body.id_token).sub, server.users.bob.sub);
			const first = await consentPage(newAgent(), rp, params);
			assert.equal(pathOf(first), '/consent', 'nothing is remembered of the first');
		});
});
