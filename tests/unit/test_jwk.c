/*
 * test_jwk - keys and their JSON (RFC 7517, RFC 7518 section 6, RFC 8037, RFC 7638)
 * SPDX-License-Identifier: ISC
 */
#include "jose/jwk.h"

#include <string.h>

#include "jose/sign.h"
#include "tests/unit/jose_fixture.h"

#define ZEROS43 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
/* The order of P-256, and the prime of its field (SEC 2 section 2.4.2). */
#define P256_ORDER "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE"
#define P256_PRIME "_____wAAAAEAAAAAAAAAAAAAAAD_______________8"

/* The key of a vector with one member left out (value NULL), replaced or added (value is JSON). */
static struct str
edited(struct arena *a, const char *set, const char *member, const char *value)
{
	const struct js *v;
	struct str name, out;
	struct js_out w;
	struct buf b;
	size_t i;

	assert_int_equal(js_parse(a, vector(a, set, "jwk"), &v), OK);
	buf_init(&b, a, 65536);
	js_start(&w, &b);
	js_open(&w, NULL, '{');
	for (i = 0; i < js_count(v); i++) {
		const struct js *one = js_at(v, i, &name);

		if (!str_eqz(name, member))
			js_put_raw(&w, arena_z(a, name), js_text(one, a));
	}
	if (value != NULL)
		js_put_raw(&w, member, str_of(value));
	js_close(&w, '}');
	assert_int_equal(buf_end(&b, &out), OK);
	return out;
}

static enum err
parse(struct arena *a, struct str json)
{
	struct jwk *key = NULL;
	enum err e = jwk_parse(a, json, &key);

	if (e == OK)
		jwk_free(key);
	else
		assert_null(key);
	return e;
}

static void
test_vectors(void **state)
{
	struct arena *a = *state;
	struct jwk *key;

	key = vector_key(a, "rfc7517_a1_rsa");
	assert_false(jwk_is_private(key));
	assert_str(jwk_kid(key), STR("2011-04-29"));
	assert_true(jwk_fits(key, ALG_RS256));
	assert_false(jwk_fits(key, ALG_PS256)); /* its `alg` says RS256 */
	assert_false(jwk_fits(key, ALG_ES256));
	key = vector_key(a, "rfc7517_a2_rsa");
	assert_true(jwk_is_private(key));
	key = vector_key(a, "rfc7515_a2");
	assert_true(jwk_fits(key, ALG_RS256));
	assert_true(jwk_fits(key, ALG_PS256));
	assert_int_equal(jwk_kid(key).n, 0);
	key = vector_key(a, "rfc7515_a3");
	assert_true(jwk_is_private(key));
	assert_true(jwk_fits(key, ALG_ES256));
	assert_false(jwk_fits(key, ALG_EDDSA));
	key = vector_key(a, "rfc8037_a1");
	assert_true(jwk_is_private(key));
	assert_true(jwk_fits(key, ALG_EDDSA));
	/* These are for encryption, or on another curve. */
	assert_int_equal(parse(a, vector(a, "rfc7517_a1_ec", "jwk")), ERR_UNSUPPORTED);
	assert_int_equal(parse(a, vector(a, "rfc7517_a2_ec", "jwk")), ERR_UNSUPPORTED);
	assert_int_equal(parse(a, vector(a, "rfc7515_a4", "jwk")), ERR_UNSUPPORTED);
	assert_int_equal(parse(a, edited(a, "rfc7517_a2_ec", "use", NULL)), OK);
}

