// browser - a person in Debian's Chromium: sign in, consent, refresh, log out; by keyboard alone, with
// JavaScript and without
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import { chromium } from 'playwright-core';
import { alice, world } from './lib/world.mjs';
import { authorizeUrl, payload, query, redeem, refresh, userinfo } from './lib/flow.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const skip = fs.existsSync(executablePath) ? false : `${executablePath} is not there`;
let server, browser, client, app;

before(async () => {
	if (skip)
		return;
	server = await world({ clients: [] });
	app = await application();
	client = await server.addClient('app', { token_endpoint_auth_method: 'none',
		grant_types: 'authorization_code,refresh_token', require_consent: true,
		scope: 'openid,profile,email,offline_access', client_name: 'The App',
		redirect_uris: 'http://127.0.0.1/cb', post_logout_redirect_uris: `${app.url}/bye` });
	client.redirect_uri = `${app.url}/cb`;
	browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu',
		'--disable-background-networking', '--disable-component-update', '--disable-sync',
		'--disable-dev-shm-usage', '--no-first-run', '--disable-default-apps'] });
});
after(async () => {
	await browser?.close();
	app?.server.close();
	app?.server.closeAllConnections();
	await server?.stop();
});

// The client's own site: says what it was sent.
async function application() {
	const seen = [];
	const site = http.createServer((request, response) => {
		let body = '';
		request.on('data', (piece) => (body += piece)).on('end', () => {
			seen.push({ method: request.method, url: request.url, body });
			response.setHeader('content-type', 'text/html');
			response.end('<!doctype html><title>The App</title><p id="arrived">arrived</p>');
		});
	}).listen(0, '127.0.0.1');
	await once(site, 'listening');
	return { server: site, seen, url: `http://127.0.0.1:${site.address().port}` };
}

// A fresh browser profile; what it complains about is kept.
async function visit(options, fn) {
	const context = await browser.newContext(options);
	const page = await context.newPage();
	const complaints = [];
	page.on('console', (message) => ['error', 'warning'].includes(message.type()) &&
		complaints.push(message.text()));
	page.on('pageerror', (error) => complaints.push(String(error)));
	try {
		await fn(page, context);
		assert.deepEqual(complaints.filter((text) => !/favicon/.test(text)), []);
	} finally {
		await context.close();
	}
}

const focused = (page) => page.evaluate(() => document.activeElement?.id);

async function tabTo(page, id) {
	for (let i = 0; i < 20; i++) {
		if ((await focused(page)) === id)
			return;
		await page.keyboard.press('Tab');
	}
	assert.fail(`${id} is not reached by Tab`);
}

// Without scripts there is no evaluate: the locator knows the focus.
async function tabBlind(page, id) {
	for (let i = 0; i < 20; i++) {
		if (await page.locator(`#${id}:focus`).count())
			return;
		await page.keyboard.press('Tab');
	}
	assert.fail(`${id} is not reached by Tab`);
}

const pathOf = (page) => new URL(page.url()).pathname;
const scope = 'openid profile email offline_access';

