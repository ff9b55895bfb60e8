// code - a code becomes tokens; what an ID token says
// (PROTOCOL section 3 rows 49, 53, 54, 57, section 5 rows 1, 3, 4, 22; RFC 6749 4.1.3, RFC 7636, OIDC
// Core 2, 3.1.3)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHash } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { Agent } from './lib/agent.mjs';
import { assertError } from './lib/expect.mjs';
import { alice, api, otherApi, redirect, world } from './lib/world.mjs';
import { challenge, getCode, getTokens, header, introspect, payload, post, random, redeem, s256,
	userinfo, verifier } from './lib/flow.mjs';

let server, clients, agent, jwks;

before(async () => {
	server = await world();
	clients = server.clients;
	clients.quick = await server.addClient('quick', { token_endpoint_auth_method: 'none',
		grant_types: 'authorization_code', scope: 'openid', require_consent: false,
		redirect_uris: redirect, authorization_code_lifetime: 1 });
	agent = new Agent(server.issuer);
	await getCode(server, clients.web, alice, {}, { agent });
	jwks = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
});
after(() => server.stop());

const code = (client, params) => getCode(server, client, undefined, params, { agent });

describe('code exchange (RFC 6749 4.1.3)', () => {
	test('section 5 row 1: used twice: invalid_grant, and the first tokens die', async () => {
		const tokens = await getTokens(server, clients.web, undefined,
			{ scope: 'openid offline_access' }, { agent });
		assert.equal((await userinfo(server, tokens.access_token)).status, 200);
		assertError(await redeem(server, clients.web, tokens.code), 'invalid_grant');
		assert.equal((await userinfo(server, tokens.access_token)).status, 401);
		assertError(await post(server, '/token', clients.web, { grant_type: 'refresh_token',
			refresh_token: tokens.refresh_token }), 'invalid_grant');
	});

	test('section 5 row 3: expired', async () => {
		const late = await code(clients.quick);
		await sleep(2100);
		assertError(await redeem(server, clients.quick, late), 'invalid_grant');
	});

	test('section 5 row 3: of another client: refused, and the code lives on', async () => {
		const mine = await code(clients.web);
		assertError(await redeem(server, clients.codeonly, mine), 'invalid_grant');
		assert.equal((await redeem(server, clients.web, mine)).status, 200);
	});

	test('section 5 row 3: three wrong tries, then it is dead', async () => {
		const mine = await code(clients.web);
		for (let i = 0; i < 3; i++)
			assertError(await redeem(server, clients.web, mine, { code_verifier: random() }),
				'invalid_grant');
		assertError(await redeem(server, clients.web, mine), 'invalid_grant');
	});

	test('the session ended before the code was redeemed', async () => {
		const own = new Agent(server.issuer);
		const { id_token } = await getTokens(server, clients.web, alice, {}, { agent: own });
		const mine = await getCode(server, clients.web, undefined, {}, { agent: own });
		await server.tessera('session', 'revoke', payload(id_token).sid);
		assertError(await redeem(server, clients.web, mine), 'invalid_grant');
	});

	const rows = {
		'redirect_uri of another address': [{ redirect_uri: `${redirect}/x` }, ['invalid_grant']],
		'redirect_uri in another case': [{ redirect_uri: redirect.toUpperCase() }, ['invalid_grant']],
		'verifier missing': [{ code_verifier: undefined }, ['invalid_grant', 'invalid_request']],
		'verifier of 42': [{ code_verifier: verifier.slice(0, 42) }, ['invalid_grant']],
		'verifier of 129': [{ code_verifier: 'v'.repeat(129) }, ['invalid_grant', 'invalid_request']],
		'verifier wrong': [{ code_verifier: random() }, ['invalid_grant']],
		'verifier is the challenge': [{ code_verifier: challenge }, ['invalid_grant']],
		'verifier of other characters': [{ code_verifier: `${verifier.slice(1)}!` },
			['invalid_grant']],
		'code missing': [{ code: undefined }, ['invalid_request']],
		'code twice': [{ code: ['a', 'b'] }, ['invalid_request']],
		'code unknown': [{ code: random() }, ['invalid_grant']],
		'code too long': [{ code: 'c'.repeat(9000) }, ['invalid_grant', 'invalid_request']],
		'code with a changed end': [(mine) => ({ code: mine.slice(0, -4) + 'AAAA' }),
			['invalid_grant']],
		'code with something behind': [(mine) => ({ code: `${mine}A` }), ['invalid_grant']],
		'resource not in the request': [{ resource: otherApi }, ['invalid_target']],
	};
	for (const [name, [change, errors]] of Object.entries(rows))
		test(`section 5 rows 3, 4, 22: ${name}`, async () => {
			const mine = await code(clients.web, { scope: 'openid api.read', resource: api });
			const params = typeof change === 'function' ? change(mine) : change;
			const done = await redeem(server, clients.web, mine, params);
			assert.ok(errors.includes(done.body?.error), `${done.status} ${done.text}`);
			assertError(done, done.body.error);
		});

	for (const length of [43, 128])
		test(`row 57: a verifier of ${length} characters (RFC 7636 4.1)`, async () => {
			const mine = '-._~'.padEnd(length, 'v1');
			const done = await redeem(server, clients.web, await code(clients.web,
				{ code_challenge: s256(mine) }), { code_verifier: mine });
			assert.equal(done.status, 200);
		});

	test('section 5 row 4: a verifier though no challenge was (downgrade, RFC 9700 2.1.1)', async () => {
		const plain = { code_challenge: undefined, code_challenge_method: undefined };
		assertError(await redeem(server, clients.nopkce, await code(clients.nopkce, plain)),
			'invalid_grant');
		const done = await redeem(server, clients.nopkce, await code(clients.nopkce, plain),
			{ code_verifier: undefined });
		assert.equal(done.status, 200);
	});

	test('row 57: a client that need not, but sends it, is held to it', async () => {
		assertError(await redeem(server, clients.nopkce, await code(clients.nopkce),
			{ code_verifier: undefined }), 'invalid_grant');
	});

	for (const [what, redirect_uri] of [['left out', undefined], ['the registered one', redirect]])
		test(`redirect_uri was not sent: ${what} is fine`, async () => {
			const none = { redirect_uri: undefined, scope: 'api.read' };
			const done = await redeem(server, clients.web, await code(clients.web, none),
				{ redirect_uri });
			assert.equal(done.status, 200, done.text);
		});

	test('redirect_uri was not sent: another one is refused', async () => {
		const none = { redirect_uri: undefined, scope: 'api.read' };
		assertError(await redeem(server, clients.web, await code(clients.web, none),
			{ redirect_uri: `${redirect}/x` }), 'invalid_grant');
	});

	// PKCE does not take its place (RFC 6749 4.1.3).
	const noPkce = { code_challenge: undefined, code_challenge_method: undefined };
	for (const [name, request, proof] of [['no PKCE', noPkce, { code_verifier: undefined }],
		['PKCE', {}, {}]])
		test(`section 5 row 3: redirect_uri missing though it was sent, ${name}`, async () => {
			const mine = await code(clients.nopkce, request);
			assertError(await redeem(server, clients.nopkce, mine,
				{ redirect_uri: undefined, ...proof }), 'invalid_grant');
			assert.equal((await redeem(server, clients.nopkce, mine, proof)).status, 200);
		});

	test('section 5 row 3: three wrong redirect URIs, then the code is dead', async () => {
		for (const [wrong, status] of [[2, 200], [3, 400]]) {
			const mine = await code(clients.web);
			for (let i = 0; i < wrong; i++)
				assertError(await redeem(server, clients.web, mine,
					{ redirect_uri: `${redirect}/${i}` }), 'invalid_grant');
			assert.equal((await redeem(server, clients.web, mine)).status, status);
		}
	});

	test('a loopback port is part of the address at the token endpoint', async () => {
		const native = await server.addClient('native', { token_endpoint_auth_method: 'none',
			grant_types: 'authorization_code', scope: 'openid', require_consent: false,
			redirect_uris: 'http://127.0.0.1/cb' });
		const there = { redirect_uri: 'http://127.0.0.1:5000/cb' };
		assertError(await redeem(server, native, await code(native, there),
			{ redirect_uri: 'http://127.0.0.1:5001/cb' }), 'invalid_grant');
		assert.equal((await redeem(server, native, await code(native, there), there)).status, 200);
	});

	test('resource narrows the token, not the grant (RFC 8707 2.2)', async () => {
		const both = { scope: 'openid api.read other.read offline_access',
			resource: [api, otherApi] };
		const done = await redeem(server, clients.web, await code(clients.web, both),
			{ resource: api });
		assert.deepEqual([payload(done.body.access_token).aud].flat(), [api]);
		const next = await post(server, '/token', clients.web, { grant_type: 'refresh_token',
			refresh_token: done.body.refresh_token, resource: otherApi });
		assert.deepEqual([payload(next.body.access_token).aud].flat(), [otherApi]);
	});

	test('no refresh token without the grant type', async () => {
		const done = await redeem(server, clients.codeonly, await code(clients.codeonly));
		assert.equal(done.body.refresh_token, undefined);
	});
});

