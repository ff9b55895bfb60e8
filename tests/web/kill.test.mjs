// kill - kill -9 of the workers that redeem and refresh (DESIGN section 1, promises 2 and 3): a code is
// used or unused, never both; what was acknowledged stays
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from './lib/agent.mjs';
import { alice, world } from './lib/world.mjs';
import { authorizeUrl, getCode, getTokens, redeem, refresh, userinfo, walk } from './lib/flow.mjs';

const rounds = 50, batch = 8;
let server, web, agent;
const scope = 'openid offline_access';

before(async () => {
	server = await world({ clients: ['web'], cgi: false }); // there have to be workers
	web = server.clients.web;
	agent = new Agent(server.issuer);
	await walk(agent, authorizeUrl(server, web), { user: alice });
});
after(() => server.stop());

// Kills the token workers a moment after `work` began; its answers, undefined for those that got none.
async function underFire(work) {
	const victims = server.workers('token');
	const all = work.map((one) => one().catch(() => undefined));
	await sleep(Math.random() * 12);
	for (const pid of victims.filter(() => Math.random() < 0.8))
		try {
			process.kill(pid, 'SIGKILL');
		} catch {
			// it was killed before
		}
	return (await Promise.all(all)).map((done) => (done?.status >= 500 ? undefined : done));
}

// Tries until the restarted workers answer.
async function patiently(fn) {
	for (let tries = 0; tries < 100; tries++) {
		const done = await fn().catch(() => undefined);
		if (done && done.status < 500)
			return done;
		await sleep(50);
	}
	throw new Error(`the token program does not come back\n${server.logText().slice(-2000)}`);
}

const codes = async () => {
	const made = [];
	while (made.length < batch)
		made.push(await getCode(server, web, undefined, { scope }, { agent }));
	return made;
};

test(`redemptions under kill -9, ${rounds} rounds of ${batch}`, async (t) => {
	const count = { answered: 0, cut: 0, used: 0, unused: 0 };
	for (let round = 0; round < rounds; round++) {
		const mine = await codes();
		const done = await underFire(mine.map((code) => () => redeem(server, web, code)));
		for (let i = 0; i < batch; i++) {
			if (done[i]) { // acknowledged: valid now, and the code is used
				count.answered++;
				assert.equal(done[i].status, 200, done[i].text);
				assert.equal((await patiently(() => userinfo(server, done[i].body.access_token))).status,
					200);
				const next = await patiently(() => refresh(server, web, done[i].body.refresh_token));
				assert.equal(next.status, 200, next.text);
				continue;
			}
			count.cut++;
			const again = await patiently(() => redeem(server, web, mine[i]));
			count[again.status === 200 ? 'unused' : 'used']++;
			if (again.status === 200)
				assert.equal((await userinfo(server, again.body.access_token)).status, 200);
			else
				assert.equal(again.body.error, 'invalid_grant');
			const third = await patiently(() => redeem(server, web, mine[i]));
			assert.equal(third.body.error, 'invalid_grant', 'used once and for all');
		}
	}
	t.diagnostic(JSON.stringify(count));
	assert.ok(count.cut > 0, 'no worker was hit: the test does not test');
	assert.ok(count.answered > 0);
});

test('refreshes under kill -9: a token that got no answer still leads on', async (t) => {
	const count = { answered: 0, cut: 0 };
	const tokens = [];
	for (let i = 0; i < batch; i++)
		tokens.push((await patiently(() => getTokens(server, web, undefined, { scope }, { agent })
			.then((body) => ({ status: 200, body })))).body.refresh_token);
	for (let round = 0; round < 20; round++) {
		const done = await underFire(tokens.map((token) => () => refresh(server, web, token)));
		for (let i = 0; i < batch; i++) {
			count[done[i] ? 'answered' : 'cut']++;
			// Used or not, inside the grace the same token gets its successor (RFC 9700 4.14.2).
			const last = done[i] ?? await patiently(() => refresh(server, web, tokens[i]));
			assert.equal(last.status, 200, last.text);
			tokens[i] = last.body.refresh_token;
			assert.equal((await patiently(() => userinfo(server, last.body.access_token))).status, 200);
		}
	}
	t.diagnostic(JSON.stringify(count));
	assert.ok(count.cut > 0, 'no worker was hit: the test does not test');
});

test('afterwards the data is sound and everything answers', async () => {
	const done = await server.attempt(['check']);
	assert.equal(done.code, 0, done.stdout + done.stderr);
	assert.ok((await patiently(() => getTokens(server, web, alice).then((body) =>
		({ status: 200, body })))).body.access_token);
});
