// signer - another process has the private keys: nobody else opens them, kill -9 of it under load, its absence,
// rotation by itself (DESIGN section 1, promise 1; section 5)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { build, programs, run } from './lib/server.mjs';
import { alice, world } from './lib/world.mjs';
import { answer, getTokens, header, post, redeem, refresh, getCode, userinfo } from './lib/flow.mjs';

const day = 86400;
const scope = 'openid offline_access';
const times = (n, fn) => Promise.all(Array.from({ length: n }, (_, i) => fn(i)));
let server, web, service;

before(async () => {
	server = await world({ clients: ['web', 'service'], writer: true, signer: true, cgi: false,
		conf: { workers: 'auto' } });
	({ web, service } = server.clients);
});
after(() => server.stop());

const serviceToken = () => post(server, '/token', service, { grant_type: 'client_credentials' });
const verified = async (token, typ) => {
	const keys = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
	return (await jwtVerify(token, keys, { issuer: server.issuer, typ })).protectedHeader;
};

// Whether a process has a file open, or mapped.
function has(pid, file) {
	const open = fs.readdirSync(`/proc/${pid}/fd`).some((fd) => {
		try {
			return fs.readlinkSync(`/proc/${pid}/fd/${fd}`).endsWith(file);
		} catch {
			return false; // closed meanwhile
		}
	});
	return open || fs.readFileSync(`/proc/${pid}/maps`, 'utf8').includes(file);
}

test('the private keys are open in the signer at work, and in no other process', async () => {
	await getTokens(server, web, alice, { scope });
	const all = server.workers();
	assert.ok(all.length > 10);
	for (const pid of [...all, server.signer.pid, server.writer.pid, server.helperAtWork('writer')])
		assert.equal(has(pid, 'keys/data.mdb'), false, fs.readlinkSync(`/proc/${pid}/exe`));
	assert.equal(has(server.helperAtWork('signer'), 'keys/data.mdb'), true);
	assert.equal(has(server.helperAtWork('writer'), 'durable/data.mdb'), true);
});

test('ID tokens and access tokens have the typ of theirs, and verify', async () => {
	const tokens = await getTokens(server, web, alice, { scope });
	assert.equal((await verified(tokens.id_token, 'JWT')).alg, 'RS256');
	assert.equal((await verified(tokens.access_token, 'at+jwt')).alg, 'ES256');
	assert.equal((await userinfo(server, tokens.access_token)).status, 200);
});

test('every process is locked in, and only parents can be told by the file they run', () => {
	if (/asan/.test(build))
		return;
	for (const pid of [...server.workers(), server.helperAtWork('signer'), server.helperAtWork('writer')]) {
		const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
		assert.match(status, /^NoNewPrivs:\s1$/m);
		assert.match(status, /^Seccomp:\s2$/m, fs.readlinkSync(`/proc/${pid}/exe`));
	}
});

test('a second one does not start; called wrongly, it says so', async () => {
	const file = path.join(build, 'sbin/signer');
	assert.equal((await run(file, ['--conf', server.conf, '--programs', programs])).code, 111);
	assert.match(server.logText(), /another process serves/);
	assert.equal((await run(file, ['--what'])).code, 100);
	const empty = path.join(server.root, 'empty.conf');
	fs.writeFileSync(empty, `data = ${server.data}\nlog = ${server.root}/other.log\n`);
	assert.equal((await run(file, ['--conf', empty])).code, 100);
});

test('kill -9 of it under load: every request is answered, a code gives tokens once', async (t) => {
	let kills = 0, slowest = 0;
	for (let round = 0; round < 25; round++) {
		const code = await getCode(server, web, alice, { scope });
		const began = Date.now();
		const all = times(6, () => serviceToken());
		const redeemed = times(8, () => redeem(server, web, code));
		await sleep(Math.random() * 8);
		// The child, and now and then the parent with it.
		const pid = round % 5 === 0 ? server.signer?.pid : server.helperAtWork('signer');
		kills += pid ? Number(process.kill(pid, 'SIGKILL')) : 0;
		for (const one of await all) {
			assert.equal(one.status, 200, one.text);
			await verified(one.body.access_token, 'at+jwt');
		}
		const won = (await redeemed).filter((one) => one.status === 200);
		assert.equal(won.length, 1);
		slowest = Math.max(slowest, Date.now() - began);
	}
	t.diagnostic(JSON.stringify({ kills, slowest }));
	assert.ok(kills > 15);
	assert.ok(slowest < 2000, `service was away for ${slowest} ms`);
});

