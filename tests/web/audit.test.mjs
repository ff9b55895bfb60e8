// audit - every state change leaves a record of who made it, without a secret in it
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Agent } from './lib/agent.mjs';
import { build } from './lib/server.mjs';
import { alice, bob, redirect, world } from './lib/world.mjs';
import { authorizeUrl, getCode, getTokens, payload, post, redeem, refresh, revoke, walk }
	from './lib/flow.mjs';

const scope = 'openid offline_access';
const me = `admin:${os.userInfo().username}`;

for (const writer of [false, true]) {
	describe(writer ? 'through the writer' : 'in-process', () => {
		let server, clients, subs, secrets;

		before(async () => {
			server = await world({ clients: ['web', 'asks', 'basic', 'reference', 'service'], writer,
				...(writer ? { cgi: false } : {}) });
			({ clients } = server);
			subs = { alice: server.users.alice.sub, bob: server.users.bob.sub };
			secrets = [alice.password, bob.password,
				...Object.values(clients).map((client) => client.secret).filter(Boolean)];
		});
		after(() => server.stop());

		const records = async (...args) => (await server.json('audit', 'list', ...args)).records;
		const last = async () => (await server.json('audit', 'verify')).last;
		const verify = (...args) => server.attempt(['audit', 'verify', '--json', ...args]);

		// What `act` does leaves these records, in this order, and no others.
		async function leaves(wanted, act) {
			const from = await last();
			const done = await act();
			const found = (await records()).filter((one) => one.sequence > from);
			assert.deepEqual(found.map((one) => one.event), wanted.map((one) => one.event));
			for (const [i, want] of wanted.entries())
				for (const [name, value] of Object.entries(want))
					assert.equal(found[i][name], value, `${want.event}: ${JSON.stringify(found[i])}`);
			for (const one of found) {
				assert.ok(Math.abs(one.time - Date.now() / 1000) < 60);
				assert.equal(one.request !== '', one.program !== 'tessera', JSON.stringify(one));
			}
			return done;
		}

		const keep = (tokens) => secrets.push(...[tokens.code, tokens.access_token, tokens.id_token,
			tokens.refresh_token].filter(Boolean));

		describe('what users and clients do', () => {
			let agent, tokens;
			const by = (name) => ({ actor: `user:${subs[name]}`, subject: subs[name] });
			const of = (client, program) => ({ actor: `client:${client}`, client_id: client, program });

			test('sign-in, authorization, redemption', async () => {
				agent = new Agent(server.issuer);
				tokens = await leaves([
					{ event: 'login', ...by('alice'), client_id: 'web', program: 'login', result: 'done' },
					{ event: 'authorized', ...by('alice'), client_id: 'web', program: 'authorize',
						detail: scope },
					{ event: 'redeemed', ...of('web', 'token'), subject: subs.alice },
				], () => getTokens(server, clients.web, alice, { scope }, { agent }));
				keep(tokens);
				const [authorized, redeemed] = (await records()).slice(-2);
				assert.match(authorized.grant, /^[\w-]{22}$/);
				assert.equal(authorized.grant, redeemed.grant);
				assert.match(server.logText(), new RegExp(`request=${redeemed.request}\\b`));
				secrets.push(...agent.cookies.values());
			});

			test('a refresh; a token that comes again ends the family', async () => {
				const first = tokens.refresh_token;
				for (let i = 0; i < 2; i++) {
					const next = await leaves([{ event: 'refreshed', ...of('web', 'token'),
						subject: subs.alice }], () => refresh(server, clients.web, tokens.refresh_token));
					tokens = next.body;
					keep(tokens);
				}
				await leaves([{ event: 'reused', ...of('web', 'token'), subject: subs.alice,
					result: 'refused', detail: 'refresh token used again' }],
				() => refresh(server, clients.web, first));
				await leaves([], () => refresh(server, clients.web, first));
			});

			test('a code with a wrong verifier', async () => {
				const code = await getCode(server, clients.web, undefined, { scope }, { agent });
				secrets.push(code);
				await leaves([{ event: 'code_refused', ...of('web', 'token'), result: 'refused',
					subject: subs.alice }],
				() => redeem(server, clients.web, code, { code_verifier: 'x'.repeat(43) }));
			});

			test('reference tokens, and tokens that are revoked', async () => {
				const { reference, web } = clients;
				const opaque = await leaves([
					{ event: 'authorized', client_id: 'reference' },
					{ event: 'redeemed', ...of('reference', 'token') },
					{ event: 'token_issued', ...of('reference', 'token'), subject: subs.alice,
						detail: scope },
				], () => getTokens(server, reference, undefined, { scope }, { agent }));
				keep(opaque);
				await leaves([{ event: 'token_revoked', ...of('reference', 'revoke'),
					subject: subs.alice }], () => revoke(server, reference, opaque.access_token));
				await leaves([{ event: 'grant_revoked', ...of('reference', 'revoke'),
					subject: subs.alice, detail: 'revoked by the client' }],
				() => revoke(server, reference, opaque.refresh_token));
				const jwt = await getTokens(server, web, undefined, { scope }, { agent });
				keep(jwt);
				await leaves([{ event: 'token_revoked', ...of('web', 'revoke'), subject: subs.alice }],
					() => revoke(server, web, jwt.access_token));
				await leaves([], () => revoke(server, web, jwt.access_token)); // it is already
				await leaves([], () => revoke(server, web, 'nonsense'));
			});

			test('what changes nothing leaves nothing', () => leaves([], async () => {
				const own = await post(server, '/token', clients.service,
					{ grant_type: 'client_credentials' });
				assert.equal(own.status, 200);
				keep(own.body);
				const page = await walk(new Agent(server.issuer), authorizeUrl(server, clients.web),
					{ user: { ...alice, password: 'wrong wrong' } });
				assert.ok(page.has('login-submit'));
			}));

			test('consent that is given, or not', async () => {
				const asks = { ...by('alice'), client_id: 'asks', program: 'consent' };
				await leaves([{ event: 'consent_given', ...asks, detail: 'openid', result: 'done' },
					{ event: 'authorized', client_id: 'asks' }],
				async () => secrets.push(await getCode(server, clients.asks, undefined, {}, { agent })));
				await leaves([{ event: 'consent_denied', ...asks, result: 'refused' }],
					() => walk(agent, authorizeUrl(server, clients.asks, { prompt: 'consent' }),
						{ consent: 'consent-deny' }));
			});

			test('another user at the same browser, and the way out', async () => {
				await leaves([
					{ event: 'session_ended', actor: `user:${subs.bob}`, subject: subs.alice },
					{ event: 'login', ...by('bob') },
					{ event: 'authorized', ...by('bob') },
				], async () => secrets.push(await getCode(server, clients.web, bob,
					{ prompt: 'login' }, { agent })));
				secrets.push(...agent.cookies.values());
				await leaves([{ event: 'logout', ...by('bob'), program: 'logout' }], async () => {
					const page = await agent.open(`${server.issuer}/logout`);
					await agent.press(page, 'logout-confirm');
				});
			});
		});

		describe('what the command line does', () => {
			const cli = { actor: me, program: 'tessera', result: 'done' };
			const does = (wanted, ...args) => leaves([wanted].flat().map((one) => ({ ...cli, ...one })),
				() => server.tessera(...args));

			test('records', async () => {
				const subject = 'client shop', client_id = 'shop';
				const made = JSON.parse(await does({ event: 'record_added', subject, client_id,
					detail: 'redirect_uris' }, 'client', 'add', 'shop', `redirect_uris=${redirect}`,
				'--json'));
				await does({ event: 'record_changed', subject, client_id, detail: 'enabled client_name' },
					'client', 'set', 'shop', 'enabled=false', 'client_name=Very Private Name');
				const more = JSON.parse(await does({ event: 'secret_added', subject, client_id,
					detail: '--remove-others' }, 'client', 'secret', 'shop', '--remove-others', '--json'));
				secrets.push(made.client_secret, more.client_secret, 'Very Private Name');
				await does({ event: 'record_removed', subject, client_id }, 'client', 'remove', 'shop');
				await does({ event: 'record_added', subject: 'scope new' }, 'scope', 'add', 'new');
				await does({ event: 'record_changed', subject: 'scope new' },
					'scope', 'set', 'new', 'title=New');
				await does({ event: 'record_removed', subject: 'scope new' }, 'scope', 'remove', 'new');
				await does({ event: 'record_added', subject: 'resource https://new.example' },
					'resource', 'add', 'https://new.example');
				await does({ event: 'secret_added', subject: 'resource https://new.example' },
					'resource', 'secret', 'https://new.example');
				await does({ event: 'record_removed', subject: 'resource https://new.example' },
					'resource', 'remove', 'https://new.example');
				await does({ event: 'record_changed', subject: 'authority default', detail: 'title' },
					'authority', 'set', 'default', 'title=Example');
			});

			test('users and their passwords', async () => {
				const carl = await leaves([{ ...cli, event: 'record_added' }],
					() => server.addUser('carl', 'pass of carl', { name: 'Carl the Unseen' }));
				secrets.push('pass of carl', 'second pass', 'Carl the Unseen', 'carl@example.com');
				const subject = carl.sub;
				await does({ event: 'record_changed', subject, detail: 'claim:email' },
					'user', 'set', 'carl', 'claim:email=carl@example.com');
				await leaves([{ ...cli, event: 'password_changed', subject }], () => server.attempt(
					['user', 'password', 'carl', '--password-file', '-'], { input: 'second pass' }));
				await does({ event: 'record_removed', subject }, 'user', 'remove', 'carl');
				assert.equal((await records('--user', subject)).length, 4);
			});

			test('a password hash of other costs is made anew by signing in', async () => {
				server.configure({ password_memory: '128K' });
				await server.restart();
				const names = (await leaves([{ event: 'record_changed', program: 'login',
					detail: 'password hash, renewed' }, { event: 'login' }, { event: 'authorized' }],
				() => getCode(server, clients.web, bob)));
				secrets.push(names);
			});

			test('sessions, grants and keys', async () => {
				const tokens = await getTokens(server, clients.web, alice, { scope });
				keep(tokens);
				await does([], 'grant', 'revoke', '--client', 'basic'); // it has none
				const { sid } = payload(tokens.id_token);
				await does({ event: 'session_ended', subject: subs.alice, detail: `session ${sid}` },
					'session', 'revoke', sid);
				const grant = (await records()).findLast((one) => one.event === 'redeemed').grant;
				await does({ event: 'grant_revoked', subject: subs.alice, client_id: 'web', grant,
					detail: 'administrator' }, 'grant', 'revoke', grant);
				await does({ event: 'key_made' }, 'key', 'rotate', '--alg', 'ES256');
				await does([{ event: 'key_made' }, { event: 'key_retired' }],
					'key', 'rotate', '--alg', 'ES256', '--at-once');
				await does([{ event: 'key_made' }, { event: 'key_revoked' }],
					'key', 'rotate', '--alg', 'ES256', '--revoke');
			});

			test('an import begins a chain of its own', async () => {
				const file = path.join(server.root, 'export.json');
				fs.writeFileSync(file, await server.tessera('export'));
				await server.tessera('import', file, '--name', 'second', '--issuer',
					`${server.issuer}/second`);
				const { records: found } = await server.json('audit', 'list', '--authority', 'second');
				assert.equal(found[0].event, 'imported');
				assert.equal(found[0].subject, 'authority second');
				assert.equal(found[0].actor, me);
				assert.ok(found.some((one) => one.subject === 'users' && one.detail === '2'));
				assert.equal((await verify('--authority', 'second')).code, 0);
				await server.tessera('authority', 'remove', 'second');
			});
		});

		describe('reading it', () => {
			test('by user, client, event, time and number', async () => {
				const all = await records();
				assert.deepEqual(all.map((one) => one.sequence), all.map((_, i) => i + 1));
				assert.equal(all[0].event, 'authority_created');
				const ofAlice = await records('--user', 'alice');
				assert.deepEqual(ofAlice, all.filter((one) => one.subject === subs.alice ||
					one.actor === `user:${subs.alice}`));
				assert.ok(ofAlice.length > 10);
				assert.deepEqual(await records('--client', 'asks', '--event', 'consent_given'),
					all.filter((one) => one.client_id === 'asks' && one.event === 'consent_given'));
				assert.deepEqual(await records('--last', '3'), all.slice(-3));
				assert.deepEqual(await records('--event', 'login', '--last', '1'),
					all.filter((one) => one.event === 'login').slice(-1));
				assert.deepEqual(await records('--since', '1h'), all);
				assert.deepEqual(await records('--since', '2100-01-01T00:00:00Z'), []);
				for (const bad of [['--event', 'x'], ['--since', 'soon'], ['--last', 'x']])
					assert.equal((await server.attempt(['audit', 'list', ...bad])).code, 100);
				assert.match(await server.tessera('audit', 'list', '--last', '1'), /^sequence +time/);
			});

			test('as it comes', async () => {
				const child = spawn(path.join(build, 'tessera'), ['audit', 'follow', '--json', '--data',
					server.data]);
				let text = '';
				child.stdout.setEncoding('utf8').on('data', (piece) => (text += piece));
				for (let i = 0; i < 50 && !text.includes('\n'); i++) {
					await server.tessera('scope', 'set', 'api.read', `title=${i}`);
					await new Promise((done) => setTimeout(done, 50));
				}
				child.kill('SIGINT');
				const [code] = await once(child, 'close');
				assert.equal(code, 0);
				const { event, subject } = JSON.parse(text.split('\n')[0]);
				assert.deepEqual({ event, subject }, { event: 'record_changed', subject: 'scope api.read' });
			});

			test('whole, to keep elsewhere; and no secret is in it', async () => {
				const text = await server.tessera('audit', 'export');
				const [chain, ...rows] = text.trim().split('\n').map((line) => JSON.parse(line));
				assert.equal(chain.authority, 'default');
				assert.match(chain.chain, /^[0-9a-f]{32}$/);
				assert.equal(rows.length, (await records()).length);
				const { head } = JSON.parse((await verify()).stdout);
				assert.equal(head, `${rows.at(-1).sequence}:${rows.at(-1).mac}`);
				const bytes = rows.map((row) => Buffer.from(row.bytes, 'base64url').toString('latin1'));
				assert.ok(secrets.length > 40);
				for (const secret of secrets) {
					assert.ok(!text.includes(secret), secret);
					assert.ok(!bytes.some((one) => one.includes(secret)), secret);
				}
			});
		});

		describe('it ends somewhere', () => {
			test('what is over is swept, keys go, and old records with them', async () => {
				await server.halt();
				const noted = JSON.parse((await server.tessera('audit', 'export')).split('\n')[2]);
				await server.tessera('authority', 'set', 'default', 'audit_lifetime=1d');
				server.configure({ clock_offset: 400 * 86400 });
				const before = await last();
				const seen = new Set((await records()).map((one) => one.event));
				await server.tessera('sweep');
				const found = await records();
				const events = new Set(found.map((one) => one.event));
				for (const event of ['swept', 'key_made', 'key_deleted', 'audit_pruned'])
					assert.ok(events.has(event), event);
				const { fields } = JSON.parse(await server.tessera('schema', 'audit', '--json'));
				const all = fields.find(({ field }) => field === 'event').range.split(', ');
				assert.deepEqual(all.filter((event) => !seen.has(event) && !events.has(event)),
					['imported']); // in the chain of the other one
				const swept = found.find((one) => one.event === 'swept');
				assert.equal(swept.actor, 'system');
				const pruned = found.find((one) => one.event === 'audit_pruned');
				assert.equal(pruned.program, 'tessera');
				assert.ok(found[0].sequence >= before);
				const done = await verify();
				assert.equal(done.code, 0, done.stderr);
				const { first, records: n } = JSON.parse(done.stdout);
				assert.equal(first, found[0].sequence);
				assert.equal(n, found.length);
				const gone = await verify('--head', `${noted.sequence}:${noted.mac}`);
				assert.equal(gone.code, 1);
				assert.equal(JSON.parse(gone.stdout).result, 'unknown');
				assert.match(gone.stderr, /record 2: .* no longer kept: it cannot be told whether/);
				const check = await server.attempt(['check']);
				assert.doesNotMatch(check.stdout, /audit/);
			});
		});
	});
}
