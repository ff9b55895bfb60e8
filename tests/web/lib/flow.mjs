// flow - authorization requests, sign-in and token requests in one line each
// SPDX-License-Identifier: ISC
import { createHash, randomBytes } from 'node:crypto';
import { Agent } from './agent.mjs';

export const random = (n = 32) => randomBytes(n).toString('base64url');
export const s256 = (verifier) => createHash('sha256').update(verifier).digest('base64url');

// RFC 7636 appendix B.
export const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
export const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

// Parameters with undefined left out, lists repeated.
export function query(params) {
	const out = new URLSearchParams();
	for (const [name, value] of Object.entries(params))
		for (const one of Array.isArray(value) ? value : [value])
			if (one !== undefined)
				out.append(name, one);
	return out;
}

// A complete, correct authorization request; `params` change it (undefined removes).
export const request = (client, params = {}) => ({ response_type: 'code', client_id: client.id,
	redirect_uri: client.redirect_uri, scope: 'openid', state: 'st-1', code_challenge: challenge,
	code_challenge_method: 'S256', ...params });

export const authorizeUrl = (server, client, params) =>
	`${server.issuer}/authorize?${query(request(client, params))}`;

// Where an answer to the client went: its parameters and how they came.
export function answerOf(page) {
	if (page.location && page.status >= 300) {
		const url = new URL(page.location, page.url);
		const mode = url.hash ? 'fragment' : 'query';
		const params = mode === 'fragment' ? new URLSearchParams(url.hash.slice(1)) : url.searchParams;
		return { mode, url, params: Object.fromEntries(params), keys: [...params.keys()].sort() };
	}
	const form = page.isHtml ? page.forms[0] : undefined;
	if (form && new URL(form.action).origin !== new URL(page.url).origin) {
		const params = form.inputs.filter((input) => input.name);
		return { mode: 'form_post', url: new URL(form.action), method: form.method,
			params: Object.fromEntries(params.map((input) => [input.name, input.value])),
			keys: params.map((input) => input.name).sort() };
	}
	return undefined;
}

export const pathOf = (page) => new URL(page.url).pathname;

// Opens a URL and goes on through login and consent until an answer to the client or a page that is
// neither. user: { username, password }; consent: the button to press.
export async function walk(agent, url, { user, consent = 'consent-allow', fields, open } = {}) {
	let page = await agent.follow(await agent.open(url, open));
	if (user && page.has('login-submit'))
		page = await agent.follow(await agent.press(page, 'login-submit', user));
	if (consent && page.has(consent))
		page = await agent.follow(await agent.press(page, consent, fields));
	return page;
}

// The same in one: a new browser unless one is given; throws unless a code comes out of it.
export async function getCode(server, client, user, params, { agent, ...rest } = {}) {
	agent ??= new Agent(server.issuer);
	const page = await walk(agent, authorizeUrl(server, client, params), { user, ...rest });
	const answer = answerOf(page);
	if (!answer?.params.code)
		throw new Error(`no code: ${page}`);
	return answer.params.code;
}

export const basic = (id, secret) => 'Basic ' + Buffer.from(
	`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64');

// Client authentication by the client's registered method: [headers, parameters].
export function credentials(client) {
	if (!client)
		return [{}, {}];
	if (client.method === 'client_secret_basic')
		return [{ authorization: basic(client.id, client.secret) }, {}];
	if (client.method === 'client_secret_post')
		return [{}, { client_id: client.id, client_secret: client.secret }];
	return [{}, { client_id: client.id }];
}

export async function answer(response) {
	const text = await response.text();
	const type = response.headers.get('content-type') ?? '';
	return { status: response.status, headers: response.headers, text,
		body: /json/.test(type) && text ? JSON.parse(text) : undefined };
}

// A form POST with client authentication: { status, headers, text, body }.
export async function post(server, path, client, params = {}, headers = {}) {
	const [authorization, own] = credentials(client);
	return answer(await fetch(`${server.issuer}${path}`, { method: 'POST', redirect: 'manual',
		headers: { ...authorization, ...headers }, body: query({ ...own, ...params }) }));
}

export const redeem = (server, client, code, params = {}) => post(server, '/token', client,
	{ grant_type: 'authorization_code', code, redirect_uri: client.redirect_uri,
		code_verifier: verifier, ...params });

export const refresh = (server, client, token, params = {}) => post(server, '/token', client,
	{ grant_type: 'refresh_token', refresh_token: token, ...params });

export async function getTokens(server, client, user, params, options) {
	const code = await getCode(server, client, user, params, options);
	const done = await redeem(server, client, code);
	if (done.status !== 200)
		throw new Error(`token: ${done.status} ${done.text}`);
	return { code, ...done.body };
}

export const userinfo = async (server, token, init = {}) =>
	answer(await fetch(`${server.issuer}/userinfo`, { ...init,
		headers: { authorization: `Bearer ${token}`, ...init.headers } }));

export const introspect = (server, caller, token, params = {}) =>
	post(server, '/introspect', caller, { token, ...params });

export const revoke = (server, client, token, params = {}) =>
	post(server, '/revoke', client, { token, ...params });

// Payload and header of a JWT, unverified.
export const payload = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'));
export const header = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url'));
