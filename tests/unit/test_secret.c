/*
 * test_secret - hashes, comparison, wiping
 * SPDX-License-Identifier: ISC
 */
#include "base/enc.h"

#include "tests/unit/base_fixture.h"

static void
test_equality(void **state)
{
	(void)state;
	assert_true(secret_eq(STR("abc"), STR("abc")));
	assert_false(secret_eq(STR("abc"), STR("abd")));
	assert_false(secret_eq(STR("abc"), STR("ab")));
	assert_true(secret_eq(STR(""), str_of(NULL)));
	assert_false(secret_eq(STR(""), STR("\0")));
}

static void
test_random(void **state)
{
	struct str a = secret_bytes(*state, 32), b = secret_bytes(*state, 32);
	unsigned char p[16] = { 1, 2, 3 };

	assert_int_equal(a.n, 32);
	assert_false(secret_eq(a, b));
	secret_wipe(p, sizeof(p));
	secret_wipe(NULL, 0);
	assert_int_equal(p[0] | p[1] | p[2], 0);
}

/* FIPS 180-4: the empty message and "abc". */
static void
test_sha256(void **state)
{
	unsigned char out[HASH_LEN];

	assert_str(enc_hex(*state, hash_of(*state, STR("abc"))),
		STR("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	hash_sha256(STR(""), out);
	assert_str(enc_hex(*state, str_bytes(out, HASH_LEN)),
		STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
}

/* RFC 4231 sections 4.2 and 4.3, and 4.7, whose key is longer than a block. */
static void
test_hmac(void **state)
{
	char key[131];
	size_t i;

	for (i = 0; i < sizeof(key); i++)
		key[i] = (char)0x0b;
	assert_str(enc_hex(*state, hash_hmac(*state, str_bytes(key, 20), STR("Hi There"))),
		STR("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
	assert_str(enc_hex(*state,
			   hash_hmac(*state, STR("Jefe"), STR("what do ya want for nothing?"))),
		STR("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
	for (i = 0; i < sizeof(key); i++)
		key[i] = (char)0xaa;
	assert_str(enc_hex(*state,
			   hash_hmac(*state, str_bytes(key, sizeof(key)),
				   STR("Test Using Larger Than Block-Size Key - "
				       "Hash Key First"))),
		STR("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(test_equality),
		fixture_test(test_random),
		fixture_test(test_sha256),
		fixture_test(test_hmac),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
