// authorize - authorization requests that are good, and how they are answered
// (PROTOCOL section 3 rows 25, 26, 29, 31, 32, 43-47; RFC 6749 4.1, OIDC Core 3.1.2)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Agent } from './lib/agent.mjs';
import { assertCode, assertRefused } from './lib/expect.mjs';
import { alice, api, otherApi, redirect, world } from './lib/world.mjs';
import { answerOf, authorizeUrl, pathOf, query, request, walk } from './lib/flow.mjs';

let server, clients, browser; // browser: Alice is signed in

before(async () => {
	server = await world({ clients: ['web', 'nopkce'] });
	clients = server.clients;
	const fields = { token_endpoint_auth_method: 'none', grant_types: 'authorization_code',
		scope: 'openid', require_consent: false };
	clients.two = await server.addClient('two', { ...fields,
		redirect_uris: 'https://rp.example/a,https://rp.example/b?x=1' });
	clients.native = await server.addClient('native', { ...fields,
		redirect_uris: 'http://127.0.0.1/cb,http://[::1]/cb,com.example.app:/cb' });
	browser = new Agent(server.issuer);
	await walk(browser, authorizeUrl(server, clients.web), { user: alice });
});
after(() => server.stop());

const ask = async (client, params) =>
	browser.follow(await browser.open(authorizeUrl(server, client, params)));

describe('requests that are good', () => {
	test('row 25: form POST works as GET does', async () => {
		assertCode(await browser.follow(await browser.open('/authorize',
			{ form: [...query(request(clients.web))] })));
	});

	test('row 44: code, state, iss and nothing else (RFC 9207 2)', async () => {
		const { params, keys, url } = assertCode(await ask(clients.web));
		assert.deepEqual(keys, ['code', 'iss', 'state']);
		assert.equal(params.iss, server.issuer);
		assert.equal(params.state, 'st-1');
		assert.equal(url.origin + url.pathname, redirect);
	});

	test('no state asked for, none returned (section 3 row 76)', async () => {
		assert.deepEqual(assertCode(await ask(clients.web, { state: undefined })).keys,
			['code', 'iss']);
	});

	test('row 45: a code has at least 96 bits of Shannon entropy, no two alike', async () => {
		const codes = [];
		for (let i = 0; i < 8; i++)
			codes.push(assertCode(await ask(clients.web)).params.code);
		assert.equal(new Set(codes).size, codes.length);
		for (const code of codes) {
			const counts = Object.values(Object.groupBy?.([...code], (c) => c) ?? {});
			const sizes = counts.length > 0 ? counts.map((list) => list.length) :
				[...new Set(code)].map((c) => code.split(c).length - 1);
			const bits = sizes.reduce((sum, n) => sum - n * Math.log2(n / code.length), 0);
			assert.ok(bits > 96, `${bits} bits`);
			assert.match(code, /^[\x20-\x7e]+$/);
		}
	});

	const good = {
		'row 26: unknown parameters': { foo: 'bar', 'x[y]': '1', nothing: '' },
		'row 26: order of scopes': { scope: 'email profile openid' },
		'row 29: display': { display: 'popup' },
		'row 29: unknown display': { display: 'hologram' },
		'row 29: ui_locales=se': { ui_locales: 'se' },
		'row 29: claims_locales=se': { claims_locales: 'se' },
		'row 29: login_hint': { login_hint: 'somebody@example.com' },
		'row 29: acr_values': { acr_values: '1 2 urn:x' },
		'row 38: claims with unknown members': { claims: '{"userinfo":{"x":null}}' },
		'row 31: no nonce for code': { nonce: undefined },
		'section 3 row 76: nonce of 64 characters': { nonce: 'n'.repeat(64) },
		'a scope twice counts once': { scope: 'openid email openid' },
		'empty parameters are absent (RFC 6749 3.1)': { prompt: '', max_age: '', nonce: '' },
		'prompt=consent and offline_access': { scope: 'openid offline_access' },
		'row 57: PKCE': {},
		'an API': { scope: 'api.read', resource: api },
		'two APIs': { scope: 'openid api.read other.read', resource: [api, otherApi] },
	};
	for (const [name, params] of Object.entries(good))
		test(name, async () => void assertCode(await ask(clients.web, params)));

	test('section 5 row 6: no PKCE for a client that need not', async () => {
		assertCode(await ask(clients.nopkce,
			{ code_challenge: undefined, code_challenge_method: undefined }));
	});

	test('the only redirect URI may be left out (RFC 6749 3.1.2.3)', async () => {
		assertCode(await ask(clients.web, { redirect_uri: undefined, scope: 'api.read' }));
	});

	test('row 17: a registered query is kept', async () => {
		const { url, keys } = assertCode(await ask(clients.two,
			{ redirect_uri: 'https://rp.example/b?x=1' }));
		assert.equal(url.searchParams.get('x'), '1');
		assert.deepEqual(keys, ['code', 'iss', 'state', 'x']);
	});

	for (const uri of ['http://127.0.0.1:49152/cb', 'http://127.0.0.1/cb', 'http://[::1]:8/cb',
		'com.example.app:/cb'])
		test(`a native application's ${uri} (RFC 8252 7)`, async () => {
			const { url } = assertCode(await ask(clients.native, { redirect_uri: uri }));
			assert.ok(url.href.startsWith(uri));
		});
});

