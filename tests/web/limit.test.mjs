// limit - guessing is slowed down, and nobody can be locked out by others (PROTOCOL section 5 row 71;
// RFC 6585 section 4)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from './lib/agent.mjs';
import { alice, bob, world } from './lib/world.mjs';
import { authorizeUrl, basic, introspect, post, random, walk } from './lib/flow.mjs';

let server, clients;

before(async () => {
	server = await world({ clients: ['web', 'basic', 'post', 'service'] });
	clients = server.clients;
});
after(() => server.stop());

const reset = (...args) => server.tessera('limit', 'reset', ...(args.length ? args : ['--all']));

// Settings that count from now on.
async function set(settings) {
	await server.restart(settings);
	await reset();
}

async function addUser(name) {
	const user = { username: name, password: `${name} ${name} ${name}` };
	await server.addUser(user.username, user.password);
	return user;
}

async function attempt(user) {
	const agent = new Agent(server.issuer);
	const page = await walk(agent, authorizeUrl(server, clients.web));
	return agent.press(page, 'login-submit', user);
}

// Wrong ones until they are too many: how many were looked at, and the answer to the next.
async function guess(once, most = 150) {
	for (let n = 0; n <= most; n++) {
		const done = await once(n);
		if (done.status === 429)
			return { n, done };
	}
	return assert.fail(`${most} guesses were looked at`);
}

const guessPassword = (user) => guess((i) => attempt({ ...user, password: `guess ${i}` }));
const showSecret = (id, secret, where = '/token') => post(server, where, undefined,
	{ grant_type: 'client_credentials', token: 'x' }, { authorization: basic(id, secret) });
const guessSecret = (id, where) => guess(() => showSecret(id, random(), where));
const right = (client) => post(server, '/token', client, { grant_type: 'client_credentials' });

function assertTooMany({ done }, most) {
	assert.match(done.headers.get('retry-after'), /^[1-9]\d*$/);
	assert.ok(Number(done.headers.get('retry-after')) <= most, done.headers.get('retry-after'));
}

describe('passwords', () => {
	test('429 with Retry-After after five; not even the right one, or guessing would go on', async () => {
		const gina = await addUser('gina');
		const found = await guessPassword(gina);
		assert.equal(found.n, 5);
		assertTooMany(found, 120);
		assert.ok(found.done.has('login-submit'), 'the page is there to try again');
		assert.match(found.done.textOf('problem'), /too many/i);
		assert.equal((await attempt(gina)).status, 429);
		assert.match(server.logText(), /login_bad.* limit=login_pair /);
	});

	test('other users are not affected, and other spellings are no way around it', async () => {
		assert.equal((await attempt(alice)).status, 303);
		assert.equal((await attempt({ username: 'GINA', password: 'x' })).status, 429);
	});

	test('a name that is nobody is slowed down in the same way', async () => {
		const found = await guessPassword({ username: 'nobody-at-all' });
		assert.equal(found.n, 5);
		assertTooMany(found, 120);
	});

	test('100 guesses at once do not slip through (section 5 row 71)', async () => {
		const hugo = await addUser('hugo');
		const pages = await Promise.all(Array.from({ length: 100 },
			(_, i) => attempt({ ...hugo, password: `guess ${i}` })));
		assert.equal(pages.filter((page) => page.status === 400).length, 5);
		assert.equal(pages.filter((page) => page.status === 429).length, 95);
	});

	test('the right one costs nothing', async () => {
		for (let i = 0; i < 8; i++)
			assert.equal((await attempt(bob)).status, 303);
	});

	test('what cannot be a password is none: nothing is counted', async () => {
		const user = await addUser('ida');
		for (let i = 0; i < 8; i++)
			assert.equal((await attempt({ ...user, password: 'p'.repeat(1100) })).status, 400);
		assert.equal((await attempt(user)).status, 303);
	});

	test('one address, many users: login_address', async () => {
		await set({ limits: 'login_address=10/1h' });
		const found = await guess((i) => attempt({ username: `user-${i}`, password: 'x' }));
		assert.equal(found.n, 10);
		assertTooMany(found, 360);
		assert.match(server.logText(), /limit=login_address /);
	});

	test('one user: login_user, but not where the user has signed in lately', async () => {
		const [olga, home] = [await addUser('olga'), await addUser('otto')];
		await set({ limits: 'login_pair=off,login_user=3/1h' });
		assert.equal((await attempt(home)).status, 303);
		assert.equal((await guessPassword(olga)).n, 3);
		assert.equal((await attempt(olga)).status, 429);
		for (let i = 0; i < 8; i++)
			assert.equal((await attempt({ ...home, password: 'x' })).status, 400);
		assert.equal((await attempt(home)).status, 303);
	});

	test('Retry-After is true', async () => {
		const user = await addUser('tina');
		await set({ limits: 'login_pair=2/4' });
		const { done } = await guessPassword(user);
		assert.ok(Number(done.headers.get('retry-after')) <= 2);
		await sleep(Number(done.headers.get('retry-after')) * 1000);
		assert.equal((await attempt(user)).status, 303);
	});

	test('all tokens come back in time', async () => {
		const user = await addUser('vera');
		await set({ limits: 'login_pair=5/10m' });
		assert.equal((await guessPassword(user)).n, 5);
		await server.restart({ clock_offset: 601 });
		assert.equal((await guessPassword(user)).n, 5);
		await set({ clock_offset: 0, limits: '' });
	});
});

