// soak - kill -9 of workers and helpers under load, ROUNDS times (`make soak`: 2,000), VICTIMS of them:
// what was acknowledged is there, nothing was accepted twice, service is back within a second
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Soak } from './lib/soak.mjs';

const rounds = Number(process.env.ROUNDS ?? 40);
const every = 25; // rounds between two looks at the whole audit chain
let soak;

before(async () => {
	soak = await Soak.begin({ writer: true, signer: true,
		conf: { workers: 'auto', sandbox: 'on' } });
});
after(() => soak?.server.stop());

test(`${rounds} rounds`, async (t) => {
	try {
		for (let i = 1; i <= rounds; i++) {
			await soak.round();
			if (i % every === 0)
				await soak.verifyAudit();
		}
		await soak.end();
	} finally {
		for (const line of soak.table().split('\n'))
			t.diagnostic(line);
	}
	assert.ok(soak.slowest < 1000, `service was away for ${Math.round(soak.slowest)} ms`);
});
