/*
 * test_password - hashes of human passwords (RFC 9106)
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "base/log.h"
#include "base/password.h"

#include "tests/unit/base_fixture.h"

static const struct password_cost cheap = { 8 << 10, 1 }, dearer = { 16 << 10, 2 };

static void
test_hash(void **state)
{
	struct str hash, again;

	assert_int_equal(password_hash(*state, STR("correct horse"), &cheap, &hash), OK);
	assert_true(str_has_prefix(hash, STR("$argon2id$v=19$m=8,t=1,p=1$")));
	assert_int_equal(password_hash(*state, STR("correct horse"), &cheap, &again), OK);
	assert_false(str_eq(hash, again)); /* a salt of its own */
	assert_int_equal(password_check(*state, STR("correct horse"), hash, &cheap), OK);
	assert_int_equal(password_check(*state, STR("correct horse"), hash, &dearer), OK);
	assert_int_equal(password_check(*state, STR("correct Horse"), hash, &cheap), ERR_CRYPTO);
	assert_int_equal(password_check(*state, STR("correct horse\0"), hash, &cheap), ERR_CRYPTO);
	assert_int_equal(password_check(*state, STR("correct"), hash, &cheap), ERR_CRYPTO);
}

static void
test_limits(void **state)
{
	static char text[PASSWORD_MAX + 1];
	struct str hash = STR("untouched");

	memset(text, 'x', sizeof(text));
	assert_int_equal(password_hash(*state, STR(""), &cheap, &hash), ERR_RANGE);
	assert_int_equal(
		password_hash(*state, str_bytes(text, sizeof(text)), &cheap, &hash), ERR_RANGE);
	assert_str(hash, STR("untouched"));
	assert_int_equal(password_hash(*state, str_bytes(text, PASSWORD_MAX), &cheap, &hash), OK);
	assert_int_equal(password_check(*state, str_bytes(text, PASSWORD_MAX), hash, &cheap), OK);
	assert_int_equal(
		password_check(*state, str_bytes(text, sizeof(text)), hash, &cheap), ERR_CRYPTO);
	assert_int_equal(password_check(*state, STR(""), hash, &cheap), ERR_CRYPTO);
}

static void
test_nobody(void **state)
{
	static const struct str hashes[] = { STR_INIT(""), STR_INIT("x"), STR_INIT("$argon2id$"),
		STR_INIT("$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"), STR_INIT("*") };
	size_t i;

	for (i = 0; i < COUNT(hashes); i++)
		assert_int_equal(password_check(*state, STR("x"), hashes[i], &cheap), ERR_CRYPTO);
}

static void
test_stale(void **state)
{
	struct str hash;

	assert_int_equal(password_hash(*state, STR("x"), &cheap, &hash), OK);
	assert_false(password_is_stale(*state, hash, &cheap));
	assert_true(password_is_stale(*state, hash, &dearer));
	assert_true(password_is_stale(*state, STR("x"), &cheap));
	assert_true(password_is_stale(*state, STR(""), &cheap));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(test_hash),
		fixture_test(test_limits),
		fixture_test(test_nobody),
		fixture_test(test_stale),
	};

	log_verbosity(-1);
	return cmocka_run_group_tests_name("password", tests, NULL, NULL);
}
