// refuse - authorization requests that are refused: to the client, or on a page
// (PROTOCOL section 3 rows 27, 28, 39-43, section 5 rows 5-14, 18-22; RFC 6749 4.1.2.1, OIDC Core 3.1.2.6)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Agent } from './lib/agent.mjs';
import { assertPage, assertRefused } from './lib/expect.mjs';
import { alice, api, redirect, world } from './lib/world.mjs';
import { answerOf, authorizeUrl, challenge, query, request, walk } from './lib/flow.mjs';

let server, clients, browser; // browser: Alice is signed in

before(async () => {
	server = await world({ clients: ['web', 'codeonly'] });
	clients = server.clients;
	const fields = { token_endpoint_auth_method: 'none', grant_types: 'authorization_code',
		scope: 'openid', require_consent: false };
	clients.two = await server.addClient('two', { ...fields,
		redirect_uris: 'https://rp.example/a,https://rp.example/b?x=1' });
	clients.native = await server.addClient('native', { ...fields,
		redirect_uris: 'http://127.0.0.1/cb,http://[::1]/cb,com.example.app:/cb' });
	clients.off = await server.addClient('off', { ...fields, redirect_uris: redirect });
	await server.tessera('client', 'set', 'off', 'enabled=false');
	clients.service = await server.addClient('service', { scope: 'api.read',
		token_endpoint_auth_method: 'client_secret_basic', grant_types: 'client_credentials' });
	browser = new Agent(server.issuer);
	await walk(browser, authorizeUrl(server, clients.web), { user: alice });
});
after(() => server.stop());

const send = (client, params) => browser.open(authorizeUrl(server, client, params));
const ask = async (client, params) => browser.follow(await send(client, params));

describe('refused on a page, never by redirect (rows 28, 41; section 5 rows 7, 8, 10; RFC 9700 4.1)', () => {
	const uri = (redirect_uri) => ['web', { redirect_uri }];
	const bad = {
		'path suffix': uri(`${redirect}/x`),
		'added query': uri(`${redirect}?x=1`),
		'trailing slash': uri(`${redirect}/`),
		'letter case of the path': uri('https://rp.example/CB'),
		'letter case of the host': uri('https://RP.example/cb'),
		'default port': uri('https://rp.example:443/cb'),
		'another port': uri('https://rp.example:8443/cb'),
		'http for https': uri('http://rp.example/cb'),
		'user information': uri('https://a@rp.example/cb'),
		fragment: uri(`${redirect}#x`),
		'dot segment': uri('https://rp.example/x/../cb'),
		'escaped letter': uri('https://rp.example/%63b'),
		'another host': uri('https://evil.example/cb'),
		'no host': uri('https:///x'),
		relative: uri('/cb'),
		'javascript:': uri('javascript:alert(1)'),
		'data:': uri('data:text/html,x'),
		'too long': uri(`${redirect}?${'a'.repeat(4000)}`),
		'changed registered query': ['two', { redirect_uri: 'https://rp.example/b?x=2' }],
		'missing registered query': ['two', { redirect_uri: 'https://rp.example/b' }],
		'missing, and two are registered': ['two', { redirect_uri: undefined }],
		'missing in an OpenID request (Core 3.1.2.1)': ['two', { redirect_uri: '', scope: 'openid' }],
		'loopback name (RFC 8252 8.3)': ['native', { redirect_uri: 'http://localhost:80/cb' }],
		'loopback, other path': ['native', { redirect_uri: 'http://127.0.0.1:80/cb2' }],
		'loopback, port is no number': ['native', { redirect_uri: 'http://127.0.0.1:x/cb' }],
		'loopback look-alike': ['native', { redirect_uri: 'http://127.0.0.1:1@evil.example/cb' }],
		'another loopback address': ['native', { redirect_uri: 'http://127.0.0.2:1/cb' }],
		'loopback, port beyond 65535': ['native', { redirect_uri: 'http://127.0.0.1:99999/cb' }],
		'client_id missing': ['web', { client_id: undefined }],
		'client_id unknown': ['web', { client_id: 'nobody' }],
		'client_id of a disabled client': ['off', {}],
		'client_id too long': ['web', { client_id: 'w'.repeat(5000) }],
		'client_id twice': ['web', { client_id: ['web', 'web'] }],
		'redirect_uri twice': ['web', { redirect_uri: [redirect, redirect] }],
		'redirect_uri twice, one is strange': ['web', { redirect_uri: [redirect, 'https://evil.example/'] }],
		'wrong address beside another error': ['web', { redirect_uri: 'https://evil.example/',
			response_type: 'nonsense', prompt: 'none' }],
	};
	for (const [name, [client, params]] of Object.entries(bad))
		test(name, async () => assertPage(await send(clients[client], params)));

	test('line breaks in the address, by POST', async () => assertPage(await browser.open('/authorize',
		{ form: [...query(request(clients.web, { redirect_uri: `${redirect}\r\nX: y` }))] })));

	const unrepeatable = { '2049 bytes': 's'.repeat(2049), '6000 bytes': 's'.repeat(6000),
		'2000 percent signs': '%'.repeat(2000), 'other characters': 'gr\u00fc\u00df',
		'two values': ['a', 'b'] };
	for (const [name, state] of Object.entries(unrepeatable))
		test(`a state of ${name}: an answer could not repeat it (RFC 6749 4.1.2.1)`, async () => {
			for (const response_mode of ['query', 'fragment', 'form_post'])
				for (const more of [{}, { prompt: 'none' }, { scope: 's'.repeat(2000) }]) {
					const page = await send(clients.web, { state, response_mode, ...more });
					assertPage(page);
					assert.equal(page.status, 400);
					assert.equal(page.textOf('error'), 'invalid_request');
				}
		});

	test('a name that is HTML stays text', async () => {
		const page = await send(clients.web, { client_id: '<script>alert(1)</script>' });
		assertPage(page);
		assert.ok(!page.text.includes('<script>alert'));
	});

	test('a client without redirect URIs', async () =>
		assertPage(await send(clients.service, { redirect_uri: redirect })));
});

