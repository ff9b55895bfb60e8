// cli - the command line: every command, exit codes, JSON, secrets (DESIGN section 2; STYLE 1.10)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { DONE, NO, SYSTEM, USAGE, commands } from './lib/expect.mjs';
import { build, run, start, tessera } from './lib/server.mjs';

let server, expect, json;

before(async () => {
	server = await start({ launch: false });
	({ expect, json } = commands(server));
});
after(() => server.stop());

const redirect = 'redirect_uris=https://rp.example/cb';

describe('init', () => {
	test('a second init of the same data is refused and changes nothing', async () => {
		const before = fs.readFileSync(path.join(server.data, 'master.key'));
		const done = await server.attempt(['init', server.issuer]);
		assert.equal(done.code, NO, done.stderr);
		assert.ok(fs.readFileSync(path.join(server.data, 'master.key')).equals(before));
		assert.equal((await json('authority', 'list')).authorities.length, 1);
	});

	for (const issuer of ['http://idp.example/', 'https://idp.example?x=1', 'https://idp.example#x',
		'idp.example', 'ftp://idp.example', 'https://', 'https://idp.example/a/../b',
		'https://a@idp.example', '', 'https://idp.example/a b', 'https://IDP.example',
		'https://idp.example:443', 'http://idp.example:80'])
		test(`issuer "${issuer}" is none`, async () => {
			const data = path.join(server.root, 'other');
			const done = await tessera(['init', issuer, '--data', data]);
			assert.equal(done.code, USAGE, done.stdout + done.stderr);
			fs.rmSync(data, { recursive: true, force: true });
		});

	test('the directory can be read by nobody else', () => {
		for (const entry of fs.readdirSync(server.data, { recursive: true }))
			assert.equal(fs.statSync(path.join(server.data, entry)).mode & 0o007, 0, entry);
	});

	test('no data, no file to write to: 111', async () => {
		const file = path.join(server.root, 'a-file');
		fs.writeFileSync(file, '');
		assert.equal((await tessera(['init', server.issuer, '--data', `${file}/x`])).code, SYSTEM);
		const gone = await tessera(['client', 'list', '--data', path.join(server.root, 'nowhere')]);
		assert.equal(gone.code, SYSTEM, gone.stderr);
	});
});

describe('records: add, list, show, set, remove', () => {
	const kinds = {
		client: { name: 'c1', key: 'client_id', fields: [redirect], set: 'client_name=A name',
			member: ['client_name', 'A name'] },
		resource: { name: 'https://api.example/', key: 'name', fields: [], set: 'title=An API',
			member: ['title', 'An API'] },
		scope: { name: 'api.read', key: 'name', fields: [], set: 'title=Reading',
			member: ['title', 'Reading'] },
		user: { name: 'u1', key: 'username', fields: ['--no-password'], set: 'claim:email=u@x.example',
			member: ['claims', { email: 'u@x.example' }] },
	};
	for (const [noun, { name, key, fields, set, member }] of Object.entries(kinds))
		test(noun, async () => {
			assert.equal((await json(noun, 'add', name, ...fields))[key], name);
			await expect(NO, [noun, 'add', name, ...fields]);
			const listed = await json(noun, 'list');
			assert.deepEqual(Object.keys(listed), [`${noun}s`]);
			assert.ok(listed[`${noun}s`].some((one) => one[key] === name));
			assert.match((await expect(DONE, [noun, 'list'])).stdout, new RegExp(`${name}`));
			await expect(DONE, [noun, 'set', name, set]);
			assert.deepEqual((await json(noun, 'show', name))[member[0]], member[1]);
			assert.match((await expect(DONE, [noun, 'show', name])).stdout, new RegExp(member[0]));
			await expect(NO, [noun, 'show', 'nobody']);
			await expect(NO, [noun, 'set', 'nobody', set]);
			await expect(USAGE, [noun, 'set', name, 'nonsense=1']);
			await expect(USAGE, [noun, 'set', name, 'enabled=maybe']);
			await expect(USAGE, [noun, 'set', name]);
			await expect(DONE, [noun, 'remove', name]);
			await expect(NO, [noun, 'show', name]);
			await expect(NO, [noun, 'remove', name]);
		});

	test('authority', async () => {
		const issuer = `${server.issuer}/cli`;
		const { name } = await json('authority', 'add', issuer, '--name', 'cli');
		assert.equal(name, 'cli');
		await expect(NO, ['authority', 'add', issuer, '--name', 'cli2']);
		await json('authority', 'add', `${issuer}/es`, '--name', 'es', 'id_token_alg=ES256');
		const { keys } = await json('key', 'list', '--authority', 'es');
		assert.deepEqual(keys.map((key) => key.alg), ['ES256']);
		await expect(DONE, ['authority', 'remove', 'es']);
		await expect(NO, ['authority', 'add', `${issuer}2`, '--name', 'cli']);
		for (const bad of ['../x', 'A', 'a b', '', '.', 'a/b'])
			await expect(USAGE, ['authority', 'add', `${issuer}3`, '--name', bad]);
		await expect(DONE, ['client', 'add', 'there', redirect, '--authority', 'cli']);
		await expect(NO, ['client', 'show', 'there']);
		await expect(DONE, ['client', 'show', 'there', '--authority', 'cli']);
		await expect(DONE, ['authority', 'set', 'cli', 'title=Another']);
		assert.equal((await json('authority', 'show', 'cli')).title, 'Another');
		await expect(USAGE, ['authority', 'set', 'cli', 'disabled=nothing']);
		await expect(DONE, ['authority', 'remove', 'cli']);
		assert.ok(!fs.existsSync(path.join(server.data, 'cli')));
		await expect(NO, ['client', 'list', '--authority', 'cli']);
	});
});

