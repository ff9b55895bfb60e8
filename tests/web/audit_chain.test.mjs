// audit_chain - who meddles with the audit records is seen (tessera audit verify)
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { build, run, tessera } from './lib/server.mjs';
import { alice, world } from './lib/world.mjs';
import { getCode } from './lib/flow.mjs';

let server, web;

before(async () => {
	server = await world({ clients: ['web'] });
	({ web } = server.clients);
});
after(() => server.stop());

const verify = (...args) => server.attempt(['audit', 'verify', '--json', ...args]);
const durable = () => path.join(server.data, 'default', 'durable');
const meddle = async (...args) => {
	const done = await run(path.join(build, 'unit/meddle'), [durable(), ...args.map(String)]);
	assert.equal(done.code, 0, done.stderr);
};
const broken = async (sequence, problem, ...args) => {
	const done = await verify(...args);
	assert.equal(done.code, 1, done.stdout);
	const said = JSON.parse(done.stdout);
	assert.equal(said.result, 'broken');
	assert.equal(said.sequence, sequence, said.problem);
	assert.match(said.problem, problem);
	assert.match(done.stderr, new RegExp(`record ${sequence}: `));
};

test('nobody has', async () => {
	const done = await verify();
	assert.equal(done.code, 0, done.stderr);
	const { result, records: n, first, last: end } = JSON.parse(done.stdout);
	assert.deepEqual({ result, first }, { result: 'sound', first: 1 });
	assert.equal(n, end);
	const check = await server.attempt(['check']);
	assert.equal(check.code, 0, check.stdout);
});

test('a changed record', async () => {
	await meddle('change', 5);
	await broken(5, /was changed/);
	await meddle('change', 5);
	assert.equal((await verify()).code, 0);
});

