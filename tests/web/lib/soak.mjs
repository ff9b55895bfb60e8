// soak - rounds of: changes of every kind, one process of ours killed meanwhile, and whether all that was
// acknowledged is there (DESIGN section 1, promises 2 and 3)
// SPDX-License-Identifier: ISC
//
//	const soak = await Soak.begin({ writer: true, signer: true });
//	for (let i = 0; i < rounds; i++)
//		await soak.round();
//	await soak.end();
//	console.log(soak.table());
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from './agent.mjs';
import { alice, world } from './world.mjs';
import { answerOf, authorizeUrl, getCode, introspect, post, redeem, refresh, revoke, userinfo,
	walk } from './flow.mjs';

const scope = 'openid offline_access';
const families = 8, exchanges = 6; // in each round
const patience = 15000; // milliseconds after which something does not come back
const pick = (list) => list[Math.floor(Math.random() * list.length)];

const read = (file) => {
	try {
		return fs.readFileSync(file, 'latin1');
	} catch {
		return ''; // it has gone meanwhile
	}
};
const childrenOf = (pid) =>
	read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
const nameOf = (pid) => read(`/proc/${pid}/comm`).trim();

// Our processes, by the settings they were given: one that was left by its parent is still ours.
const ours = (server) => fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)
	.filter((pid) => read(`/proc/${pid}/environ`).includes(`TESSERA_CONF=${server.conf}\0`));
// The workers, who keeps them, and who keeps that one: by how many generations are below them.
const generation = (server, n) => {
	const depth = (pid) => Math.max(-1, ...childrenOf(pid).map(depth)) + 1;
	return ours(server).filter((pid) => depth(pid) === n);
};
const workers = (server) => generation(server, 0);
// A helper that runs, and what it has started itself.
const helper = (child) => (child?.exitCode === null && child.signalCode === null
	? [child.pid, ...childrenOf(child.pid)] : []);

// Who is killed; a kind without a process is left out. VICTIMS chooses.
const victims = {
	'worker of token': (server) => workers(server).filter((pid) => nameOf(pid) === 'token'),
	'worker of any': workers,
	'who keeps workers': (server) => generation(server, 1),
	'who keeps that one': (server) => generation(server, 2),
	writer: (server) => helper(server.writer),
	signer: (server) => helper(server.signer),
};

const chosen = process.env.VICTIMS?.split(',') ?? Object.keys(victims);

const basic = { token_endpoint_auth_method: 'client_secret_basic', scope: 'api.read',
	grant_types: 'client_credentials' };
const isSaid = (answer) => answer !== undefined && answer.status < 500;
const own = (server, client) => post(server, '/token', client, { grant_type: 'client_credentials' });

// Every program, and what needs the helpers: each has to answer for service to be back.
const probes = [
	...['/healthz', '/jwks', '/.well-known/openid-configuration', '/authorize', '/login', '/consent',
		'/logout', '/token', '/introspect', '/revoke', '/userinfo'].map((at) => (server) =>
		post(server, at, undefined)),
	(server) => own(server, server.clients.reference), // is written
	(server) => own(server, server.clients.service), // is signed
];

export class Soak {
	counts = new Map();
	recoveries = [];
	held = { references: [], cookies: [] }; // acknowledged, to be there at the end

	static async begin(options) {
		const soak = new Soak();
		const server = await world({ clients: ['web'], cgi: false, ...options });
		soak.server = server;
		server.clients.reference = await server.addClient('issue', { ...basic,
			access_token_type: 'reference' });
		server.clients.service = await server.addClient('own', basic);
		soak.web = server.clients.web;
		soak.audits = /^ *audit verify/m.test(await server.tessera('help'));
		soak.tally = soak.count('before');
		soak.agent = (await soak.until(() => soak.signIn())).agent;
		soak.families = [];
		await soak.renewFamilies();
		soak.unwanted = await soak.reference();
		return soak;
	}

	count(kind) {
		if (!this.counts.has(kind))
			this.counts.set(kind, { kills: 0, flight: 0, acknowledged: 0, cut: 0, retried: 0, times: [] });
		return this.counts.get(kind);
	}

	// Tries until there is an answer that is no excuse.
	async until(ask) {
		const end = performance.now() + patience;
		for (let tries = 0; performance.now() < end; tries++) {
			const answer = await ask().catch(() => undefined);
			this.tally.retried += tries > 0 ? 1 : 0;
			if (isSaid(answer))
				return answer;
			await sleep(10);
		}
		throw new Error(`no answer for ${patience} ms\n${this.server.logText().slice(-3000)}`);
	}

