// clients - real OpenID clients against the whole: openid-client 6, oauth4webapi 3, jose 6
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import * as oauth from 'oauth4webapi';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { Agent } from './lib/agent.mjs';
import { alice, aliceClaims, api, redirect, world } from './lib/world.mjs';
import { introspect, walk } from './lib/flow.mjs';

const bye = 'https://rp.example/bye';
const scope = 'openid profile email offline_access api.read';
const methods = { none: 'none', basic: 'client_secret_basic', post: 'client_secret_post' };
let server;
const clients = {};

before(async () => {
	server = await world({ clients: ['service'] });
	for (const [name, method] of Object.entries(methods))
		clients[name] = await server.addClient(`rp-${name}`, { token_endpoint_auth_method: method,
			grant_types: 'authorization_code,refresh_token', redirect_uris: redirect, scope:
			scope.replaceAll(' ', ','), post_logout_redirect_uris: bye });
	await server.addClient('machine', { token_endpoint_auth_method: 'client_secret_post',
		grant_types: 'client_credentials', scope: 'api.read' });
});
after(() => server.stop());

describe('openid-client', () => {
	const authentication = { none: () => oidc.None(), basic: oidc.ClientSecretBasic,
		post: oidc.ClientSecretPost };

	for (const name of Object.keys(methods))
		test(`${methods[name]}: code, userinfo, refresh, revocation, logout`, async () => {
			const { id, secret } = clients[name];
			const config = await oidc.discovery(new URL(server.issuer), id, undefined,
				authentication[name](secret), { execute: [oidc.allowInsecureRequests,
					oidc.enableNonRepudiationChecks] });
			const [pkceCodeVerifier, expectedState, expectedNonce] = [
				oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
			const url = oidc.buildAuthorizationUrl(config, { redirect_uri: redirect, scope,
				state: expectedState, nonce: expectedNonce, code_challenge_method: 'S256',
				code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier) });
			const agent = new Agent(server.issuer);
			const page = await walk(agent, url, { user: alice });
			const tokens = await oidc.authorizationCodeGrant(config, new URL(page.location),
				{ pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true });
			const { sub } = tokens.claims();
			assert.equal(sub, server.users.alice.sub);
			const info = await oidc.fetchUserInfo(config, tokens.access_token, sub);
			assert.equal(info.name, aliceClaims.name);
			assert.equal(info.email_verified, true);

			const next = await oidc.refreshTokenGrant(config, tokens.refresh_token);
			assert.equal(next.claims().sub, sub);
			await oidc.fetchUserInfo(config, next.access_token, sub);

			if (name !== 'none')
				assert.equal((await oidc.tokenIntrospection(config, next.refresh_token)).active, true);
			await oidc.tokenRevocation(config, next.refresh_token);
			await assert.rejects(oidc.fetchUserInfo(config, next.access_token, sub));
			await assert.rejects(oidc.refreshTokenGrant(config, next.refresh_token),
				{ error: 'invalid_grant' });

			const end = oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token,
				post_logout_redirect_uri: bye, state: expectedState });
			const left = await agent.follow(await agent.open(end));
			assert.equal(left.location, `${bye}?state=${expectedState}`);
		});

	test('client credentials with resource', async () => {
		const { id, secret } = server.clients.service;
		const config = await oidc.discovery(new URL(server.issuer), id, undefined,
			oidc.ClientSecretBasic(secret), { execute: [oidc.allowInsecureRequests] });
		const tokens = await oidc.clientCredentialsGrant(config, { resource: api });
		const { payload } = await jwtVerify(tokens.access_token,
			createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri)),
			{ issuer: server.issuer, audience: api, typ: 'at+jwt', algorithms: ['ES256'] });
		assert.equal(payload.client_id, id);
	});

	test('discovery by RFC 8414', async () => {
		const config = await oidc.discovery(new URL(server.issuer), 'rp-none', undefined, oidc.None(),
			{ algorithm: 'oauth2', execute: [oidc.allowInsecureRequests] });
		assert.equal(config.serverMetadata().issuer, server.issuer);
	});

	test('form_post', async () => {
		const config = await oidc.discovery(new URL(server.issuer), 'rp-none', undefined, oidc.None(),
			{ execute: [oidc.allowInsecureRequests] });
		const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
		const page = await walk(new Agent(server.issuer), oidc.buildAuthorizationUrl(config,
			{ redirect_uri: redirect, scope: 'openid', response_mode: 'form_post',
				code_challenge_method: 'S256', state: 'x',
				code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier) }),
		{ user: alice });
		const [form] = page.forms;
		const body = new URLSearchParams(form.inputs.map((input) => [input.name, input.value]));
		const tokens = await oidc.authorizationCodeGrant(config, new Request(form.action,
			{ method: 'POST', body }), { pkceCodeVerifier, expectedState: 'x' });
		assert.ok(tokens.id_token);
	});
});

