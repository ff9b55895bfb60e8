/*
 * test_alg - the list of algorithms is closed (RFC 8725 sections 3.1 and 3.2)
 * SPDX-License-Identifier: ISC
 */
#include "jose/alg.h"

#include "tests/unit/jose_fixture.h"

static void
test_rows(void **state)
{
	enum alg alg;
	size_t i;

	(void)state;
	for (i = 0; i < ALG__MAX; i++) {
		assert_string_equal(alg_names[i], alg_rows[i].name);
		assert_int_equal(alg_find(str_of(alg_names[i]), &alg), OK);
		assert_int_equal(alg, i);
	}
	assert_null(alg_names[ALG__MAX]);
}

static void
test_others(void **state)
{
	static const struct str names[] = {
		STR_INIT(""),
		STR_INIT("none"),
		STR_INIT("None"),
		STR_INIT("NONE"),
		STR_INIT("HS256"),
		STR_INIT("RS1"),
		STR_INIT("RS512"),
		STR_INIT("RS25"),
		STR_INIT("RS2566"),
		STR_INIT("rs256"),
		STR_INIT("es256"),
		STR_INIT("ES256K"),
		STR_INIT("ES384"),
		STR_INIT("EDDSA"),
		STR_INIT(" ES256"),
		STR_INIT("ES256\0"),
	};
	enum alg alg = ALG__MAX;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++)
		assert_int_equal(alg_find(names[i], &alg), ERR_UNSUPPORTED);
	assert_int_equal(alg, ALG__MAX);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests_name("alg", tests, NULL, NULL);
}
