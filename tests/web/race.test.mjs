// race - one code, one winner; refresh in parallel (PROTOCOL section 5 rows 1, 2, 46; RFC 6749 4.1.2)
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Agent } from './lib/agent.mjs';
import { alice, world } from './lib/world.mjs';
import { authorizeUrl, getCode, getTokens, redeem, refresh, userinfo, walk } from './lib/flow.mjs';

let server, clients, agent;
const scope = 'openid offline_access';
const times = (n, fn) => Promise.all(Array.from({ length: n }, (_, i) => fn(i)));

before(async () => {
	server = await world({ clients: ['web', 'basic'] });
	clients = server.clients;
	agent = new Agent(server.issuer);
	await walk(agent, authorizeUrl(server, clients.web), { user: alice });
});
after(() => server.stop());

for (const name of ['web', 'basic'])
	for (let round = 1; round <= 3; round++)
		test(`64 redemptions of one code (${name}, round ${round}): one 200, 63 invalid_grant`, async () => {
			const client = clients[name];
			const code = await getCode(server, client, undefined, { scope }, { agent });
			const done = await times(64, () => redeem(server, client, code));
			const won = done.filter((one) => one.status === 200);
			assert.equal(won.length, 1, JSON.stringify(done.map((one) => one.status)));
			for (const one of done.filter((lost) => lost !== won[0])) {
				assert.equal(one.status, 400);
				assert.equal(one.body.error, 'invalid_grant');
			}
			const later = await redeem(server, client, code);
			assert.equal(later.body.error, 'invalid_grant');
			assert.equal((await userinfo(server, won[0].body.access_token)).status, 401);
			const dead = await refresh(server, client, won[0].body.refresh_token);
			assert.equal(dead.body.error, 'invalid_grant');
		});

test('32 refreshes with one token inside the grace: every answer works', async () => {
	const first = await getTokens(server, clients.web, undefined, { scope }, { agent });
	const done = await times(32, () => refresh(server, clients.web, first.refresh_token));
	for (const one of done)
		assert.equal(one.status, 200, one.text);
	const tokens = new Set(done.map((one) => one.body.refresh_token));
	assert.equal(tokens.size, 1, 'one successor');
	for (const one of done)
		assert.equal((await userinfo(server, one.body.access_token)).status, 200);
	const next = await refresh(server, clients.web, [...tokens][0]);
	assert.equal(next.status, 200);
	const reuse = await refresh(server, clients.web, first.refresh_token);
	assert.equal(reuse.body.error, 'invalid_grant');
	assert.equal((await refresh(server, clients.web, next.body.refresh_token)).status, 400);
	for (const one of done)
		assert.equal((await userinfo(server, one.body.access_token)).status, 401);
});

test('a chain of parallel refreshes, eight at each step', async () => {
	let { refresh_token: token } = await getTokens(server, clients.web, undefined, { scope },
		{ agent });
	for (let step = 0; step < 10; step++) {
		const done = await times(8, () => refresh(server, clients.web, token));
		for (const one of done)
			assert.equal(one.status, 200, one.text);
		assert.equal(new Set(done.map((one) => one.body.refresh_token)).size, 1);
		token = done[0].body.refresh_token;
	}
});

test('redemptions of 32 codes at once do not disturb each other', async () => {
	const codes = [];
	for (let i = 0; i < 32; i++)
		codes.push(await getCode(server, clients.web, undefined, { scope }, { agent }));
	const done = await times(32, (i) => redeem(server, clients.web, codes[i]));
	for (const one of done)
		assert.equal(one.status, 200, one.text);
	assert.equal(new Set(done.map((one) => one.body.refresh_token)).size, 32);
});

test('many sign-ins at once', async () => {
	const done = await times(16, () => getTokens(server, clients.web, alice, { scope }));
	assert.equal(new Set(done.map((one) => one.access_token)).size, 16);
});
