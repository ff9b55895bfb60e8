/*
 * test_json_stream - a JSON document of any length, a piece at a time
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "data/json_stream.h"

#include "tests/unit/base_fixture.h"

struct source {
	struct str text;
	size_t step; /* bytes at once */
	bool fails;  /* at its end */
};

static ssize_t
source_read(void *arg, char *p, size_t n)
{
	struct source *s = arg;

	if (s->text.n == 0)
		return s->fails ? -1 : 0;
	if (n > s->step)
		n = s->step;
	if (n > s->text.n)
		n = s->text.n;
	memcpy(p, s->text.p, n);
	s->text = str_skip(s->text, n);
	return (ssize_t)n;
}

/* Reads all of it; *seen gets `name=text ` of each piece. */
static enum err
read_all(struct arena *a, struct source source, struct str *seen, size_t *line)
{
	static struct js_stream s;
	const struct js *v;
	struct str name;
	struct buf b;
	enum err e;

	buf_init(&b, a, 1 << 16);
	js_stream_init(&s, source_read, &source);
	while ((e = js_stream_next(&s, a, &name, &v)) == OK) {
		buf_add(&b, name);
		buf_byte(&b, '=');
		buf_add(&b, js_text(v, a));
		buf_byte(&b, ' ');
	}
	*line = s.line;
	js_stream_wipe(&s);
	assert_int_equal(buf_end(&b, seen), OK);
	return e;
}

static void
test_pieces(void **state)
{
	static const struct {
		struct str text;
		const char *seen;
	} rows[] = {
		{ STR_INIT("{}"), "" },
		{ STR_INIT(" { } \n"), "" },
		{ STR_INIT("{\"a\":1}"), "a=1 " },
		{ STR_INIT("{\"a\":[]}"), "" },
		{ STR_INIT("{\"a\":[],\"b\":[ ] , \"c\" : true}"), "c=true " },
		{ STR_INIT("{\"a\":[1,\"x\",{\"y\":[2]},[3]],\"b\":null}"),
			"a=1 a=\"x\" a={\"y\":[2]} a=[3] b=null " },
		{ STR_INIT("{\"a\":\"]},\\\"\\\\\",\"b\":{\"c\":\"[\"}}"),
			"a=\"]},\\\"\\\\\" b={\"c\":\"[\"} " },
		{ STR_INIT("{\"\\u0061\":[\"\\u0062\"]}"), "a=\"b\" " },
	};
	static const size_t steps[] = { 1, 2, 3, 7, 4096 };
	struct str seen;
	size_t i, j, line;

	for (i = 0; i < COUNT(rows); i++)
		for (j = 0; j < COUNT(steps); j++) {
			struct source source = { rows[i].text, steps[j], false };

			assert_int_equal(read_all(*state, source, &seen, &line), ERR_NOTFOUND);
			assert_str(seen, str_of(rows[i].seen));
		}
}

/* What js_parse() refuses as a whole, is refused, and so is each true prefix of a document. */
static void
test_refused(void **state)
{
	static const struct {
		struct str text;
		enum err e;
	} rows[] = {
		{ STR_INIT(""), ERR_SYNTAX },
		{ STR_INIT("[]"), ERR_SYNTAX },
		{ STR_INIT("1"), ERR_SYNTAX },
		{ STR_INIT("{,}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":1,}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\" 1}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\"\"b\":1}"), ERR_SYNTAX },
		{ STR_INIT("{a:1}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":1 \"b\":2}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":1}}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":1}x"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":1}\0"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":[1,]}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":[,1]}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":[1 2]}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":[1}]"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":[1]]}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":{]}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":1{}}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":tru}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":'b'}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\":\"\xff\"}"), ERR_SYNTAX },
		{ STR_INIT("{\"a\\u0000\":1}"), ERR_SYNTAX },
		{ STR_INIT("{\"\":1}"), ERR_RANGE },
		{ STR_INIT("{\"a\":1,\"a\":2}"), ERR_DUPLICATE },
		{ STR_INIT("{\"a\":[],\"\\u0061\":[]}"), ERR_DUPLICATE },
		{ STR_INIT("{\"a\":{\"b\":1,\"b\":2}}"), ERR_DUPLICATE },
		{ STR_INIT("{\"a\":99999999999999999999}"), ERR_RANGE },
	};
	static const struct str whole = STR_INIT("{\"a\":[1,{\"b\":\"c\"}],\"d\":true}");
	struct str seen;
	size_t i, line;

	for (i = 0; i < COUNT(rows); i++) {
		struct source source = { rows[i].text, 5, false };
		enum err e = read_all(*state, source, &seen, &line);

		if (e != rows[i].e)
			fail_msg("%.*s: %s", STR_FMT(rows[i].text), err_text(e));
	}
	for (i = 0; i < whole.n; i++) {
		struct source source = { str_bytes(whole.p, i), 5, false };

		assert_int_equal(read_all(*state, source, &seen, &line), ERR_SYNTAX);
	}
}

static void
test_limits(void **state)
{
	char *p = arena_alloc(*state, JS_PIECE + 32);
	struct source source = { STR("{\n\"a\":\n[1,\n2"), 4096, true };
	struct str seen, text = STR("{");
	size_t i, line;

	assert_int_equal(read_all(*state, source, &seen, &line), ERR_SYSTEM);
	assert_int_equal(line, 4);

	memset(p, ' ', JS_PIECE + 32); /* blanks are no part of a piece */
	memcpy(p, "{\"a\":", 5);
	memcpy(p + JS_PIECE + 29, "1 }", 3);
	source = (struct source){ str_bytes(p, JS_PIECE + 32), 4096, false };
	assert_int_equal(read_all(*state, source, &seen, &line), ERR_NOTFOUND);
	memset(p + 5, '"', 1);
	source = (struct source){ str_bytes(p, JS_PIECE + 32), 4096, false };
	assert_int_equal(read_all(*state, source, &seen, &line), ERR_RANGE);

	for (i = 0; i <= JS_STREAM_NAMES; i++)
		text = arena_printf(*state, "%.*s\"n%zu\":%zu,", STR_FMT(text), i, i);
	source = (struct source){ text, 4096, false };
	assert_int_equal(read_all(*state, source, &seen, &line), ERR_RANGE);
}

/* More elements than one text may have values. */
static void
test_many(void **state)
{
	struct buf b;
	struct js_stream *s = arena_alloc(*state, sizeof(*s));
	struct arena *piece = arena_new(ARENA_CEILING);
	struct source source = { .step = 1000 };
	const struct js *v;
	struct str name;
	int64_t n = 0, i;

	buf_init(&b, *state, 1 << 20);
	buf_add(&b, STR("{\"list\":["));
	for (i = 0; i < 2 * JS_VALUES; i++)
		buf_printf(&b, "%s{\"i\":%lld}", i > 0 ? ",\n" : "", (long long)i);
	buf_add(&b, STR("]}"));
	source.text = buf_str(&b);
	js_stream_init(s, source_read, &source);
	while (js_stream_next(s, piece, &name, &v) == OK) {
		assert_int_equal(js_get_int(v, "i", &i), OK);
		assert_int_equal(i, n++);
		arena_reset(piece);
	}
	assert_int_equal(n, 2 * JS_VALUES);
	assert_int_equal(s->line, n);
	arena_free(piece);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(test_pieces),
		fixture_test(test_refused),
		fixture_test(test_limits),
		fixture_test(test_many),
	};

	return cmocka_run_group_tests_name("json_stream", tests, NULL, NULL);
}
