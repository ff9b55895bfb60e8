// app - a public client in the browser: authorization code with PKCE, refresh, userinfo, sign-out
// SPDX-License-Identifier: ISC
import { claimRows, tokenRows } from './claims.mjs';
import { checkIdToken } from './id_token.mjs';

const scope = 'openid profile email phone address offline_access api.read';
const redirectUri = new URL('/demo/', location.href).href;
const el = (id) => document.getElementById(id);

// What must last from one page to the next; of this tab only.
const kept = {
	get: (name) => JSON.parse(sessionStorage.getItem(name) ?? 'null'),
	set: (name, value) => sessionStorage.setItem(name, JSON.stringify(value)),
	take(name) {
		const value = this.get(name);
		sessionStorage.removeItem(name);
		return value;
	},
};

const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
	.replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

class Problem extends Error {}

async function getJson(url, options) {
	const answer = await fetch(url, { cache: 'no-store', ...options });
	const body = await answer.json().catch(() => ({}));
	if (!answer.ok)
		throw new Problem(`${new URL(url).pathname} answered ${answer.status}: ` +
			`${body.error ?? ''} ${body.error_description ?? ''}`);
	return body;
}

async function discover() {
	const app = await getJson(new URL('app.json', redirectUri).href);
	const op = await getJson(`${app.issuer}/.well-known/openid-configuration`);
	if (op.issuer !== app.issuer)
		throw new Problem('the discovery document is of another issuer');
	return { ...app, op };
}

async function signIn({ client_id, op }) {
	const pending = { state: random(), nonce: random(), verifier: random() };
	const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.verifier));
	kept.set('pending', pending);
	const url = new URL(op.authorization_endpoint);
	url.search = new URLSearchParams({ client_id, scope, redirect_uri: redirectUri,
		response_type: 'code', state: pending.state, nonce: pending.nonce,
		code_challenge: base64url(digest), code_challenge_method: 'S256' });
	location.assign(url);
}

const requestTokens = (app, form) => getJson(app.op.token_endpoint, {
	method: 'POST', body: new URLSearchParams({ client_id: app.client_id, ...form }) });

// The answer to signIn(), in the query. RFC 9700 section 4: whatever does not fit is refused.
async function finish(app, query) {
	const pending = kept.take('pending');
	if (!pending || query.get('state') !== pending.state)
		throw new Problem('this answer is to no question that was asked here (state)');
	if (query.has('iss') && query.get('iss') !== app.issuer)
		throw new Problem('the answer is of another issuer (iss)');
	if (query.has('error'))
		throw new Problem(query.get('error') === 'access_denied' ? 'You did not sign in.' :
			`${query.get('error')}: ${query.get('error_description') ?? ''}`);
	const tokens = await requestTokens(app, { grant_type: 'authorization_code',
		code: query.get('code'), redirect_uri: redirectUri, code_verifier: pending.verifier });
	await keep(app, tokens, pending.nonce);
}

// Refreshing may bring no new ID token or refresh token: then the old one stays.
async function keep(app, tokens, nonce) {
	const old = kept.get('tokens') ?? {};
	const claims = tokens.id_token ? await checkIdToken(app, tokens.id_token, nonce) : old.claims;
	if (old.claims && claims.sub !== old.claims.sub)
		throw new Problem('the new ID token is of another user');
	kept.set('tokens', { ...old, ...tokens, claims, at: Date.now() });
}

async function refresh(app) {
	const { refresh_token } = kept.get('tokens');
	await keep(app, await requestTokens(app, { grant_type: 'refresh_token', refresh_token }));
	await showUser(app);
	el('status').textContent = `New tokens at ${new Date().toLocaleTimeString()}.`;
}

function signOut({ client_id, op }) {
	const { id_token } = kept.take('tokens');
	const url = new URL(op.end_session_endpoint);
	url.search = new URLSearchParams({ client_id, id_token_hint: id_token,
		post_logout_redirect_uri: redirectUri });
	location.assign(url);
}

function fill(table, rows) {
	el(table).replaceChildren(...rows.map(([name, value, more]) => {
		const row = document.createElement('tr');
		const head = document.createElement('th');
		const cell = document.createElement('td');
		head.scope = 'row';
		head.textContent = name;
		cell.textContent = value;
		if (more)
			cell.append(Object.assign(document.createElement('small'), { textContent: more }));
		row.append(head, cell);
		return row;
	}));
}

function show(section) {
	for (const id of ['out', 'in'])
		el(id).hidden = id !== section;
	el(section).querySelector('h1').focus();
}

async function showUser(app) {
	const tokens = kept.get('tokens');
	const user = await getJson(app.op.userinfo_endpoint,
		{ headers: { authorization: `Bearer ${tokens.access_token}` } });
	if (user.sub !== tokens.claims.sub)
		throw new Problem('userinfo is of another user');
	el('name').textContent = user.name ?? user.preferred_username ?? user.sub;
	el('checks').replaceChildren(...['state, nonce and issuer are what was asked for',
		'the signature of the ID token is by a key of the issuer',
		'userinfo and ID token name the same user'].map((text) =>
		Object.assign(document.createElement('li'), { textContent: text })));
	fill('id-token', claimRows(tokens.claims));
	fill('userinfo', claimRows(user));
	fill('tokens', tokenRows(tokens));
	el('raw').textContent = ['access_token', 'id_token', 'refresh_token']
		.filter((name) => tokens[name]).map((name) => `${name}\n${tokens[name]}`).join('\n\n');
	el('refresh').hidden = !tokens.refresh_token;
	show('in');
}

function complain(error) {
	el('problem').textContent = error instanceof Problem ? error.message : `${error}`;
	el('problem').hidden = false;
	show('out');
}

// Runs what a button does; a session that has ended leads back to the beginning.
const button = (id, app, act) => el(id).addEventListener('click', async () => {
	el(id).disabled = true;
	el('problem').hidden = true;
	try {
		await act(app);
	} catch (error) {
		kept.take('tokens');
		complain(error);
	}
	el(id).disabled = false;
});

async function main() {
	const query = new URLSearchParams(location.search);
	history.replaceState(null, '', redirectUri);
	const app = await discover();
	button('sign-in', app, signIn);
	button('refresh', app, refresh);
	button('sign-out', app, signOut);
	if (query.has('code') || query.has('error'))
		await finish(app, query);
	if (kept.get('tokens'))
		await showUser(app);
	else
		show('out');
}

main().catch((error) => {
	kept.take('tokens');
	complain(error);
});
