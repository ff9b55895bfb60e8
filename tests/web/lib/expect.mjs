// expect - what several test files demand of an answer
// SPDX-License-Identifier: ISC
import assert from 'node:assert/strict';
import { answerOf } from './flow.mjs';

const printable = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

// An error of the token endpoint (RFC 6749 5.2). Row 52: 400 (or 401 for invalid_client), legal
// characters, JSON, no-store.
export const assertError = (done, error, status = error === 'invalid_client' ? 401 : 400) => {
	assert.equal(done.body?.error, error, `${done.status} ${done.text}`);
	assert.equal(done.status, status);
	assert.match(done.headers.get('content-type'), /^application\/json\b/);
	assert.match(done.headers.get('cache-control'), /no-store/);
	assert.match(done.body.error_description ?? '', printable);
	for (const name of Object.keys(done.body))
		assert.ok(['error', 'error_description', 'error_uri'].includes(name), name);
};

// A code that went to the client: its answer.
export const assertCode = (page, mode = 'query') => {
	const found = answerOf(page);
	assert.ok(found?.params.code, String(page));
	assert.equal(found.mode, mode);
	return found;
};

// An error that went to the client: row 42 (only known members), row 43 (iss).
export const assertRefused = (server, page, errors, mode = 'query') => {
	const found = answerOf(page);
	assert.ok(found, String(page));
	assert.equal(found.mode, mode);
	assert.ok([errors].flat().includes(found.params.error),
		`${found.params.error}: ${found.params.error_description}, not ${errors}`);
	for (const key of found.keys)
		assert.ok(['error', 'error_description', 'error_uri', 'state', 'iss'].includes(key), key);
	assert.match(found.params.error_description ?? '', printable);
	assert.equal(found.params.iss, server.issuer);
	assert.equal(found.params.state, 'st-1');
};

// An error that stays here: row 28, section 1 item 4.
export const assertPage = (page) => {
	assert.ok(page.status >= 400 && page.status < 500, String(page));
	assert.equal(page.location, undefined);
	assert.ok(page.isHtml);
	assert.match(page.textOf('error') ?? '', /^[a-z]+(_[a-z]+)+$/);
};

// What every page for people has.
export const assertSafe = (page) => {
	const headers = Object.fromEntries(page.headers);
	const csp = headers['content-security-policy'];
	assert.match(headers['content-type'], /^text\/html; ?charset=utf-8$/i);
	assert.match(headers['cache-control'], /no-store/);
	assert.match(csp, /default-src 'none'/);
	assert.match(csp, /frame-ancestors 'none'/);
	assert.doesNotMatch(csp, /unsafe-inline|unsafe-eval|form-action/); // item 9
	assert.match(headers['referrer-policy'], /^same-origin$/);
	assert.match(headers['x-content-type-options'], /^nosniff$/);
	assert.doesNotMatch(page.text, /\son\w+\s*=/i);
	assert.doesNotMatch(page.text, /\{\{|\}\}/);
	assert.match(page.text, /<html[^>]*\blang=/);
	assert.match(page.text, /<meta[^>]*name="?viewport/);
	assert.match(page.text, /<h1/);
};

// Exit codes of tessera.
export const DONE = 0, NO = 1, USAGE = 100, SYSTEM = 111;

// Commands of an authority that must end in a certain way: exit code and, with --json, one document on
// standard output; complaints on standard error.
export const commands = (server) => {
	const expect = async (code, args, options) => {
		const done = await server.attempt(args, options);
		assert.equal(done.code, code, `tessera ${args.join(' ')}\n${done.stdout}${done.stderr}`);
		if (code !== DONE && code !== NO)
			assert.match(done.stderr, /^tessera: /m);
		return done;
	};
	const json = async (...args) => JSON.parse((await expect(DONE, [...args, '--json'])).stdout);
	return { expect, json };
};