test('HEAD is refused and issues nothing (RFC 9110 9.3.2)', async () => {
	const grants = async () => (await server.json('grant', 'list')).grants.length;
	const before_ = await grants();
	const page = await browser.open(authorizeUrl(server, clients.web), { method: 'HEAD' });
	assert.equal(page.status, 405);
	assert.equal(page.location, undefined);
	assert.match(page.headers.get('allow'), /\bGET\b/);
	assert.equal(await grants(), before_);
	assert.ok(answerOf(await send(clients.web))?.params.code, 'GET would have had a code');
	assert.equal(await grants(), before_ + 1);
});

describe('refused by an error to the client (RFC 6749 4.1.2.1)', () => {
	const both = ['invalid_request', 'unsupported_response_type'];
	const bad = {
		'row 27: response_type missing': [{ response_type: undefined }, both],
		'section 5 row 11: response_type unknown': [{ response_type: 'x' }, both],
		'section 5 row 20: token': [{ response_type: 'token' }, both, ['query', 'fragment']],
		'section 5 row 20: id_token': [{ response_type: 'id_token', nonce: 'n' }, both,
			['query', 'fragment']],
		'section 5 row 20: code id_token': [{ response_type: 'code id_token', nonce: 'n' }, both,
			['query', 'fragment']],
		'section 5 row 5: no challenge': [{ code_challenge: undefined,
			code_challenge_method: undefined }, 'invalid_request'],
		'section 5 row 6: plain': [{ code_challenge_method: 'plain' }, 'invalid_request'],
		'section 5 row 6: no method is plain': [{ code_challenge_method: undefined },
			'invalid_request'],
		'section 5 row 6: unknown method': [{ code_challenge_method: 'S512' }, 'invalid_request'],
		'section 5 row 6: method without challenge': [{ code_challenge: undefined },
			'invalid_request'],
		'challenge too short': [{ code_challenge: challenge.slice(1) }, 'invalid_request'],
		'challenge too long': [{ code_challenge: `${challenge}A` }, 'invalid_request'],
		'challenge not base64url': [{ code_challenge: challenge.replace('-', '+') },
			'invalid_request'],
		'section 5 row 13: nonce over limit': [{ nonce: 'n'.repeat(5000) }, 'invalid_request'],
		'section 5 row 13: login_hint over limit': [{ login_hint: 'l'.repeat(5000) },
			'invalid_request'],
		'section 5 row 13: acr_values over limit': [{ acr_values: 'a'.repeat(5000) },
			'invalid_request'],
		'section 5 row 13: ui_locales over limit': [{ ui_locales: 'a'.repeat(5000) },
			'invalid_request'],
		'section 5 row 14: none with login': [{ prompt: 'none login' }, 'invalid_request'],
		'section 5 row 14: create with login': [{ prompt: 'create login' }, 'invalid_request'],
		'section 5 row 14: unknown prompt': [{ prompt: 'dance' }, 'invalid_request'],
		'section 5 row 17: max_age negative': [{ max_age: '-1' }, 'invalid_request'],
		'section 5 row 17: max_age text': [{ max_age: 'ten' }, 'invalid_request'],
		'section 5 row 17: max_age with a sign': [{ max_age: '+1' }, 'invalid_request'],
		'section 5 row 17: max_age of 30 digits': [{ max_age: '9'.repeat(30) },
			['invalid_request', undefined]],
		'no scope, and no default (RFC 6749 3.3)': [{ scope: undefined }, 'invalid_scope'],
		'section 5 row 19: scope unknown': [{ scope: 'openid nonsense' }, 'invalid_scope'],
		'section 5 row 19: scope too long': [{ scope: `openid ${'s'.repeat(5000)}` },
			['invalid_scope', 'invalid_request']],
		'section 5 row 19: identity scope without openid': [{ scope: 'profile' }, 'invalid_scope'],
		'section 5 row 19: scope of illegal characters': [{ scope: 'openid "x"' }, 'invalid_scope'],
		'row 39: request': [{ request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
		'row 40: request_uri': [{ request_uri: 'https://rp.example/r' },
			'request_uri_not_supported'],
		'OIDC Core 7.2.1: registration': [{ registration: '{}' }, 'registration_not_supported'],
		'section 5 row 22: resource with fragment': [{ resource: `${api}#x` }, 'invalid_target'],
		'section 5 row 22: resource relative': [{ resource: '/api' }, 'invalid_target'],
		'section 5 row 22: resource over 512': [{ resource: `${api}${'x'.repeat(600)}` },
			'invalid_target'],
		'section 5 row 22: resource unknown': [{ resource: 'https://nobody.example/' },
			'invalid_target'],
		'section 5 row 22: one of two unknown': [{ scope: 'api.read',
			resource: [api, 'https://nobody.example/'] }, 'invalid_target'],
		'forty resources': [{ resource: Array.from({ length: 40 }, (_, i) => `${api}${i}`) },
			['invalid_target', 'invalid_request']],
		'id_token_hint that is none': [{ id_token_hint: 'nonsense' },
			['invalid_request', 'login_required']],
	};
	for (const [name, [params, errors, modes]] of Object.entries(bad))
		test(name, async () => {
			const page = await ask(clients.web, params);
			const mode = answerOf(page)?.mode;
			if ([errors].flat().includes(undefined) && answerOf(page)?.params.code)
				return;
			assertRefused(server, page, errors, modes?.includes(mode) ? mode : 'query');
		});

	test('section 5 row 19: offline_access for a client without refresh tokens', async () => {
		assertRefused(server, await ask(clients.codeonly, { scope: 'openid offline_access' }),
			'invalid_scope');
	});

	test('section 5 row 19: a scope that the client may not ask for', async () => {
		assertRefused(server, await ask(clients.codeonly, { scope: 'openid address' }), 'invalid_scope');
	});

	for (const name of ['scope', 'state', 'nonce', 'response_type', 'prompt', 'code_challenge',
		'code_challenge_method', 'max_age', 'login_hint', 'response_mode'])
		test(`section 5 row 21: ${name} twice`, async () => {
			const one = request(clients.web)[name] ?? { max_age: '10', prompt: 'login',
				response_mode: 'query' }[name] ?? 'x';
			const page = await send(clients.web, { [name]: [one, one] });
			const found = answerOf(page);
			if (found)
				assert.equal(found.params.error, 'invalid_request');
			else
				assertPage(page);
		});
});
