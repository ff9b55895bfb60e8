// keys - rings of signing keys when nobody runs the sweep, and a leak then (DESIGN section 5; PROTOCOL
// section 3 row 11)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { alice, world } from './lib/world.mjs';
import { answer, getTokens, header, introspect, userinfo } from './lib/flow.mjs';

const day = 86400;
let server, web, offset = 0;

before(async () => {
	server = await world({ clients: ['web'] });
	web = server.clients.web;
});
after(() => server.stop());

const at = (seconds) => server.restart({ clock_offset: (offset = seconds) });
const published = async () => (await answer(await fetch(`${server.issuer}/jwks`))).body.keys;
const kids = (keys) => keys.map((key) => key.kid);
const isActive = async (token) =>
	(await introspect(server, server.apis.api, token)).body.active;
const signIn = () => getTokens(server, web, alice, { scope: 'openid api.read' });

// Both kinds of tokens can be verified by who has read /jwks now.
const assertVerifies = async (tokens) => {
	const keys = createLocalJWKSet({ keys: await published() });
	for (const token of [tokens.id_token, tokens.access_token])
		await jwtVerify(token, keys, { issuer: server.issuer,
			currentDate: new Date(Date.now() + offset * 1000) });
};

const assertGood = async (tokens) => {
	await assertVerifies(tokens);
	assert.equal((await userinfo(server, tokens.access_token)).status, 200);
	assert.equal(await isActive(tokens.access_token), true);
};

describe('key rotate --revoke at day 95, never swept', () => {
	let before_, tokens;

	test('the keys are past their 90 days, and still they sign and are published', async () => {
		const first = await signIn();
		await at(95 * day);
		before_ = kids(await published());
		tokens = await signIn();
		assert.equal(header(tokens.access_token).kid, header(first.access_token).kid);
		await assertGood(tokens);
	});

	test('revoked: gone from /jwks, their tokens are refused at once, others sign', async () => {
		await server.tessera('key', 'rotate', '--revoke');
		const now = kids(await published());
		assert.deepEqual(now.filter((kid) => before_.includes(kid)), []);
		assert.equal((await userinfo(server, tokens.access_token)).status, 401);
		assert.equal(await isActive(tokens.access_token), false);
		const next = await signIn();
		for (const token of [next.id_token, next.access_token])
			assert.ok(now.includes(header(token).kid));
		await assertGood(next);
	});
});

describe('105 days later, never swept', () => {
	let tokens;

	test('tokens are issued, and accepted; their keys are in /jwks', async () => {
		await at(200 * day);
		tokens = await signIn();
		const now = kids(await published());
		for (const token of [tokens.id_token, tokens.access_token])
			assert.ok(now.includes(header(token).kid));
		await assertGood(tokens);
	});

	test('a late sweep announces successors and takes nothing away', async () => {
		const before_ = kids(await published());
		const [swept] = (await server.json('sweep')).swept;
		assert.ok(swept.keys_made >= 2, `${swept.keys_made} keys`);
		const now = await published();
		for (const token of [tokens.id_token, tokens.access_token])
			assert.ok(kids(now).includes(header(token).kid));
		assert.equal(now.length, before_.length + swept.keys_made);
		const next = await signIn();
		assert.equal(header(next.access_token).kid, header(tokens.access_token).kid);
		await assertGood(tokens);
	});

	test('the successors sign when their time has come; tokens of just before can be verified', async () => {
		await at(214 * day - 30);
		const last = await signIn();
		assert.equal(header(last.access_token).kid, header(tokens.access_token).kid);
		await at(214 * day + 60);
		assert.deepEqual((await server.json('sweep')).swept[0].keys_made, 0);
		await assertGood(last);
		const next = await signIn();
		for (const name of ['id_token', 'access_token'])
			assert.notEqual(header(next[name]).kid, header(last[name]).kid, name);
		await assertGood(next);
	});
});