describe('response modes (OAuth Multiple Response Types 2.1, Form Post 2)', () => {
	test('row 46: code comes in the query by default', async () => {
		const page = await ask(clients.web);
		assert.ok([302, 303].includes(page.status));
		assert.equal(assertCode(page).url.hash, '');
	});

	test('fragment: nothing in the query', async () => {
		assert.equal(assertCode(await ask(clients.web, { response_mode: 'fragment' }), 'fragment')
			.url.search, '');
	});

	test('row 47: form_post', async () => {
		const page = await ask(clients.web, { response_mode: 'form_post', state: '"><b>&amp;' });
		const { params, url, method } = assertCode(page, 'form_post');
		assert.equal(method, 'post');
		assert.equal(url.href, redirect);
		assert.equal(params.state, '"><b>&amp;');
		assert.ok(!page.text.includes('"><b>'));
		assert.ok(page.forms[0].buttons.length + page.forms[0].inputs
			.filter((input) => input.type === 'submit').length > 0, 'a button for browsers without script');
		assert.match(page.headers.get('cache-control'), /no-store/);
	});

	for (const mode of ['query', 'fragment', 'form_post'])
		test(`section 5 row 12: an error keeps the mode ${mode}`, async () => {
			assertRefused(server, await ask(clients.web, { response_mode: mode, scope: 'openid nonsense' }),
				'invalid_scope', mode);
		});

	test('an unknown mode is refused', async () => {
		assertRefused(server, await ask(clients.web, { response_mode: 'smoke' }), 'invalid_request');
	});
});

describe('state (rows 32, 42; section 3 row 76)', () => {
	const states = { '128 characters': 's'.repeat(128), '1000 characters': 's'.repeat(1000),
		'every printable character': String.fromCharCode(...Array.from({ length: 95 },
			(_, i) => 32 + i)), 'percent and plus': 'a+b%20c%2B', 'not ASCII': 'gr\u00fc\u00df \u{1f600}' };
	for (const [name, state] of Object.entries(states))
		test(`${name}: comes back untouched`, async () => {
			for (const response_mode of ['query', 'fragment', 'form_post']) {
				const page = await ask(clients.web, { state, response_mode });
				if (name === 'not ASCII' && page.textOf('error') === 'invalid_request')
					continue; // RFC 6749 A.5 allows only VSCHAR
				assert.equal(assertCode(page, response_mode).params.state, state);
			}
		});

	test('a state that is far too long is refused or returned whole, never cut', async () => {
		const state = 's'.repeat(6000);
		const page = await browser.open(authorizeUrl(server, clients.web, { state }));
		const found = answerOf(page);
		if (found)
			assert.ok([state, undefined].includes(found.params.state));
		else
			assert.ok(page.status >= 400 && page.status < 500);
	});
});

test('login and consent have URLs of their own (section 1 item 1)', async () => {
	const page = await walk(new Agent(server.issuer), authorizeUrl(server, clients.web));
	assert.equal(pathOf(page), '/login');
});
