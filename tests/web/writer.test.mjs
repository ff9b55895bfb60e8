// writer - another process commits: what programs may change, kill -9 of it under load, and its absence
// (DESIGN section 1, promises 1 to 3)
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from './lib/agent.mjs';
import { build, programs, run } from './lib/server.mjs';
import { alice, world } from './lib/world.mjs';
import { authorizeUrl, getCode, getTokens, post, redeem, refresh, userinfo, walk } from './lib/flow.mjs';

const scope = 'openid offline_access';
const times = (n, fn) => Promise.all(Array.from({ length: n }, (_, i) => fn(i)));
let server, web, agent;

before(async () => {
	server = await world({ clients: ['web', 'reference', 'service'], writer: true, cgi: false });
	web = server.clients.web;
	agent = new Agent(server.issuer);
	await walk(agent, authorizeUrl(server, web), { user: alice });
});
after(() => server.stop());

// Whether a process has a file of the database open for writing.
function writesTo(pid, store) {
	return fs.readdirSync(`/proc/${pid}/fd`).some((fd) => {
		try {
			const flags = /^flags:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))[1];
			return fs.readlinkSync(`/proc/${pid}/fd/${fd}`).endsWith(`${store}/data.mdb`) &&
				(parseInt(flags, 8) & 3) !== 0;
		} catch {
			return false; // closed meanwhile
		}
	});
}

test('programs have the database open for reading alone, the writer for writing', async () => {
	await getTokens(server, web, undefined, { scope }, { agent });
	const workers = server.workers();
	assert.ok(workers.length > 10);
	for (const pid of workers)
		for (const store of ['durable', 'volatile'])
			assert.equal(writesTo(pid, store), false, fs.readlinkSync(`/proc/${pid}/exe`));
	assert.equal(writesTo(server.helperAtWork('writer'), 'durable'), true);
});

test('everything that changes something works through it', async () => {
	const tokens = await getTokens(server, web, alice, { scope });
	const next = await refresh(server, web, tokens.refresh_token);
	assert.equal(next.status, 200, next.text);
	const opaque = await getTokens(server, server.clients.reference, alice, { scope });
	assert.equal((await userinfo(server, opaque.access_token)).status, 200);
	const gone = await post(server, '/revoke', server.clients.reference, { token: opaque.access_token });
	assert.equal(gone.status, 200);
	assert.equal((await userinfo(server, opaque.access_token)).status, 401);
	const bad = new Agent(server.issuer);
	await walk(bad, authorizeUrl(server, web), { user: { ...alice, password: 'wrong' } }).catch(() => {});
	assert.doesNotMatch(server.logText(), /may not make|no program of ours/);
});

test('a second one does not start', async () => {
	const second = await run(path.join(build, 'sbin/writer'), ['--conf', server.conf, '--programs',
		programs]);
	assert.equal(second.code, 111);
	assert.match(server.logText(), /another process serves/);
});

test('without the setting, or called wrongly, it says so', async () => {
	const empty = path.join(server.root, 'empty.conf');
	fs.writeFileSync(empty, `data = ${server.data}\nlog = ${server.root}/other.log\n`);
	assert.equal((await run(path.join(build, 'sbin/writer'), ['--conf', empty])).code, 100);
	assert.equal((await run(path.join(build, 'sbin/writer'), ['--what'])).code, 100);
});

test('one code, 64 redemptions, the writer killed meanwhile: one winner', async () => {
	for (let round = 0; round < 10; round++) {
		const code = await getCode(server, web, undefined, { scope }, { agent });
		const all = times(64, () => redeem(server, web, code));
		await sleep(Math.random() * 30);
		server.writer?.kill('SIGKILL');
		const done = await all;
		const won = done.filter((one) => one.status === 200);
		assert.equal(won.length, 1, JSON.stringify(done.map((one) => one.status)));
		for (const one of done.filter((lost) => lost !== won[0]))
			assert.equal(one.body.error, 'invalid_grant', one.text);
	}
});

test('refreshes under kill -9 of the writer: every one is answered, and its token leads on', async (t) => {
	let tokens = [], slowest = 0, kills = 0;
	for (let i = 0; i < 8; i++)
		tokens.push((await getTokens(server, web, undefined, { scope }, { agent })).refresh_token);
	for (let round = 0; round < 40; round++) {
		const began = Date.now();
		const all = times(tokens.length, (i) => refresh(server, web, tokens[i]));
		await sleep(Math.random() * 8);
		kills += server.writer?.kill('SIGKILL') ? 1 : 0;
		const done = await all;
		slowest = Math.max(slowest, Date.now() - began);
		for (const one of done)
			assert.equal(one.status, 200, one.text);
		tokens = done.map((one) => one.body.refresh_token);
	}
	t.diagnostic(JSON.stringify({ kills, slowest }));
	assert.ok(kills > 20);
	assert.ok(slowest < 2000, `service was away for ${slowest} ms`);
});

test('without it, what reads goes on and what writes is told to come again', async () => {
	const tokens = await getTokens(server, web, undefined, { scope }, { agent });
	await server.stopWriter();
	const began = Date.now();
	const waiting = refresh(server, web, tokens.refresh_token);
	assert.equal((await userinfo(server, tokens.access_token)).status, 200);
	assert.equal((await fetch(`${server.issuer}/jwks`)).status, 200);
	const own = await post(server, '/token', server.clients.service, { grant_type: 'client_credentials' });
	assert.equal(own.status, 200, own.text);
	assert.ok(Date.now() - began < 5000);
	const refused = await waiting;
	assert.equal(refused.status, 503, refused.text);
	assert.equal(refused.body.error, 'temporarily_unavailable');
	server.startWriter();
	const next = await refresh(server, web, tokens.refresh_token);
	assert.equal(next.status, 200, next.text);
});

test('locked in as well, programs read, and reach the writer', async () => {
	await server.restart({ sandbox: 'on' });
	const tokens = await getTokens(server, web, alice, { scope });
	const next = await refresh(server, web, tokens.refresh_token);
	assert.equal(next.status, 200, next.text);
	server.writer.kill('SIGKILL');
	assert.equal((await refresh(server, web, next.body.refresh_token)).status, 200);
	assert.doesNotMatch(server.logText(), /may not make|no program of ours|does not tell/);
});

test('afterwards the data is sound', async () => {
	const done = await server.attempt(['check']);
	assert.equal(done.code, 0, done.stdout + done.stderr);
});
