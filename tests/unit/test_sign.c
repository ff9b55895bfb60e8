/*
 * test_sign - signatures made and checked (RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1)
 * SPDX-License-Identifier: ISC
 */
#include "jose/sign.h"

#include <string.h>

#include "tests/unit/jose_fixture.h"

#define MESSAGE STR("a message")

/* A copy of `s` with `n` octets, cut or filled up with zeros. */
static struct str
resized(struct arena *a, struct str s, size_t n)
{
	char *p = arena_alloc(a, n);

	memcpy(p, s.p, s.n < n ? s.n : n);
	return str_bytes(p, n);
}

/* A copy of `s` with one bit turned. */
static struct str
flipped(struct arena *a, struct str s, size_t bit)
{
	char *p = arena_alloc(a, s.n);

	memcpy(p, s.p, s.n);
	p[bit / 8] = (char)(p[bit / 8] ^ (1 << bit % 8));
	return str_bytes(p, s.n);
}

static void
test_round_trip(void **state)
{
	struct arena *a = *state;
	struct jwk *key, *other;
	struct str sig, empty;
	size_t i, bit;

	for (i = 0; i < ALG__MAX; i++) {
		key = fresh_key(a, (enum alg)i);
		other = fresh_key(a, (enum alg)i);
		assert_int_equal(sign_bytes(key, (enum alg)i, a, MESSAGE, &sig), OK);
		assert_int_equal(sign_check(key, (enum alg)i, MESSAGE, sig), OK);
		assert_int_equal(sign_check(other, (enum alg)i, MESSAGE, sig), ERR_CRYPTO);
		assert_int_equal(sign_check(key, (enum alg)i, STR("a Message"), sig), ERR_CRYPTO);
		assert_int_equal(sign_check(key, (enum alg)i, STR(""), sig), ERR_CRYPTO);
		assert_int_equal(sign_check(key, (enum alg)i, MESSAGE, STR("")), ERR_CRYPTO);
		assert_int_equal(sign_bytes(key, (enum alg)i, a, STR(""), &empty), OK);
		assert_int_equal(sign_check(key, (enum alg)i, STR(""), empty), OK);
		for (bit = 0; bit < 8 * sig.n; bit += 61)
			assert_int_equal(
				sign_check(key, (enum alg)i, MESSAGE, flipped(a, sig, bit)),
				ERR_CRYPTO);
		/* A failure leaves nothing behind in the kept context. */
		assert_int_equal(sign_check(key, (enum alg)i, MESSAGE, sig), OK);
	}
}

static void
test_length(void **state)
{
	struct arena *a = *state;
	struct jwk *key;
	struct str sig;
	size_t i;

	for (i = 0; i < ALG__MAX; i++) {
		key = fresh_key(a, (enum alg)i);
		assert_int_equal(sign_bytes(key, (enum alg)i, a, MESSAGE, &sig), OK);
		assert_int_equal(sig.n, alg_rows[i].signature != 0 ? alg_rows[i].signature : 256);
		assert_int_equal(sign_check(key, (enum alg)i, MESSAGE, resized(a, sig, sig.n - 1)),
			ERR_CRYPTO);
		assert_int_equal(sign_check(key, (enum alg)i, MESSAGE, resized(a, sig, sig.n + 1)),
			ERR_CRYPTO);
		assert_int_equal(sign_check(key, (enum alg)i, MESSAGE, resized(a, sig, 2 * sig.n)),
			ERR_CRYPTO);
	}
}

/* A key does what it is for and nothing else (RFC 8725 section 3.1). */
static void
test_fit(void **state)
{
	struct arena *a = *state;
	struct jwk *rsa = vector_key(a, "rfc7515_a2");
	struct jwk *ec = vector_key(a, "rfc7515_a3");
	struct jwk *okp = vector_key(a, "rfc8037_a1");
	struct str sig;

	assert_int_equal(sign_bytes(ec, ALG_RS256, a, MESSAGE, &sig), ERR_UNSUPPORTED);
	assert_int_equal(sign_bytes(okp, ALG_ES256, a, MESSAGE, &sig), ERR_UNSUPPORTED);
	assert_int_equal(sign_bytes(rsa, ALG_EDDSA, a, MESSAGE, &sig), ERR_UNSUPPORTED);
	assert_int_equal(sign_check(ec, ALG_EDDSA, MESSAGE, MESSAGE), ERR_UNSUPPORTED);
	assert_int_equal(sign_bytes(vector_public(a, "rfc7515_a2"), ALG_RS256, a, MESSAGE, &sig),
		ERR_DENIED);
	assert_int_equal(sign_bytes(vector_public(a, "rfc7515_a3"), ALG_ES256, a, MESSAGE, &sig),
		ERR_DENIED);
	assert_int_equal(sign_bytes(vector_public(a, "rfc8037_a1"), ALG_EDDSA, a, MESSAGE, &sig),
		ERR_DENIED);
	/* One RSA key, two paddings: the contexts are not mixed up. */
	assert_int_equal(sign_bytes(rsa, ALG_RS256, a, MESSAGE, &sig), OK);
	assert_int_equal(sign_check(rsa, ALG_PS256, MESSAGE, sig), ERR_CRYPTO);
	assert_int_equal(sign_check(rsa, ALG_RS256, MESSAGE, sig), OK);
	assert_int_equal(sign_bytes(rsa, ALG_PS256, a, MESSAGE, &sig), OK);
	assert_int_equal(sign_check(rsa, ALG_RS256, MESSAGE, sig), ERR_CRYPTO);
	assert_int_equal(sign_check(rsa, ALG_PS256, MESSAGE, sig), OK);
}

