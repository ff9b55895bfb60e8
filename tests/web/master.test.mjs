// master - versions of the master key: made, used at once by what runs, taken out when nothing needs them
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { build, tessera } from './lib/server.mjs';
import { world } from './lib/world.mjs';
import { post } from './lib/flow.mjs';

let server, file;

before(async () => {
	server = await world({ clients: ['service'] });
	await server.tessera('authority', 'add', `${server.issuer}/acme`, '--name', 'acme');
	file = path.join(server.data, 'master.key');
});
after(() => server.stop());

const versions = async () => (await server.json('master', 'list')).versions;
const lines = () => fs.readFileSync(file, 'utf8').trim().split('\n');

// A token from the running programs, verified by what they publish.
async function sign() {
	const { status, body, text } = await post(server, '/token', server.clients.service,
		{ grant_type: 'client_credentials' });
	assert.equal(status, 200, text);
	const set = await (await fetch(`${server.issuer}/jwks`)).json();
	return (await jwtVerify(body.access_token, createLocalJWKSet(set))).protectedHeader.kid;
}

describe('master key', () => {
	test('one version at first, which seals all', async () => {
		const [first, ...others] = await versions();
		assert.deepEqual(others, []);
		assert.equal(first.version, 1);
		assert.equal(first.use, 'seals');
		assert.equal(first.keys, 4, 'two of each authority');
		assert.ok(Math.abs(first.created - Date.now() / 1000) < 600);
	});

	test('rotate: a new version first in the file, all authorities sealed with it', async () => {
		const old = lines()[0];
		const { mode } = fs.statSync(file);
		await sign();
		const done = await server.json('master', 'rotate');
		assert.equal(done.version, 2);
		assert.equal(done.resealed, 4);
		assert.deepEqual(lines().slice(1), [old]);
		assert.equal(fs.statSync(file).mode, mode);
		assert.deepEqual((await versions()).map((one) => [one.version, one.keys, one.use]),
			[[2, 4, 'seals'], [1, 0, 'none']]);
		assert.ok(!fs.existsSync(`${file}.new`));
		assert.equal((await server.attempt(['check'])).code, 0);
	});

	test('a program that runs meets a key sealed with a version it has not read', async () => {
		const kid = await sign();
		await server.tessera('key', 'rotate', '--at-once');
		await new Promise((done) => setTimeout(done, 1200)); // dates are read once a second
		assert.notEqual(await sign(), kid);
	});

	test('prune: what seals nothing goes, the newest stays, programs go on', async () => {
		const { removed } = await server.json('master', 'prune');
		assert.deepEqual(removed.map((one) => one.version), [1]);
		assert.equal(lines().length, 1);
		assert.deepEqual((await server.json('master', 'prune')).removed, []);
		await sign();
		await server.restart();
		await sign();
	});

	// As if the one before had been interrupted when it had written the file.
	test('an interrupted one is brought to its end', async () => {
		const [newest] = lines();
		const [, , key] = newest.split(' ');
		const other = `${key[0] === 'A' ? 'B' : 'A'}${key.slice(1)}`;
		fs.writeFileSync(file, `3 1700000000 ${other}\n${newest}\n`);
		assert.deepEqual((await versions()).map((one) => [one.version, one.use]),
			[[3, 'seals'], [2, 'opens']]);
		assert.deepEqual((await server.json('master', 'prune')).removed, [], 'it is in use');
		const done = await server.json('master', 'rotate', '--reseal-only');
		assert.equal(done.version, 3);
		assert.ok(done.resealed >= 4);
		assert.equal((await server.json('master', 'rotate', '--reseal-only')).resealed, 0);
		assert.deepEqual((await server.json('master', 'prune')).removed.map((one) => one.version), [2]);
		await sign();
	});

	test('several at once, beside requests: no version is lost', async () => {
		const before = lines().length;
		const work = Array.from({ length: 4 }, () => server.attempt(['master', 'rotate']));
		for (let i = 0; i < 20; i++)
			await sign();
		await Promise.all(work);
		assert.equal(lines().length, before + 4);
		assert.equal(new Set(lines().map((line) => line.split(' ')[0])).size, before + 4);
		await server.tessera('master', 'rotate', '--reseal-only');
		await server.tessera('master', 'prune');
		assert.equal(lines().length, 1);
		assert.equal((await server.attempt(['check'])).code, 0);
	});

	test('full: refused until it is pruned', async () => {
		for (let n = lines().length; n < 32; n++)
			await server.tessera('master', 'rotate');
		const done = await server.attempt(['master', 'rotate']);
		assert.equal(done.code, 1, done.stderr);
		assert.match(done.stderr, /prune/);
		await server.tessera('master', 'prune');
		await server.tessera('master', 'rotate');
	});

	test('another file: keys that cannot be opened are said, stay, and keep prune from nothing', async () => {
		const target = path.join(server.root, 'other');
		assert.equal((await server.attempt(['backup', target])).code, 0);
		fs.writeFileSync(path.join(target, 'master.key'), `1 ${'A'.repeat(43)}\n`, { mode: 0o600 });
		const list = await tessera(['master', 'list', '--data', target]);
		assert.equal(list.code, 1, list.stdout);
		assert.match(list.stderr, /not in this file/);
		const done = await tessera(['master', 'rotate', '--data', target]);
		assert.equal(done.code, 1);
		assert.match(done.stderr, /cannot be opened/);
		fs.copyFileSync(file, path.join(target, 'master.key'));
		assert.equal((await tessera(['check', '--data', target])).code, 0);
	});

	test('no file, an unreadable environment: nothing is removed', async () => {
		const target = path.join(server.root, 'broken');
		await server.tessera('master', 'rotate');
		assert.equal((await server.attempt(['backup', target, '--with-master-key'])).code, 0);
		fs.writeFileSync(path.join(target, 'acme', 'keys', 'data.mdb'), 'x'.repeat(8192));
		const done = await tessera(['master', 'prune', '--data', target]);
		assert.equal(done.code, 111, done.stderr);
		assert.match(done.stderr, /no version is removed/);
		fs.rmSync(path.join(target, 'master.key'));
		for (const verb of ['list', 'rotate', 'prune'])
			assert.notEqual((await tessera(['master', verb, '--data', target])).code, 0);
	});
});

// What Landlock lets a program open is a file, not a name: the new file is another.
// A sanitizer wants more of the system than the sandbox gives.
const skip = /asan/.test(build) && 'sanitizers do not run in the sandbox';
test('locked in, with the master key elsewhere: the new file is read, too', { skip }, async () => {
	const main = server;
	server = await world({ clients: ['service'], launch: false });
	try {
		const key = path.join(server.root, 'keys', 'master.key');
		fs.mkdirSync(path.dirname(key));
		fs.renameSync(path.join(server.data, 'master.key'), key);
		server.configure({ sandbox: 'on', master_key: key });
		await server.launch();
		const kid = await sign();
		await server.tessera('master', 'rotate');
		await server.tessera('key', 'rotate', '--at-once');
		await server.tessera('master', 'prune');
		await new Promise((done) => setTimeout(done, 1200));
		assert.notEqual(await sign(), kid);
		await server.stop();
	} finally {
		server = main;
	}
});
