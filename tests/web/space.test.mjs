// space - no room on the disk of the data: what reads goes on, what writes is refused, nothing is lost
// and nothing has to be started again (DESIGN section 1, promise 3)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from './lib/agent.mjs';
import { enter, fill, mount, unmount } from './lib/disk.mjs';
import { alice, bob, world } from './lib/world.mjs';
import { answerOf, authorizeUrl, getCode, getTokens, introspect, pathOf, post, redeem, refresh,
	revoke, userinfo, walk } from './lib/flow.mjs';

const reason = enter();
const scope = 'openid offline_access';
const spare = 30; // of what is used up by asking

const ways = {
	'each program commits': {},
	'with helpers, locked in': { writer: true, signer: true,
		conf: { sandbox: 'on', workers: 'auto' } },
};

// Kills all workers; others begin when the next requests come.
async function startAnew(server) {
	for (const pid of server.workers())
		process.kill(pid, 'SIGKILL');
	for (let tries = 0; tries < 100; tries++) {
		const answer = await fetch(`${server.issuer}/healthz`).catch(() => undefined);
		await answer?.arrayBuffer();
		if (answer?.status === 200)
			return;
		await sleep(20);
	}
	throw new Error('the programs do not come back');
}

// A refusal by JSON says when to come again; 503 and nothing else (RFC 9110 section 15.6.4).
function assertRefused(done) {
	assert.equal(done.status, 503, done.text);
	assert.equal(done.body.error, 'temporarily_unavailable');
	assert.match(done.headers.get('retry-after'), /^[1-9]\d?$/);
}

// A page of ours, or the client's own address, says so.
function assertTold(page) {
	const told = answerOf(page)?.params.error ?? page.textOf('error');
	assert.equal(told, 'temporarily_unavailable', String(page));
	if (!answerOf(page))
		assert.equal(page.status, 503);
}

// What there is to ask for, of each kind that changes something; `done` is an answer that says yes.
const kinds = {
	code: { ask: (s) => s.agent.open(authorizeUrl(s, s.web, { scope, nonce: 'n'.repeat(500) })),
		done: (page) => answerOf(page)?.params.code, refused: assertTold },
	redemption: { of: 'codes', ask: (s, code) => redeem(s, s.web, code), refused: assertRefused },
	refresh: { of: 'refreshing', ask: (s, token) => refresh(s, s.web, token), refused: assertRefused },
	reference: { ask: (s) => post(s, '/token', s.clients.issue, { grant_type: 'client_credentials' }),
		refused: assertRefused },
	revocation: { of: 'unwanted', ask: (s, token) => revoke(s, s.clients.issue, token),
		refused: assertRefused },
	login: { of: 'doors', ask: (s, door) => door.agent.press(door.page, 'login-submit', alice),
		done: (page) => page.status === 303, refused: assertTold },
	consent: { of: 'questions', ask: (s, { agent, page }) => agent.press(page, 'consent-allow'),
		done: (page) => answerOf(page)?.params.code || page.status === 303, refused: assertTold },
};
const isDone = (kind, answer) => (kind.done ? Boolean(kind.done(answer)) : answer.status === 200);

const several = async (make) => {
	const made = [];
	while (made.length < spare)
		made.push(await make());
	return made;
};

// Browsers that were asked something and have not answered yet.
const waiting = (server, client, options) => several(async () => {
	const agent = new Agent(server.issuer);
	return { agent, page: await walk(agent, authorizeUrl(server, client, { scope, prompt: options.prompt }),
		options) };
});

async function prepare(options) {
	const server = await world({ clients: ['web', 'asks', 'reference', 'service'],
		place: (data) => mount(data, '4M'), ...options, conf: {} });
	server.web = server.clients.web;
	server.clients.issue = await server.addClient('issue', { scope: 'api.read',
		access_token_type: 'reference', grant_types: 'client_credentials' });
	server.agent = new Agent(server.issuer);
	server.known = await getTokens(server, server.web, alice, { scope }, server);
	await server.restart({ log: path.join(server.data, 'tessera.log'), ...options.conf });
	server.opaque = await getTokens(server, server.clients.reference, undefined, { scope }, server);
	server.stock = {
		codes: await several(() => getCode(server, server.web, undefined, { scope }, server)),
		refreshing: await several(async () =>
			(await getTokens(server, server.web, undefined, { scope }, server)).refresh_token),
		unwanted: await several(async () => (await kinds.reference.ask(server)).body.access_token),
		doors: await waiting(server, server.web, {}),
		questions: await waiting(server, server.clients.asks, { user: bob, consent: null,
			prompt: 'consent' }),
	};
	assert.equal(pathOf(server.stock.questions[0].page), '/consent');
	return server;
}