describe('users and passwords', () => {
	const add = (name, input, ...more) => server.attempt(
		['user', 'add', name, '--password-file', '-', '--json', ...more], { input });

	test('the password comes from standard input or a file, never from the command line', async () => {
		assert.equal((await add('p1', 'pass word\n')).code, DONE);
		const file = path.join(server.root, 'password');
		fs.writeFileSync(file, 'pass word\n');
		await expect(DONE, ['user', 'add', 'p2', '--password-file', file]);
		for (const args of [['password=x'], ['--password', 'x'], ['--password=x']])
			await expect(USAGE, ['user', 'add', 'p3', ...args]);
		await expect(NO, ['user', 'add', 'p3', '--password-file', `${file}-not`]);
		await expect(NO, ['user', 'show', 'p3']);
	});

	test('empty and far too long passwords are refused', async () => {
		for (const input of ['', '\n', 'x'.repeat(2000)])
			assert.notEqual((await add('p4', input)).code, DONE);
		await expect(NO, ['user', 'show', 'p4']);
	});

	test('names differ by more than case', async () => {
		assert.equal((await add('Walter', 'x y z')).code, DONE);
		assert.equal((await add('wALTER', 'x y z')).code, NO);
	});

	test('a password is not shown; the hash is Argon2id and shown nowhere', async () => {
		const { stdout } = await expect(DONE, ['user', 'show', 'p1', '--json']);
		assert.ok(!stdout.includes('argon2') && !stdout.includes('pass word'));
	});

	test('password changes it', async () => {
		const done = await server.attempt(['user', 'password', 'p1', '--password-file', '-'],
			{ input: 'another one' });
		assert.equal(done.code, DONE, done.stderr);
		await expect(DONE, ['user', 'password', 'p1', '--no-password']);
		await expect(NO, ['user', 'password', 'nobody', '--no-password']);
	});

	test('claims are checked by type (OIDC Core 5.1)', async () => {
		for (const claims of ['{"email_verified":"true"}', '{"updated_at":"now"}', '{"name":null}',
			'{"name":""}', '{"address":"x"}', '{"address":{"country":""}}', '[]', '{', '{"a":1,"a":2}',
			'{"sub":"x"}', '{"iss":"x"}'])
			await expect(USAGE, ['user', 'set', 'p1', `claims=${claims}`]);
		await expect(DONE, ['user', 'set', 'p1', 'claims={"name":"P One","email_verified":true}']);
		await expect(DONE, ['user', 'set', 'p1', 'claim:updated_at=17']);
		assert.deepEqual((await json('user', 'show', 'p1')).claims,
			{ name: 'P One', email_verified: true, updated_at: 17 });
		await expect(DONE, ['user', 'set', 'p1', 'claim:name=']);
		assert.equal((await json('user', 'show', 'p1')).claims.name, undefined);
	});
});