describe('client secrets', () => {
	for (const [where, id, limit] of [['/token', 'service', 20], ['/revoke', 'basic', 20],
		['/introspect', 'post', 20], ['/introspect', 'https://api.example/', 20],
		['/token', 'no-such-client', 20], ['/introspect', 'no-such-caller', 20]])
		test(`${where}, ${id}: 429 temporarily_unavailable`, async () => {
			await reset();
			const found = await guessSecret(id, where);
			assert.equal(found.n, limit);
			assertTooMany(found, 15);
			assert.equal(found.done.body.error, 'temporarily_unavailable');
			assert.equal(found.done.headers.get('www-authenticate'), null);
			assert.match(found.done.headers.get('cache-control'), /no-store/);
			assert.doesNotMatch(found.done.text, /client|secret/);
			assert.match(server.logText(), /refused.*too many wrong secrets: secret_pair/);
		});

	test('what is said is the same whether there is such a client', async () => {
		await reset();
		const [one, none] = [await guessSecret('service'), await guessSecret('nobody')];
		assert.equal(one.done.text, none.done.text);
		assert.deepEqual([...one.done.headers.keys()], [...none.done.headers.keys()]);
	});

	test('the right one, from where it was not right before, has to wait', async () => {
		await reset();
		await guessSecret('service');
		assert.equal((await right(clients.service)).status, 429);
		await reset('--client', 'service');
		assert.equal((await right(clients.service)).status, 200);
	});

	test('where it was right lately the right one passes, a wrong one does not', async () => {
		await guessSecret('service');
		for (let i = 0; i < 30; i++)
			assert.equal((await right(clients.service)).status, 200);
		const wrong = await showSecret('service', random());
		assert.equal(wrong.status, 429);
		assert.equal((await introspect(server, server.apis.api, 'x')).status, 200);
	});

	test('a right one passes where strangers have used up secret_client, a wrong one does not',
		async () => {
			await set({ limits: 'secret_client=3/10m' });
			for (const where of ['/token', '/introspect']) {
				await reset();
				assert.equal((await guessSecret('service', where)).n, 3);
				const wrong = await showSecret('service', random(), where);
				assert.equal(wrong.status, 429);
				assert.match(server.logText(), /refused.*too many wrong secrets: secret_client/);
				assert.equal((await right(clients.service)).status, 200);
			}
			await set({ limits: '' });
		});

	test('in the form as in the header', async () => {
		await reset();
		const found = await guess(() => post(server, '/token', { ...clients.post, secret: random() },
			{ grant_type: 'client_credentials' }));
		assert.equal(found.n, 20);
	});

	test('public clients and requests without a secret are not counted', async () => {
		await reset();
		for (let i = 0; i < 40; i++) {
			assert.equal((await post(server, '/token', clients.web,
				{ grant_type: 'authorization_code', code: random(), code_verifier: random() }))
				.body.error, 'invalid_grant');
			assert.equal((await post(server, '/token', undefined, { client_id: 'service',
				grant_type: 'client_credentials' })).status, 401);
			assert.equal((await post(server, '/token', undefined,
				{ grant_type: 'client_credentials' }, { authorization: 'Basic !' })).status, 401);
		}
	});

	test('one address, many clients: secret_address', async () => {
		await set({ limits: 'secret_address=7/10m' });
		assert.equal((await guess((i) => showSecret(`client-${i}`, 'x'))).n, 7);
	});

	test('Retry-After is true', async () => {
		await set({ limits: 'secret_pair=3/3' });
		const { done } = await guessSecret('service');
		assert.equal(done.headers.get('retry-after'), '1');
		await sleep(1000);
		assert.equal((await right(clients.service)).status, 200);
		await set({ limits: '' });
	});

	test('a script of another origin is let see Retry-After', async () => {
		await server.tessera('client', 'set', 'post', 'allowed_cors_origins=https://app.example');
		const done = await post(server, '/token', clients.post, { grant_type: 'client_credentials' },
			{ origin: 'https://app.example' });
		assert.match(done.headers.get('access-control-expose-headers'), /\bRetry-After\b/);
	});
});

