// token - the token endpoint itself, and clients that act for themselves
// (PROTOCOL section 3 rows 50-52, section 5 rows 21, 22, 44; RFC 6749 3.2, 4.4, RFC 8707, RFC 9068)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { assertError } from './lib/expect.mjs';
import { api, otherApi, world } from './lib/world.mjs';
import { answer, basic, payload, post } from './lib/flow.mjs';

let server, clients, jwks;

before(async () => {
	server = await world({ clients: ['service'] });
	clients = server.clients;
	jwks = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
});
after(() => server.stop());

const own = { grant_type: 'client_credentials' };

describe('the request (RFC 6749 3.2; section 5 rows 21, 44)', () => {
	test('JSON is no form: invalid_request', async () => {
		const done = await answer(await fetch(`${server.issuer}/token`, { method: 'POST',
			headers: { 'content-type': 'application/json',
				authorization: basic('service', clients.service.secret) },
			body: JSON.stringify(own) }));
		assertError(done, 'invalid_request');
	});

	test('a charset beside the content type is fine', async () => {
		const done = await post(server, '/token', clients.service, own,
			{ 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' });
		assert.equal(done.status, 200);
	});

	const send = (params) => post(server, '/token', clients.service, params);
	const rows = {
		'grant_type missing': [{}, 'invalid_request'],
		'grant_type unknown': [{ grant_type: 'x' }, 'unsupported_grant_type'],
		'password grant': [{ grant_type: 'password', username: 'a', password: 'b' },
			'unsupported_grant_type'],
		'grant_type in other case': [{ grant_type: 'Client_Credentials' }, 'unsupported_grant_type'],
		'grant not allowed to the client': [{ grant_type: 'authorization_code', code: 'x' },
			'unauthorized_client'],
		'grant_type twice': [{ grant_type: ['client_credentials', 'client_credentials'] },
			'invalid_request'],
		'scope twice': [{ ...own, scope: ['api.read', 'api.read'] }, 'invalid_request'],
		'unknown scope': [{ ...own, scope: 'nonsense' }, 'invalid_scope'],
		'scope of another': [{ ...own, scope: 'openid' }, 'invalid_scope'],
		'resource unknown': [{ ...own, resource: 'https://nobody.example/' }, 'invalid_target'],
		'resource relative': [{ ...own, resource: 'api' }, 'invalid_target'],
		'resource with fragment': [{ ...own, resource: `${api}#x` }, 'invalid_target'],
		'resource over 512': [{ ...own, resource: `${api}${'x'.repeat(600)}` }, 'invalid_target'],
	};
	for (const [name, [params, error]] of Object.entries(rows))
		test(name, async () => assertError(await send(params), error));

	test('grant_type too long', async () => {
		const done = await send({ grant_type: 'x'.repeat(5000) });
		assertError(done, done.body.error === 'invalid_request' ? 'invalid_request'
			: 'unsupported_grant_type');
	});
});

describe('client credentials (RFC 6749 4.4, RFC 9068)', () => {
	test('rows 50, 51: answer', async () => {
		const done = await post(server, '/token', clients.service, { ...own, scope: 'api.read' });
		assert.equal(done.status, 200);
		assert.match(done.headers.get('cache-control'), /no-store/);
		assert.equal(done.body.token_type, 'Bearer');
		assert.equal(typeof done.body.expires_in, 'number');
		assert.equal(done.body.refresh_token, undefined); // RFC 6749 4.4.3
		assert.equal(done.body.id_token, undefined);
		const { protectedHeader, payload: claims } = await jwtVerify(done.body.access_token, jwks,
			{ issuer: server.issuer, audience: api, typ: 'at+jwt' });
		assert.equal(protectedHeader.alg, 'ES256');
		assert.equal(claims.client_id, 'service');
		assert.equal(claims.sub, 'service'); // RFC 9068 2.2
		assert.equal(claims.scope, 'api.read');
		assert.ok(claims.jti);
		assert.equal(claims.exp - claims.iat, done.body.expires_in);
	});

	test('without scope: all that the client has, and the answer says which (RFC 6749 3.3)', async () => {
		const { body } = await post(server, '/token', clients.service, own);
		assert.deepEqual(payload(body.access_token).scope.split(' ').sort(),
			['api.read', 'api.write', 'other.read']);
		assert.deepEqual([payload(body.access_token).aud].flat().sort(), [api, otherApi]);
		assert.deepEqual(body.scope.split(' ').sort(), ['api.read', 'api.write', 'other.read']);
	});

	test('resource narrows audience and scope (RFC 8707 2.2)', async () => {
		const { body } = await post(server, '/token', clients.service, { ...own, resource: otherApi });
		assert.deepEqual([payload(body.access_token).aud].flat(), [otherApi]);
		assert.equal(payload(body.access_token).scope, 'other.read');
	});

	test('no two tokens are alike', async () => {
		const many = await Promise.all(Array.from({ length: 10 },
			() => post(server, '/token', clients.service, own)));
		assert.equal(new Set(many.map((one) => payload(one.body.access_token).jti)).size, 10);
	});
});