static void
test_thumbprint(void **state)
{
	struct arena *a = *state;

	/* RFC 7638 section 3.1 and RFC 8037 appendix A.3; private or not is the same. */
	assert_str(jwk_thumbprint(vector_key(a, "rfc7517_a1_rsa"), a),
		vector(a, "rfc7517_a1_rsa", "thumbprint"));
	assert_str(jwk_thumbprint(vector_key(a, "rfc7517_a2_rsa"), a),
		vector(a, "rfc7517_a1_rsa", "thumbprint"));
	assert_str(jwk_thumbprint(vector_key(a, "rfc8037_a1"), a),
		vector(a, "rfc8037_a1", "thumbprint"));
	assert_str(jwk_thumbprint(vector_public(a, "rfc8037_a1"), a),
		vector(a, "rfc8037_a1", "thumbprint"));
	/* EC, against the hash of the text that section 3.2 asks for. */
	assert_str(jwk_thumbprint(vector_key(a, "rfc7515_a3"), a),
		enc_b64url(a,
			hash_of(a,
				STR("{\"crv\":\"P-256\",\"kty\":\"EC\","
				    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
				    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"))));
}

static void
test_write(void **state)
{
	struct arena *a = *state;
	struct str json;

	/* RFC 8037 appendix A.2 */
	assert_str(jwk_public(vector_key(a, "rfc8037_a1"), ALG__MAX, a),
		STR("{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
		    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"));
	assert_str(jwk_public(vector_key(a, "rfc7515_a3"), ALG_ES256, a),
		STR("{\"kty\":\"EC\",\"crv\":\"P-256\","
		    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
		    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\","
		    "\"use\":\"sig\",\"alg\":\"ES256\"}"));
	assert_int_equal(jwk_private(vector_public(a, "rfc7515_a3"), a, &json), ERR_DENIED);
	assert_int_equal(jwk_private(vector_key(a, "rfc7515_a3"), a, &json), OK);
	assert_str(json, vector(a, "rfc7515_a3", "jwk"));
	assert_int_equal(jwk_private(vector_key(a, "rfc7515_a2"), a, &json), OK);
	assert_str(json, vector(a, "rfc7515_a2", "jwk"));
}

static void
test_generate(void **state)
{
	struct arena *a = *state;
	struct str json, again, sig;
	struct jwk *key, *copy;
	size_t i;

	for (i = 0; i < ALG__MAX; i++) {
		key = fresh_key(a, (enum alg)i);
		assert_true(jwk_is_private(key));
		assert_true(jwk_fits(key, (enum alg)i));
		assert_false(jwk_fits(key, (enum alg)((i + 1) % ALG__MAX)));
		assert_str(jwk_kid(key), jwk_thumbprint(key, a));
		assert_int_equal(jwk_private(key, a, &json), OK);
		assert_int_equal(jwk_parse(a, json, &copy), OK);
		arena_defer(a, jwk_defer, copy);
		assert_int_equal(jwk_private(copy, a, &again), OK);
		assert_str(again, json);
		assert_int_equal(sign_bytes(key, (enum alg)i, a, STR("x"), &sig), OK);
		assert_int_equal(sign_check(copy, (enum alg)i, STR("x"), sig), OK);
	}
}

static void
test_outlives_arena(void **state)
{
	struct arena *a = arena_new(ARENA_CEILING), *b = *state;
	struct jwk *key = NULL;
	struct str sig;

	assert_int_equal(jwk_parse(a, edited(b, "rfc8037_a1", "kid", "\"one\""), &key), OK);
	arena_free(a);
	assert_str(jwk_kid(key), STR("one"));
	assert_int_equal(sign_bytes(key, ALG_EDDSA, b, STR("x"), &sig), OK);
	assert_str(jwk_thumbprint(key, b), vector(b, "rfc8037_a1", "thumbprint"));
	jwk_free(key);
	jwk_free(NULL);
}

/* One change to a good key, and what comes of it. */
struct edit {
	const char *set, *member, *value;
	enum err want;
};

static const struct edit edits[] = {
	/* Unknown members are ignored (RFC 7517 section 4). */
	{ "rfc7515_a3", "x5t", "\"abc\"", OK },
	{ "rfc7515_a3", "more", "{\"d\":[1,2.5,null]}", OK },
	{ "rfc7515_a3", "use", "\"sig\"", OK },
	{ "rfc7515_a3", "key_ops", "[\"sign\",\"verify\"]", OK },
	{ "rfc7515_a3", "key_ops", "[\"verify\"]", OK },
	{ "rfc7515_a3", "alg", "\"ES256\"", OK },
	{ "rfc7515_a2", "alg", "\"PS256\"", OK },
	/* RFC 7517 sections 4.1 to 4.5 */
	{ "rfc7515_a3", "kty", NULL, ERR_SYNTAX },
	{ "rfc7515_a3", "kty", "1", ERR_TYPE },
	{ "rfc7515_a3", "kty", "\"ec\"", ERR_UNSUPPORTED },
	{ "rfc7515_a3", "kty", "\"oct\"", ERR_UNSUPPORTED },
	{ "rfc7515_a3", "kty", "\"OKP\"", ERR_UNSUPPORTED },
	{ "rfc7515_a3", "kty", "\"RSA\"", ERR_SYNTAX },
	{ "rfc7515_a3", "use", "\"enc\"", ERR_UNSUPPORTED },
	{ "rfc7515_a3", "use", "\"\"", ERR_UNSUPPORTED },
	{ "rfc7515_a3", "use", "[\"sig\"]", ERR_TYPE },
	{ "rfc7515_a3", "key_ops", "[\"deriveKey\"]", ERR_UNSUPPORTED },
	{ "rfc7515_a3", "key_ops", "[]", ERR_UNSUPPORTED },
	{ "rfc7515_a3", "key_ops", "\"sign\"", ERR_TYPE },
	{ "rfc7515_a3", "key_ops", "[1]", ERR_TYPE },
	{ "rfc7515_a3", "alg", "\"ES384\"", ERR_UNSUPPORTED },
	{ "rfc7515_a3", "alg", "\"none\"", ERR_UNSUPPORTED },
	{ "rfc7515_a3", "alg", "\"HS256\"", ERR_UNSUPPORTED },
	{ "rfc7515_a3", "alg", "\"\"", ERR_UNSUPPORTED },
	{ "rfc7515_a3", "alg", "\"RS256\"", ERR_UNSUPPORTED },
	{ "rfc7515_a3", "alg", "7", ERR_TYPE },
	{ "rfc7515_a3", "kid", "7", ERR_TYPE },
	/* EC: RFC 7518 section 6.2 */
	{ "rfc7515_a3", "crv", NULL, ERR_UNSUPPORTED },
	{ "rfc7515_a3", "crv", "\"P-384\"", ERR_UNSUPPORTED },
	{ "rfc7515_a3", "crv", "\"secp256k1\"", ERR_UNSUPPORTED },
	{ "rfc7515_a3", "crv", "\"P-256 \"", ERR_UNSUPPORTED },
	{ "rfc7515_a3", "crv", "256", ERR_TYPE },
	{ "rfc7515_a3", "x", NULL, ERR_SYNTAX },
	{ "rfc7515_a3", "y", NULL, ERR_SYNTAX },
	{ "rfc7515_a3", "y", "null", ERR_TYPE },
	{ "rfc7515_a3", "x", "\"\"", ERR_RANGE },
	{ "rfc7515_a3", "x", "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVA\"", ERR_RANGE },
	{ "rfc7515_a3", "x", "\"AH_NzidwgsReQYPL7m_bS3tYBzM1e-nvE7rPbjx70VRF\"", ERR_RANGE },
	{ "rfc7515_a3", "x", "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU=\"", ERR_SYNTAX },
	{ "rfc7515_a3", "x", "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEV\"", ERR_SYNTAX },
	{ "rfc7515_a3", "x", "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVE\\n\"", ERR_SYNTAX },
	{ "rfc7515_a3", "x",
		"\"\xc3\xa9"
		"3OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"",
		ERR_SYNTAX },
	{ "rfc7515_a3", "x", "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEQ\"", ERR_CRYPTO },
	{ "rfc7515_a3", "y", "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"", ERR_CRYPTO },
	{ "rfc7515_a3", "x", "\"" ZEROS43 "\"", ERR_CRYPTO },
	{ "rfc7515_a3", "x", "\"" P256_PRIME "\"", ERR_CRYPTO },
	{ "rfc7515_a3", "d", "\"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE\"", ERR_CRYPTO },
	{ "rfc7515_a3", "d", "\"" ZEROS43 "\"", ERR_CRYPTO },
	{ "rfc7515_a3", "d", "\"" P256_ORDER "\"", ERR_CRYPTO },
	{ "rfc7515_a3", "d", "\"\"", ERR_RANGE },
	{ "rfc7515_a3", "d", "\"AQ\"", ERR_RANGE },
	{ "rfc7515_a3", "d", "{}", ERR_TYPE },
	/* RSA: RFC 7518 section 6.3 */
	{ "rfc7515_a2", "e", NULL, ERR_SYNTAX },
	{ "rfc7515_a2", "n", NULL, ERR_SYNTAX },
	{ "rfc7515_a2", "n", "\"\"", ERR_SYNTAX },
	{ "rfc7515_a2", "n", "65537", ERR_TYPE },
	{ "rfc7515_a2", "e", "\"AAEAAQ\"", ERR_SYNTAX },
	{ "rfc7515_a2", "e", "\"AQ\"", ERR_RANGE },
	{ "rfc7515_a2", "e", "\"Ag\"", ERR_RANGE },
	{ "rfc7515_a2", "e", "\"AQAA\"", ERR_RANGE },
	{ "rfc7515_a2", "e", "\"AQAAAAAAAAAB\"", ERR_RANGE },
	{ "rfc7515_a2", "e", "\"Aw\"", ERR_CRYPTO },
	{ "rfc7515_a2", "d", NULL, ERR_UNSUPPORTED },
	{ "rfc7515_a2", "p", NULL, ERR_UNSUPPORTED },
	{ "rfc7515_a2", "qi", NULL, ERR_UNSUPPORTED },
	{ "rfc7515_a2", "oth", "[]", ERR_UNSUPPORTED },
	{ "rfc7515_a2", "d", "\"AQAB\"", ERR_CRYPTO },
	{ "rfc7515_a2", "p", "\"AQ\"", ERR_CRYPTO },
	{ "rfc7515_a2", "dp", "\"AQAB\"", ERR_CRYPTO },
	{ "rfc7515_a2", "dq", "\"AQAB\"", ERR_CRYPTO },
	{ "rfc7515_a2", "qi", "\"AQAB\"", ERR_CRYPTO },
	{ "rfc7515_a2", "qi", "\"\"", ERR_SYNTAX },
	/* Ed25519: RFC 8037 section 2, RFC 8032 section 5.1.3 */
	{ "rfc8037_a1", "crv", "\"Ed448\"", ERR_UNSUPPORTED },
	{ "rfc8037_a1", "crv", "\"X25519\"", ERR_UNSUPPORTED },
	{ "rfc8037_a1", "x", NULL, ERR_SYNTAX },
	{ "rfc8037_a1", "x", "\"AQAB\"", ERR_RANGE },
	{ "rfc8037_a1", "d", "\"AQAB\"", ERR_RANGE },
	{ "rfc8037_a1", "d", "\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\"", ERR_CRYPTO },
	/* y = 0 and the neutral point are of small order; 2^255 - 1 and the neutral point plus p
	 * are no canonical spelling; y = 2 is on no point. */
	{ "rfc8037_a1", "x", "\"" ZEROS43 "\"", ERR_CRYPTO },
	{ "rfc8037_a1", "x", "\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", ERR_CRYPTO },
	{ "rfc8037_a1", "x", "\"__________________________________________8\"", ERR_CRYPTO },
	{ "rfc8037_a1", "x", "\"7v_______________________________________38\"", ERR_CRYPTO },
	{ "rfc8037_a1", "x", "\"AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", ERR_CRYPTO },
	/* The same with its highest bit, the sign of x, turned. */
	{ "rfc8037_a1", "x", "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUZo\"", ERR_CRYPTO },
};

static void
test_edits(void **state)
{
	const struct edit *d;
	enum err e;
	size_t i;

	for (i = 0; i < COUNT(edits); i++) {
		d = &edits[i];
		e = parse(*state, edited(*state, d->set, d->member, d->value));
		if (e != d->want)
			fail_msg("%s with %s %s: %s, not %s", d->set, d->member,
				d->value == NULL ? "left out" : d->value, err_text(e),
				err_text(d->want));
		arena_reset(*state);
	}
}

/* A public RSA key of the first `n` octets of a modulus, its first and last octet changed. */
static struct str
modulus(struct arena *a, size_t n, int first, int last)
{
	char *p = arena_alloc(a, n);

	memset(p, 0x5b, n);
	p[0] = (char)first;
	p[n - 1] = (char)last;
	return arena_printf(a, "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%.*s\"}",
		STR_FMT(enc_b64url(a, str_bytes(p, n))));
}

static void
test_modulus(void **state)
{
	struct arena *a = *state;

	assert_int_equal(parse(a, modulus(a, 128, 0xff, 1)), ERR_RANGE);
	assert_int_equal(parse(a, modulus(a, 255, 0xff, 1)), ERR_RANGE);
	assert_int_equal(parse(a, modulus(a, 256, 0x7f, 1)), ERR_RANGE); /* 2047 bits */
	assert_int_equal(parse(a, modulus(a, 256, 0x80, 1)), OK);
	assert_int_equal(parse(a, modulus(a, 256, 0x80, 2)), ERR_RANGE); /* even */
	assert_int_equal(parse(a, modulus(a, 256, 0, 1)), ERR_SYNTAX);
	assert_int_equal(parse(a, modulus(a, 512, 0xff, 1)), OK);
	assert_int_equal(parse(a, modulus(a, 513, 0x01, 1)), ERR_RANGE);
	assert_int_equal(parse(a, modulus(a, 4096, 0xff, 1)), ERR_RANGE);
}

static void
test_text(void **state)
{
	struct arena *a = *state;
	struct str good = vector(a, "rfc7515_a3", "jwk");
	char *big = arena_alloc(a, 20000);

	assert_int_equal(parse(a, STR("")), ERR_SYNTAX);
	assert_int_equal(parse(a, STR("[]")), ERR_TYPE);
	assert_int_equal(parse(a, STR("\"RSA\"")), ERR_TYPE);
	assert_int_equal(parse(a, STR("{}")), ERR_SYNTAX);
	assert_int_equal(parse(a, STR("{\"kty\":\"EC\",\"kty\":\"EC\"}")), ERR_DUPLICATE);
	assert_int_equal(parse(a, STR("{\"kty\":\"oct\",\"k\":\"AQAB\"}")), ERR_UNSUPPORTED);
	assert_int_equal(parse(a, STR("{\"kty\":\"AKP\"}")), ERR_UNSUPPORTED);
	assert_int_equal(parse(a, str_bytes(good.p, good.n - 1)), ERR_SYNTAX);
	assert_int_equal(
		parse(a, arena_printf(a, "%.*s%.*s", STR_FMT(good), STR_FMT(good))), ERR_SYNTAX);
	memset(big, ' ', 20000);
	memcpy(big, good.p, good.n);
	assert_int_equal(parse(a, str_bytes(big, 20000)), ERR_RANGE);
	assert_int_equal(parse(a, str_bytes(big, 1000)), OK);
	memset(big, 'k', 300);
	big[0] = big[299] = '"';
	big[300] = '\0';
	assert_int_equal(parse(a, edited(a, "rfc7515_a3", "kid", big)), ERR_RANGE);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_vectors, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_thumbprint, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_write, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_generate, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_outlives_arena, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_edits, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_modulus, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_text, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests_name("jwk", tests, NULL, NULL);
}
