// discovery, jwks - metadata and keys (PROTOCOL section 3 rows 1-10; RFC 8414, OIDC Discovery 1.0)
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { world } from './lib/world.mjs';
import { answer } from './lib/flow.mjs';

let server, metadata, keys;

before(async () => {
	server = await world({ clients: ['basic'] });
	metadata = await get('/.well-known/openid-configuration');
	keys = await get('/jwks');
});
after(() => server.stop());

const get = async (path) => answer(await fetch(`${server.issuer}${path}`));

test('row 1: 200, application/json, issuer is the URL it came from (Discovery 4.3)', () => {
	assert.equal(metadata.status, 200);
	assert.match(metadata.headers.get('content-type'), /^application\/json\b/);
	assert.equal(metadata.body.issuer, server.issuer);
});

const isText = (v) => typeof v === 'string' && v !== '';
const isTexts = (v) => Array.isArray(v) && v.every(isText) && new Set(v).size === v.length;
const isFlag = (v) => typeof v === 'boolean';
const isUrl = (v) => isText(v) && URL.canParse(v);
const isEndpoint = (v) => isUrl(v) && v.startsWith(`${server.issuer}/`);

// The members that OIDC Discovery 3, RFC 8414 2, RFC 9207 and Session Management define.
const schema = {
	issuer: isUrl,
	authorization_endpoint: isEndpoint,
	token_endpoint: isEndpoint,
	userinfo_endpoint: isEndpoint,
	jwks_uri: isEndpoint,
	introspection_endpoint: isEndpoint,
	revocation_endpoint: isEndpoint,
	end_session_endpoint: isEndpoint,
	scopes_supported: isTexts,
	response_types_supported: isTexts,
	response_modes_supported: isTexts,
	grant_types_supported: isTexts,
	acr_values_supported: isTexts,
	subject_types_supported: isTexts,
	id_token_signing_alg_values_supported: isTexts,
	userinfo_signing_alg_values_supported: isTexts,
	request_object_signing_alg_values_supported: isTexts,
	token_endpoint_auth_methods_supported: isTexts,
	introspection_endpoint_auth_methods_supported: isTexts,
	revocation_endpoint_auth_methods_supported: isTexts,
	code_challenge_methods_supported: isTexts,
	prompt_values_supported: isTexts,
	display_values_supported: isTexts,
	claim_types_supported: isTexts,
	claims_supported: isTexts,
	claims_locales_supported: isTexts,
	ui_locales_supported: isTexts,
	claims_parameter_supported: isFlag,
	request_parameter_supported: isFlag,
	request_uri_parameter_supported: isFlag,
	require_request_uri_registration: isFlag,
	authorization_response_iss_parameter_supported: isFlag,
	service_documentation: isUrl,
	op_policy_uri: isUrl,
	op_tos_uri: isUrl,
};

test('row 2: every member is known and of its type', () => {
	for (const [name, value] of Object.entries(metadata.body)) {
		assert.ok(schema[name], `${name} is no registered member`);
		assert.ok(schema[name](value), `${name}: ${JSON.stringify(value)}`);
	}
});

const has = (name, ...wanted) => {
	for (const one of wanted)
		assert.ok(metadata.body[name]?.includes(one), `${name} lacks ${one}`);
};
const exactly = (name, ...wanted) =>
	assert.deepEqual([...(metadata.body[name] ?? [])].sort(), wanted.sort(), name);

test('rows 3, 4, 6: what is supported is listed', () => {
	exactly('response_types_supported', 'code');
	exactly('response_modes_supported', 'query', 'fragment', 'form_post');
	has('subject_types_supported', 'public');
	has('id_token_signing_alg_values_supported', 'RS256');
	has('scopes_supported', 'openid', 'profile', 'email', 'offline_access');
	has('claims_supported', 'sub', 'name', 'email', 'email_verified');
	exactly('grant_types_supported', 'authorization_code', 'refresh_token', 'client_credentials');
	exactly('token_endpoint_auth_methods_supported', 'none', 'client_secret_basic',
		'client_secret_post');
	exactly('code_challenge_methods_supported', 'S256');
	assert.equal(metadata.body.authorization_response_iss_parameter_supported, true);
	for (const scope of metadata.body.scopes_supported)
		assert.match(scope, /^[\x21\x23-\x5b\x5d-\x7e]+$/); // RFC 6749 3.3
});

test('rows 3, 12: no algorithm none; what is not supported is said (Discovery 3)', () => {
	assert.ok(!metadata.text.includes('"none"') || !metadata.body.id_token_signing_alg_values_supported
		.includes('none'));
	assert.notEqual(metadata.body.request_parameter_supported, true);
	assert.equal(metadata.body.request_uri_parameter_supported, false); // default is true
});

test('row 5: locales are canonical BCP 47 tags', () => {
	for (const name of ['ui_locales_supported', 'claims_locales_supported'])
		for (const tag of metadata.body[name] ?? [])
			assert.deepEqual(Intl.getCanonicalLocales(tag), [tag]);
});

test('RFC 8414 3: the second well-known address says the same', async () => {
	const second = await get('/.well-known/oauth-authorization-server');
	assert.equal(second.status, 200);
	assert.deepEqual(second.body, metadata.body);
});

test('endpoints that are named exist', async () => {
	for (const [name, url] of Object.entries(metadata.body))
		if (/_(endpoint|uri)$/.test(name) && isEndpoint(url))
			assert.notEqual((await fetch(url, { redirect: 'manual' })).status, 404, name);
});

test('row 10: JWKS has public signing keys only, each with its own kid (RFC 7517 5)', () => {
	assert.equal(keys.status, 200);
	assert.match(keys.headers.get('content-type'), /^application\/(jwk-set\+)?json\b/);
	assert.ok(keys.body.keys.length > 0);
	const kids = keys.body.keys.map((key) => key.kid);
	assert.equal(new Set(kids).size, kids.length);
	for (const key of keys.body.keys) {
		assert.ok(isText(key.kid));
		assert.equal(key.use, 'sig');
		for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'])
			assert.ok(!(member in key), `${key.kid} has ${member}`);
	}
});

const bytes = (text) => {
	assert.match(text, /^[A-Za-z0-9_-]+$/);
	return Buffer.from(text, 'base64url');
};

test('row 10: key sizes and encodings (RFC 7518 6)', () => {
	for (const key of keys.body.keys) {
		if (key.kty === 'RSA') {
			assert.ok(bytes(key.n).length * 8 >= 2048);
			assert.notEqual(bytes(key.n)[0], 0);
			assert.equal(key.e, 'AQAB');
		} else if (key.kty === 'EC') {
			assert.equal(key.crv, 'P-256');
			assert.equal(bytes(key.x).length, 32);
			assert.equal(bytes(key.y).length, 32);
		} else {
			assert.equal(key.kty, 'OKP');
			assert.equal(bytes(key.x).length, 32);
		}
	}
});

test('every advertised ID token algorithm has a key', () => {
	const algs = new Set(keys.body.keys.map((key) => key.alg));
	for (const alg of metadata.body.id_token_signing_alg_values_supported)
		assert.ok(algs.has(alg), alg);
});

test('section 5 row 62: a scope that is hidden is not listed', async () => {
	await server.tessera('scope', 'set', 'api.write', 'discoverable=false');
	const { body } = await get('/.well-known/openid-configuration');
	assert.ok(!body.scopes_supported.includes('api.write'));
	assert.ok(body.scopes_supported.includes('api.read'));
});
