/*
 * test_buf - growable bytes with a ceiling
 * SPDX-License-Identifier: ISC
 */
#include "base/buf.h"

#include "tests/unit/base_fixture.h"

static void
test_append(void **state)
{
	struct str out;
	struct buf b;

	buf_init(&b, *state, 4096);
	assert_str(buf_str(&b), STR(""));
	buf_add(&b, STR("a="));
	buf_add(&b, str_of(NULL));
	buf_printf(&b, "%d", 12);
	buf_printf(&b, "%s", "");
	buf_byte(&b, 0xff);
	buf_u32(&b, 0x01020304);
	buf_u64(&b, UINT64_C(0x0102030405060708));
	assert_int_equal(buf_end(&b, &out), OK);
	assert_str(out, STR("a=12\xff\1\2\3\4\1\2\3\4\5\6\7\10"));
}

static void
test_growth(void **state)
{
	struct str out;
	struct buf b;
	size_t i;

	buf_init(&b, *state, 100000);
	for (i = 0; i < 100000; i++)
		buf_byte(&b, (unsigned char)('a' + i % 26));
	assert_int_equal(buf_end(&b, &out), OK);
	assert_int_equal(out.n, 100000);
	for (i = 0; i < out.n; i++)
		assert_int_equal(out.p[i], 'a' + i % 26);
}

/* Exactly full is well; one more is lost, and so is all that follows, even if it would fit. */
static void
test_ceiling(void **state)
{
	struct str out = STR("untouched");
	struct buf b;

	buf_init(&b, *state, 5);
	buf_add(&b, STR("1234"));
	buf_printf(&b, "%c", '5');
	assert_int_equal(buf_end(&b, &out), OK);
	assert_str(out, STR("12345"));
	buf_init(&b, *state, 5);
	buf_add(&b, STR("123"));
	buf_printf(&b, "%d", 456);
	buf_byte(&b, '4');
	assert_str(buf_str(&b), STR("123"));
	out = STR("untouched");
	assert_int_equal(buf_end(&b, &out), ERR_FULL);
	assert_str(out, STR("untouched"));
	buf_init(&b, *state, 0);
	buf_byte(&b, 'x');
	assert_int_equal(buf_end(&b, &out), ERR_FULL);
}

static void
test_take(void **state)
{
	struct str s = STR("\1\2\3\4\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8"
			   "ab"),
		   part;
	uint32_t v32 = 0;
	uint64_t v64 = 0;

	(void)state;
	assert_int_equal(str_take_u32(&s, &v32), OK);
	assert_int_equal(v32, 0x01020304);
	assert_int_equal(str_take_u64(&s, &v64), OK);
	assert_true(v64 == UINT64_C(0xfffefdfcfbfaf9f8));
	assert_int_equal(str_take_u32(&s, &v32), ERR_SYNTAX);
	assert_int_equal(str_take(&s, 3, &part), ERR_SYNTAX);
	assert_int_equal(str_take(&s, 2, &part), OK);
	assert_str(part, STR("ab"));
	assert_int_equal(s.n, 0);
	assert_int_equal(str_take(&s, 0, &part), OK);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(test_append),
		fixture_test(test_growth),
		fixture_test(test_ceiling),
		fixture_test(test_take),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
