// userinfo - claims about the user, bearer tokens
// (PROTOCOL section 3 rows 58-60, 62, 63, section 5 row 54; OIDC Core 5.3, 5.4, RFC 6750)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { Agent } from './lib/agent.mjs';
import { alice, aliceClaims, bob, world } from './lib/world.mjs';
import { answer, getTokens, header, payload, post, query, random, userinfo } from './lib/flow.mjs';

let server, clients, agent, all;
const everything = 'openid profile email address phone';

before(async () => {
	server = await world({ clients: ['web', 'basic', 'reference', 'service'] });
	clients = server.clients;
	agent = new Agent(server.issuer);
	all = await getTokens(server, clients.web, alice, { scope: everything }, { agent });
});
after(() => server.stop());

const url = () => `${server.issuer}/userinfo`;
const ask = async (init) => answer(await fetch(url(), init));

const assertChallenge = (done, status, error) => {
	assert.equal(done.status, status, done.text);
	const challenge = done.headers.get('www-authenticate') ?? '';
	assert.match(challenge, /^Bearer\b/i);
	if (error)
		assert.match(challenge, new RegExp(`error="${error}"`));
	else
		assert.doesNotMatch(challenge, /error=/); // RFC 6750 3.1
	assert.match(done.headers.get('cache-control'), /no-store/);
};

describe('row 58: ways to ask', () => {
	test('GET with a header', async () => {
		const done = await userinfo(server, all.access_token);
		assert.equal(done.status, 200);
		assert.match(done.headers.get('content-type'), /^application\/json\b/);
	});

	test('POST with a header', async () =>
		assert.equal((await userinfo(server, all.access_token, { method: 'POST' })).status, 200));

	test('POST with access_token in the body (RFC 6750 2.2)', async () =>
		assert.equal((await ask({ method: 'POST',
			body: query({ access_token: all.access_token }) })).status, 200));

	test('row 63: the scheme without regard to case', async () => {
		for (const scheme of ['bearer', 'BEARER', 'bEARER'])
			assert.equal((await ask({ headers: { authorization: `${scheme} ${all.access_token}` } }))
				.status, 200);
	});

	test('row 62: never in the query', async () => {
		const done = await answer(await fetch(`${url()}?${query({ access_token: all.access_token })}`));
		assert.ok([400, 401].includes(done.status));
		assert.equal(done.body?.sub, undefined);
	});

	test('both header and body: 400 (RFC 6750 2)', async () => {
		const done = await userinfo(server, all.access_token, { method: 'POST',
			body: query({ access_token: all.access_token }) });
		assert.equal(done.status, 400);
	});

	test('reference tokens as JWTs', async () => {
		const tokens = await getTokens(server, clients.reference, undefined, { scope: everything },
			{ agent });
		assert.doesNotMatch(tokens.access_token, /\./);
		assert.deepEqual((await userinfo(server, tokens.access_token)).body,
			(await userinfo(server, all.access_token)).body);
	});
});

