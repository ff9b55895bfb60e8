// disk - a small file system for DATA that can be filled, in a mount namespace of this process
// SPDX-License-Identifier: ISC
//
//	const why = enter();	// at the top of a test file, before it imports anything that runs
//	const server = await world({ place: (data) => mount(data, '4M') });
//	const free = fill(server.data);
//	free();
//	await server.halt(); unmount(server.data); await server.stop();
//
// The kernel takes the file system away with the last process of the namespace, however that ends.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const ways = [['-m'], ['-r', '-m']]; // as root, or as somebody who is root in there alone
const probe = 'd=$(mktemp -d) && mount -t tmpfs none "$d" && umount "$d"; s=$?; rmdir "$d"; exit $s';

// Runs the file again in a namespace and exits as it does. Returns in there, or with the reason why
// there is none.
export function enter() {
	if (process.env.OWN_MOUNTS === '1')
		return undefined;
	const way = ways.find((flags) => spawnSync('unshare', [...flags, 'sh', '-c', probe]).status === 0);
	if (!way)
		return 'no mount namespace can be made here';
	const done = spawnSync('unshare', [...way, '--kill-child=SIGTERM', process.execPath,
		...process.execArgv, ...process.argv.slice(1)],
	{ stdio: 'inherit', env: { ...process.env, OWN_MOUNTS: '1' } });
	process.exit(done.status ?? 1);
}

export function mount(at, size) {
	execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=770`, 'none', at]);
	process.prependListener('exit', () => unmount(at)); // before somebody removes what is below
}

export const unmount = (at) => spawnSync('umount', ['-l', at]);

// Writes until not one byte more fits; gives a function that makes room again.
export function fill(at) {
	const file = path.join(at, 'filler');
	const fd = fs.openSync(file, 'w');
	for (const size of [65536, 4096, 1])
		try {
			for (;;)
				fs.writeSync(fd, Buffer.alloc(size, 1));
		} catch (error) {
			if (error.code !== 'ENOSPC')
				throw error;
		}
	fs.closeSync(fd);
	return () => fs.rmSync(file);
}
