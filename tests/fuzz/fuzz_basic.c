/*
 * fuzz_basic - HTTP Basic credentials (RFC 6749 section 2.3.1)
 * SPDX-License-Identifier: ISC
 */
#include "oauth/client_auth.h"

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(ARENA_CEILING);
	struct credentials c;
	enum err e;

	e = credentials_basic(a, str_bytes(data, size), &c);
	must(e == OK || e == ERR_SYNTAX, "malformed or not");
	if (e == OK) {
		must(c.method == CLIENT_AUTH_BASIC, "the method is said");
		must(c.id.n > 0 && str_is_vschar(c.id), "an id that can be logged");
		must(str_is_vschar(c.secret), "a secret of printable characters");
	}
	arena_free(a);
	return 0;
}
