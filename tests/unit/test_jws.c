/*
 * test_jws - JWS compact serialisation (RFC 7515), and the ways to cheat with it (RFC 8725)
 * SPDX-License-Identifier: ISC
 */
#include "jose/jws.h"

#include <string.h>

#include "tests/unit/jose_fixture.h"

/* Three parts of a token from their texts. */
static struct str
token_of(struct arena *a, struct str header, struct str payload, struct str signature)
{
	return arena_printf(a, "%.*s.%.*s.%.*s", STR_FMT(enc_b64url(a, header)),
		STR_FMT(enc_b64url(a, payload)), STR_FMT(enc_b64url(a, signature)));
}

static enum err
parse(struct arena *a, struct str token)
{
	struct jws jws;

	return jws_parse(a, token, &jws);
}

static enum err
verify(struct arena *a, struct str token, struct jwk *key)
{
	struct jws jws;
	enum err e = jws_parse(a, token, &jws);

	return e == OK ? jws_verify(&jws, key) : e;
}

static void
test_vectors(void **state)
{
	struct str payload = STR("{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n"
				 " \"http://example.com/is_root\":true}");
	struct arena *a = *state;
	struct jws jws;

	/* RFC 7515 appendices A.2, A.3, A.5; RFC 8037 appendix A.4 */
	assert_int_equal(jws_parse(a, vector(a, "rfc7515_a2", "jws"), &jws), OK);
	assert_int_equal(jws.alg, ALG_RS256);
	assert_str(jws.payload, payload);
	assert_int_equal(jws.typ.n + jws.kid.n, 0);
	assert_int_equal(jws_verify(&jws, vector_public(a, "rfc7515_a2")), OK);
	assert_int_equal(jws_parse(a, vector(a, "rfc7515_a3", "jws"), &jws), OK);
	assert_int_equal(jws.alg, ALG_ES256);
	assert_str(jws.payload, payload);
	assert_int_equal(jws_verify(&jws, vector_public(a, "rfc7515_a3")), OK);
	assert_int_equal(parse(a, vector(a, "rfc7515_a5", "jws")), ERR_UNSUPPORTED);
	assert_int_equal(jws_parse(a, vector(a, "rfc8037_a1", "jws"), &jws), OK);
	assert_int_equal(jws.alg, ALG_EDDSA);
	assert_str(jws.payload, STR("Example of Ed25519 signing"));
	assert_int_equal(jws_verify(&jws, vector_public(a, "rfc8037_a1")), OK);
}

/* Made by another program; a salt of another length is refused (RFC 7518 section 3.5). */
static void
test_foreign(void **state)
{
	struct arena *a = *state;
	struct jwk *rsa = vector_public(a, "rfc7515_a2"), *ec = vector_public(a, "rfc7515_a3");

	assert_int_equal(verify(a, vector(a, "openssl_ps256", "jws"), rsa), OK);
	assert_int_equal(verify(a, vector(a, "openssl_ps256", "jws_salt20"), rsa), ERR_CRYPTO);
	assert_int_equal(verify(a, vector(a, "openssl_ps256", "jws_salt0"), rsa), ERR_CRYPTO);
	assert_int_equal(verify(a, vector(a, "openssl_es256", "jws"), ec), OK);
	assert_int_equal(verify(a, vector(a, "openssl_es256", "jws_der"), ec), ERR_CRYPTO);
}

static void
test_sign(void **state)
{
	struct arena *a = *state;
	struct str token, payload = STR("{\"iss\":\"joe\"}");
	struct jwk *key;
	struct jws jws;
	size_t i;

	/* RFC 8037 appendix A.4: header, payload and signature are the same each time. */
	assert_int_equal(jws_sign(vector_key(a, "rfc8037_a1"), ALG_EDDSA, STR(""), a,
				 STR("Example of Ed25519 signing"), &token),
		OK);
	assert_str(token, vector(a, "rfc8037_a1", "jws"));
	for (i = 0; i < ALG__MAX; i++) {
		key = fresh_key(a, (enum alg)i);
		assert_int_equal(jws_sign(key, (enum alg)i, STR("at+jwt"), a, payload, &token), OK);
		assert_int_equal(jws_parse(a, token, &jws), OK);
		assert_int_equal(jws.alg, i);
		assert_str(jws.typ, STR("at+jwt"));
		assert_str(jws.kid, jwk_kid(key));
		assert_str(jws.payload, payload);
		assert_int_equal(jws_verify(&jws, key), OK);
	}
	assert_int_equal(js_count(jws.header), 3);
	assert_int_equal(jws_sign(key, ALG_RS256, STR(""), a, payload, &token), ERR_UNSUPPORTED);
	assert_int_equal(
		jws_sign(vector_public(a, "rfc7515_a2"), ALG_RS256, STR(""), a, payload, &token),
		ERR_DENIED);
	assert_int_equal(jws_sign(key, ALG_EDDSA, STR(""), a,
				 str_bytes(arena_alloc(a, 13000), 13000), &token),
		ERR_RANGE);
	assert_int_equal(jws_sign(key, ALG_EDDSA, STR(""), a,
				 str_bytes(arena_alloc(a, 12000), 12000), &token),
		OK);
	assert_int_equal(verify(a, token, key), OK);
}

