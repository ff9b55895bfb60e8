/*
 * fuzz_json - what is parsed can be written, and is then parsed as the same
 * SPDX-License-Identifier: ISC
 */
#include "data/json.h"

#include "tests/fuzz/fuzz.h"

/* Writes `v` with the writer of ours; js_text() is json-c's. */
static void
rewrite(struct js_out *w, struct arena *a, const char *name, const struct js *v)
{
	bool object = js_type(v) == JS_OBJECT, flag = false;
	struct str s = STR(""), key;
	size_t i;

	if (object || js_type(v) == JS_ARRAY) {
		js_open(w, name, object ? '{' : '[');
		for (i = 0; i < js_count(v); i++) {
			const struct js *one = js_at(v, i, &key);

			rewrite(w, a, object ? arena_z(a, key) : NULL, one);
		}
		js_close(w, object ? '}' : ']');
	} else if (js_str(v, &s) == OK) {
		js_put_str(w, name, s);
	} else if (js_bool(v, &flag) == OK) {
		js_put_bool(w, name, flag);
	} else {
		js_put_raw(w, name, js_text(v, a));
	}
}

static void
check_value(struct arena *a, const struct js *v)
{
	struct str text = js_text(v, a), ours;
	const struct js *again;
	struct js_out w;
	struct buf b;

	must(js_parse(a, text, &again) == OK, "json-c's text is JSON");
	must(str_eq(js_text(again, a), text), "json-c's text is stable");
	buf_init(&b, a, 1 << 20);
	js_start(&w, &b);
	rewrite(&w, a, NULL, v);
	must(buf_end(&b, &ours) == OK, "our text fits");
	must(js_parse(a, ours, &again) == OK, "our text is JSON");
	must(str_eq(js_text(again, a), text), "our text means the same");
}

/* Any bytes at all can be put as a string. */
static void
check_string(struct arena *a, struct str bytes)
{
	bool clean = str_is_utf8(bytes) && str_find(bytes, '\0') == bytes.n;
	struct str text, back;
	const struct js *v;
	struct js_out w;
	struct buf b;

	buf_init(&b, a, 1 << 20);
	js_start(&w, &b);
	js_put_str(&w, NULL, bytes);
	must(buf_end(&b, &text) == OK, "a string fits");
	if (js_parse(a, text, &v) != OK) {
		must(!clean, "a string is JSON");
		return;
	}
	must(js_str(v, &back) == OK, "a string is a string");
	must(!clean || str_eq(back, bytes), "a string is the same");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(ARENA_CEILING);
	struct str text = str_bytes(data, size);
	const struct js *v;

	if (size <= 1 << 14) {
		if (js_parse(a, text, &v) == OK)
			check_value(a, v);
		check_string(a, text);
	}
	arena_free(a);
	return 0;
}
