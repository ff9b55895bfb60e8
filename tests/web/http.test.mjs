// http - methods, CORS, caching, host and path: what holds for every program (RFC 9110, 9111, Fetch)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { world } from './lib/world.mjs';
import { answer, basic, post, query } from './lib/flow.mjs';

let server;
const origin = 'https://spa.example';

before(async () => {
	server = await world({ clients: ['basic', 'service'] });
	await server.addClient('spa', { token_endpoint_auth_method: 'none',
		grant_types: 'authorization_code', redirect_uris: `${origin}/cb`, scope: 'openid',
		allowed_cors_origins: origin });
});
after(() => server.stop());

const ask = async (path, init = {}) =>
	answer(await fetch(`${server.issuer}${path}`, { redirect: 'manual', ...init }));

// A request as raw as can be: headers such as Host, which fetch would not send.
const raw = (path, { method = 'GET', headers = {}, body = '' } = {}) =>
	new Promise((resolve, reject) => {
		const sent = http.request({ host: '127.0.0.1', port: server.port, path, method,
			headers: { host: `localhost:${server.port}`, 'content-length': body.length, ...headers } },
		(response) => {
			let text = '';
			response.setEncoding('utf8').on('data', (piece) => (text += piece));
			response.on('end', () => resolve({ status: response.statusCode,
				headers: response.headers, text }));
		});
		sent.on('error', reject);
		sent.end(body);
	});

const allowed = [
	['/.well-known/openid-configuration', 'GET'],
	['/.well-known/oauth-authorization-server', 'GET'],
	['/jwks', 'GET'],
	['/authorize', 'GET', 'POST'],
	['/login', 'GET', 'POST'],
	['/consent', 'GET', 'POST'],
	['/token', 'POST'],
	['/userinfo', 'GET', 'POST'],
	['/introspect', 'POST'],
	['/revoke', 'POST'],
	['/logout', 'GET', 'POST'],
	['/healthz', 'GET'],
];

describe('methods (RFC 9110 15.5.6)', () => {
	for (const [path, ...methods] of allowed)
		test(`${path}: ${methods.join(', ')}, nothing else`, async () => {
			for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) {
				const { status, headers } = await ask(path, { method });
				if (methods.includes(method)) {
					assert.notEqual(status, 405, method);
					continue;
				}
				assert.equal(status, 405, method);
				for (const one of methods)
					assert.match(headers.get('allow') ?? '', new RegExp(`\\b${one}\\b`));
			}
		});

	for (const path of ['/.well-known/openid-configuration', '/jwks', '/healthz'])
		test(`HEAD ${path} has the headers of GET and no body`, async () => {
			const [head, get] = [await ask(path, { method: 'HEAD' }), await ask(path)];
			assert.equal(head.status, 200);
			assert.equal(head.text, '');
			for (const name of ['content-type', 'content-length', 'cache-control', 'etag'])
				assert.equal(head.headers.get(name), get.headers.get(name), name);
		});
});

describe('CORS (Fetch standard; section 5 row 63)', () => {
	const preflight = (path, from, method = 'POST') => ask(path, { method: 'OPTIONS',
		headers: { origin: from, 'access-control-request-method': method,
			'access-control-request-headers': 'authorization,content-type' } });

	for (const path of ['/token', '/userinfo', '/revoke'])
		test(`${path}: preflight of a registered origin`, async () => {
			const { status, headers } = await preflight(path, origin);
			assert.ok(status === 204 || status === 200, status);
			assert.equal(headers.get('access-control-allow-origin'), origin);
			assert.match(headers.get('access-control-allow-methods'), /\bPOST\b/);
			assert.match(headers.get('access-control-allow-headers'), /authorization/i);
			assert.match(headers.get('vary') ?? '', /origin/i);
			assert.equal(headers.get('access-control-allow-credentials'), null);
		});

	for (const path of ['/.well-known/openid-configuration', '/jwks'])
		test(`${path} may be read from anywhere that is registered`, async () => {
			const { headers } = await ask(path, { headers: { origin } });
			assert.ok([origin, '*'].includes(headers.get('access-control-allow-origin')));
		});

	for (const from of ['https://evil.example', 'null', 'https://spa.example.evil.example',
		'http://spa.example', 'https://spa.example:444', 'https://SPA.example/'])
		test(`no headers for origin ${from}`, async () => {
			for (const path of ['/token', '/userinfo']) {
				const { headers } = await preflight(path, from);
				assert.equal(headers.get('access-control-allow-origin'), null, path);
				const real = await ask(path, { method: 'POST', headers: { origin: from } });
				assert.equal(real.headers.get('access-control-allow-origin'), null, path);
			}
		});

	test('the real answer and errors have the header too', async () => {
		const { status, headers } = await ask('/token', { method: 'POST', headers: { origin },
			body: query({ grant_type: 'authorization_code', code: 'x', client_id: 'spa' }) });
		assert.equal(status, 400);
		assert.equal(headers.get('access-control-allow-origin'), origin);
	});

	for (const path of ['/authorize', '/login', '/consent', '/logout'])
		test(`${path} is not for scripts`, async () => {
			const { headers } = await preflight(path, origin, 'GET');
			assert.equal(headers.get('access-control-allow-origin'), null);
		});
});

