// cli_client - the command line and clients: what is registered and what is not (PROTOCOL section 3 rows
// 9, 16; RFC 8252 7, RFC 9700 2.1, 2.2, 2.6)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { DONE, NO, USAGE, commands } from './lib/expect.mjs';
import { start } from './lib/server.mjs';

let server, expect, json;

before(async () => {
	server = await start({ launch: false });
	({ expect, json } = commands(server));
});
after(() => server.stop());

const redirect = 'redirect_uris=https://rp.example/cb';

describe('clients', () => {
	const bad = {
		'row 9: javascript:': ['redirect_uris=javascript:alert(1)'],
		'row 9: data:': ['redirect_uris=data:text/html,x'],
		'row 9: vbscript:': ['redirect_uris=vbscript:x'],
		'row 9: file:': ['redirect_uris=file:///etc/passwd'],
		'row 16: fragment': ['redirect_uris=https://rp.example/cb#x'],
		'relative': ['redirect_uris=/cb'],
		'no host': ['redirect_uris=https:///cb'],
		'one of two is bad': ['redirect_uris=https://rp.example/cb,javascript:x'],
		'post_logout with javascript:': [redirect, 'post_logout_redirect_uris=javascript:x'],
		'logo with javascript:': [redirect, 'logo_uri=javascript:x'],
		'code without a redirect URI': ['grant_types=authorization_code'],
		'unknown grant': [redirect, 'grant_types=password'],
		'unknown method': [redirect, 'token_endpoint_auth_method=none_at_all'],
		'public client_credentials': ['grant_types=client_credentials',
			'token_endpoint_auth_method=none'],
		'public without PKCE': [redirect, 'token_endpoint_auth_method=none', 'require_pkce=false'],
		'public, refresh tokens that stay the same (RFC 9700 2.2.2)': [redirect,
			'grant_types=authorization_code,refresh_token', 'token_endpoint_auth_method=none',
			'refresh_token_usage=reuse'],
		'http to another machine (RFC 9700 2.6)': ['redirect_uris=http://rp.example/cb'],
		'http to a name that only begins like ours': ['redirect_uris=http://localhost.example/cb'],
		'http to an address that only begins like ours': ['redirect_uris=http://127.0.0.10/cb'],
		'a private scheme without a dot (RFC 8252 7.1)': ['redirect_uris=myapp:/cb'],
		'post_logout with http to another machine': [redirect,
			'post_logout_redirect_uris=http://rp.example/bye'],
		'CORS origin with a path': [redirect, 'allowed_cors_origins=https://spa.example/x'],
		'CORS origin *': [redirect, 'allowed_cors_origins=*'],
		'CORS origin null': [redirect, 'allowed_cors_origins=null'],
		'negative lifetime': [redirect, 'access_token_lifetime=-1'],
		'lifetime of none': [redirect, 'access_token_lifetime=0'],
		'unknown algorithm': [redirect, 'id_token_signed_response_alg=none'],
		'HMAC': [redirect, 'id_token_signed_response_alg=HS256'],
		'a scope of two words': [redirect, 'scope=a b'],
		'a secret from the command line': [redirect, 'client_secret=x'],
		'secrets from the command line': [redirect, 'secrets=x'],
	};
	for (const [name, fields] of Object.entries(bad))
		test(`refused: ${name}`, async () => {
			const done = await server.attempt(['client', 'add', 'bad', ...fields]);
			const there = await server.attempt(['client', 'remove', 'bad']);
			assert.equal(done.code, USAGE, done.stderr);
			assert.equal(there.code, NO);
		});

	for (const id of ['a b', 'a\nb', 'x'.repeat(300), 'gr\u00fc\u00df'])
		test(`no client_id: ${JSON.stringify(id).slice(0, 20)}`, () =>
			expect(USAGE, ['client', 'add', id, redirect]));

	for (const uri of ['http://127.0.0.1/cb', 'http://127.0.0.1:8080/cb', 'http://[::1]/cb',
		'http://localhost:3000/cb', 'com.example.app:/cb'])
		test(`${uri} is fine (RFC 8252 7)`, async () => {
			await expect(DONE, ['client', 'add', 'fine', `redirect_uris=${uri}`,
				'token_endpoint_auth_method=none']);
			await expect(DONE, ['client', 'remove', 'fine']);
		});

	test('a public client cannot be changed to refresh tokens that stay the same', async () => {
		await expect(DONE, ['client', 'add', 'turns', redirect, 'token_endpoint_auth_method=none']);
		await expect(USAGE, ['client', 'set', 'turns', 'refresh_token_usage=reuse']);
		await expect(DONE, ['client', 'set', 'turns', 'refresh_token_usage=reuse',
			'token_endpoint_auth_method=client_secret_basic']);
		await expect(USAGE, ['client', 'set', 'turns', 'token_endpoint_auth_method=none']);
	});

	test('a client and an API never have the same name: both authenticate by it', async () => {
		await expect(DONE, ['resource', 'add', 'https://same.example/']);
		await expect(USAGE, ['client', 'add', 'https://same.example/', redirect]);
		await expect(NO, ['client', 'show', 'https://same.example/']);
		await expect(DONE, ['client', 'add', 'urn:same', redirect]);
		await expect(USAGE, ['resource', 'add', 'urn:same']);
		await expect(NO, ['resource', 'show', 'urn:same']);
		await expect(DONE, ['resource', 'remove', 'https://same.example/']);
		await expect(DONE, ['client', 'add', 'https://same.example/', redirect]);
	});

	test('a secret is printed once and never again', async () => {
		const made = await json('client', 'add', 'conf', redirect,
			'token_endpoint_auth_method=client_secret_basic');
		assert.match(made.client_secret, /^[\w-]{43}$/);
		for (const args of [['client', 'show', 'conf'], ['client', 'show', 'conf', '--json'],
			['client', 'list', '--json']])
			assert.ok(!(await expect(DONE, args)).stdout.includes(made.client_secret));
		const second = await json('client', 'secret', 'conf');
		assert.notEqual(second.client_secret, made.client_secret);
		assert.equal((await json('client', 'show', 'conf')).secrets.length, 2);
	});

	test('a public client has none', async () => {
		const made = await json('client', 'add', 'pub', redirect, 'token_endpoint_auth_method=none');
		assert.equal(made.client_secret, undefined);
		await expect(USAGE, ['client', 'secret', 'pub']);
	});

	test('an id is made when none is given', async () =>
		assert.match((await json('client', 'add', redirect)).client_id, /^\S{16,}$/));

	test('lists: = replaces, += adds, -= takes away', async () => {
		await expect(DONE, ['client', 'add', 'lists', redirect, 'scope=openid,email']);
		const scope = async () => (await json('client', 'show', 'lists')).scope;
		await expect(DONE, ['client', 'set', 'lists', 'scope+=profile']);
		assert.deepEqual(await scope(), ['openid', 'email', 'profile']);
		await expect(DONE, ['client', 'set', 'lists', 'scope-=email']);
		assert.deepEqual(await scope(), ['openid', 'profile']);
		await expect(DONE, ['client', 'set', 'lists', 'scope=phone']);
		assert.deepEqual(await scope(), ['phone']);
	});

	test('two changes at once: both are there', async () => {
		await expect(DONE, ['client', 'add', 'twice', redirect, 'scope=openid']);
		await Promise.all(['email', 'profile', 'phone', 'address'].map((name) =>
			expect(DONE, ['client', 'set', 'twice', `scope+=${name}`])));
		assert.equal((await json('client', 'show', 'twice')).scope.length, 5);
	});
});
