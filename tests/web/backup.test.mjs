// backup, check, sweep - the data as a whole: copies that open, faults that are found, rows that go
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { tessera } from './lib/server.mjs';
import { Agent } from './lib/agent.mjs';
import { alice, world } from './lib/world.mjs';
import { authorizeUrl, getCode, getTokens, post, redeem, refresh, walk } from './lib/flow.mjs';

let server, clients, agent;

before(async () => {
	server = await world({ clients: ['web', 'basic', 'service'] });
	clients = server.clients;
	agent = new Agent(server.issuer);
	await walk(agent, authorizeUrl(server, clients.web), { user: alice });
});
after(() => server.stop());

const check = async (data = server.data) => {
	const done = await tessera(['check', '--data', data, '--json']);
	return { code: done.code, problems: JSON.parse(done.stdout).problems, stderr: done.stderr };
};

describe('backup', () => {
	test('made under load, it opens, is sound, and has what was acknowledged before', async () => {
		const target = path.join(server.root, 'backup');
		const known = await getTokens(server, clients.web, undefined,
			{ scope: 'openid offline_access' }, { agent });
		let stop = false;
		const load = (async () => {
			while (!stop)
				await getTokens(server, clients.web, undefined, {}, { agent });
		})();
		const done = await server.attempt(['backup', target, '--with-master-key', '--json']);
		stop = true;
		await load;
		assert.equal(done.code, 0, done.stderr);
		assert.deepEqual((await check(target)).problems, []);
		const list = (await tessera(['grant', 'list', '--json', '--data', target])).stdout;
		assert.ok(JSON.parse(list).grants.length >= 2);
		assert.equal(fs.statSync(target).mode & 0o077, 0);

		// The backup takes the place of the data: everybody goes on.
		await server.halt();
		fs.renameSync(server.data, path.join(server.root, 'old'));
		fs.cpSync(target, server.data, { recursive: true });
		await server.restart();
		const next = await refresh(server, clients.web, known.refresh_token);
		assert.equal(next.status, 200, next.text);
		const own = await post(server, '/token', clients.service,
			{ grant_type: 'client_credentials' });
		assert.equal(own.status, 200, own.text);
	});

	test('the master key stays out unless it is asked for', async () => {
		const target = path.join(server.root, 'backup2');
		assert.equal((await server.attempt(['backup', target])).code, 0);
		assert.ok(!fs.existsSync(path.join(target, 'master.key')));
	});

	test('never into a directory that has something', async () => {
		const target = path.join(server.root, 'full');
		fs.mkdirSync(target);
		fs.writeFileSync(path.join(target, 'x'), '');
		const done = await server.attempt(['backup', target]);
		assert.equal(done.code, 1, done.stderr);
		assert.deepEqual(fs.readdirSync(target), ['x']);
		assert.equal((await server.attempt(['backup', '/proc/nowhere/x'])).code, 111);
	});
});

describe('check', () => {
	const copies = [];
	after(() => copies.forEach((name) => fs.rmSync(name, { recursive: true, force: true })));

	// A sound copy of the data to break.
	async function copy() {
		const target = path.join(server.root, `broken${copies.length}`);
		copies.push(target);
		const done = await server.attempt(['backup', target, '--with-master-key']);
		assert.equal(done.code, 0, done.stderr);
		return target;
	}

	test('data that is sound: 0 and no problem', async () => {
		const found = await check();
		assert.deepEqual(found.problems, []);
		assert.equal(found.code, 0);
	});

	const faults = {
		'a file open to everybody': (data) => fs.chmodSync(path.join(data, 'master.key'), 0o644),
		'no master key': (data) => fs.rmSync(path.join(data, 'master.key')),
		'another master key': (data) => {
			const file = path.join(data, 'master.key');
			const text = fs.readFileSync(file);
			const at = text.length - 6;
			text[at] = text[at] === 0x41 ? 0x42 : 0x41;
			fs.writeFileSync(file, text);
		},
		'an authority that is gone': (data) =>
			fs.rmSync(path.join(data, 'default'), { recursive: true }),
		'an authority that nobody registered': (data) =>
			fs.cpSync(path.join(data, 'default'), path.join(data, 'stray'), { recursive: true }),
		'no keys': (data) => fs.rmSync(path.join(data, 'default', 'keys'), { recursive: true }),
		'a store that is no store': (data) =>
			fs.writeFileSync(path.join(data, 'default', 'durable', 'data.mdb'), 'x'.repeat(8192)),
		'no registry': (data) => fs.rmSync(path.join(data, 'registry'), { recursive: true }),
	};
	for (const [name, plant] of Object.entries(faults))
		test(`found: ${name}`, async () => {
			const data = await copy();
			assert.deepEqual((await check(data)).problems, []);
			plant(data);
			const done = await tessera(['check', '--data', data]);
			assert.ok([1, 111].includes(done.code), `${done.code} ${done.stdout}${done.stderr}`);
			assert.ok((done.stdout + done.stderr).trim().length > 0);
		});

	test('found: a scope that does not exist, a client without a secret', async () => {
		await server.tessera('client', 'set', 'basic', 'scope+=ghost');
		const { code, problems } = await check();
		assert.equal(code, 1);
		assert.ok(problems.some((one) => /ghost/.test(one.problem)), JSON.stringify(problems));
		await server.tessera('client', 'set', 'basic', 'scope-=ghost');
		assert.equal((await check()).code, 0);
	});

	test('found: templates that cannot be used', async () => {
		const data = await copy();
		const text = fs.readFileSync(path.join(data, 'tessera.conf'), 'utf8');
		fs.writeFileSync(path.join(data, 'tessera.conf'),
			text.replace(/^templates = .*$/m, `templates = ${data}`));
		assert.equal((await tessera(['check', '--data', data])).code, 1);
	});
});

describe('sweep', () => {
	const rows = async () => ({ grants: (await server.json('grant', 'list')).grants.length,
		sessions: (await server.json('session', 'list')).sessions.length });

	test('removes what has expired, and nothing else', async () => {
		const code = await getCode(server, clients.web, undefined, {}, { agent });
		await server.tessera('sweep');
		assert.equal((await redeem(server, clients.web, code)).status, 200);
		const before = await rows();
		assert.ok(before.grants > 0 && before.sessions > 0);

		server.configure({ clock_offset: 400 * 86400 });
		const [swept] = (await server.json('sweep')).swept;
		assert.ok(swept.grants >= before.grants, JSON.stringify(swept));
		assert.ok(swept.sessions >= before.sessions);
		assert.deepEqual(await rows(), { grants: 0, sessions: 0 });
		assert.equal((await server.json('client', 'list')).clients.length, 3);
		assert.equal((await server.json('user', 'list')).users.length, 2);
		server.configure({ clock_offset: 0 });
	});

	test('beside requests and beside itself', async () => {
		const done = await Promise.all([...Array.from({ length: 4 }, () => server.attempt(['sweep'])),
			...Array.from({ length: 20 }, () => post(server, '/token', clients.service,
				{ grant_type: 'client_credentials' }))]);
		for (const one of done)
			assert.ok(one.code === 0 || one.status === 200, JSON.stringify(one));
	});
});