describe('ID token (rows 53, 54; OIDC Core 2, 3.1.3.7)', () => {
	const standard = ['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'acr', 'amr', 'azp',
		'at_hash', 'c_hash', 's_hash', 'sid', 'jti'];

	test('claims of scope openid, no more', async () => {
		const tokens = await getTokens(server, clients.web, undefined, { nonce: 'n-0S6_WzA2Mj' },
			{ agent });
		const { protectedHeader, payload: claims } = await jwtVerify(tokens.id_token, jwks,
			{ issuer: server.issuer, audience: 'web' });
		assert.ok(protectedHeader.kid);
		assert.equal(protectedHeader.alg, 'RS256');
		assert.equal(claims.nonce, 'n-0S6_WzA2Mj');
		assert.equal(claims.sub, server.users.alice.sub);
		assert.ok(claims.sid);
		assert.ok(Math.abs(claims.iat - Date.now() / 1000) < 60);
		for (const name of Object.keys(claims))
			assert.ok(standard.includes(name), name);
		const half = createHash('sha256').update(tokens.access_token).digest().subarray(0, 16);
		if (claims.at_hash !== undefined)
			assert.equal(claims.at_hash, half.toString('base64url'));
		assert.equal((await userinfo(server, tokens.access_token)).body.sub, claims.sub);
	});

	test('no nonce sent, none in the token; scopes put no claims into it', async () => {
		const { id_token } = await getTokens(server, clients.web, undefined,
			{ scope: 'openid profile email' }, { agent });
		for (const name of ['nonce', 'name', 'email', 'given_name'])
			assert.ok(!(name in payload(id_token)), name);
	});

	test('a nonce is echoed byte for byte', async () => {
		const nonce = '"\\ <&>\u00fc\t'.replace('\t', '') + 'n'.repeat(64);
		const { id_token } = await getTokens(server, clients.web, undefined, { nonce }, { agent });
		assert.equal(payload(id_token).nonce, nonce);
	});

	test('no openid: no ID token', async () => {
		const tokens = await getTokens(server, clients.web, undefined, { scope: 'api.read' }, { agent });
		assert.equal(tokens.id_token, undefined);
		assert.equal(payload(tokens.access_token).sub, server.users.alice.sub);
	});

	test('an ID token is no access token and the other way round', async () => {
		const tokens = await getTokens(server, clients.web, undefined, {}, { agent });
		assert.equal((await userinfo(server, tokens.id_token)).status, 401);
		assert.notEqual(header(tokens.id_token).typ, header(tokens.access_token).typ);
		assert.equal((await introspect(server, clients.basic, tokens.id_token)).body.active, false);
	});

	for (const alg of ['ES256', 'PS256', 'EdDSA'])
		test(`a client may have ${alg}`, async () => {
			const client = await server.addClient(`by-${alg}`, { token_endpoint_auth_method: 'none',
				grant_types: 'authorization_code', scope: 'openid', require_consent: false,
				redirect_uris: redirect, id_token_signed_response_alg: alg, access_token_alg: alg });
			await server.tessera('sweep'); // makes the ring
			const tokens = await getTokens(server, client, undefined, {}, { agent });
			const fresh = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
			for (const token of [tokens.id_token, tokens.access_token]) {
				assert.equal(header(token).alg, alg);
				await jwtVerify(token, fresh, { issuer: server.issuer });
			}
		});
});
