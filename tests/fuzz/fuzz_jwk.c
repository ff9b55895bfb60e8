/*
 * fuzz_jwk - any bytes as a JWK; a key that is taken must survive being written
 * SPDX-License-Identifier: ISC
 */
#include "base/secret.h"
#include "jose/sign.h"

#include "tests/fuzz/fuzz.h"

static void
use(struct jwk *key, struct arena *a)
{
	struct str sig;
	enum alg alg;

	for (alg = 0; alg < ALG__MAX; alg++) {
		if (!jwk_fits(key, alg))
			continue;
		must(sign_check(key, alg, STR("x"), STR("y")) != OK, "one octet signs nothing");
		if (!jwk_is_private(key))
			continue;
		must(sign_bytes(key, alg, a, STR("x"), &sig) == OK, "a private key signs");
		must(sign_check(key, alg, STR("x"), sig) == OK, "it fits its public part");
	}
}

static void
write_again(struct jwk *key, struct arena *a)
{
	struct jwk *again;

	must(jwk_parse(a, jwk_public(key, ALG__MAX, a), &again) == OK, "what is written is read");
	must(str_eq(jwk_thumbprint(key, a), jwk_thumbprint(again, a)), "the same thumbprint");
	must(!jwk_is_private(again), "the public part has no private one");
	jwk_free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena *a;
	struct jwk *key;

	if (a == NULL) {
		secret_init();
		a = arena_new(ARENA_CEILING);
	}
	if (jwk_parse(a, str_bytes(data, size), &key) == OK) {
		use(key, a);
		write_again(key, a);
		jwk_free(key);
	}
	arena_reset(a);
	return 0;
}