describe('the rest of the table', () => {
	test('key list, rotate', async () => {
		const list = async () => (await json('key', 'list')).keys;
		const before = await list();
		await expect(DONE, ['key', 'rotate']);
		assert.ok((await list()).length > before.length);
		await expect(DONE, ['key', 'rotate', '--alg', 'ES256', '--at-once']);
		const active = (await list()).filter((key) => key.alg === 'ES256' && key.phase === 'active');
		assert.equal(active.length, 1);
		await expect(USAGE, ['key', 'rotate', '--alg', 'HS256']);
	});

	test('session, grant: empty lists, unknown ids', async () => {
		assert.deepEqual((await json('session', 'list')).sessions, []);
		assert.deepEqual((await json('grant', 'list')).grants, []);
		await expect(NO, ['session', 'revoke', 'nothing']);
		await expect(NO, ['grant', 'revoke', 'nothing']);
		await expect(USAGE, ['session', 'revoke']);
		await expect(USAGE, ['grant', 'revoke']);
	});

	test('sweep, schema, conf, version, help', async () => {
		assert.ok(Array.isArray((await json('sweep')).swept));
		const { records } = await json('schema');
		assert.ok(records.some((one) => one.record === 'client'));
		for (const { record } of records)
			for (const field of (await json('schema', record)).fields)
				assert.ok(field.help, `${record}.${field.field} has no help`);
		await expect(NO, ['schema', 'nonsense']);
		for (const args of [['conf', 'show'], ['conf', 'sample'], ['conf', 'check'], ['version'],
			['help'], ['help', 'client'], ['help', 'client', 'add'], ['client', '--help'],
			['client', 'add', '--help'], ['--help']])
			assert.ok((await expect(DONE, args)).stdout.length > 0, args.join(' '));
	});

	test('every command of the table has help and says what it takes', async () => {
		const { stdout } = await tessera(['help']);
		const nouns = ['init', 'authority', 'client', 'resource', 'scope', 'user', 'key', 'session',
			'grant', 'sweep', 'backup', 'check', 'schema'];
		for (const noun of nouns)
			assert.match(stdout, new RegExp(`\\b${noun}\\b`));
	});

	for (const args of [['nonsense'], ['client'], ['client', 'nonsense'], ['client', 'list', 'x'],
		['client', 'show'], ['client', 'show', 'a', 'b'], ['--nonsense'], ['client', 'list', '--x'],
		['client', 'list', '-x'], ['client', 'show', 'x', '--authority'], []])
		test(`usage: tessera ${args.join(' ')}`, async () => {
			const done = await tessera(args);
			assert.equal(done.code, USAGE, done.stdout + done.stderr);
			assert.ok(done.stderr.length > 0);
		});

	test('an unknown authority: 1', () => expect(NO, ['client', 'list', '--authority', 'nobody']));

	test('a bad configuration file: its name and line, and 111 or 100', async () => {
		const file = path.join(server.root, 'bad', 'tessera.conf');
		fs.mkdirSync(path.dirname(file));
		for (const [text, line] of [['nonsense = 1\n', 1], ['\nreaders = many\n', 2],
			['readers = 20\nreaders = 30\n', 2]]) {
			fs.writeFileSync(file, text);
			const done = await tessera(['conf', 'check', '--data', path.dirname(file)]);
			assert.ok([NO, USAGE, SYSTEM].includes(done.code), `${done.code}`);
			assert.match(done.stderr + done.stdout, new RegExp(`tessera\\.conf:( line )?${line}\\b`));
		}
	});

	test('arguments cannot be seen to hold secrets: none is accepted', async () => {
		const { stdout } = await tessera(['help', 'user', 'add']);
		assert.ok(!/--password\b(?!-file)/.test(stdout));
		assert.ok(fs.existsSync(path.join(build, 'tessera')));
	});

	test('standard output that cannot be written: 111', async () => {
		const done = await run('/bin/sh', ['-c', '"$0" help > /dev/full', path.join(build, 'tessera')]);
		assert.equal(done.code, SYSTEM);
	});
});
