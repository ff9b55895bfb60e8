// client_auth - who is calling the token endpoint
// (PROTOCOL section 3 row 48, section 5 rows 40-42; RFC 6749 2.3, OIDC Core 9)
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from './lib/agent.mjs';
import { assertError } from './lib/expect.mjs';
import { alice, world } from './lib/world.mjs';
import { answer, basic, getCode, post, query, redeem } from './lib/flow.mjs';

let server, clients, agent;

before(async () => {
	server = await world();
	clients = server.clients;
	clients.odd = await server.addClient('odd:id+%&', { grant_types: 'client_credentials',
		token_endpoint_auth_method: 'client_secret_basic', scope: 'api.read' });
	agent = new Agent(server.issuer);
	await getCode(server, clients.web, alice, {}, { agent });
});
after(() => server.stop());

const code = (client) => getCode(server, client, undefined, {}, { agent });
const own = { grant_type: 'client_credentials' };
const withHeader = (authorization, params = own) => post(server, '/token', undefined, params,
	{ authorization });

describe('client authentication (RFC 6749 2.3; row 48; section 5 rows 40, 41)', () => {
	test('basic and post, each by its own method', async () => {
		assert.equal((await post(server, '/token', clients.service, own)).status, 200);
		assert.equal((await redeem(server, clients.basic, await code(clients.basic))).status, 200);
		assert.equal((await redeem(server, clients.post, await code(clients.post))).status, 200);
		assert.equal((await redeem(server, clients.web, await code(clients.web))).status, 200);
	});

	test('the registered method is enforced', async () => {
		assertError(await redeem(server, { ...clients.basic, method: 'client_secret_post' },
			await code(clients.basic)), 'invalid_client');
		assertError(await redeem(server, { ...clients.post, method: 'client_secret_basic' },
			await code(clients.post)), 'invalid_client');
		assertError(await redeem(server, { ...clients.basic, method: 'none' },
			await code(clients.basic)), 'invalid_client');
	});

	test('id and secret are form-encoded before base64 (RFC 6749 2.3.1)', async () => {
		assert.equal((await post(server, '/token', clients.odd, own)).status, 200);
	});

	test('the scheme is compared without case (RFC 9110 11.1)', async () => {
		const right = basic('service', clients.service.secret).slice(6);
		for (const scheme of ['basic', 'BASIC', 'bAsIc'])
			assert.equal((await withHeader(`${scheme} ${right}`)).status, 200);
	});

	const b64 = (text) => 'Basic ' + Buffer.from(text).toString('base64');
	const wrong = {
		'wrong secret': () => basic('service', 'wrong'),
		'secret cut by one': () => basic('service', clients.service.secret.slice(0, -1)),
		'secret and more': () => basic('service', `${clients.service.secret}A`),
		'empty secret': () => b64('service:'),
		'no colon': () => b64('service'),
		'empty id': () => b64(`:${clients.service.secret}`),
		'nothing': () => 'Basic ',
		'not base64': () => 'Basic !!!',
		'base64 with blanks': () => 'Basic c2Vy dmljZTp4',
		'base64 of bytes': () => 'Basic ' + Buffer.from([0xff, 0xfe, 0x3a, 0x80]).toString('base64'),
		'NUL in the id': () => b64('service\0:x'),
		'bad percent escape': () => b64('service:%zz'),
		'over-long': () => b64(`service:${'x'.repeat(6000)}`),
		'unknown client': () => basic('nobody', 'x'),
		'a public client with a secret': () => basic('web', 'x'),
		'another scheme': () => 'Digest x',
		'Bearer': () => `Bearer ${clients.service.secret}`,
	};
	for (const [name, make] of Object.entries(wrong))
		test(`row 40: ${name}: 401 and a challenge`, async () => {
			const done = await withHeader(make());
			assertError(done, 'invalid_client');
			assert.match(done.headers.get('www-authenticate'), /^Basic\b/i);
		});

	test('two Authorization headers: refused (RFC 9110 11.6.2 allows one)', async () => {
		const right = basic('service', clients.service.secret);
		const done = await withHeader(`${right}, ${right}`);
		assert.ok(['invalid_client', 'invalid_request'].includes(done.body.error), done.text);
	});

	test('unknown client and wrong secret say the same', async () => {
		const [first, second] = [await withHeader(basic('nobody', 'x')),
			await withHeader(basic('service', 'x'))];
		assert.deepEqual(first.body, second.body);
	});

	test('row 41: two methods at once: invalid_request', async () => {
		const { secret } = clients.basic;
		assertError(await withHeader(basic('service', clients.service.secret),
			{ ...own, client_id: 'service', client_secret: clients.service.secret }),
		'invalid_request');
		assertError(await withHeader(basic('basic', secret), { grant_type: 'authorization_code',
			code: 'x', client_secret: secret }), 'invalid_request');
	});

	test('client_id beside Basic must be the same', async () => {
		const done = await withHeader(basic('service', clients.service.secret),
			{ ...own, client_id: 'web' });
		assert.ok(['invalid_request', 'invalid_client'].includes(done.body.error), done.text);
		const same = await withHeader(basic('service', clients.service.secret),
			{ ...own, client_id: 'service' });
		assert.equal(same.status, 200);
	});

	test('credentials in the query are none (RFC 6749 2.3.1)', async () => {
		const done = await answer(await fetch(`${server.issuer}/token?${query({
			client_id: 'post', client_secret: clients.post.secret })}`, { method: 'POST',
			body: query({ grant_type: 'authorization_code', code: 'x' }) }));
		assertError(done, done.body.error === 'invalid_request' ? 'invalid_request' : 'invalid_client');
	});

	test('no client at all', async () => {
		const done = await post(server, '/token', undefined, own);
		assertError(done, done.body.error === 'invalid_request' ? 'invalid_request' : 'invalid_client');
	});

	test('section 5 row 42: several secrets, each good until it expires', async () => {
		const client = await server.addClient('rolling', { grant_types: 'client_credentials',
			token_endpoint_auth_method: 'client_secret_basic', scope: 'api.read' });
		const next = async (...options) => ({ ...client,
			secret: (await server.json('client', 'secret', 'rolling', ...options)).client_secret });
		const [brief, lasting] = [await next('--expires', '4'), await next()];
		for (const one of [client, brief, lasting])
			assert.equal((await post(server, '/token', one, own)).status, 200);
		await sleep(5100);
		assertError(await post(server, '/token', brief, own), 'invalid_client');
		assert.equal((await post(server, '/token', client, own)).status, 200);
		const only = await next('--remove-others');
		assert.equal((await post(server, '/token', only, own)).status, 200);
		for (const one of [client, lasting])
			assertError(await post(server, '/token', one, own), 'invalid_client');
	});

	test('a disabled client', async () => {
		const client = await server.addClient('closed', { grant_types: 'client_credentials',
			token_endpoint_auth_method: 'client_secret_basic', scope: 'api.read' });
		assert.equal((await post(server, '/token', client, own)).status, 200);
		await server.tessera('client', 'set', 'closed', 'enabled=false');
		assertError(await post(server, '/token', client, own), 'invalid_client');
	});
});
