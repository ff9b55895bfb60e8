// export, import - an authority as one JSON document, moved to another place, or nothing happens
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { build, start } from './lib/server.mjs';
import { alice, redirect, world } from './lib/world.mjs';
import { Agent } from './lib/agent.mjs';
import { answerOf, authorizeUrl, getTokens, post, userinfo, walk } from './lib/flow.mjs';

let server, other, plain, sealed;

before(async () => {
	server = await world({ clients: ['web', 'basic', 'service', 'asks'] });
	other = await start();
	await walk(new Agent(server.issuer), authorizeUrl(server, server.clients.asks), { user: alice });
	await server.tessera('client', 'set', 'web', 'allowed_cors_origins=https://app.example');
	plain = JSON.parse(await server.tessera('export', '--plain-secrets'));
	sealed = JSON.parse(await server.tessera('export'));
});
after(async () => {
	await other.stop();
	await server.stop();
});

const moved = () => ({ issuer: `${other.issuer}/moved` });
const take = (doc, ...args) => other.attempt(['import', '-', ...args],
	{ input: typeof doc === 'string' ? doc : JSON.stringify(doc) });
const takeMoved = (doc, ...args) => take(doc, '--name', 'moved', '--issuer', moved().issuer, ...args);
const found = async (where = moved()) => (await fetch(`${where.issuer}/jwks`)).status;
const names = async () => (await other.json('authority', 'list')).authorities.map((one) => one.name);

async function nothingThere() {
	assert.deepEqual(await names(), ['default']);
	assert.deepEqual(fs.readdirSync(other.data).filter((name) => name !== 'limits.map').sort(),
		['audit.key', 'default', 'master.key', 'registry', 'tessera.conf']);
	assert.equal(await found(), 404);
}

describe('export', () => {
	test('every record of every kind, hashes of secrets and passwords, no session, no grant', () => {
		assert.deepEqual(Object.keys(plain), ['tessera_export', 'version', 'exported', 'authority',
			'scopes', 'resources', 'clients', 'users', 'consents', 'keys', 'private_keys']);
		assert.equal(plain.authority.issuer, server.issuer);
		assert.deepEqual(plain.clients.map((one) => one.client_id).sort(),
			['asks', 'basic', 'service', 'web']);
		const basic = plain.clients.find((one) => one.client_id === 'basic');
		assert.equal(Buffer.from(basic.secrets[0].hash, 'base64url').length, 32);
		assert.deepEqual(plain.resources.map((one) => one.secrets.length), [1, 1]);
		const user = plain.users.find((one) => one.username === 'alice');
		assert.match(user.password, /^\$argon2id\$/);
		assert.equal(user.claims.given_name, 'Alice');
		assert.deepEqual(plain.consents.map((one) => [one.sub, one.client_id]), [[user.sub, 'asks']]);
		assert.equal(plain.keys.length, 2);
		for (const key of plain.keys)
			assert.equal(key.jwk.d, undefined);
		assert.ok(!JSON.stringify(plain).includes(server.clients.basic.secret));
	});

	test('private keys sealed, or plain when it is said', () => {
		assert.deepEqual(sealed.private_keys.map((one) => Object.keys(one)),
			[['kid', 'sealed'], ['kid', 'sealed']]);
		for (const one of plain.private_keys)
			assert.ok(one.jwk.d && one.sealed === undefined);
		assert.ok(!JSON.stringify(sealed).includes(plain.private_keys[0].jwk.d));
	});

	test('into a file that everybody can read: a warning', async () => {
		const file = path.join(server.root, 'open.json');
		const fd = fs.openSync(file, 'w', 0o644);
		fs.fchmodSync(fd, 0o644);
		const child = spawn(path.join(build, 'tessera'), ['export', '--data', server.data],
			{ stdio: ['ignore', fd, 'pipe'] });
		let text = '';
		child.stderr.on('data', (piece) => (text += piece));
		await once(child, 'close');
		assert.match(text, /everybody can read/);
		assert.equal((await server.attempt(['export', '--authority', 'nobody'])).code, 1);
	});
});