describe('rows 59, 60: claims', () => {
	const known = {
		profile: ['name', 'given_name', 'family_name', 'middle_name', 'nickname',
			'preferred_username', 'profile', 'picture', 'website', 'gender', 'birthdate', 'zoneinfo',
			'locale', 'updated_at'],
		email: ['email', 'email_verified'],
		phone: ['phone_number', 'phone_number_verified'],
		address: ['address'],
	};

	test('all claims of all scopes, typed', async () => {
		const { body } = await userinfo(server, all.access_token);
		assert.deepEqual(body, { sub: server.users.alice.sub, ...aliceClaims });
		assert.equal(typeof body.email_verified, 'boolean');
		assert.equal(typeof body.phone_number_verified, 'boolean');
		assert.equal(typeof body.updated_at, 'number');
		assert.equal(body.sub, payload(all.id_token).sub);
	});

	for (const [scope, names] of Object.entries(known))
		test(`scope ${scope}: ${names.length} claims and sub`, async () => {
			const tokens = await getTokens(server, clients.web, undefined,
				{ scope: `openid ${scope}` }, { agent });
			const { body } = await userinfo(server, tokens.access_token);
			assert.deepEqual(Object.keys(body).sort(), ['sub', ...names].sort());
		});

	test('only openid: only sub', async () => {
		const tokens = await getTokens(server, clients.web, undefined, {}, { agent });
		assert.deepEqual((await userinfo(server, tokens.access_token)).body,
			{ sub: server.users.alice.sub });
	});

	test('a user without claims: no null, no empty text', async () => {
		const tokens = await getTokens(server, clients.web, bob, { scope: everything });
		const { body } = await userinfo(server, tokens.access_token);
		assert.equal(body.sub, server.users.bob.sub);
		for (const [name, value] of Object.entries(body))
			assert.ok(value !== null && value !== '' && value !== 'null', name);
	});

	test("nobody's claims can speak for the user's sub or for us", async () => {
		const zed = { username: 'zed', password: 'zed zed zed' };
		const made = await server.addUser(zed.username, zed.password, { email: 'z@example.com' });
		await server.attempt(['user', 'set', 'zed', 'claims={"sub":"other","iss":"x","email":"y@z"}']);
		await server.attempt(['scope', 'set', 'profile', 'claims+=sub,iss']);
		const tokens = await getTokens(server, clients.web, zed, { scope: everything });
		const done = await userinfo(server, tokens.access_token);
		assert.equal(done.body.sub, made.sub);
		assert.equal(done.body.iss, undefined);
		assert.equal(done.text.match(/"sub"/g).length, 1);
		await server.attempt(['scope', 'set', 'profile', 'claims-=sub,iss']);
	});

	test('changed claims are seen at once', async () => {
		const erin = { username: 'erin', password: 'erin erin erin' };
		await server.addUser(erin.username, erin.password, { email: 'e@example.com' });
		const tokens = await getTokens(server, clients.web, erin, { scope: everything });
		await server.tessera('user', 'set', 'erin', 'claim:email=f@example.com');
		assert.equal((await userinfo(server, tokens.access_token)).body.email, 'f@example.com');
	});
});

