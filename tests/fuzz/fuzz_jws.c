/*
 * fuzz_jws - any bytes as a token, or as header and payload of one
 * SPDX-License-Identifier: ISC
 *
 * Input that begins with a brace is a header in clear, up to the first line
 * feed, with the payload behind it: base64url would hide both from a fuzzer.
 */
#include "base/enc.h"
#include "base/secret.h"
#include "jose/jws.h"

#include "tests/fuzz/fuzz.h"

static struct jwk *
new_key(struct arena *a)
{
	struct jwk *key;

	/* RFC 7515 appendix A.3.1 */
	must(jwk_parse(a,
		     STR("{\"kty\":\"EC\",\"crv\":\"P-256\","
			 "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
			 "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"),
		     &key) == OK,
		"the key is read");
	return key;
}

static struct str
token_of(struct arena *a, struct str in)
{
	struct str header = in, payload = STR("");

	if (!str_has_prefix(in, STR("{")))
		return in;
	(void)str_cut(in, '\n', &header, &payload);
	return arena_printf(a, "%.*s.%.*s.c2ln", STR_FMT(enc_b64url(a, header)),
		STR_FMT(enc_b64url(a, payload)));
}

/* What was taken has one spelling only. */
static void
check(const struct jws *jws, struct str token, struct jwk *key, struct arena *a)
{
	struct str tail = arena_printf(a, ".%.*s.%.*s", STR_FMT(enc_b64url(a, jws->payload)),
		STR_FMT(enc_b64url(a, jws->signature)));

	must(str_has_suffix(token, tail), "a token has one spelling");
	must(jws_verify(jws, key) != OK || jws->alg == ALG_ES256, "a key has one algorithm");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena *a;
	static struct jwk *key;
	struct str token;
	struct jws jws;

	if (a == NULL) {
		secret_init();
		a = arena_new(ARENA_CEILING);
		key = new_key(a);
	}
	token = token_of(a, str_bytes(data, size));
	if (jws_parse(a, token, &jws) == OK)
		check(&jws, token, key, a);
	arena_reset(a);
	return 0;
}