/* r or s that is 0, the order of the group or above (FIPS 186-5 section 6.4.2). */
static void
test_ecdsa_range(void **state)
{
	static const unsigned char order[] = { 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e,
		0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51 };
	struct arena *a = *state;
	struct jwk *key = vector_key(a, "rfc7515_a3");
	static const unsigned char fill[] = { 0x00, 0xff };
	unsigned char bad[64];
	struct str sig;
	size_t i, half;

	for (half = 0; half < 64; half += 32) {
		assert_int_equal(sign_bytes(key, ALG_ES256, a, MESSAGE, &sig), OK);
		for (i = 0; i < sizeof(fill); i++) {
			memcpy(bad, sig.p, sizeof(bad));
			memset(bad + half, fill[i], 32);
			assert_int_equal(sign_check(key, ALG_ES256, MESSAGE, str_bytes(bad, 64)),
				ERR_CRYPTO);
		}
		memcpy(bad + half, order, sizeof(order));
		assert_int_equal(
			sign_check(key, ALG_ES256, MESSAGE, str_bytes(bad, 64)), ERR_CRYPTO);
	}
	memset(bad, 0, sizeof(bad));
	assert_int_equal(sign_check(key, ALG_ES256, MESSAGE, str_bytes(bad, 64)), ERR_CRYPTO);
	memcpy(bad, order, sizeof(order));
	memcpy(bad + 32, order, sizeof(order));
	assert_int_equal(sign_check(key, ALG_ES256, MESSAGE, str_bytes(bad, 64)), ERR_CRYPTO);
}

/* S with the order of the group added is the same number, and no signature (RFC 8032 5.1.7). */
static void
test_ed25519_range(void **state)
{
	static const unsigned char order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
		0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10 };
	struct arena *a = *state;
	struct jwk *key = vector_key(a, "rfc8037_a1");
	unsigned char bad[64];
	unsigned carry = 0;
	struct str sig;
	size_t i;

	assert_int_equal(sign_bytes(key, ALG_EDDSA, a, MESSAGE, &sig), OK);
	memcpy(bad, sig.p, sizeof(bad));
	for (i = 0; i < 32; i++) {
		carry += (unsigned)bad[32 + i] + order[i];
		bad[32 + i] = (unsigned char)carry;
		carry >>= 8;
	}
	assert_int_equal(sign_check(key, ALG_EDDSA, MESSAGE, str_bytes(bad, 64)), ERR_CRYPTO);
	memset(bad, 0, sizeof(bad));
	assert_int_equal(sign_check(key, ALG_EDDSA, MESSAGE, str_bytes(bad, 64)), ERR_CRYPTO);
	bad[0] = 1; /* R the neutral point, S zero */
	assert_int_equal(sign_check(key, ALG_EDDSA, MESSAGE, str_bytes(bad, 64)), ERR_CRYPTO);
}

/* Many signatures by few keys, in turn: what is kept is used again. r and s lose leading zeros in
 * one of 128, which must not shorten them. */
static void
test_kept(void **state)
{
	struct arena *a = *state;
	struct jwk *keys[2] = { fresh_key(a, ALG_ES256), fresh_key(a, ALG_ES256) };
	struct str in, sig;
	size_t i;

	for (i = 0; i < 600; i++) {
		in = arena_printf(a, "message %zu", i);
		assert_int_equal(sign_bytes(keys[i % 2], ALG_ES256, a, in, &sig), OK);
		assert_int_equal(sig.n, 64);
		assert_int_equal(sign_check(keys[i % 2], ALG_ES256, in, sig), OK);
		assert_int_equal(sign_check(keys[(i + 1) % 2], ALG_ES256, in, sig), ERR_CRYPTO);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_length, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_fit, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_ecdsa_range, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_ed25519_range, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_kept, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