describe('section 5 row 54: refused (RFC 6750 3.1)', () => {
	for (const method of ['GET', 'POST'])
		test(`no token, ${method}: 401, the scheme and nothing else`, async () => {
			const done = await ask({ method });
			assertChallenge(done, 401);
			assert.match(done.headers.get('www-authenticate'), /^Bearer( realm="[^",]*")?$/);
			assert.equal(done.text, '');
		});

	const malformed = {
		'a token in header and body (RFC 6750 2)': () => userinfo(server, all.access_token,
			{ method: 'POST', body: query({ access_token: all.access_token }) }),
		'twice in the body': () => ask({ method: 'POST',
			body: query({ access_token: [all.access_token, all.access_token] }) }),
		'in the query': async () => answer(await fetch(`${url()}?${query({ access_token: all.access_token })}`)),
	};
	for (const [name, send] of Object.entries(malformed))
		test(`${name}: 400 invalid_request, in the challenge, too`, async () =>
			assertChallenge(await send(), 400, 'invalid_request'));

	test('another scheme', async () =>
		assertChallenge(await ask({ headers: { authorization: 'Basic eDp5' } }), 401));

	const bad = {
		'text': () => 'nonsense',
		'random': () => random(),
		'signature changed': () => all.access_token.slice(0, -8) + 'AAAAAAAA',
		'payload changed': () => {
			const parts = all.access_token.split('.');
			const claims = { ...payload(all.access_token), sub: server.users.bob.sub };
			return [parts[0], Buffer.from(JSON.stringify(claims)).toString('base64url'), parts[2]]
				.join('.');
		},
		'alg none': () => `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${
			all.access_token.split('.')[1]}.`,
		'cut': () => all.access_token.split('.').slice(0, 2).join('.'),
		'four parts': () => `${all.access_token}.x`,
		'the ID token': () => all.id_token,
		'the code': () => all.code,
		'too long': () => 'x'.repeat(12000),
	};
	for (const [name, make] of Object.entries(bad))
		test(`${name}: 401 invalid_token`, async () =>
			assertChallenge(await userinfo(server, make()), 401, 'invalid_token'));

	// RFC 8725 2.1, 3.1: what a token says about its own key and algorithm counts for nothing.
	describe('tokens of an attacker', () => {
		const forge = async (alg, extra, key) => new SignJWT(payload(all.access_token))
			.setProtectedHeader({ ...header(all.access_token), alg, ...extra }).sign(key);

		test("own key under our kid, with and without the key in the header's jwk or jku", async () => {
			for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA']) {
				const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
				const jwk = { ...(await exportJWK(publicKey)), kid: header(all.access_token).kid };
				for (const extra of [{}, { jwk }, { jku: 'https://evil.example/jwks' }, { kid: undefined },
					{ kid: '' }, { kid: '../../etc/passwd' }, { kid: 'x'.repeat(1000) }])
					assertChallenge(await userinfo(server, await forge(alg, extra, privateKey)), 401,
						'invalid_token');
			}
		});

		test('HMAC with a public key as the secret', async () => {
			const { keys } = (await answer(await fetch(`${server.issuer}/jwks`))).body;
			for (const key of keys)
				for (const secret of [key.n ?? key.x, JSON.stringify(key)])
					assertChallenge(await userinfo(server, await forge('HS256', { kid: key.kid },
						new TextEncoder().encode(secret.padEnd(32)))), 401, 'invalid_token');
		});

		test('the header of a good token changed: crit, typ, alg in another case', async () => {
			const [, claims, signature] = all.access_token.split('.');
			for (const extra of [{ crit: ['x'], x: 1 }, { typ: 'JWT' }, { alg: 'es256' },
				{ alg: ['ES256'] }, { b64: false }]) {
				const head = { ...header(all.access_token), ...extra };
				const text = Buffer.from(JSON.stringify(head)).toString('base64url');
				assertChallenge(await userinfo(server, `${text}.${claims}.${signature}`), 401,
					'invalid_token');
			}
		});
	});

	test('a token with blanks is a malformed request', async () => {
		const done = await userinfo(server, 'a b');
		assert.ok([400, 401].includes(done.status));
	});

	test('no openid in it: 403 insufficient_scope', async () => {
		const tokens = await getTokens(server, clients.web, undefined, { scope: 'api.read' }, { agent });
		assertChallenge(await userinfo(server, tokens.access_token), 403, 'insufficient_scope');
	});

	test("a service's own token: 403", async () => {
		const { body } = await post(server, '/token', clients.service,
			{ grant_type: 'client_credentials' });
		const done = await userinfo(server, body.access_token);
		assertChallenge(done, 403, 'insufficient_scope');
	});

	test('user disabled or removed: 401', async () => {
		const fred = { username: 'fred', password: 'fred fred fred' };
		await server.addUser(fred.username, fred.password);
		const tokens = await getTokens(server, clients.web, fred);
		await server.tessera('user', 'set', 'fred', 'enabled=false');
		assertChallenge(await userinfo(server, tokens.access_token), 401, 'invalid_token');
		await server.tessera('user', 'remove', 'fred');
		assertChallenge(await userinfo(server, tokens.access_token), 401, 'invalid_token');
	});

	test('client disabled: 401', async () => {
		const tokens = await getTokens(server, clients.basic, undefined, {}, { agent });
		await server.tessera('client', 'set', 'basic', 'enabled=false');
		assertChallenge(await userinfo(server, tokens.access_token), 401, 'invalid_token');
		await server.tessera('client', 'set', 'basic', 'enabled=true');
		assert.equal((await userinfo(server, tokens.access_token)).status, 200);
	});
});
