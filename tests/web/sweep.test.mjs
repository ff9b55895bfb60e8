// sweep - what is over goes when `tessera sweep` runs, what lives stays (DESIGN section 4)
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Agent } from './lib/agent.mjs';
import { alice, bob, redirect, world } from './lib/world.mjs';
import { getCode, getTokens, payload, redeem, refresh } from './lib/flow.mjs';

let server, web, endless, live, agent;
const offline = { scope: 'openid offline_access' };

before(async () => {
	server = await world({ clients: ['web'] });
	web = server.clients.web;
	endless = await server.addClient('endless', { token_endpoint_auth_method: 'none',
		grant_types: 'authorization_code,refresh_token', redirect_uris: redirect,
		scope: 'openid,offline_access', require_consent: false, refresh_token_expiration: 'sliding',
		absolute_refresh_token_lifetime: 0, authorization_code_lifetime: 60 });
	agent = new Agent(server.issuer);
	live = await getTokens(server, web, alice, offline, { agent });
});
after(() => server.stop());

const code = (client) => getCode(server, client, undefined, offline, { agent });
const states = async (...args) => (await server.json('grant', 'list', ...args)).grants
	.map((grant) => grant.state).sort();

async function sweep(seconds) {
	server.configure({ clock_offset: seconds }); // the command line reads it at once
	const [swept] = (await server.json('sweep')).swept;
	return swept;
}

test('a code that can still be redeemed stays', async () => {
	const mine = await code(endless);
	await code(web);
	assert.equal((await sweep(0)).grants, 0);
	assert.deepEqual(await states(), ['active', 'coded', 'coded']);
	live.endless = (await redeem(server, endless, mine)).body.refresh_token;
	assert.ok(live.endless);
});

test('codes that nobody redeemed go, whatever refresh tokens could have lasted', async () => {
	await code(endless);
	await code(web);
	assert.deepEqual(await states('--client', 'endless'), ['active', 'coded']);
	const swept = await sweep(120);
	assert.equal(swept.grants, 3);
	assert.equal(swept.sessions, 0);
	assert.deepEqual(await states(), ['active', 'active']);
	assert.deepEqual(await states('--client', 'endless'), ['active']);
});

test('sessions that have expired go; what is offline outlives them', async () => {
	await getTokens(server, web, bob);
	const sid = payload(live.id_token).sid;
	const list = async () => (await server.json('session', 'list')).sessions.map((one) => one.sid);
	assert.ok((await list()).includes(sid));
	assert.equal((await sweep(11 * 3600)).sessions, 2);
	assert.deepEqual(await list(), []);
	assert.equal((await sweep(11 * 3600)).sessions, 0, 'they have gone');
	await server.restart();
	for (const [client, token] of [[web, live.refresh_token], [endless, live.endless]])
		assert.equal((await refresh(server, client, token)).status, 200, client.id);
});

test('refresh tokens that have run out go with their access tokens', async () => {
	assert.equal((await sweep(400 * 86400)).grants, 3);
	assert.deepEqual(await states(), []);
});