describe('oauth4webapi', () => {
	const plain = { [oauth.allowInsecureRequests]: true };
	const authentication = { none: () => oauth.None(), basic: oauth.ClientSecretBasic,
		post: oauth.ClientSecretPost };

	const discover = async () => {
		const issuer = new URL(server.issuer);
		return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, plain));
	};

	for (const name of Object.keys(methods))
		test(`${methods[name]}: the whole flow, every answer checked`, async () => {
			const as = await discover();
			const client = { client_id: clients[name].id };
			const auth = authentication[name](clients[name].secret);
			const verifier = oauth.generateRandomCodeVerifier();
			const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
			const url = new URL(as.authorization_endpoint);
			url.search = new URLSearchParams({ response_type: 'code', client_id: client.client_id,
				redirect_uri: redirect, scope, state, nonce, code_challenge_method: 'S256',
				code_challenge: await oauth.calculatePKCECodeChallenge(verifier) });
			const agent = new Agent(server.issuer);
			const page = await walk(agent, url, { user: alice });
			const params = oauth.validateAuthResponse(as, client, new URL(page.location), state);
			const tokens = await oauth.processAuthorizationCodeResponse(as, client,
				await oauth.authorizationCodeGrantRequest(as, client, auth, params, redirect, verifier,
					plain), { expectedNonce: nonce, requireIdToken: true });
			const claims = oauth.getValidatedIdTokenClaims(tokens);

			const info = await oauth.processUserInfoResponse(as, client, claims.sub,
				await oauth.userInfoRequest(as, client, tokens.access_token, plain));
			assert.equal(info.email, aliceClaims.email);

			const next = await oauth.processRefreshTokenResponse(as, client,
				await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token, plain));
			if (name !== 'none') {
				const found = await oauth.processIntrospectionResponse(as, client,
					await oauth.introspectionRequest(as, client, auth, next.refresh_token, plain));
				assert.equal(found.active, true);
			}
			const seen = await introspect(server, server.apis.api, next.access_token);
			assert.equal(seen.body.active, true);
			const access = new Request('https://api.example/', { headers: {
				authorization: `Bearer ${next.access_token}` } });
			const valid = await oauth.validateJwtAccessToken(as, access, api, plain);
			assert.equal(valid.client_id, client.client_id);

			await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth,
				next.refresh_token, plain));
			assert.deepEqual((await introspect(server, server.apis.api, next.access_token)).body,
				{ active: false });
		});

	test('client credentials', async () => {
		const as = await discover();
		const client = { client_id: 'machine' };
		const secret = (await server.json('client', 'secret', 'machine')).client_secret;
		const tokens = await oauth.processClientCredentialsResponse(as, client,
			await oauth.clientCredentialsGrantRequest(as, client, oauth.ClientSecretPost(secret),
				{ scope: 'api.read' }, plain));
		assert.equal(tokens.token_type, 'bearer');
	});

	test('an error is one that a strict client can read', async () => {
		const as = await discover();
		const answer = oauth.processClientCredentialsResponse(as, { client_id: 'machine' },
			await oauth.clientCredentialsGrantRequest(as, { client_id: 'machine' },
				oauth.ClientSecretPost('wrong'), {}, plain));
		await assert.rejects(answer, (error) => error instanceof oauth.ResponseBodyError
			? error.error === 'invalid_client'
			: error instanceof oauth.WWWAuthenticateChallengeError);
	});
});

test('jose: every kind of token verifies against /jwks, with nothing but public keys', async () => {
	const keys = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
	const config = await oidc.discovery(new URL(server.issuer), 'rp-basic', undefined,
		oidc.ClientSecretBasic(clients.basic.secret), { execute: [oidc.allowInsecureRequests] });
	const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
	const page = await walk(new Agent(server.issuer), oidc.buildAuthorizationUrl(config,
		{ redirect_uri: redirect, scope, code_challenge_method: 'S256',
			code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier) }), { user: alice });
	const tokens = await oidc.authorizationCodeGrant(config, new URL(page.location),
		{ pkceCodeVerifier });
	await jwtVerify(tokens.id_token, keys, { issuer: server.issuer, audience: 'rp-basic' });
	await jwtVerify(tokens.access_token, keys, { issuer: server.issuer, audience: api,
		typ: 'at+jwt' });
});