async function assertReads(server) {
	for (const at of ['/jwks', '/.well-known/openid-configuration', '/healthz'])
		assert.equal((await fetch(`${server.issuer}${at}`)).status, 200, at);
	for (const known of [server.known, server.opaque]) {
		const info = await userinfo(server, known.access_token);
		assert.equal(info.status, 200, info.text);
	}
	const told = await introspect(server, server.clients.reference, server.opaque.access_token);
	assert.equal(told.body?.active, true, told.text);
	const own = await post(server, '/token', server.clients.service, { grant_type: 'client_credentials' });
	assert.equal(own.status, 200, own.text);
	const page = await walk(new Agent(server.issuer), authorizeUrl(server, server.web));
	assert.ok(page.status === 200 && page.has('login-submit'), String(page));
}

// Asks until all that is in stock was used or, where it may be asked for without end, was refused
// several times; remembers both.
async function use(server, kind, seen) {
	const stock = kind.of ? server.stock[kind.of] : Array(2000).fill(undefined);
	for (const what of stock) {
		const answer = await kind.ask(server, what);
		if (isDone(kind, answer)) {
			seen.done.push({ what, answer });
			continue;
		}
		kind.refused(answer);
		seen.refused.push(what);
		if (!kind.of && seen.refused.length === 5)
			return;
	}
}

const isActive = async (server, token) =>
	(await introspect(server, server.clients.issue, token)).body?.active;

for (const [name, options] of Object.entries(ways))
	describe(`disk full: ${name}`, { skip: reason }, () => {
		const seen = Object.fromEntries(Object.keys(kinds).map((one) => [one, { done: [], refused: [] }]));
		let server, free;

		before(async () => {
			server = await prepare(options);
			free = fill(path.join(server.data, 'default'));
		});
		after(async () => {
			await server.halt();
			unmount(server.data);
			await server.stop();
		});

		test('what reads goes on', () => assertReads(server));

		for (const [kind, row] of Object.entries(kinds))
			test(`${kind}: done, or refused with 503`, async (t) => {
				await use(server, row, seen[kind]);
				t.diagnostic(`${seen[kind].done.length} done, ${seen[kind].refused.length} refused`);
			});

		test('changes of most kinds were refused, so the disk was full', () => {
			const never = Object.keys(kinds).filter((kind) => seen[kind].refused.length === 0);
			assert.ok(never.length <= 3, `not refused: ${never}`);
			assert.ok(seen.code.refused.length > 0);
		});

		test('what reads goes on in processes that start now, too', async () => {
			await startAnew(server);
			await assertReads(server);
		});

		test('the command line says so, and makes half of nothing', async () => {
			let done, n = 0;
			do
				done = await server.attempt(['client', 'add', `one-${n}`, 'scope=api.read',
					`client_name=${'n'.repeat(200)}`, 'grant_types=client_credentials']);
			while (done.code === 0 && n++ < 100);
			assert.equal(done.code, 111, done.stdout + done.stderr);
			assert.match(done.stderr, /full/);
			assert.equal((await server.attempt(['client', 'show', `one-${n}`])).code, 1);
		});

		test('with room again, what was refused works, and nothing that was done is lost', async () => {
			const pids = server.workers();
			free();
			for (const { answer } of seen.redemption.done.concat(seen.refresh.done)) {
				assert.equal((await userinfo(server, answer.body.access_token)).status, 200);
				const next = await refresh(server, server.web, answer.body.refresh_token);
				assert.equal(next.status, 200, next.text);
			}
			for (const { answer } of seen.reference.done)
				assert.equal(await isActive(server, answer.body.access_token), true);
			for (const { what } of seen.revocation.done)
				assert.equal(await isActive(server, what), false);
			for (const [kind, row] of Object.entries(kinds))
				for (const what of seen[kind].refused) {
					const answer = await row.ask(server, what);
					assert.ok(isDone(row, answer), `${kind}: ${answer.text ?? answer}`);
				}
			for (const { what } of seen.redemption.done)
				assert.equal((await redeem(server, server.web, what)).body.error, 'invalid_grant');
			assert.ok(pids.every((pid) => server.workers().includes(pid)), 'a process ended');
		});

		test('afterwards the data is sound, and no process was ended by a signal of its own', async () => {
			const done = await server.attempt(['check']);
			assert.equal(done.code, 0, done.stdout + done.stderr);
			const log = server.logText() + fs.readFileSync(path.join(server.data, 'tessera.log'), 'utf8');
			assert.doesNotMatch(log, /(signalled:|by signal) (?!9\b)\d/);
		});
	});