describe('import', () => {
	test('at another place: the same records, keys, passwords and secrets; served at once', async () => {
		const done = await takeMoved(plain, '--json');
		assert.equal(done.code, 0, done.stderr);
		const report = JSON.parse(done.stdout);
		assert.deepEqual([report.clients, report.users, report.private_keys, report.problems],
			[4, 2, 2, 0]);
		const again = JSON.parse(await other.tessera('export', '--plain-secrets', '--authority',
			'moved'));
		assert.deepEqual({ ...again, exported: 0, authority: {} },
			{ ...plain, exported: 0, authority: {} });
		assert.deepEqual(again.authority, { ...plain.authority, ...moved(), name: 'moved' });
		assert.equal((await other.attempt(['check'])).code, 0);

		const { web, service, asks } = server.clients;
		const tokens = await getTokens(moved(), web, alice, {},
			{ agent: new Agent(other.issuer) });
		assert.equal((await userinfo(moved(), tokens.access_token)).status, 200);
		const own = await post(moved(), '/token', service, { grant_type: 'client_credentials' });
		assert.equal(own.status, 200, own.text);
		const set = await (await fetch(`${server.issuer}/jwks`)).json();
		await jwtVerify(own.body.access_token, createLocalJWKSet(set), moved());
		// The consent came along: nobody is asked.
		const page = await walk(new Agent(other.issuer), authorizeUrl(moved(), asks),
			{ user: alice, consent: 'consent-deny' });
		assert.ok(answerOf(page).params.code);
		// So did the index of origins.
		const preflight = await fetch(`${moved().issuer}/token`, { method: 'OPTIONS',
			headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' } });
		assert.equal(preflight.headers.get('access-control-allow-origin'), 'https://app.example');
	});

	test('never over one that is there, by name or issuer', async () => {
		for (const args of [['--name', 'moved'], ['--issuer', moved().issuer],
			['--name', 'default', '--issuer', `${other.issuer}/new`]]) {
			const done = await take(plain, ...args);
			assert.equal(done.code, 1, done.stderr);
			assert.match(done.stderr, /taken/);
		}
		assert.equal(await found(), 200);
		await other.tessera('authority', 'remove', 'moved');
		await nothingThere();
	});

	// The registry still leads to a directory that was removed: what is made there must not be served
	// before its time.
	test('a stale entry of the registry: refused until it is removed', async () => {
		assert.equal((await takeMoved(plain)).code, 0);
		fs.rmSync(path.join(other.data, 'moved'), { recursive: true });
		assert.equal((await takeMoved(plain)).code, 1);
		assert.ok(!fs.existsSync(path.join(other.data, 'moved')));
		await other.tessera('authority', 'remove', 'moved');
		await nothingThere();
	});

	test('sealed: where the master key has the version, and nowhere else', async () => {
		await server.tessera('import', await file('sealed.json', sealed), '--name', 'twin', '--issuer',
			`${server.issuer}/twin`);
		assert.equal((await fetch(`${server.issuer}/twin/jwks`)).status, 200);
		await server.tessera('authority', 'remove', 'twin');

		let done = await takeMoved(sealed); // both files have a version 1
		assert.equal(done.code, 100);
		assert.match(done.stderr, /version 1 of another master key .*--plain-secrets/);
		await nothingThere();
		await server.tessera('master', 'rotate');
		done = await takeMoved(await server.tessera('export'));
		assert.equal(done.code, 100);
		assert.match(done.stderr, /version 2 of a master key, which .* does not have.*--plain-secrets/);
		await nothingThere();
		fs.copyFileSync(path.join(other.data, 'master.key'), path.join(other.root, 'kept'));
		fs.appendFileSync(path.join(other.data, 'master.key'),
			fs.readFileSync(path.join(server.data, 'master.key'), 'utf8').split('\n')[0] + '\n');
		done = await takeMoved(await server.tessera('export'));
		assert.equal(done.code, 0, done.stderr);
		await other.tessera('master', 'prune'); // sealed anew with what is the newest there
		assert.equal((await other.attempt(['check'])).code, 0);
		await other.tessera('authority', 'remove', 'moved');
	});

	async function file(name, doc) {
		const target = path.join(server.root, name);
		fs.writeFileSync(target, JSON.stringify(doc), { mode: 0o600 });
		return target;
	}

	const copy = () => structuredClone(plain);
	const change = (fn) => () => {
		const doc = copy();
		return fn(doc) ?? doc;
	};
	const faults = {
		'another document': () => ({ keys: [] }),
		'no document': () => 'tessera',
		'nothing': () => '',
		'a format of later': change((doc) => { doc.tessera_export = 2; }),
		'no authority': change((doc) => { delete doc.authority; }),
		'the authority last': change(({ authority, ...doc }) => ({ ...doc, authority })),
		'two authorities': () => JSON.stringify(plain).replace('"scopes":',
			`"authority":${JSON.stringify(plain.authority)},"scopes":`),
		'a name that leads out': change((doc) => { doc.clients[0].client_id = ''; }),
		'an unknown section': change((doc) => { doc.sessions = [{}]; }),
		'an unknown field': change((doc) => { doc.users[0].admin = true; }),
		'a field of another type': change((doc) => { doc.users[0].enabled = 1; }),
		'a value out of range': change((doc) => { doc.authority.session_lifetime = 1; }),
		'a program that is none': change((doc) => { doc.authority.disabled = ['ghost']; }),
		'a required field that is missing': change((doc) => { delete doc.users[0].sub; }),
		'a claim that is refused': change((doc) => { doc.users[0].claims = { iss: 'x' }; }),
		'a client without redirect_uris': change((doc) => {
			doc.clients.find((one) => one.client_id === 'web').redirect_uris = [];
		}),
		'a redirect_uri that runs': change((doc) => {
			doc.clients.find((one) => one.client_id === 'web').redirect_uris = ['javascript:x'];
		}),
		'a hash of another length': change((doc) => { doc.resources[0].secrets[0].hash = 'AAAA'; }),
		'a client twice': change((doc) => { doc.clients.push(doc.clients[0]); }),
		'a user name twice': change((doc) => {
			doc.users.push({ ...doc.users[0], sub: 'another', username: 'ALICE' },
				{ ...doc.users[0], sub: 'third', username: 'alice' });
		}),
		'a user name twice, far apart': change((doc) => {
			const more = Array.from({ length: 200 }, (_, i) => ({ sub: `s${i}`, username: `u${i}` }));
			doc.users.push(...more, { sub: 'last', username: 'U7' });
		}),
		'a private key that is published': change((doc) => {
			doc.keys[0].jwk = doc.private_keys.find((one) => one.kid === doc.keys[0].kid).jwk;
		}),
		'a private key of no key': change((doc) => { doc.keys.shift(); }),
		'a private key of another key': change((doc) => {
			const [one, two] = doc.private_keys;
			[one.jwk, two.jwk] = [two.jwk, one.jwk];
		}),
		'a private key twice': change((doc) => { doc.private_keys.push(doc.private_keys[0]); }),
		'a private key that is public': change((doc) => {
			doc.private_keys[0].jwk = doc.keys.find((one) => one.kid === doc.private_keys[0].kid).jwk;
		}),
		'a private key that is nothing': change((doc) => { delete doc.private_keys[0].jwk; }),
		'no private key': change((doc) => { doc.private_keys = []; }),
		'something behind it': () => `${JSON.stringify(plain)}{}`,
	};
	for (const [name, doc] of Object.entries(faults))
		test(`refused, and nothing is left: ${name}`, async () => {
			const done = await takeMoved(doc());
			assert.equal(done.code, 100, done.stderr + done.stdout);
			assert.equal(done.stdout, '');
			assert.match(done.stderr, /^tessera: /m);
			await nothingThere();
		});

	test('cut off anywhere: refused, and nothing is left', async () => {
		const text = JSON.stringify(plain);
		for (let i = 1; i < 24; i++) {
			const done = await takeMoved(text.slice(0, Math.floor(text.length * i / 24)));
			assert.equal(done.code, 100, done.stderr);
		}
		assert.equal((await takeMoved(text.slice(0, -1))).code, 100);
		await nothingThere();
	});

	test('a name or issuer that cannot be one', async () => {
		for (const [name, issuer] of [['../x', moved().issuer], ['UP', moved().issuer],
			['moved', 'ftp://x.example'], ['moved', `${other.issuer}/a/`]]) {
			const done = await take(plain, '--name', name, '--issuer', issuer);
			assert.equal(done.code, 100, done.stderr);
			await nothingThere();
		}
		assert.equal((await take(plain, '--authority', 'default')).code, 100);
		assert.equal((await other.attempt(['import', '/nowhere/x.json'])).code, 1);
	});

	// Half of the document is there, then a wait.
	async function begin() {
		const text = JSON.stringify(plain);
		const half = text.indexOf('"keys"');
		const child = spawn(path.join(build, 'tessera'), ['import', '-', '--name', 'moved', '--issuer',
			moved().issuer, '--data', other.data], { stdio: ['pipe', 'ignore', 'ignore'] });
		child.stdin.write(text.slice(0, half));
		const store = path.join(other.data, 'moved', 'durable', 'data.mdb');
		for (let tries = 0; tries < 200 && !fs.existsSync(store); tries++)
			await new Promise((done) => setTimeout(done, 10));
		assert.ok(fs.existsSync(store));
		return { child, rest: text.slice(half), over: once(child, 'close') };
	}

	test('not found before it is whole', async () => {
		const { child, rest, over } = await begin();
		assert.equal(await found(), 404);
		assert.deepEqual(await names(), ['default']);
		child.stdin.end(rest);
		assert.deepEqual(await over, [0, null]);
		assert.equal(await found(), 200);
		await other.tessera('authority', 'remove', 'moved');
	});

	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
		test(`${signal} in between: nothing is left`, async () => {
			const { child, over } = await begin();
			child.kill(signal);
			assert.deepEqual(await over, [111, null]);
			await nothingThere();
		});

	test('killed in between: not found, and what is left can be removed', async () => {
		const { child, over } = await begin();
		child.kill('SIGKILL');
		await over;
		assert.equal(await found(), 404);
		assert.equal((await takeMoved(plain)).code, 1);
		await other.tessera('authority', 'remove', 'moved');
		assert.equal((await takeMoved(plain)).code, 0);
		await other.tessera('authority', 'remove', 'moved');
		await nothingThere();
	});

	test('large: 6,000 users, there and back', async () => {
		const doc = copy();
		for (let i = 0; i < 6000; i++)
			doc.users.push({ sub: `sub-${i}`, username: `user${i}`, enabled: true,
				claims: { name: `User ${i} \u{1f511}`, email: `user${i}@example.com` },
				created: 1700000000, updated: 1700000001 });
		const done = await takeMoved(doc, '--json');
		assert.equal(done.code, 0, done.stderr);
		assert.equal(JSON.parse(done.stdout).users, 6002);
		const again = JSON.parse(await other.tessera('export', '--authority', 'moved'));
		const bySub = (list) => new Map(list.map((one) => [one.sub, one]));
		assert.deepEqual(bySub(again.users), bySub(doc.users));
		await other.tessera('authority', 'remove', 'moved');
	});
});

test('the redirect of the clients is as it was', () =>
	assert.deepEqual(plain.clients.find((one) => one.client_id === 'web').redirect_uris, [redirect]));
