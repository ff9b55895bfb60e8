/*
 * test_key - key formats and their order
 * SPDX-License-Identifier: ISC
 */
#include "store/key.h"

#include "tests/unit/base_fixture.h"

static void
formats(void **state)
{
	struct arena *a = *state;

	assert_true(str_eq(key_class(a, KEY_AUTHORITY), STR("A")));
	assert_true(str_eq(key_text(a, KEY_CLIENT, STR("web")), STR("Cweb")));
	assert_true(str_eq(key_text(a, KEY_CLIENT, STR("")), STR("C")));
	assert_true(str_eq(key_pair(a, KEY_CONSENT, STR("sub"), STR("web")), STR("Nsub\0web")));
	assert_true(str_eq(key_pair(a, KEY_ORIGIN, STR("o"), STR("")), STR("Oo\0")));
	assert_true(str_eq(
		key_hour(a, KEY_GRANT, 0x01020384, STR("\0id")), STR("G\x01\x02\x03\x84\0id")));
}

static void
hours(void **state)
{
	(void)state;
	assert_int_equal(key_hour_after(1), 1);
	assert_int_equal(key_hour_after(3599), 1);
	assert_int_equal(key_hour_after(3600), 2);
	assert_int_equal(key_hour_after(3601), 2);
	assert_int_equal(key_hour_after(0), KEY_NEVER);
	assert_int_equal(key_hour_after(-1), KEY_NEVER);
	assert_int_equal(key_hour_after(INT64_MAX), KEY_NEVER);
	assert_int_equal(key_hour_after((int64_t)KEY_NEVER * 3600), KEY_NEVER);
	assert_int_equal(key_hour_after(((int64_t)KEY_NEVER - 1) * 3600 - 1), KEY_NEVER - 1);
}

static void
order_is_time(void **state)
{
	struct arena *a = *state;
	struct str before = STR(""), key;
	uint32_t hour;

	for (hour = 250; hour < 66000; hour += 13) {
		key = key_hour(a, KEY_GRANT, hour, STR("\xff"));
		assert_true(str_cmp(before, key) < 0);
		before = key;
	}
	key = key_hour(a, KEY_GRANT, KEY_NEVER, STR(""));
	assert_true(str_cmp(before, key) < 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(formats),
		fixture_test(hours),
		fixture_test(order_is_time),
	};

	return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
