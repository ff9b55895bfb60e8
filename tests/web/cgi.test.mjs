// cgi - the same programs as plain CGI answer the same: the core of the tests once more (DESIGN section
// 1, promise 6)
import { describe } from 'node:test';

const again = process.env.SERVER === 'cgi'; // then every file is run so
process.env.SERVER = 'cgi';

for (const name of again ? [] : ['discovery', 'http', 'client_auth', 'token', 'code', 'refresh',
	'introspect', 'logout', 'limit'])
	describe(`plain CGI: ${name}`, async () => {
		await import(`./${name}.test.mjs`);
	});
