// full - a store that has no room left: refusals, nothing lost, and a way out (DESIGN section 1,
// promise 3; DEPLOY 4.2)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Agent } from './lib/agent.mjs';
import { assertRefused } from './lib/expect.mjs';
import { alice, redirect, world } from './lib/world.mjs';
import { answerOf, authorizeUrl, getTokens, post, refresh, userinfo, walk } from './lib/flow.mjs';

const ways = { 'each program commits': {}, 'with the writer': { writer: true } };

for (const [name, options] of Object.entries(ways))
	describe(`map full: ${name}`, () => {
		let server, web, brief, agent, known, filled;

		before(async () => {
			server = await world({ clients: ['web', 'service'], creation: { map_size: '1M' },
				...options });
			web = server.clients.web;
			brief = await server.addClient('brief', { token_endpoint_auth_method: 'none', scope: 'openid',
				grant_types: 'authorization_code', redirect_uris: redirect, require_consent: false,
				authorization_code_lifetime: 1, access_token_lifetime: 1 });
			agent = new Agent(server.issuer);
			known = await getTokens(server, web, alice, { scope: 'openid offline_access' }, { agent });
		});
		after(() => server.stop());

		test('codes until there is no more room: then temporarily_unavailable or 503, never 200', async () => {
			const url = authorizeUrl(server, brief, { nonce: 'n'.repeat(500) });
			let page;
			for (filled = 0; filled < 3000; filled++) {
				page = await agent.open(url);
				if (!answerOf(page)?.params.code)
					break;
			}
			const error = answerOf(page)?.params.error ?? page.textOf('error');
			assert.ok(filled > 100 && filled < 3000, `${filled} codes: ${page}`);
			assert.equal(error, 'temporarily_unavailable', String(page));
		});

		// RFC 6749 4.1.2.1: the address is known to be right, so the client learns of it, not the user.
		for (const response_mode of ['query', 'fragment', 'form_post'])
			test(`prompt=none, ${response_mode}: the client is told temporarily_unavailable`, async () => {
				const url = authorizeUrl(server, brief, { nonce: 'n'.repeat(500), prompt: 'none',
					response_mode });
				let page, more = 0;
				do // one or another may still fit into a page that was there
					page = await agent.open(url);
				while (answerOf(page)?.params.code && more++ < 500);
				filled += more;
				assertRefused(server, page, 'temporarily_unavailable', response_mode);
			});

		test('what only reads goes on; what writes is refused, and says so', async () => {
			assert.equal((await userinfo(server, known.access_token)).status, 200);
			const own = await post(server, '/token', server.clients.service,
				{ grant_type: 'client_credentials' });
			assert.equal(own.status, 200, own.text);
			const done = await refresh(server, web, known.refresh_token);
			if (done.status !== 200)
				assert.equal(done.body.error, 'temporarily_unavailable', done.text);
			else
				known = { ...known, ...done.body }; // it fitted into a page that was there
		});

		test('with more room everything goes on, and nothing was lost', async () => {
			await server.restart({ map_size: '64M' });
			const next = await refresh(server, web, known.refresh_token);
			assert.equal(next.status, 200, next.text);
			assert.ok(answerOf(await walk(agent, authorizeUrl(server, web)))?.params.code);
			assert.equal((await server.attempt(['check'])).code, 0);
		});

		test('the sweep takes away what filled it', async () => {
			server.configure({ clock_offset: 3 * 3600 });
			await server.tessera('sweep'); // the writer may have begun with it
			const left = (await server.json('grant', 'list')).grants.length;
			assert.ok(left < 20, `${left} of ${filled}`);
		});
	});
