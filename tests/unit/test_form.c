/*
 * test_form - application/x-www-form-urlencoded (WHATWG URL section 5, RFC 6749 appendix B)
 * SPDX-License-Identifier: ISC
 */
#include "data/form.h"

#include "tests/unit/base_fixture.h"

static void
test_parse(void **state)
{
	struct form f;
	struct str v;

	assert_int_equal(
		form_parse(*state, STR("a=1&b=x+y%26z&c&d=&a=2&%C3%A4=%e2%82%ac&e=p=q&&"), &f), OK);
	assert_int_equal(f.n, 7);
	assert_int_equal(form_get(&f, STR("b"), &v), OK);
	assert_str(v, STR("x y&z"));
	assert_int_equal(form_get(&f, STR("c"), &v), OK);
	assert_str(v, STR(""));
	assert_int_equal(form_get(&f, STR("d"), &v), OK);
	assert_str(v, STR(""));
	assert_int_equal(form_get(&f, STR("\xc3\xa4"), &v), OK);
	assert_str(v, STR("\xe2\x82\xac"));
	assert_int_equal(form_get(&f, STR("e"), &v), OK);
	assert_str(v, STR("p=q"));
	assert_int_equal(form_get(&f, STR("a"), &v), ERR_DUPLICATE);
	assert_int_equal(form_get(&f, STR("x"), &v), ERR_NOTFOUND);
	assert_int_equal(form_get(&f, STR("A"), &v), ERR_NOTFOUND);
	assert_str(v, STR("p=q"));
}

static void
test_nameless(void **state)
{
	static const struct str rows[] = { STR_INIT(""), STR_INIT("&"), STR_INIT("&&&"),
		STR_INIT("="), STR_INIT("=x&=y") };
	struct form f;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(form_parse(*state, rows[i], &f), OK);
		assert_int_equal(f.n, 0);
	}
}

static void
test_refused(void **state)
{
	static const struct str rows[] = { STR_INIT("a=%"), STR_INIT("a=%4"), STR_INIT("a=%4&1"),
		STR_INIT("a=%g1"), STR_INIT("a=%+1"), STR_INIT("a=%%41"), STR_INIT("%zz=1"),
		STR_INIT("a=%00"), STR_INIT("a\0=1"), STR_INIT("a=%ff"), STR_INIT("a=%c0%80"),
		STR_INIT("a=%ed%a0%80"), STR_INIT("a=\xff"), STR_INIT("a=%c3&b=%a4"),
		STR_INIT("a=1&=%zz") };
	struct form f = { NULL, 99 };
	struct str v = STR("untouched");
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		assert_int_equal(form_parse(*state, rows[i], &f), ERR_SYNTAX);
	assert_int_equal(f.n, 99);
	assert_int_equal(form_unescape(*state, STR("%"), &v), ERR_SYNTAX);
	assert_str(v, STR("untouched"));
	assert_int_equal(form_unescape(*state, STR("a+b%2B"), &v), OK);
	assert_str(v, STR("a b+"));
}

static void
test_limit(void **state)
{
	struct form f;
	struct buf b;
	size_t i;

	buf_init(&b, *state, 4096);
	for (i = 0; i < FORM_PAIRS; i++)
		form_add(&b, STR("x"), STR("y"));
	assert_int_equal(form_parse(*state, buf_str(&b), &f), OK);
	assert_int_equal(f.n, FORM_PAIRS);
	form_add(&b, STR("x"), STR("y"));
	assert_int_equal(form_parse(*state, buf_str(&b), &f), ERR_RANGE);
}

static void
test_add(void **state)
{
	static const struct {
		const char *before, *after;
	} rows[] = {
		{ "", "" },
		{ "https://c/cb?", "https://c/cb?" },
		{ "https://c/cb#", "https://c/cb#" },
		{ "a=b&", "a=b&" },
		{ "https://c/cb?x=1", "https://c/cb?x=1&" },
	};
	struct buf b;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		buf_init(&b, *state, 4096);
		buf_add(&b, str_of(rows[i].before));
		form_add(&b, STR("n m"), STR(" *-._~a9&=+%\xc3\xa4\0"));
		assert_str(buf_str(&b),
			arena_printf(*state, "%sn+m=+*-._%%7Ea9%%26%%3D%%2B%%25%%C3%%A4%%00",
				rows[i].after));
	}
	/* RFC 6749 appendix B. */
	buf_init(&b, *state, 4096);
	form_add(&b, STR("x"), STR(" %&+\xc2\xa3\xe2\x82\xac"));
	assert_str(buf_str(&b), STR("x=+%25%26%2B%C2%A3%E2%82%AC"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(test_parse),
		fixture_test(test_nameless),
		fixture_test(test_refused),
		fixture_test(test_limit),
		fixture_test(test_add),
	};

	return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
