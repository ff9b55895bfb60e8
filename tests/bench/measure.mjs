// measure - what all benchmarks count and print
// SPDX-License-Identifier: ISC
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { build, programs } from '../web/lib/server.mjs';

export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
export const percentile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];

// Nanoseconds on a processor, of all processes of the server; in /proc/PID/schedstat.
export const cpuTime = (pids) => pids.reduce((sum, pid) =>
	sum + Number(fs.readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]), 0);

// Milliseconds from exec to the first answer, of a program on its own socket with those settings.
export function ready(server, name, conf) {
	const times = Array.from({ length: 9 }, () => {
		const done = spawnSync(path.join(build, 'bench/ready'), [path.join(server.root, 'ready.sock'),
			new URL(server.issuer).host, `/${name}`, path.join(programs, name)],
		{ env: { ...process.env, TESSERA_CONF: conf }, encoding: 'utf8' });
		if (done.status !== 0)
			throw new Error(`${name}: ${done.stderr}`);
		return Number(done.stdout) / 1e3;
	});
	return median(times);
}

export const column = (text, width) => String(text).padStart(width);
