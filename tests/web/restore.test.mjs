// restore - a backup becomes the data again, or nothing changes; authorities that go and come back
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { isCgi, tessera } from './lib/server.mjs';
import { alice, world } from './lib/world.mjs';
import { getTokens, post, refresh } from './lib/flow.mjs';

let server, clients, backup, whole, known;

before(async () => {
	server = await world({ clients: ['web', 'service'] });
	clients = server.clients;
	await server.tessera('authority', 'add', `${server.issuer}/acme`, '--name', 'acme');
	known = await getTokens(server, clients.web, alice, { scope: 'openid offline_access' });
	backup = path.join(server.root, 'backup');
	whole = path.join(server.root, 'whole');
	await server.tessera('backup', backup);
	await server.tessera('backup', whole, '--with-master-key');
});
after(() => server.stop());

const into = (from, data, ...more) => tessera(['restore', from, '--data', data, ...more]);
const at = (name) => path.join(server.root, name);
const get = async (url) => (await fetch(server.issuer + url)).status;

describe('backup', () => {
	test('has no lock file of its verification, and says that nothing is wrong', async () => {
		const done = await server.json('backup', at('again'));
		assert.equal(done.problems, 0);
		const files = fs.readdirSync(at('again'), { recursive: true });
		assert.ok(files.includes('acme/durable/data.mdb'));
		assert.deepEqual(files.filter((name) => name.endsWith('lock.mdb')), []);
	});

	test('what is wrong with the data is said, and the copy made', async () => {
		await server.tessera('client', 'set', 'web', 'scope+=ghost');
		const done = await server.attempt(['backup', at('ghost'), '--json']);
		assert.equal(done.code, 0, done.stderr);
		assert.match(done.stderr, /ghost/);
		assert.equal(JSON.parse(done.stdout).problems, 1);
		await server.tessera('client', 'set', 'web', 'scope-=ghost');
	});

	test('a copy that cannot be used is a failure', async () => {
		const data = at('lame');
		await into(whole, data);
		const key = path.join(data, 'master.key');
		fs.writeFileSync(key, `1 ${'A'.repeat(43)}\n`);
		const done = await tessera(['backup', at('lame2'), '--data', data]);
		assert.equal(done.code, 111, done.stdout);
		assert.match(done.stderr, /private key cannot be used/);
		assert.match(done.stderr, /damaged/);
	});
});