test('SIGHUP: another child, and nobody is sent away', async () => {
	const old = server.helperAtWork('signer');
	const all = times(40, () => serviceToken());
	process.kill(server.signer.pid, 'SIGHUP');
	for (const one of await all)
		assert.equal(one.status, 200, one.text);
	for (let tries = 0; server.helperAtWork('signer') === old && tries < 50; tries++)
		await sleep(20);
	assert.notEqual(server.helperAtWork('signer'), old);
});

test('what the administrator does to keys counts within a second, a revocation at once', async () => {
	const before_ = header((await serviceToken()).body.access_token).kid;
	await server.tessera('key', 'rotate', '--at-once');
	await sleep(1100); // dates are read again every second
	const next = (await serviceToken()).body.access_token;
	assert.notEqual(header(next).kid, before_);
	await server.tessera('master', 'rotate');
	await server.tessera('key', 'rotate', '--revoke');
	await server.tessera('master', 'prune');
	const after_ = await serviceToken();
	assert.equal(after_.status, 200, after_.text + server.logText().slice(-1500));
	const last = after_.body.access_token;
	assert.notEqual(header(last).kid, header(next).kid);
	await verified(last, 'at+jwt');
	await assert.rejects(verified(next, 'at+jwt'), /no applicable key/);
});

test('an authority added later is signed for at once; removed and made anew, by other keys', async () => {
	const kids = [];
	for (let round = 0; round < 3; round++) {
		const issuer = `${server.issuer}/later`;
		await server.tessera('authority', 'add', issuer, '--name', 'later');
		await server.tessera('scope', 'add', 'a.b', '--authority', 'later');
		const made = await server.json('client', 'add', 'service', '--authority', 'later',
			'grant_types=client_credentials', 'scope=a.b');
		const done = await post({ issuer }, '/token', { id: 'service', secret: made.client_secret,
			method: 'client_secret_basic' }, { grant_type: 'client_credentials' });
		assert.equal(done.status, 200, done.text);
		kids.push(header(done.body.access_token).kid);
		await server.tessera('authority', 'remove', 'later');
	}
	assert.equal(new Set(kids).size, 3);
});

test('without it, what signs is told to come again, and the rest goes on', async () => {
	const tokens = await getTokens(server, web, alice, { scope });
	await server.stopSigner();
	const waiting = [serviceToken(), refresh(server, web, tokens.refresh_token)];
	assert.equal((await userinfo(server, tokens.access_token)).status, 200);
	assert.equal((await fetch(`${server.issuer}/jwks`)).status, 200);
	for (const one of await Promise.all(waiting)) {
		assert.equal(one.status, 503, one.text);
		assert.equal(one.body.error, 'temporarily_unavailable');
	}
	const check = await server.attempt(['check']);
	assert.equal(check.code, 1);
	assert.match(check.stdout, /signer: tessera-signer\(8\) cannot be reached: it does not run/);
	server.startSigner();
	const next = await refresh(server, web, tokens.refresh_token);
	assert.equal(next.status, 200, next.text); // it was not used up
});

describe('rings live by time, with nobody to run the sweep', () => {
	const phases = async () => (await server.json('key', 'list')).keys
		.filter((key) => key.alg === 'ES256').map((key) => key.phase);
	const settles = async (wanted) => {
		let now;
		for (let tries = 0; tries < 100; tries++, await sleep(50))
			if (JSON.stringify(now = await phases()) === JSON.stringify(wanted))
				return;
		assert.deepEqual(now, wanted);
	};
	let first;

	before(async () => {
		await server.stop();
		server = await world({ clients: ['service'], writer: true, signer: true, cgi: false });
		({ service } = server.clients);
		first = header((await serviceToken()).body.access_token).kid;
		await settles(['active']);
	});

	for (const [at, wanted, kid] of [
		[77, ['active', 'announced'], true], [89, ['active', 'announced'], true],
		[92, ['retired', 'active'], false], [110, ['active'], false]])
		test(`day ${at}: ${wanted.join(', ')}`, async () => {
			await server.restart({ clock_offset: at * day });
			await settles(wanted);
			const token = (await serviceToken()).body.access_token;
			assert.equal(header(token).kid === first, kid);
			const published = (await answer(await fetch(`${server.issuer}/jwks`))).body.keys;
			assert.ok(published.some((key) => key.kid === header(token).kid));
		});

	test('a clock that is off by minutes harms nothing', async () => {
		for (const seconds of [110 * day - 300, 110 * day + 300]) {
			await server.restart({ clock_offset: seconds });
			await settles(['active']);
			assert.equal((await serviceToken()).status, 200);
		}
	});

	test('nothing was refused that should not be, and the data is sound', async () => {
		assert.doesNotMatch(server.logText(), /may not make|no program of ours|does not tell|permission/);
		assert.equal((await server.attempt(['check'])).code, 0);
	});
});
