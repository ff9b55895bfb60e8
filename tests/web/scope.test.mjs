// scope - scopes and audience at the token endpoint: what is asked for, and what is left of a grant when
// client, scope or API have changed since (RFC 6749 3.3, 6; RFC 8707 2.2)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Agent } from './lib/agent.mjs';
import { assertError } from './lib/expect.mjs';
import { alice, api, otherApi, redirect, world } from './lib/world.mjs';
import { getCode, getTokens, introspect, payload, post, redeem, refresh } from './lib/flow.mjs';

let server, agent;
const asked = 'openid email api.read api.write other.read';

before(async () => {
	server = await world({ clients: ['service', 'web'] });
	agent = new Agent(server.issuer);
	await getTokens(server, server.clients.web, alice, {}, { agent });
});
after(() => server.stop());

const own = (scope) => post(server, '/token', server.clients.service,
	{ grant_type: 'client_credentials', scope });

describe('scope that says nothing (RFC 6749 3.3)', () => {
	for (const scope of [' ', '   '])
		test(`client_credentials, ${scope.length} blanks: invalid_scope`, async () =>
			assertError(await own(scope), 'invalid_scope'));

	for (const scope of [' ', '   '])
		test(`refresh_token, ${scope.length} blanks: invalid_scope, and the token stays good`, async () => {
			const { web } = server.clients;
			const tokens = await getTokens(server, web, undefined, {}, { agent });
			assertError(await refresh(server, web, tokens.refresh_token, { scope }), 'invalid_scope');
			assert.equal((await refresh(server, web, tokens.refresh_token)).status, 200);
		});
});

describe('what was granted is narrowed to what may be had now', () => {
	let n = 0;
	const issuer = () => [server.issuer];
	const set = (...words) => () => server.tessera(...words);
	const client = (fields) => (id) => server.tessera('client', 'set', id, fields);
	// change, its undoing, what is left: scopes and audience
	const rows = {
		'the client lost all but openid': [client('scope=openid'), undefined, 'openid', issuer],
		'the client lost one scope': [client('scope-=api.write'), undefined,
			'openid email api.read other.read', () => [api, otherApi]],
		'the client lost the scopes of one API': [client('scope-=other.read'), undefined,
			'openid email api.read api.write', () => [api]],
		'a scope was disabled': [set('scope', 'set', 'other.read', 'enabled=false'),
			set('scope', 'set', 'other.read', 'enabled=true'),
			'openid email api.read api.write', () => [api]],
		'an API was disabled': [set('resource', 'set', otherApi, 'enabled=false'),
			set('resource', 'set', otherApi, 'enabled=true'),
			'openid email api.read api.write', () => [api]],
		'an API lost its scopes': [set('resource', 'set', otherApi, 'scopes='),
			set('resource', 'set', otherApi, 'scopes=other.read'), undefined, () => [api]],
	};
	const sorted = (text) => text.split(' ').sort();
	const make = () => server.addClient(`rp${n++}`, { token_endpoint_auth_method: 'none',
		grant_types: 'authorization_code,refresh_token', redirect_uris: redirect,
		require_consent: false, scope: asked.replaceAll(' ', ',') });

	const assertLeft = (done, scope, aud) => {
		assert.equal(done.status, 200, done.text);
		const claims = payload(done.body.access_token);
		assert.deepEqual([claims.aud].flat().sort(), aud().sort());
		if (scope !== undefined) {
			assert.deepEqual(sorted(claims.scope), sorted(scope));
			assert.deepEqual(sorted(done.body.scope), sorted(scope));
		}
		assert.equal(done.body.id_token !== undefined, claims.scope.split(' ').includes('openid'));
	};

	for (const [name, [change, undo, scope, aud]] of Object.entries(rows)) {
		test(`refresh: ${name}`, async () => {
			const rp = await make();
			const first = await getTokens(server, rp, undefined, { scope: asked }, { agent });
			assert.deepEqual(payload(first.access_token).aud.sort(), [api, otherApi]);
			await change(rp.id);
			const next = await refresh(server, rp, first.refresh_token);
			await undo?.();
			assertLeft(next, scope, aud);
			if (!aud().includes(otherApi))
				assert.equal((await introspect(server, server.apis.other, next.body.access_token))
					.body.active, false);
		});

		test(`code: ${name}`, async () => {
			const rp = await make();
			const code = await getCode(server, rp, undefined, { scope: asked }, { agent });
			await change(rp.id);
			const done = await redeem(server, rp, code);
			await undo?.();
			assertLeft(done, scope, aud);
		});
	}

	test('what came back is there again, of the same grant', async () => {
		const rp = await make();
		const first = await getTokens(server, rp, undefined, { scope: asked }, { agent });
		await server.tessera('scope', 'set', 'api.write', 'enabled=false');
		const less = (await refresh(server, rp, first.refresh_token)).body;
		assert.ok(!less.scope.split(' ').includes('api.write'));
		await server.tessera('scope', 'set', 'api.write', 'enabled=true');
		const more = (await refresh(server, rp, less.refresh_token)).body;
		assert.deepEqual(sorted(more.scope), sorted(asked));
	});

	test('nothing is left: invalid_grant', async () => {
		const rp = await make();
		const [first, code] = [await getTokens(server, rp, undefined, { scope: asked }, { agent }),
			await getCode(server, rp, undefined, { scope: asked }, { agent })];
		await server.tessera('client', 'set', rp.id, 'scope=phone');
		assertError(await refresh(server, rp, first.refresh_token), 'invalid_grant');
		assertError(await redeem(server, rp, code), 'invalid_grant');
	});
});