describe('restore', () => {
	test('into a directory that is not there: all of it, and it is sound', async () => {
		const done = await into(whole, at('new'), '--json');
		assert.equal(done.code, 0, done.stderr);
		const { authorities, conf, master_key, audit_key } = JSON.parse(done.stdout);
		assert.deepEqual({ authorities, conf, master_key, audit_key },
			{ authorities: 2, conf: 'restored', master_key: 'restored', audit_key: 'restored' });
		const check = await tessera(['check', '--data', at('new')]);
		assert.equal(check.code, 0, check.stdout);
		const list = await tessera(['authority', 'list', '--data', at('new'), '--json']);
		assert.deepEqual(JSON.parse(list.stdout).authorities.map((one) => one.name).sort(),
			['acme', 'default']);
		assert.equal(fs.statSync(path.join(at('new'), 'master.key')).mode & 0o777, 0o600);
		assert.equal(fs.statSync(path.join(at('new'), 'acme')).mode & 0o7777, 0o2770);
		assert.equal(fs.statSync(at('new')).mode & 0o777, 0o770);
	});

	test('never over data', async () => {
		const done = await into(whole, at('new'));
		assert.equal(done.code, 1);
		assert.match(done.stderr, /nothing is overwritten/);
		assert.equal((await tessera(['check', '--data', at('new')])).code, 0);
	});

	test('without its master key: refused, and nothing remains; with it in place: done', async () => {
		const data = at('keyless');
		let done = await into(backup, data);
		assert.equal(done.code, 1);
		assert.match(done.stderr, /master\.key/);
		assert.ok(!fs.existsSync(data));
		fs.mkdirSync(data, { mode: 0o770 });
		done = await into(backup, data);
		assert.equal(done.code, 1);
		assert.deepEqual(fs.readdirSync(data), []);
		fs.copyFileSync(path.join(server.data, 'master.key'), path.join(data, 'master.key'));
		fs.writeFileSync(path.join(data, 'tessera.conf'), '# mine\n', { mode: 0o660 });
		done = await into(backup, data, '--json');
		assert.equal(done.code, 0, done.stderr);
		assert.equal(JSON.parse(done.stdout).conf, 'as it was');
		assert.equal(JSON.parse(done.stdout).audit_key, 'not there');
		assert.equal(fs.readFileSync(path.join(data, 'tessera.conf'), 'utf8'), '# mine\n');
	});

	test('another audit key stays, and that is said', async () => {
		for (const [name, text] of [['other', `${'a'.repeat(64)}\n`],
			['same', fs.readFileSync(path.join(whole, 'audit.key'), 'utf8')]]) {
			const data = at(name);
			fs.mkdirSync(data, { mode: 0o770 });
			fs.writeFileSync(path.join(data, 'audit.key'), text, { mode: 0o600 });
			const done = await into(whole, data, '--json');
			assert.equal(done.code, 0, done.stderr);
			assert.equal(JSON.parse(done.stdout).audit_key, 'as it was');
			assert.equal(/audit\.key: is another than that of the backup/.test(done.stderr),
				name === 'other', done.stderr);
			assert.equal(fs.readFileSync(path.join(data, 'audit.key'), 'utf8'), text);
			const verify = await tessera(['audit', 'verify', '--authority', 'acme', '--data', data]);
			assert.equal(verify.code, name === 'other' ? 1 : 0);
		}
	});

	test('another master key: said, and nothing remains but what was there', async () => {
		const data = at('wrong');
		fs.mkdirSync(data, { mode: 0o770 });
		fs.writeFileSync(path.join(data, 'master.key'), `1 ${'A'.repeat(43)}\n`, { mode: 0o600 });
		const done = await into(backup, data);
		assert.equal(done.code, 111);
		assert.match(done.stderr, /private key cannot be used/);
		assert.deepEqual(fs.readdirSync(data), ['master.key']);
	});

	const faults = {
		'a store that is no store': ['acme/durable/data.mdb', 'x'.repeat(8192)],
		'keys that are no store': ['default/keys/data.mdb', 'x'.repeat(8192)],
		'a registry that is none': ['registry/data.mdb', 'x'.repeat(8192)],
		'half a store': ['default/durable/data.mdb', null],
	};
	for (const [name, [file, text]] of Object.entries(faults))
		test(`a broken backup: ${name}`, async () => {
			const from = at(`bad ${name}`);
			fs.cpSync(whole, from, { recursive: true });
			const target = path.join(from, file);
			fs.writeFileSync(target, text ?? fs.readFileSync(target).subarray(0, 16384));
			const done = await into(from, at('never'));
			assert.equal(done.code, 111, done.stderr);
			assert.ok(!fs.existsSync(at('never')), 'nothing of it remains');
		});

	test('what is no backup', async () => {
		fs.mkdirSync(at('empty'));
		for (const from of [at('empty'), at('nowhere')]) {
			const done = await into(from, at('never'));
			assert.equal(done.code, 1, done.stderr);
			assert.ok(!fs.existsSync(at('never')));
		}
	});

	// Their settings are away as well, which plain CGI reads each time.
	const stays = isCgi() && 'plain CGI has no programs that run';
	test('beside programs that run: 404 while the data is away, then they go on', { skip: stays }, async () => {
		assert.equal(await get('/jwks'), 200);
		fs.renameSync(server.data, at('old'));
		assert.equal(await get('/jwks'), 404);
		fs.mkdirSync(server.data, { mode: 0o770 }); // and one that starts counts what is wrong
		fs.copyFileSync(at('old/limits.map'), path.join(server.data, 'limits.map'));
		fs.chmodSync(path.join(server.data, 'limits.map'), 0o660);
		const done = await into(whole, server.data);
		assert.equal(done.code, 0, done.stderr);
		assert.equal(await get('/jwks'), 200);
		assert.equal(await get('/acme/jwks'), 200);
		const next = await refresh(server, clients.web, known.refresh_token);
		assert.equal(next.status, 200, next.text);
		const own = await post(server, '/token', clients.service,
			{ grant_type: 'client_credentials' });
		assert.equal(own.status, 200, own.text);
		const set = await (await fetch(`${server.issuer}/jwks`)).json();
		await jwtVerify(own.body.access_token, createLocalJWKSet(set));
		await server.tessera('client', 'set', 'web', 'client_name=Again');
		assert.equal((await server.attempt(['check'])).code, 0);
	});
});

describe('an authority', () => {
	const acme = () => path.join(server.data, 'acme');

	test('disabled: every program answers 404 at once, the other authority goes on', async () => {
		assert.equal(await get('/acme/jwks'), 200);
		await server.tessera('authority', 'set', 'acme', 'enabled=false');
		for (const name of ['jwks', '.well-known/openid-configuration', 'authorize', 'login', 'logout',
			'userinfo'])
			assert.equal(await get(`/acme/${name}`), 404, name);
		for (const name of ['token', 'introspect', 'revoke'])
			assert.equal((await fetch(`${server.issuer}/acme/${name}`, { method: 'POST' })).status, 404);
		assert.equal(await get('/jwks'), 200);
		await server.tessera('authority', 'set', 'acme', 'enabled=true');
		assert.equal(await get('/acme/jwks'), 200);
	});

	test('its directory removed: 404 at once; put back: there again', async () => {
		for (let i = 0; i < 8; i++)
			assert.equal(await get('/acme/jwks'), 200);
		const away = at('acme-away');
		fs.renameSync(acme(), away);
		assert.equal(await get('/acme/jwks'), 404);
		assert.equal(await get('/acme/.well-known/openid-configuration'), 404);
		assert.equal(await get('/jwks'), 200);
		const done = await server.attempt(['backup', at('without'), '--json']);
		assert.equal(done.code, 0, done.stderr);
		assert.equal(JSON.parse(done.stdout).authorities, 1);
		fs.renameSync(away, acme());
		assert.equal(await get('/acme/jwks'), 200);
	});

	test('its directory removed for good: its name and issuer can be taken again', async () => {
		fs.rmSync(acme(), { recursive: true });
		assert.equal(await get('/acme/jwks'), 404);
		assert.equal((await server.attempt(['check'])).code, 1);
		await server.tessera('authority', 'remove', 'acme');
		assert.equal((await server.attempt(['check'])).code, 0);
		await server.tessera('authority', 'add', `${server.issuer}/acme`, '--name', 'acme');
		assert.equal(await get('/acme/jwks'), 200);
	});

	test('removed: 404, and its directory is gone', async () => {
		await server.tessera('authority', 'remove', 'acme');
		assert.equal(await get('/acme/jwks'), 404);
		assert.ok(!fs.existsSync(acme()));
		assert.equal(await get('/jwks'), 200);
	});
});
