/*
 * fuzz_jwt - any bytes as a token, or as the claims of one
 * SPDX-License-Identifier: ISC
 *
 * Input that begins with a brace is claims in clear.
 */
#include "base/enc.h"
#include "base/secret.h"
#include "jose/jwt.h"

#include "tests/fuzz/fuzz.h"

#define NOW 1700000000

static struct str
token_of(struct arena *a, struct str in)
{
	if (!str_has_prefix(in, STR("{")))
		return in;
	/* {"typ":"at+jwt","alg":"ES256"} */
	return arena_printf(a, "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.%.*s.c2ln",
		STR_FMT(enc_b64url(a, in)));
}

static void
check(const struct jwt *jwt)
{
	struct jwt_rules rules = { .typ = STR("at+jwt"),
		.iss = STR("https://issuer.example"),
		.aud = STR("api"),
		.now = NOW,
		.leeway = 60 };

	if (jwt_check(jwt, &rules) != OK)
		return;
	must(str_eq(jwt->iss, rules.iss), "the issuer is the one asked for");
	must(strs_has(jwt->aud, rules.aud), "so is the audience");
	must(jwt->exp > NOW - 60 && jwt->nbf <= NOW + 60, "the time is right");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena *a;
	struct jwt jwt;

	if (a == NULL) {
		secret_init();
		a = arena_new(ARENA_CEILING);
	}
	if (jwt_parse(a, token_of(a, str_bytes(data, size)), &jwt) == OK)
		check(&jwt);
	arena_reset(a);
	return 0;
}