/* A rule of RFC 7515 for each header, and what it is refused with. */
struct header {
	const char *json;
	enum err want;
};

static const struct header headers[] = {
	{ "{\"alg\":\"ES256\"}", OK },
	{ " { \"typ\" : \"JWT\" ,\r\n\"alg\":\"ES256\",\"kid\":\"k\"} ", OK },
	{ "{\"alg\":\"ES256\",\"jku\":\"https://evil.example/\",\"jwk\":{},\"x5c\":[]}", OK },
	{ "{\"alg\":\"ES\\u00325\\u0036\"}", OK },
	/* section 4.1.1, RFC 8725 section 3.1 */
	{ "{}", ERR_SYNTAX },
	{ "{\"typ\":\"JWT\"}", ERR_SYNTAX },
	{ "{\"alg\":1}", ERR_SYNTAX },
	{ "{\"alg\":null}", ERR_SYNTAX },
	{ "{\"alg\":[\"ES256\"]}", ERR_SYNTAX },
	{ "{\"alg\":\"\"}", ERR_UNSUPPORTED },
	{ "{\"alg\":\"none\"}", ERR_UNSUPPORTED },
	{ "{\"alg\":\"nOnE\"}", ERR_UNSUPPORTED },
	{ "{\"alg\":\"HS256\"}", ERR_UNSUPPORTED },
	{ "{\"alg\":\"HS512\",\"typ\":\"JWT\"}", ERR_UNSUPPORTED },
	{ "{\"alg\":\"ES256\\u0000\"}", ERR_SYNTAX },
	{ "{\"alg\":\"RSA-OAEP\",\"enc\":\"A128GCM\"}", ERR_UNSUPPORTED },
	/* sections 4.1.9, 4.1.4, 4.1.11 */
	{ "{\"alg\":\"ES256\",\"typ\":1}", ERR_SYNTAX },
	{ "{\"alg\":\"ES256\",\"kid\":1}", ERR_SYNTAX },
	{ "{\"alg\":\"ES256\",\"kid\":{\"a\":\"b\"}}", ERR_SYNTAX },
	{ "{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}", ERR_UNSUPPORTED },
	{ "{\"alg\":\"ES256\",\"crit\":[]}", ERR_UNSUPPORTED },
	{ "{\"alg\":\"ES256\",\"crit\":null}", ERR_UNSUPPORTED },
	/* RFC 7797 */
	{ "{\"alg\":\"ES256\",\"b64\":false,\"crit\":[\"b64\"]}", ERR_UNSUPPORTED },
	{ "{\"alg\":\"ES256\",\"b64\":false}", ERR_UNSUPPORTED },
	{ "{\"alg\":\"ES256\",\"b64\":true}", ERR_UNSUPPORTED },
	/* section 4: names are unique */
	{ "{\"alg\":\"ES256\",\"alg\":\"ES256\"}", ERR_DUPLICATE },
	{ "{\"alg\":\"none\",\"alg\":\"ES256\"}", ERR_DUPLICATE },
	{ "{\"alg\":\"ES256\",\"x\":{\"y\":1,\"y\":2}}", ERR_DUPLICATE },
	{ "{\"alg\":\"ES256\",\"\\u0061lg\":\"none\"}", ERR_DUPLICATE },
	/* no object */
	{ "", ERR_SYNTAX },
	{ "[]", ERR_SYNTAX },
	{ "\"ES256\"", ERR_SYNTAX },
	{ "{\"alg\":\"ES256\"", ERR_SYNTAX },
	{ "{\"alg\":\"ES256\"}}", ERR_SYNTAX },
	{ "{'alg':'ES256'}", ERR_SYNTAX },
};

static void
test_headers(void **state)
{
	struct arena *a = *state;
	enum err e;
	size_t i;

	for (i = 0; i < COUNT(headers); i++) {
		e = parse(a, token_of(a, str_of(headers[i].json), STR("{}"), STR("sig")));
		if (e != headers[i].want)
			fail_msg("%s: %s, not %s", headers[i].json, err_text(e),
				err_text(headers[i].want));
	}
}

