// helpers - with writer and signer everything is the same: the core of the tests once more (DESIGN section
// 1, promises 1 and 6)
import { describe } from 'node:test';

const again = process.env.HELPERS === '1'; // then every file is run so
process.env.HELPERS = '1';

for (const name of again ? [] : ['keys', 'code', 'refresh', 'token', 'introspect', 'session', 'consent',
	'logout', 'authority', 'race'])
	describe(`with writer and signer: ${name}`, async () => {
		await import(`./${name}.test.mjs`);
	});
