/*
 * test_json - strict JSON (RFC 8259), read and written
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "data/json.h"

#include "tests/unit/base_fixture.h"

struct row {
	struct str text;
	enum err e;
};

static void
check_rows(struct arena *a, const struct row *rows, size_t n)
{
	const struct js *v;
	size_t i;
	enum err e;

	for (i = 0; i < n; i++) {
		e = js_parse(a, rows[i].text, &v);
		if (e != rows[i].e)
			fail_msg("%.*s: %s", STR_FMT(rows[i].text), err_text(e));
	}
}

static void
test_grammar(void **state)
{
	static const struct row rows[] = {
		{ STR_INIT("{}"), OK },
		{ STR_INIT(" [ ] \n\t\r"), OK },
		{ STR_INIT("null"), OK },
		{ STR_INIT("\"\""), OK },
		{ STR_INIT("{\"a\":[1,{\"b\":null}],\"\":false}"), OK },
		{ STR_INIT(""), ERR_SYNTAX },
		{ STR_INIT(" "), ERR_SYNTAX },
		{ STR_INIT("\xef\xbb\xbf{}"), ERR_SYNTAX }, /* section 8.1: no byte order mark */
		{ STR_INIT("{}{}"), ERR_SYNTAX },
		{ STR_INIT("{} x"), ERR_SYNTAX },
		{ STR_INIT("{}\0"), ERR_SYNTAX },
		{ STR_INIT("{}\0{}"), ERR_SYNTAX },
		{ STR_INIT("\f{}"), ERR_SYNTAX },
		{ STR_INIT("{"), ERR_SYNTAX },
		{ STR_INIT("[1"), ERR_SYNTAX },
		{ STR_INIT("[1,]"), ERR_SYNTAX },
		{ STR_INIT("[,1]"), ERR_SYNTAX },
		{ STR_INIT("[1 2]"), ERR_SYNTAX },
		{ STR_INIT("[1}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":1,}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\" 1}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":}"), ERR_SYNTAX },
		{ STR_INIT("{a:1}"), ERR_SYNTAX },
		{ STR_INIT("{'a':1}"), ERR_SYNTAX },
		{ STR_INIT("{1:1}"), ERR_SYNTAX },
		{ STR_INIT("['a']"), ERR_SYNTAX },
		{ STR_INIT("[1]//x"), ERR_SYNTAX },
		{ STR_INIT("/**/[1]"), ERR_SYNTAX },
		{ STR_INIT("True"), ERR_SYNTAX },
		{ STR_INIT("nulll"), ERR_SYNTAX },
		{ STR_INIT("nul"), ERR_SYNTAX },
		{ STR_INIT("NaN"), ERR_SYNTAX },
		{ STR_INIT("-Infinity"), ERR_SYNTAX },
	};

	check_rows(*state, rows, COUNT(rows));
}

static void
test_strings(void **state)
{
	static const struct row rows[] = {
		{ STR_INIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\u20AC\""), OK },
		{ STR_INIT("\"\\ud83d\\ude00\""), OK },
		{ STR_INIT("\"\x7f\xc2\x80\xf0\x9f\x98\x80\""), OK },
		{ STR_INIT("\"a\nb\""), ERR_SYNTAX },
		{ STR_INIT("\"a\0b\""), ERR_SYNTAX },
		{ STR_INIT("\"\\u0000\""), ERR_SYNTAX },
		{ STR_INIT("{\"a\\u0000b\":1}"), ERR_SYNTAX },
		{ STR_INIT("\"\\ud83d\""), ERR_SYNTAX },
		{ STR_INIT("\"\\ude00\""), ERR_SYNTAX },
		{ STR_INIT("\"\\ud83d\\ud83d\""), ERR_SYNTAX },
		{ STR_INIT("\"\\ud83dx\""), ERR_SYNTAX },
		{ STR_INIT("\"\\ud83d\\n\""), ERR_SYNTAX },
		{ STR_INIT("\"\\u12\""), ERR_SYNTAX },
		{ STR_INIT("\"\\u12g4\""), ERR_SYNTAX },
		{ STR_INIT("\"\\u+123\""), ERR_SYNTAX },
		{ STR_INIT("\"\\x41\""), ERR_SYNTAX },
		{ STR_INIT("\"\\'\""), ERR_SYNTAX },
		{ STR_INIT("\"\\\0\""), ERR_SYNTAX },
		{ STR_INIT("\"\\"), ERR_SYNTAX },
		{ STR_INIT("\"abc"), ERR_SYNTAX },
		{ STR_INIT("\"\xc0\x80\""), ERR_SYNTAX },
		{ STR_INIT("\"\xed\xa0\x80\""), ERR_SYNTAX },
		{ STR_INIT("\"\xff\""), ERR_SYNTAX },
	};

	check_rows(*state, rows, COUNT(rows));
}