describe('caching (RFC 9111; RFC 6749 5.1)', () => {
	for (const path of ['/.well-known/openid-configuration', '/jwks'])
		test(`${path} may be kept, and is revalidated by its ETag (RFC 9110 13.1.2)`, async () => {
			const first = await ask(path);
			assert.match(first.headers.get('cache-control'), /max-age=[1-9]/);
			const etag = first.headers.get('etag');
			assert.match(etag, /^(W\/)?"[\x21\x23-\x7e]+"$/);
			const headers = { 'if-none-match': etag };
			const again = await ask(path, { headers });
			assert.equal(again.status, 304);
			assert.equal(again.text, '');
			assert.equal(again.headers.get('etag'), etag);
			assert.equal((await ask(path, { headers: { 'if-none-match': '"x"' } })).status, 200);
			assert.equal((await ask(path, { headers: { 'if-none-match': `"x", ${etag}` } })).status,
				304);
		});

	for (const path of ['/authorize', '/login', '/consent', '/userinfo', '/logout', '/healthz'])
		test(`${path} is no-store`, async () => {
			assert.match((await ask(path)).headers.get('cache-control'), /no-store/);
		});

	test('token, introspect, revoke are no-store, on success and error', async () => {
		const { service, basic: own } = server.clients;
		for (const done of [
			await post(server, '/token', service, { grant_type: 'client_credentials' }),
			await post(server, '/token', service, { grant_type: 'x' }),
			await post(server, '/introspect', own, { token: 'x' }),
			await post(server, '/introspect', undefined, { token: 'x' }),
			await post(server, '/revoke', own, { token: 'x' })])
			assert.match(done.headers.get('cache-control'), /no-store/);
	});

	test('no answer is served in part (Accept-Ranges: none)', async () => {
		const { status } = await ask('/jwks', { headers: { range: 'bytes=0-3' } });
		assert.equal(status, 200);
	});
});

describe('host and path', () => {
	const path = '/.well-known/openid-configuration';

	for (const host of ['evil.example', 'localhost', 'localhost:1', '127.0.0.1', ''])
		test(`Host "${host}" is nobody's: 404`, async () => {
			const { status, text } = await raw(path, { headers: { host } });
			assert.ok(status === 404 || (host === '' && status === 400), String(status));
			assert.ok(!text.includes('authorization_endpoint'));
		});

	test('Host is compared without case (RFC 3986 6.2.2.1), and the issuer is as configured', async () => {
		const { status, text } = await raw(path, { headers: { host: `LOCALHOST:${server.port}` } });
		assert.equal(status, 200);
		assert.equal(JSON.parse(text).issuer, server.issuer);
	});

	test('forwarding headers change nothing', async () => {
		const { text } = await raw(path, { headers: { 'x-forwarded-host': 'evil.example',
			'x-forwarded-proto': 'https', forwarded: 'host=evil.example;proto=https' } });
		assert.ok(!text.includes('evil.example'));
		assert.equal(JSON.parse(text).issuer, server.issuer);
	});

	for (const wrong of ['/token/', '/tokenfoo', '/token/x', '/x/token', '/TOKEN', '/nothing',
		'/acme/.well-known/openid-configuration', '/jwks/..%2ftoken'])
		test(`${wrong} is not served`, async () => {
			const { status } = await raw(wrong, { method: 'POST',
				headers: { 'content-type': 'application/x-www-form-urlencoded' } });
			assert.ok([400, 403, 404].includes(status), String(status));
		});
});

describe('bodies', () => {
	const form = { 'content-type': 'application/x-www-form-urlencoded' };

	test('a body that is too long: 413 or 400, and no more', async () => {
		const { status } = await raw('/token', { method: 'POST', headers: form,
			body: 'grant_type=client_credentials&x=' + 'a'.repeat(200000) });
		assert.ok([400, 413].includes(status), String(status));
	});

	for (const [what, body] of [
		['bad percent escape', 'grant_type=%zz'], ['cut escape', 'grant_type=%4'],
		['NUL', 'grant_type=client%00credentials'], ['no UTF-8', 'scope=%ff%fe&grant_type=x'],
		['hundreds of parameters', Array.from({ length: 2000 }, (_, i) => `p${i}=1`).join('&')]])
		test(`${what}: 400 as JSON`, async () => {
			const { secret } = server.clients.service;
			const { status, text } = await raw('/token', { method: 'POST', body,
				headers: { ...form, authorization: basic('service', secret) } });
			assert.equal(status, 400);
			assert.match(JSON.parse(text).error, /^[a-z_]+$/);
		});

	test('healthz says it is well', async () => {
		assert.equal((await ask('/healthz')).status, 200);
	});
});