describe('the table', () => {
	test('authorities are counted apart', async () => {
		const issuer = `http://127.0.0.1:${server.port}`;
		await server.tessera('authority', 'add', issuer, '--name', 'other');
		await server.restart();
		const other = (i) => post({ issuer }, '/token', undefined,
			{ grant_type: 'client_credentials' }, { authorization: basic('service', `${i}`) });
		await reset();
		assert.equal((await guess(other)).n, 20);
		assert.equal((await guessSecret('service')).n, 20);
		await reset('--client', 'service', '--authority', 'other');
		assert.equal((await other(0)).status, 401);
		assert.equal((await showSecret('service', 'x')).status, 429);
		await server.tessera('authority', 'remove', 'other');
		await server.restart();
		await reset();
	});

	test('it outlives the programs', async () => {
		const { n } = await guessPassword({ username: 'nobody' });
		await server.restart();
		assert.equal((await attempt({ username: 'nobody', password: 'x' })).status, 429);
		assert.equal(n, 5);
	});

	test('tessera limit list: what is in force and in use', async () => {
		await set({ limits: 'login_pair=3/1h, code_user=off' });
		await guessPassword({ username: 'somebody' });
		const { limits } = await server.json('limit', 'list');
		const one = (name) => limits.find((limit) => limit.name === name);
		assert.equal(limits.length, 8);
		assert.equal(one('login_pair').limit, '3/1h');
		assert.equal(one('login_pair').in_use, 1);
		assert.equal(one('login_user').limit, '50/1h');
		assert.equal(one('login_user').in_use, 1);
		assert.equal(one('code_user').limit, 'off');
		assert.equal(one('code_user').in_use, 0);
		assert.match(await server.tessera('limit', 'list'),
			/^3 of 49146 buckets and 0 of 16382 marks are in use\.$/m);
		assert.equal((await attempt(alice)).status, 303);
		assert.match(await server.tessera('limit', 'list'),
			/^3 of 49146 buckets and 1 of 16382 marks are in use\.$/m);
	});

	test('tessera limit reset: a user, an address, all', async () => {
		const count = async (...args) => (await server.json('limit', 'reset', ...args)).reset;
		assert.equal(await count('--user', 'Somebody'), 2);
		assert.equal((await guessPassword({ username: 'somebody' })).n, 3);
		assert.equal(await count('--address', '192.0.2.1'), 0);
		assert.equal(await count('--address', '127.0.0.1'), 2);
		assert.equal((await guessPassword({ username: 'somebody' })).n, 3);
		assert.equal(await count('--user', 'somebody', '--address', '127.0.0.1'), 3);
		await attempt({ username: 'somebody', password: 'x' });
		assert.equal(await count('--all'), 4); // alice is remembered
		await reset('--client', 'service', '--authority', 'default');
		for (const line of ['verb=reset name=all', 'verb=reset name="somebody 127.0.0.1"',
			'verb=reset authority=default name=service'])
			assert.match(server.logText(), new RegExp(`tessera\\[\\d+\\] change noun=limit ${line} uid=`));
		for (const bad of [[], ['--all', '--user', 'x'], ['--user', 'x', '--client', 'y'],
			['--user', '']])
			assert.equal((await server.attempt(['limit', 'reset', ...bad])).code, 100, bad.join(' '));
	});

	test('it is not open to others, and no authority can have its name', async () => {
		const st = fs.statSync(path.join(server.data, 'limits.map'));
		assert.equal(st.mode & 0o777, 0o660);
		assert.equal(st.size, 1 << 20);
		assert.equal((await server.attempt(['check'])).code, 0);
	});

	test('one that cannot be used: nothing is limited, and the log says so', async () => {
		const file = path.join(server.data, 'limits.map');
		await server.halt();
		fs.rmSync(file);
		fs.mkdirSync(file, { mode: 0o770 });
		await server.restart();
		for (let i = 0; i < 8; i++)
			assert.equal((await attempt({ username: 'somebody', password: 'x' })).status, 400);
		assert.equal((await attempt(alice)).status, 303);
		assert.match(server.logText(), /login\[\d+\] system reason="nothing is limited: /);
		assert.equal((await server.attempt(['limit', 'list'])).code, 111);
		fs.rmdirSync(file);
		await server.restart();
		assert.equal((await guessPassword({ username: 'somebody' })).n, 3);
	});

	test('bad settings are an error with file and line', async () => {
		for (const bad of ['login_pear=5/10m', 'login_pair=5', 'login_pair=0/1h', 'login_pair']) {
			server.configure({ limits: `secret_pair=off,${bad}` });
			const done = await server.attempt(['conf', 'check']);
			assert.notEqual(done.code, 0);
			assert.match(done.stdout + done.stderr, new RegExp(`: line \\d+: limits cannot have '${bad}'`));
		}
		server.configure({ limits: '' });
	});
});

describe('in the sandbox', () => {
	const sandboxed = { sandbox: 'on', workers: 2 };

	test('counted as outside, and after SIGHUP', async (t) => {
		if (server.cgi)
			return t.skip('plain CGI gets no signals');
		await set(sandboxed);
		assert.equal((await guessPassword({ username: 'nobody' })).n, 5);
		assert.equal((await guessSecret('service')).n, 20);
		const before_ = server.workers('login');
		const parents = new Set(before_.map((pid) => Number(/^PPid:\s+(\d+)/m.exec(
			fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1])));
		server.configure({ limits: 'secret_pair=off' });
		for (const pid of parents)
			process.kill(pid, 'SIGHUP');
		for (let i = 0; i < 200 && server.workers('login').some((pid) => before_.includes(pid)); i++)
			await sleep(25);
		assert.equal((await attempt({ username: 'nobody', password: 'x' })).status, 429);
		assert.equal((await guessPassword({ username: 'nobody-else' })).n, 5);
		assert.equal((await attempt(alice)).status, 303);
	});
});