static void
test_numbers(void **state)
{
	static const struct row rows[] = {
		{ STR_INIT("0"), OK },
		{ STR_INIT("-0"), OK },
		{ STR_INIT("[1.5e-3]"), OK },
		{ STR_INIT("1E+2"), OK },
		{ STR_INIT("9223372036854775807"), OK },
		{ STR_INIT("-9223372036854775808"), OK },
		{ STR_INIT("1e308"), OK },
		{ STR_INIT("9223372036854775808"), ERR_RANGE },
		{ STR_INIT("-9223372036854775809"), ERR_RANGE },
		{ STR_INIT("99999999999999999999"), ERR_RANGE },
		{ STR_INIT("1e309"), ERR_RANGE },
		{ STR_INIT("-1e309"), ERR_RANGE },
		{ STR_INIT("0.00000000000000000000000000000000000000000000000000000000000000001"),
			ERR_RANGE },
		{ STR_INIT("01"), ERR_SYNTAX },
		{ STR_INIT("-"), ERR_SYNTAX },
		{ STR_INIT("-a"), ERR_SYNTAX },
		{ STR_INIT("+1"), ERR_SYNTAX },
		{ STR_INIT("1."), ERR_SYNTAX },
		{ STR_INIT(".5"), ERR_SYNTAX },
		{ STR_INIT("1e"), ERR_SYNTAX },
		{ STR_INIT("1e+"), ERR_SYNTAX },
		{ STR_INIT("1e+-1"), ERR_SYNTAX },
		{ STR_INIT("0x10"), ERR_SYNTAX },
		{ STR_INIT("1 2"), ERR_SYNTAX },
	};

	check_rows(*state, rows, COUNT(rows));
}

/* RFC 8259 section 4 lets parsers differ here; RFC 7519 section 4 lets us refuse. */
static void
test_duplicates(void **state)
{
	static const struct row rows[] = {
		{ STR_INIT("{\"a\":1,\"a\":1}"), ERR_DUPLICATE },
		{ STR_INIT("{\"a\":1,\"\\u0061\":2}"), ERR_DUPLICATE },
		{ STR_INIT("[{\"x\":{\"a\":1,\"b\":{},\"a\":{\"c\":1}}}]"), ERR_DUPLICATE },
		{ STR_INIT("{\"a\":{\"b\":1},\"a\":null}"), ERR_DUPLICATE },
		{ STR_INIT("{\"\":1,\"\":2}"), ERR_DUPLICATE },
		{ STR_INIT("{\"\xc3\xa4\":1,\"\\u00e4\":2}"), ERR_DUPLICATE },
		{ STR_INIT("{\"a\":1,\"A\":2}"), OK },
		{ STR_INIT("{\"a\":{\"a\":{\"a\":1}}}"), OK },
		{ STR_INIT("[{\"a\":1},{\"a\":1}]"), OK },
	};

	check_rows(*state, rows, COUNT(rows));
}

/* A text of `n` times `one`, between `head` and `tail`, parted by `sep`. */
static enum err
parse_many(struct arena *a, const char *head, const char *one, const char *sep, size_t n,
	const char *tail)
{
	const struct js *v;
	struct buf b;
	size_t i;

	buf_init(&b, a, 1 << 20);
	buf_add(&b, str_of(head));
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_add(&b, str_of(sep));
		if (strchr(one, '%') != NULL)
			buf_printf(&b, "\"%zu\":0", i);
		else
			buf_add(&b, str_of(one));
	}
	buf_add(&b, str_of(tail));
	return js_parse(a, buf_str(&b), &v);
}

static void
test_limits(void **state)
{
	struct arena *a = *state;

	assert_int_equal(parse_many(a, "", "[", "", 16, "]]]]]]]]]]]]]]]]"), OK);
	assert_int_equal(parse_many(a, "", "[", "", 17, "]]]]]]]]]]]]]]]]]"), ERR_RANGE);
	assert_int_equal(parse_many(a, "", "[", "", 100000, ""), ERR_RANGE);
	assert_int_equal(parse_many(a, "", "{\"a\":", "", 100000, ""), ERR_RANGE);
	assert_int_equal(parse_many(a, "[", "0", ",", JS_VALUES - 1, "]"), OK);
	assert_int_equal(parse_many(a, "[", "0", ",", JS_VALUES, "]"), ERR_RANGE);
	assert_int_equal(parse_many(a, "[", "[]", ",", 40000, "]"), ERR_RANGE);
	assert_int_equal(parse_many(a, "{", "%", ",", JS_MEMBERS, "}"), OK);
	assert_int_equal(parse_many(a, "{", "%", ",", JS_MEMBERS + 1, "}"), ERR_RANGE);
}

static const struct js *
parsed(struct arena *a, const char *text)
{
	const struct js *v = NULL;

	assert_int_equal(js_parse(a, str_of(text), &v), OK);
	return v;
}