for (const javaScriptEnabled of [true, false])
	describe(`JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, { skip }, () => {
		const to = javaScriptEnabled ? tabTo : tabBlind;

		test('sign in, consent, tokens, refresh, log out; by keyboard alone', () =>
			visit({ javaScriptEnabled }, async (page) => {
				await page.goto(authorizeUrl(server, client, { scope, prompt: 'consent' }));
				assert.equal(pathOf(page), '/login');
				assert.ok((await page.locator('body').innerText()).includes('The App'));
				await to(page, 'username'); // focus is there already, or one Tab away
				await page.keyboard.type(alice.username);
				await page.keyboard.press('Tab');
				await page.keyboard.type(alice.password);
				await page.keyboard.press('Enter');
				await page.waitForURL('**/consent*');

				await to(page, 'consent-allow');
				await page.keyboard.press('Enter');
				await page.waitForSelector('#arrived');
				const answer = new URL(page.url()).searchParams;
				assert.equal(answer.get('state'), 'st-1');
				assert.equal(answer.get('iss'), server.issuer);

				const tokens = (await redeem(server, client, answer.get('code'))).body;
				assert.equal(payload(tokens.id_token).sub, server.users.alice.sub);
				const next = (await refresh(server, client, tokens.refresh_token)).body;
				assert.equal((await userinfo(server, next.access_token)).body.name, 'Alice Ann Arbor');

				await page.goto(`${server.issuer}/logout?${query({ client_id: client.id })}`);
				await to(page, 'logout-confirm');
				await page.keyboard.press('Enter');
				await page.locator('#logout-confirm').waitFor({ state: 'detached' });
				await page.goto(authorizeUrl(server, client, { prompt: 'none' }));
				assert.equal(new URL(page.url()).searchParams.get('error'), 'login_required');
			}));

		test('log out with a hint goes to the application', () =>
			visit({ javaScriptEnabled }, async (page) => {
				await signIn(page);
				const code = new URL(page.url()).searchParams.get('code');
				const { id_token } = (await redeem(server, client, code)).body;
				await page.goto(`${server.issuer}/logout?${query({ id_token_hint: id_token,
					post_logout_redirect_uri: `${app.url}/bye`, state: 'x y' })}`);
				assert.equal(page.url(), `${app.url}/bye?${query({ state: 'x y' })}`);
			}));

		test('form_post arrives as a POST', () => visit({ javaScriptEnabled }, async (page) => {
			app.seen.length = 0;
			await page.goto(authorizeUrl(server, client, { response_mode: 'form_post' }));
			await fill(page);
			if (!javaScriptEnabled)
				await page.click('button[type=submit]');
			await page.waitForSelector('#arrived');
			const { method, url, body } = app.seen.find((one) => one.url.startsWith('/cb'));
			assert.equal(method, 'POST');
			assert.equal(url, '/cb');
			assert.ok(new URLSearchParams(body).get('code'));
		}));
	});

async function fill(page) {
	await page.fill('#username', alice.username);
	await page.fill('#password', alice.password);
	await page.click('#login-submit');
	await page.waitForLoadState();
	if (await page.locator('#consent-allow').count())
		await page.click('#consent-allow');
}

async function signIn(page) {
	await page.goto(authorizeUrl(server, client, { scope }));
	await fill(page);
	await page.waitForSelector('#arrived');
}

test('signed in at two issuers of one host, one below the other', { skip }, () =>
	visit({}, async (page) => {
		const issuer = `${server.issuer}/below`;
		await server.tessera('authority', 'add', issuer, '--name', 'below');
		const below = ['--authority', 'below'];
		await server.tessera('client', 'add', client.id, 'token_endpoint_auth_method=none',
			'redirect_uris=http://127.0.0.1/cb', 'scope=openid', ...below);
		const made = await server.attempt(['user', 'add', alice.username, '--password-file', '-',
			...below], { input: alice.password });
		assert.equal(made.code, 0, made.stderr);
		await signIn(page);
		await page.goto(authorizeUrl({ issuer }, client));
		await fill(page);
		await page.waitForSelector('#arrived', { timeout: 5000 });
		for (const one of [{ issuer }, server]) {
			await page.goto(authorizeUrl(one, client, { prompt: 'none' }));
			const { searchParams } = new URL(page.url());
			assert.ok(searchParams.get('code'), `${one.issuer}: ${searchParams}`);
		}
	}));

describe('pages', { skip }, () => {
	test('Cancel and Deny go to the application', () => visit({}, async (page) => {
		await page.goto(authorizeUrl(server, client, { scope }));
		await page.click('#login-cancel');
		await page.waitForSelector('#arrived');
		assert.equal(new URL(page.url()).searchParams.get('error'), 'access_denied');
	}));

	test('the first Enter presses Sign in, not Cancel; a wrong password is told', () =>
		visit({}, async (page) => {
			await page.goto(authorizeUrl(server, client, { scope }));
			await page.fill('#username', alice.username);
			await page.fill('#password', 'wrong');
			await page.keyboard.press('Enter');
			await page.waitForSelector('[role=alert]');
			assert.equal(pathOf(page), '/login');
			assert.equal(await page.inputValue('#username'), alice.username);
			assert.equal(await page.inputValue('#password'), '');
		}).catch((error) => { // Chromium notes a 4xx answer in its console; that is no complaint
			if (!/Failed to load resource/.test(error.message))
				throw error;
		}));

	const shots = process.env.SCREENSHOTS; // a directory: each page is kept there as a picture
	for (const [name, options] of [
		['phone-light', { viewport: { width: 360, height: 740 }, colorScheme: 'light' }],
		['phone-dark', { viewport: { width: 360, height: 740 }, colorScheme: 'dark' }],
		['desktop-light', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
		['desktop-dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }]])
		test(`${name}: nothing is cut off, text can be read`, () => visit(options, async (page) => {
			const look = async (what) => {
				if (shots)
					await page.screenshot({ path: `${shots}/${what}-${name}.png`, fullPage: true });
				const fit = await page.evaluate(() => ({
					wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
					small: [...document.querySelectorAll('button, input:not([type=hidden])' +
						':not([type=checkbox])')].some((e) => e.getBoundingClientRect().height < 32),
					contrast: contrastOf(document.querySelector('h1')),
				}));
				assert.deepEqual({ wide: fit.wide, small: fit.small }, { wide: false, small: false }, what);
				assert.ok(fit.contrast >= 4.5, `${what}: contrast ${fit.contrast}`); // WCAG 2 1.4.3
			};
			await page.addInitScript(contrast);
			await page.goto(authorizeUrl(server, client, { scope, prompt: 'consent' }));
			await look('login');
			await page.fill('#username', alice.username);
			await page.fill('#password', alice.password);
			await page.click('#login-submit');
			await page.waitForURL('**/consent*');
			await look('consent');
			await page.click('#consent-allow');
			await page.waitForSelector('#arrived');
			await page.goto(`${server.issuer}/logout`);
			await look('logout');
			await page.click('#logout-confirm');
			await page.locator('#logout-confirm').waitFor({ state: 'detached' });
			await look('signed-out');
		}));
});

// Runs in the page: the contrast ratio of an element's text (WCAG 2).
function contrast() {
	const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255)
		.map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const parse = (text) => text.match(/[\d.]+/g).map(Number);
	window.contrastOf = (element) => {
		let behind = element;
		while (behind && (parse(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0)
			behind = behind.parentElement;
		const [one, two] = [parse(getComputedStyle(element).color),
			behind ? parse(getComputedStyle(behind).backgroundColor) : [255, 255, 255]]
			.map(luminance).sort((a, b) => b - a);
		return (one + 0.05) / (two + 0.05);
	};
}
