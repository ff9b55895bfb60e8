/*
 * test_str - spans, integers, UTF-8 (RFC 3629), character classes
 * SPDX-License-Identifier: ISC
 */
#include "tests/unit/base_fixture.h"

static void
test_compare(void **state)
{
	struct str empty = { NULL, 0 };

	(void)state;
	assert_true(str_eq(STR("a\0b"), STR("a\0b")));
	assert_false(str_eq(STR("a\0b"), STR("a\0c")));
	assert_false(str_eq(STR("a"), STR("ab")));
	assert_true(str_eq(empty, STR("")));
	assert_true(str_eq(str_of(NULL), empty));
	assert_true(str_eqz(STR("abc"), "abc"));
	assert_false(str_eqz(STR("abc\0"), "abc"));
	assert_true(str_ieq(STR("HoSt"), STR("hOsT")));
	assert_false(str_ieq(STR("@"), STR("`")));
	assert_false(str_ieq(STR("\xc0"), STR("\xe0")));
	assert_true(str_cmp(STR("a"), STR("b")) < 0);
	assert_true(str_cmp(STR("a"), STR("a\0")) < 0);
	assert_true(str_cmp(STR("\x80"), STR("\x7f")) > 0);
	assert_int_equal(str_cmp(empty, STR("")), 0);
}

static void
test_cut(void **state)
{
	struct str head = STR("h"), tail = STR("t"), rest = STR("  a b  c "), word;

	(void)state;
	assert_false(str_cut(STR("abc"), '=', &head, &tail));
	assert_str(head, STR("h"));
	assert_str(tail, STR("t"));
	assert_true(str_cut(STR("a=b=c"), '=', &head, &tail));
	assert_str(head, STR("a"));
	assert_str(tail, STR("b=c"));
	assert_true(str_cut(STR("="), '=', &head, &tail));
	assert_int_equal(head.n + tail.n, 0);

	assert_true(str_word(&rest, ' ', &word));
	assert_str(word, STR("a"));
	assert_true(str_word(&rest, ' ', &word));
	assert_str(word, STR("b"));
	assert_true(str_word(&rest, ' ', &word));
	assert_str(word, STR("c"));
	assert_false(str_word(&rest, ' ', &word));
}

static void
test_ends(void **state)
{
	struct str words[] = { STR_INIT("openid"), STR_INIT("email") };
	struct strs list = { words, COUNT(words) };

	(void)state;
	assert_true(str_has_prefix(STR("abc"), STR("ab")));
	assert_true(str_has_prefix(STR("abc"), STR("")));
	assert_false(str_has_prefix(STR("ab"), STR("abc")));
	assert_true(str_has_suffix(STR("abc"), STR("bc")));
	assert_false(str_has_suffix(STR("bc"), STR("abc")));
	assert_str(str_skip(STR("abc"), 2), STR("c"));
	assert_str(str_skip(STR("abc"), 9), STR(""));
	assert_str(str_trim(STR(" \ta b\t ")), STR("a b"));
	assert_str(str_trim(STR(" \t")), STR(""));
	assert_int_equal(str_find(STR("a\0b"), '\0'), 1);
	assert_int_equal(str_find(STR("abc"), 'x'), 3);
	assert_true(strs_has(list, STR("email")));
	assert_false(strs_has(list, STR("emai")));
}