static void
test_get(void **state)
{
	const struct js *v = parsed(*state,
		"{\"s\":\"x\\ud83d\\ude00\",\"i\":-7,\"b\":true,\"n\":null,\"r\":1.5,\"l\":[\"a\","
		"\"b\"],"
		"\"m\":[\"a\",1]}");
	struct strs list = { NULL, 9 };
	struct str s = STR("kept");
	int64_t i = 5;
	bool b = false;

	assert_int_equal(js_get_str(v, "s", &s), OK);
	assert_str(s, STR("x\xf0\x9f\x98\x80"));
	assert_int_equal(js_get_int(v, "i", &i), OK);
	assert_int_equal(i, -7);
	assert_int_equal(js_get_bool(v, "b", &b), OK);
	assert_true(b);
	s = STR("kept");
	assert_int_equal(js_get_str(v, "x", &s), ERR_NOTFOUND);
	assert_int_equal(js_get_str(v, "i", &s), ERR_TYPE);
	assert_int_equal(js_get_str(v, "n", &s), ERR_TYPE);
	assert_int_equal(js_get_int(v, "r", &i), ERR_TYPE);
	assert_int_equal(js_get_int(v, "b", &i), ERR_TYPE);
	assert_int_equal(js_get_bool(v, "i", &b), ERR_TYPE);
	assert_str(s, STR("kept"));
	assert_int_equal(i, -7);
	assert_int_equal(js_strs(js_get(v, "m"), *state, &list), ERR_TYPE);
	assert_int_equal(js_strs(js_get(v, "s"), *state, &list), ERR_TYPE);
	assert_int_equal(js_strs(js_get(v, "x"), *state, &list), ERR_NOTFOUND);
	assert_int_equal(list.n, 9);
	assert_int_equal(js_strs(js_get(v, "l"), *state, &list), OK);
	assert_int_equal(list.n, 2);
	assert_str(list.v[1], STR("b"));
}

static void
test_walk(void **state)
{
	const struct js *v = parsed(*state, "{\"a\":null,\"b\":[1,2.5,\"x\",false,{}]}"), *list;
	static const enum js_type types[] = { JS_INT, JS_REAL, JS_STR, JS_BOOL, JS_OBJECT };
	struct str name;
	size_t i;

	assert_int_equal(js_type(v), JS_OBJECT);
	assert_int_equal(js_count(v), 2);
	assert_int_equal(js_type(js_at(v, 0, &name)), JS_NULL);
	assert_str(name, STR("a"));
	list = js_at(v, 1, &name);
	assert_str(name, STR("b"));
	assert_null(js_at(v, 2, NULL));
	assert_int_equal(js_count(list), 5);
	for (i = 0; i < COUNT(types); i++)
		assert_int_equal(js_type(js_at(list, i, NULL)), types[i]);
	assert_null(js_at(list, 5, NULL));
	assert_null(js_get(list, "a"));
	assert_null(js_get(NULL, "a"));
	assert_int_equal(js_count(NULL), 0);
	assert_int_equal(js_count(js_at(list, 0, NULL)), 0);
	assert_int_equal(js_type(parsed(*state, "null")), JS_NULL);
}

static void
test_text(void **state)
{
	static const char *const rows[] = {
		"{\"a\":[1,-2,1.50,1e5,true,null,\"\xc3\xa4/\"],\"\":{}}",
		"\"\\u0001\\n\\\"\\\\\x7f\"", "9223372036854775807", "null", "[]"
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		assert_str(js_text(parsed(*state, rows[i]), *state), str_of(rows[i]));
	assert_str(
		js_text(parsed(*state, " { \"a\" : [ 1 , 2 ] } "), *state), STR("{\"a\":[1,2]}"));
}

static void
test_write(void **state)
{
	struct str words[] = { STR_INIT("x"), STR_INIT("y") }, out;
	struct js_out w;
	struct buf b;

	buf_init(&b, *state, 4096);
	js_start(&w, &b);
	js_open(&w, NULL, '{');
	js_put_str(&w, "s", STR("\"\\/\b\f\n\r\t\0\x1f\x7f\xc3\xa4"));
	js_put_some(&w, "none", STR(""));
	js_put_some(&w, "some", STR("1"));
	js_put_int(&w, "i", INT64_MIN);
	js_put_bool(&w, "b", false);
	js_put_strs(&w, "l", (struct strs){ words, 2 });
	js_put_strs(&w, "e", (struct strs){ NULL, 0 });
	js_open(&w, "o", '{');
	js_close(&w, '}');
	js_open(&w, "a", '[');
	js_put_int(&w, NULL, 1);
	js_put_raw(&w, NULL, STR("{\"r\":2}"));
	js_close(&w, ']');
	js_put_str(&w, "a\"b",
		STR("a\xff"
		    "b"));
	js_close(&w, '}');
	assert_int_equal(buf_end(&b, &out), OK);
	assert_str(out,
		STR("{\"s\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\xc3\xa4\",\"some\":\"1\","
		    "\"i\":-9223372036854775808,\"b\":false,\"l\":[\"x\",\"y\"],\"e\":[],\"o\":{},"
		    "\"a\":[1,{\"r\":2}],\"a\\\"b\":\"a\xef\xbf\xbd"
		    "b\"}"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(test_grammar),
		fixture_test(test_strings),
		fixture_test(test_numbers),
		fixture_test(test_duplicates),
		fixture_test(test_limits),
		fixture_test(test_get),
		fixture_test(test_walk),
		fixture_test(test_text),
		fixture_test(test_write),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