static void
test_shape(void **state)
{
	/* "eyJhbGciOiJFUzI1NiJ9" is {"alg":"ES256"}. */
	static const char *const bad[] = {
		"",
		".",
		"..",
		"...",
		"eyJhbGciOiJFUzI1NiJ9",
		"eyJhbGciOiJFUzI1NiJ9.e30",
		".e30.c2ln",
		"eyJhbGciOiJFUzI1NiJ9.e30.c2ln.",
		"eyJhbGciOiJFUzI1NiJ9.e30.c2ln.c2ln",
		"eyJhbGciOiJFUzI1NiJ9.e30.c2ln.c2ln.c2ln",
		" eyJhbGciOiJFUzI1NiJ9.e30.c2ln",
		"eyJhbGciOiJFUzI1NiJ9.e30.c2ln ",
		"eyJhbGciOiJFUzI1NiJ9.e30.c2ln\n",
		"eyJhbGciOiJFUzI1NiJ9.e3 0.c2ln",
		"eyJhbGciOiJFUzI1NiJ9.e30=.c2ln",
		"eyJhbGciOiJFUzI1NiJ9.e31.c2ln", /* a stray bit */
		"eyJhbGciOiJFUzI1NiJ9.e30.c2lnZ",
		"eyJhbGciOiJFUzI1NiJ9.e30.c2lnZR",
		"eyJhbGciOiJFUzI1NiJ9.e30.c2+n",
		"eyJhbGciOiJFUzI1NiJ9.e30.c2/n",
		"eyJhbGciOiJFUzI1NiJ9.e30.\x80\xff\x80\xffQUFB", /* libsodium 1.0.18 decodes these
								  */
		"{\"alg\":\"ES256\"}.e30.c2ln",
	};
	struct arena *a = *state;
	char *big = arena_alloc(a, 20000);
	size_t i;

	for (i = 0; i < COUNT(bad); i++)
		if (parse(a, str_of(bad[i])) != ERR_SYNTAX)
			fail_msg("taken: %s", bad[i]);
	assert_int_equal(parse(a, STR("eyJhbGciOiJFUzI1NiJ9.e30.c2ln")), OK);
	assert_int_equal(parse(a, STR("eyJhbGciOiJFUzI1NiJ9.e30.c2\0n")), ERR_SYNTAX);
	memset(big, 'A', 20000);
	memcpy(big, "eyJhbGciOiJFUzI1NiJ9.e30.", 25);
	assert_int_equal(parse(a, str_bytes(big, JWS_MAX + 1)), ERR_RANGE);
	assert_int_equal(parse(a, str_bytes(big, JWS_MAX - 3)), OK);
}

/* The old trick: the public key, which all know, as the secret of a MAC (RFC 8725 section 2.1). */
static void
test_mac_with_public_key(void **state)
{
	struct arena *a = *state;
	struct jwk *key = vector_public(a, "rfc7515_a2");
	struct str input = arena_printf(
		a, "%.*s.e30", STR_FMT(enc_b64url(a, STR("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"))));
	struct str mac = hash_hmac(a, jwk_public(key, ALG__MAX, a), input);

	assert_int_equal(
		verify(a, arena_printf(a, "%.*s.%.*s", STR_FMT(input), STR_FMT(enc_b64url(a, mac))),
			key),
		ERR_UNSUPPORTED);
}

static void
test_forged(void **state)
{
	struct arena *a = *state;
	struct jwk *key = vector_public(a, "rfc7515_a3");
	struct str token = vector(a, "rfc7515_a3", "jws"), head, rest, payload, sig;

	/* Another key's algorithm, another key. */
	assert_int_equal(verify(a, token, vector_public(a, "rfc7515_a2")), ERR_UNSUPPORTED);
	assert_int_equal(verify(a, token, fresh_key(a, ALG_ES256)), ERR_CRYPTO);
	/* Header or payload exchanged, signature missing. */
	assert_true(str_cut(token, '.', &head, &rest));
	assert_true(str_cut(rest, '.', &payload, &sig));
	assert_int_equal(
		verify(a, arena_printf(a, "%.*s.e30.%.*s", STR_FMT(head), STR_FMT(sig)), key),
		ERR_CRYPTO);
	assert_int_equal(verify(a,
				 arena_printf(a, "%.*s.%.*s.%.*s",
					 STR_FMT(enc_b64url(a, STR("{ \"alg\":\"ES256\"}"))),
					 STR_FMT(payload), STR_FMT(sig)),
				 key),
		ERR_CRYPTO);
	assert_int_equal(
		verify(a, arena_printf(a, "%.*s.%.*s.", STR_FMT(head), STR_FMT(payload)), key),
		ERR_CRYPTO);
	assert_int_equal(verify(a, arena_printf(a, "%.*sAAAA", STR_FMT(token)), key), ERR_CRYPTO);
	assert_int_equal(verify(a, token, key), OK);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_vectors, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_foreign, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_sign, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_headers, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_shape, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_mac_with_public_key, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_forged, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests_name("jws", tests, NULL, NULL);
}
