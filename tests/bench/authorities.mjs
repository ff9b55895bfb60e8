// authorities - what it costs to serve many: the same offered rate for 1, 100 and 5,000 of them
// SPDX-License-Identifier: ISC
//
// Requests come at a fixed rate, whatever becomes of those before: half for a token, half for the
// metadata, of any authority, or nine of ten of the same few. AUTHORITIES, RATE and SECONDS change it.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from '../web/lib/server.mjs';
import { basic, bytes, load } from './load.mjs';
import { column, cpuTime, percentile, ready } from './measure.mjs';

const sizes = (process.env.AUTHORITIES ?? '1,100,5000').split(',').map(Number);
const rate = Number(process.env.RATE ?? 300);
const seconds = Number(process.env.SECONDS ?? 10);
const connections = 16, few = 10, hot = 0.9;

const below = (n) => Math.floor(Math.random() * n);
const spreads = {
	'all alike': (n) => below(n),
	'90 % on 10': (n) => below(Math.random() < hot ? Math.min(n, few) : n),
};

// One authority with a client, as a document that others are made from.
async function model(server) {
	await server.tessera('authority', 'add', `${server.issuer}/m`, '--name', 'm', 'id_token_alg=ES256');
	await server.tessera('scope', 'add', 'api.read', '--authority', 'm');
	const client = await server.json('client', 'add', 'service', 'grant_types=client_credentials',
		'token_endpoint_auth_method=client_secret_basic', 'scope=api.read', '--authority', 'm');
	server.client = basic('service', client.client_secret);
	server.document = path.join(server.root, 'model.json');
	fs.writeFileSync(server.document, await server.tessera('export', '--authority', 'm'), { mode: 0o600 });
}

// Makes authorities a0 and on until there are n; gives the milliseconds that one took.
async function grow(server, from, n) {
	const began = performance.now();
	let next = from;
	const one = async () => {
		while (next < n) {
			const i = next++;
			await server.tessera('import', server.document, '--name', `a${i}`, '--issuer',
				`${server.issuer}/a${i}`);
		}
	};
	await Promise.all(Array.from({ length: os.availableParallelism() }, one));
	return (performance.now() - began) / Math.max(1, n - from);
}

// Requests, each when it is due; the time of one that had to wait for a connection counts from then.
function paced(server, n, choose) {
	const host = new URL(server.issuer).host, times = [], due = [];
	const began = performance.now(), end = rate * seconds;
	let asked = 0;
	return { name: 'authorities', times,
		async next(connection) {
			const i = asked++;
			if (i >= end)
				return undefined;
			const left = began + i * 1000 / rate - performance.now();
			if (left > 0)
				await sleep(left);
			due[connection] = performance.now() + Math.min(left, 0);
			const at = `/a${choose(n)}`;
			return i % 2 === 0
				? bytes({ path: `${at}/token`, host, headers: server.client,
					form: { grant_type: 'client_credentials' } })
				: bytes({ path: `${at}/.well-known/openid-configuration`, host });
		},
		got: (connection) => times.push(performance.now() - due[connection]) };
}

// KiB: what a process has for itself, and with its part of what it shares.
function memory(pids) {
	const sum = { own: 0, pss: 0 };
	for (const pid of pids) {
		const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
		sum.own += Number(/^Pss_Anon: *(\d+)/m.exec(text)[1]);
		sum.pss += Number(/^Pss: *(\d+)/m.exec(text)[1]);
	}
	return sum;
}

async function measure(server, n, choose) {
	await load(server.port, connections, { ...paced(server, n, choose) }); // warms up
	const pids = [server.child.pid, ...server.workers()];
	const cpu = cpuTime(pids), began = performance.now();
	const subject = paced(server, n, choose);
	await load(server.port, connections, subject);
	const took = (performance.now() - began) / 1000;
	const times = subject.times.sort((a, b) => a - b);
	const tokens = server.workers('token').map((pid) => memory([pid]))
		.reduce((a, b) => (a.pss > b.pss ? a : b));
	return [(times.length / took).toFixed(0), percentile(times, 0.5).toFixed(2),
		percentile(times, 0.99).toFixed(2), ((cpuTime(pids) - cpu) / 1e3 / times.length).toFixed(0),
		(tokens.own / 1024).toFixed(1), (tokens.pss / 1024).toFixed(1),
		(memory(server.workers()).pss / 1024).toFixed(0)];
}

// A worker's start, to its first answer, as it is and locked in.
function starts(server) {
	return ['off', 'on'].map((sandbox) => {
		const conf = path.join(server.root, `${sandbox}.conf`);
		fs.writeFileSync(conf, `${fs.readFileSync(server.conf, 'utf8')}\ndata = ${server.data}\nsandbox = ${
			sandbox}\n`);
		return ready(server, 'token', conf).toFixed(1);
	});
}

const kib = async (dir) => {
	let sum = 0;
	for (const name of fs.readdirSync(dir, { recursive: true }))
		sum += fs.lstatSync(path.join(dir, name)).blocks / 2;
	return sum;
};

const server = await start({ launch: false });
try {
	const heads = ['', 'req/s', 'p50 ms', 'p99 ms', 'us CPU', 'own', 'PSS', 'all PSS', 'start', 'locked in'];
	const print = (cells) => console.log(`  ${String(cells[0]).padEnd(20)}${
		cells.slice(1).map((cell) => column(cell, 10)).join('')}`);
	console.log(`Authorities, at ${rate} requests a second offered: CPU of lighttpd and all programs for one; MiB of ` +
		'one token worker, of all programs; ms from exec of token to its first answer\n');
	await model(server);
	print(heads);
	const notes = [];
	let there = 0;
	for (const n of sizes) {
		const each = await grow(server, there, n);
		notes.push(`${n - there} more were made in ${each.toFixed(1)} ms each`);
		there = n;
		for (const [spread, choose] of Object.entries(spreads)) {
			if (n <= few && spread !== 'all alike')
				continue;
			await server.restart();
			print([`${n}, ${spread}`, ...await measure(server, n, choose), ...starts(server)]);
		}
	}
	await server.halt();
	const began = performance.now();
	await server.tessera('sweep');
	notes.push(`a sweep of all takes ${((performance.now() - began) / 1000).toFixed(1)} s`,
		`one takes ${await kib(path.join(server.data, 'a0'))} KiB of the disk`);
	console.log(`\n  ${notes.join('; ')}\n`);
} finally {
	await server.stop();
}