	// A browser that signs in: its answer is that of the sign-in.
	async signIn() {
		const agent = new Agent(this.server.issuer);
		const page = await walk(agent, authorizeUrl(this.server, this.web, { scope }));
		if (!page.has('login-submit'))
			return { status: 503 };
		const { status } = await agent.press(page, 'login-submit', alice);
		return { status, agent };
	}

	async codeOf(agent) {
		return (await this.until(async () => ({ status: 200,
			code: await getCode(this.server, this.web, undefined, { scope }, { agent }) }))).code;
	}

	redeem(code) {
		return redeem(this.server, this.web, code);
	}

	refresh(token) {
		return refresh(this.server, this.web, token);
	}

	async reference() {
		return (await this.until(() => own(this.server, this.server.clients.reference))).body.access_token;
	}

	async isActive(token) {
		const told = await this.until(() => introspect(this.server, this.server.clients.reference, token));
		assert.equal(told.status, 200, told.text);
		return told.body.active;
	}

	async assertServes(token) {
		const info = await this.until(() => userinfo(this.server, token));
		assert.equal(info.status, 200, `an acknowledged token is gone: ${info.text}`);
	}

	// A family of refresh tokens: all generations, the last is the one to use.
	async renewFamilies() {
		while (this.families.length < families) {
			const done = await this.until(async () => this.redeem(await this.codeOf(this.agent)));
			if (done.status === 200) // otherwise its answer was lost
				this.families.push([done.body.refresh_token]);
		}
	}

	// What is asked for while somebody is killed, and what has to hold then, with or without an answer.
	async plan() {
		const codes = await Promise.all(Array.from({ length: exchanges }, () => this.codeOf(this.agent)));
		return [
			...codes.map((code) => ({ ask: () => this.redeem(code),
				then: (answer) => this.checkExchange(code, answer) })),
			...this.families.map((family) => ({ ask: () => this.refresh(family.at(-1)),
				then: (answer) => this.checkRefresh(family, answer) })),
			{ ask: () => own(this.server, this.server.clients.reference),
				then: (answer) => this.checkReference(answer) },
			{ ask: () => revoke(this.server, this.server.clients.reference, this.unwanted),
				then: (answer) => this.checkRevocation(answer) },
			{ ask: () => this.signIn(), then: (answer) => this.checkLogin(answer) },
		];
	}

	// One answer at most says yes; the code that says no is spent, and so is what came of it.
	async checkExchange(code, answer) {
		const done = answer ?? await this.until(() => this.redeem(code));
		if (answer)
			assert.equal(done.status, 200, done.text);
		if (done.status === 200) {
			await this.assertServes(done.body.access_token);
			const next = await this.until(() => this.refresh(done.body.refresh_token));
			assert.equal(next.status, 200, `an acknowledged refresh token is gone: ${next.text}`);
		}
		const again = await this.until(() => this.redeem(code));
		assert.equal(again.body.error, 'invalid_grant', `a code was accepted twice: ${again.text}`);
	}

	// Without an answer the same token leads on, to one successor, however often it is asked for.
	async checkRefresh(family, answer) {
		const done = answer ?? await this.until(() => this.refresh(family.at(-1)));
		assert.equal(done.status, 200, `a refresh token leads nowhere: ${done.text}`);
		await this.assertServes(done.body.access_token);
		if (!answer) {
			const again = await this.until(() => this.refresh(family.at(-1)));
			assert.equal(again.body.refresh_token, done.body.refresh_token, 'two successors of one token');
		}
		family.push(done.body.refresh_token);
	}

	async checkReference(answer) {
		const token = answer?.body.access_token ?? await this.reference();
		assert.equal(await this.isActive(token), true, 'an acknowledged reference token is gone');
		this.held.references.push(token);
		this.next = token;
	}

	async checkRevocation(answer) {
		const done = answer ?? await this.until(() =>
			revoke(this.server, this.server.clients.reference, this.unwanted));
		assert.equal(done.status, 200, done.text);
		assert.equal(await this.isActive(this.unwanted), false, 'a revoked token is active');
	}

	async checkLogin(answer) {
		const { status, agent } = answer ?? await this.until(() => this.signIn());
		assert.equal(status, 303);
		assert.ok(await this.codeOf(agent));
		this.held.cookies.push(agent);
	}