static void
test_int(void **state)
{
	static const struct {
		struct str text;
		enum err e;
		int64_t v;
	} rows[] = {
		{ STR_INIT("0"), OK, 0 },
		{ STR_INIT("10"), OK, 10 },
		{ STR_INIT("9223372036854775807"), OK, INT64_MAX },
		{ STR_INIT("9223372036854775808"), ERR_RANGE, 7 },
		{ STR_INIT("99999999999999999999999999"), ERR_RANGE, 7 },
		{ STR_INIT("99999999999999999999999x"), ERR_SYNTAX, 7 },
		{ STR_INIT(""), ERR_SYNTAX, 7 },
		{ STR_INIT("00"), ERR_SYNTAX, 7 },
		{ STR_INIT("01"), ERR_SYNTAX, 7 },
		{ STR_INIT("-1"), ERR_SYNTAX, 7 },
		{ STR_INIT("+1"), ERR_SYNTAX, 7 },
		{ STR_INIT(" 1"), ERR_SYNTAX, 7 },
		{ STR_INIT("1\0"), ERR_SYNTAX, 7 },
		{ STR_INIT("0x1"), ERR_SYNTAX, 7 },
		{ STR_INIT("1e3"), ERR_SYNTAX, 7 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		int64_t v = 7;

		assert_int_equal(str_int(rows[i].text, &v), rows[i].e);
		assert_int_equal(v, rows[i].v);
	}
}

/* RFC 3629 section 4, and what its section 10 warns of. */
static void
test_utf8(void **state)
{
	static const struct {
		struct str text;
		size_t n;
		uint32_t point;
	} rows[] = {
		{ STR_INIT("$x"), 1, 0x24 },
		{ STR_INIT("\0"), 1, 0 },
		{ STR_INIT("\xc2\xa2"), 2, 0xa2 },
		{ STR_INIT("\xe2\x82\xac"), 3, 0x20ac },
		{ STR_INIT("\xf0\x90\x8d\x88"), 4, 0x10348 },
		{ STR_INIT("\xf4\x8f\xbf\xbf"), 4, 0x10ffff },
		{ STR_INIT(""), 0, 0 },
		{ STR_INIT("\x80"), 0, 0 },
		{ STR_INIT("\xc0\x80"), 0, 0 },		/* overlong NUL */
		{ STR_INIT("\xe0\x80\xaf"), 0, 0 },	/* overlong '/' */
		{ STR_INIT("\xf0\x80\x80\xaf"), 0, 0 }, /* the same in four */
		{ STR_INIT("\xed\xa0\x80"), 0, 0 },	/* U+D800 */
		{ STR_INIT("\xed\xbf\xbf"), 0, 0 },	/* U+DFFF */
		{ STR_INIT("\xf4\x90\x80\x80"), 0, 0 }, /* U+110000 */
		{ STR_INIT("\xf8\x88\x80\x80\x80"), 0, 0 },
		{ STR_INIT("\xff"), 0, 0 },
		{ STR_INIT("\xe2\x82"), 0, 0 }, /* cut short */
		{ STR_INIT("\xc2x"), 0, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		uint32_t point = 0;

		assert_int_equal(str_utf8(rows[i].text, &point), rows[i].n);
		assert_int_equal(point, rows[i].point);
	}
	assert_true(str_is_utf8(STR("a\xc2\xa2\n")));
	assert_false(str_is_utf8(STR("a\xc2")));
}

static void
test_classes(void **state)
{
	(void)state;
	assert_true(str_is_vschar(STR(" az~")));
	assert_false(str_is_vschar(STR("a\n")));
	assert_false(str_is_vschar(STR("\x7f")));
	assert_false(str_is_vschar(STR("\xc3\xa4")));
	assert_true(str_is_token(STR("!~")));
	assert_false(str_is_token(STR("a b")));
	assert_true(str_is_text(STR("Zo\xc3\xab \xf0\x9f\x98\x80")));
	assert_false(str_is_text(STR("a\tb")));
	assert_false(str_is_text(STR("a\0b")));
	assert_false(str_is_text(STR("\x7f")));
	assert_false(str_is_text(STR("\xc2\x85"))); /* U+0085, a C1 control */
	assert_true(str_is_text(STR("\xc2\xa0")));
	assert_false(str_is_text(STR("\xff")));
}

static void
test_errors_have_texts(void **state)
{
	int e;

	(void)state;
	for (e = OK; e < ERR__MAX; e++)
		assert_string_not_equal(err_text((enum err)e), "unknown error");
	assert_string_equal(err_text(ERR__MAX), "unknown error");
	assert_string_equal(err_text((enum err) - 1), "unknown error");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_int),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_errors_have_texts),
	};

	return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