test('a record of the middle that is removed; check sees that, too', async () => {
	const copy = path.join(server.root, 'copy');
	await server.tessera('backup', copy, '--with-master-key');
	const of = (...args) => tessera([...args, '--data', copy, '--json']);
	assert.equal(JSON.parse((await of('audit', 'verify')).stdout).result, 'sound');
	const inCopy = path.join(copy, 'default', 'durable');
	assert.equal((await run(path.join(build, 'unit/meddle'), [inCopy, 'remove', '7'])).code, 0);
	const { result, sequence, problem } = JSON.parse((await of('audit', 'verify')).stdout);
	assert.deepEqual({ result, sequence, problem },
		{ result: 'broken', sequence: 7, problem: 'the record is missing' });
	assert.match((await of('check')).stdout, /audit".*record 7: the record is missing/);
	for (const args of [['list'], ['list', '--last', '3'], ['export']]) {
		const done = await of('audit', ...args);
		assert.equal(done.code, 1);
		assert.match(done.stderr, /records 7 to 7 are not there/);
	}
});

test('a backup that is put back has the chain and its key', async () => {
	const copy = path.join(server.root, 'whole'), to = path.join(server.root, 'restored');
	const { head } = JSON.parse((await verify()).stdout);
	await server.tessera('backup', copy, '--with-master-key');
	const back = await tessera(['restore', copy, '--data', to]);
	assert.equal(back.code, 0, back.stderr);
	const done = await tessera(['audit', 'verify', '--head', head, '--data', to, '--json']);
	assert.equal(done.code, 0, done.stderr);
	assert.equal(JSON.parse(done.stdout).head, head);
	assert.equal(fs.statSync(path.join(to, 'audit.key')).mode & 0o777, 0o600);
});

test('a head that was noted elsewhere', async () => {
	const { head } = JSON.parse((await verify()).stdout);
	await server.tessera('scope', 'set', 'api.read', 'title=later');
	assert.equal((await verify('--head', head)).code, 0);
	const [sequence, mac] = head.split(':');
	await broken(Number(sequence), /not the record that was noted/, '--head',
		`${sequence}:${mac.replace(/^./, (c) => (c === '0' ? '1' : '0'))}`);
	await broken(Number(sequence) + 99, /not there/, '--head', `${Number(sequence) + 99}:${mac}`);
	assert.equal((await verify('--head', 'nonsense')).code, 100);
});

test('without the audit key nothing can be verified, and all goes on', async () => {
	const key = path.join(server.data, 'audit.key');
	assert.equal(fs.statSync(key).mode & 0o777, 0o600);
	fs.renameSync(key, `${server.root}/kept.key`);
	assert.equal((await verify()).code, 1);
	await getCode(server, web, alice);
	await server.tessera('scope', 'set', 'api.read', 'title=keyless');
	const file = path.join(server.root, 'export.json');
	fs.writeFileSync(file, await server.tessera('export'));
	for (const args of [['authority', 'add', `${server.issuer}/x`], ['init', `${server.issuer}/x`],
		['import', file, '--name', 'x', '--issuer', `${server.issuer}/x`]]) {
		const done = await server.attempt(args);
		assert.equal(done.code, 1, done.stdout);
		assert.match(done.stderr, /data\/audit\.key: .*bring it from where it is kept/);
	}
	const done = await server.attempt(['init', '--json']); // makes none beside chains of another
	assert.equal(done.code, 0, done.stderr);
	assert.match(done.stderr, /data\/audit\.key: is not there, and none was made/);
	assert.ok(!fs.existsSync(key));
	assert.equal((await server.json('authority', 'list')).authorities.length, 1);
	server.configure({ audit_key: `${server.root}/kept.key` });
	assert.equal((await verify()).code, 0);
});

test('a record that cannot be read hides no other', async () => {
	const { records } = await server.json('audit', 'list');
	await run(path.join(build, 'unit/meddle'), [path.join(server.data, 'default', 'durable'), 'spoil', '4']);
	for (const verb of ['list', 'export']) {
		const done = await server.attempt(['audit', verb, '--json']);
		assert.equal(done.code, 1);
		assert.match(done.stderr, /record 4: /);
		const rows = verb === 'list' ? JSON.parse(done.stdout).records
			: done.stdout.trim().split('\n').slice(1).map((line) => JSON.parse(line));
		assert.deepEqual(rows.map((one) => one.sequence),
			records.map((one) => one.sequence).filter((n) => n !== 4));
	}
	const done = JSON.parse((await verify()).stdout);
	assert.deepEqual([done.sequence, done.problem], [4, 'the record cannot be read']);
});

test('a record that is cut off, and one removed in front, show', async () => {
	const server = await world({ clients: [], launch: false });
	const meddle = (...args) => run(path.join(build, 'unit/meddle'),
		[path.join(server.data, 'default', 'durable'), ...args]);
	const isBroken = async () => {
		const done = await server.attempt(['audit', 'verify', '--json']);
		assert.equal(done.code, 1, done.stdout);
		return JSON.parse(done.stdout).sequence;
	};
	await meddle('keep');
	const { last: early, head } = await server.json('audit', 'verify');
	await server.tessera('scope', 'add', 'one');
	await server.tessera('scope', 'add', 'two');
	await meddle('cut', String(early + 1));
	assert.equal(await isBroken(), early + 1);
	const check = await server.attempt(['check']);
	assert.equal(check.code, 1);
	assert.match(check.stdout, /audit: record \d+: the record is missing/);
	await meddle('back'); // a whole head of an earlier time is a chain that ends there
	assert.equal((await server.attempt(['audit', 'verify', '--head', head])).code, 0);
	await meddle('remove', '1');
	assert.equal(await isBroken(), 1);
	await server.stop();
});

test('follow goes forward only, whatever lies behind the end', async () => {
	const server = await world({ clients: [], launch: false });
	const done = await run(path.join(build, 'unit/meddle'),
		[path.join(server.data, 'default', 'durable'), 'stray']);
	assert.equal(done.code, 0, done.stderr);
	assert.equal((await server.attempt(['audit', 'list'])).code, 1);
	const { last } = JSON.parse((await server.attempt(['audit', 'verify', '--json'])).stdout);
	const child = spawn(path.join(build, 'tessera'), ['audit', 'follow', '--json', '--data',
		server.data]);
	let text = '';
	child.stdout.setEncoding('utf8').on('data', (piece) => (text += piece));
	for (let i = 0; i < 100 && text.split('\n').length < 9; i++) {
		await server.tessera('scope', 'set', 'openid', `title=${i}`);
		await new Promise((again) => setTimeout(again, 50));
	}
	child.kill('SIGINT');
	assert.equal((await once(child, 'close'))[0], 0);
	const seen = text.trim().split('\n').map((line) => JSON.parse(line).sequence);
	assert.ok(seen.length >= 8 && seen[0] > last, text);
	assert.deepEqual(seen, seen.map((_, i) => seen[0] + i));
	await server.stop();
});