	// A generation before the previous one is reuse: it ends the family (RFC 9700 section 4.14.2).
	async checkReuse() {
		const i = this.families.findIndex((family) => family.length > 3);
		if (i < 0)
			return;
		const [family] = this.families.splice(i, 1);
		for (const token of [family.at(-3), family.at(-1)]) {
			const done = await this.until(() => this.refresh(token));
			assert.equal(done.body.error, 'invalid_grant', `an old generation was accepted: ${done.text}`);
		}
	}

	// Milliseconds from now until every program has answered again.
	async recover() {
		const began = performance.now();
		const times = await Promise.all(probes.map(async (probe) => {
			await this.until(() => probe(this.server));
			return performance.now() - began;
		}));
		return Math.max(...times);
	}

	// One of a random kind: { kind, pid }. Looked for beforehand, as that takes longer than a request.
	choose() {
		const kinds = chosen.map((kind) => [kind, victims[kind](this.server)])
			.filter(([, pids]) => pids.length > 0);
		const [kind, pids] = pick(kinds);
		return { kind, pid: pick(pids) };
	}

	// Gives the kind that was killed.
	kill({ kind, pid }) {
		try {
			process.kill(pid, 'SIGKILL');
		} catch {
			return undefined; // it was just being replaced
		}
		return kind;
	}

	async round() {
		const plan = await this.plan(), victim = this.choose();
		let flight = plan.length;
		const asked = plan.map((one) => one.ask().catch(() => undefined).finally(() => flight--));
		await sleep(Math.random() * 8);
		const left = flight, kind = this.kill(victim);
		this.tally = this.count(kind ?? 'nobody');
		const recovered = this.recover();
		const answers = (await Promise.all(asked)).map((one) => (isSaid(one) ? one : undefined));
		this.note(kind, left, answers, await recovered);
		await Promise.all(plan.map((one, i) => one.then(answers[i])));
		this.unwanted = this.held.references.splice(
			Math.floor(Math.random() * this.held.references.length), 1)[0];
		await this.checkReuse();
		await this.renewFamilies();
	}

	note(kind, flight, answers, ms) {
		this.tally.kills += kind ? 1 : 0;
		this.tally.flight += flight;
		const cut = answers.filter((one) => one === undefined).length;
		this.tally.cut += cut;
		this.tally.retried += cut; // each of them is asked for again
		this.tally.acknowledged += answers.length - cut;
		this.tally.times.push(ms);
		this.recoveries.push(ms);
	}

	// Nothing that was acknowledged in any round has gone since, and the data is sound.
	async end() {
		for (const token of this.held.references)
			assert.equal(await this.isActive(token), true, 'an acknowledged reference token is gone');
		for (const family of this.families)
			assert.equal((await this.until(() => this.refresh(family.at(-1)))).status, 200);
		for (const agent of this.held.cookies)
			assert.ok(await this.codeOf(agent));
		const done = await this.server.attempt(['check']);
		assert.equal(done.code, 0, done.stdout + done.stderr);
		await this.verifyAudit();
	}

	async verifyAudit() {
		if (!this.audits)
			return; // this command line has no such command
		const done = await this.server.attempt(['audit', 'verify']);
		assert.equal(done.code, 0, done.stdout + done.stderr);
		this.verified = (this.verified ?? 0) + 1;
	}

	get slowest() {
		return Math.max(...this.recoveries);
	}

	table() {
		const cells = (list) => list.map((cell, i) => (i === 0 ? String(cell).padEnd(18)
			: String(cell).padStart(13))).join('');
		const last = (times, part) => Math.round([...times].sort((a, b) => a - b)[
			Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0);
		const rows = [...this.counts].filter(([, row]) => row.kills > 0).sort().map(([kind, row]) =>
			[kind, row.kills, row.flight, row.acknowledged, row.cut, row.retried,
				last(row.times, 0.99), last(row.times, 1)]);
		const sum = rows.reduce((all, row) => all.map((n, i) => n + row[i + 1]), Array(5).fill(0));
		const lines = [['killed', 'kills', 'in flight', 'acknowledged', 'cut', 'retried', 'p99 ms', 'max ms'],
			...rows, ['all', ...sum, last(this.recoveries, 0.99), last(this.recoveries, 1)]].map(cells);
		return [...lines, this.audits ? `the audit chain was verified ${this.verified} times`
			: 'there is no audit chain to verify'].join('\n');
	}
}
