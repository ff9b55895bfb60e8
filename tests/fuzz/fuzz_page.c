/*
 * fuzz_page - any template and any value: a value never becomes markup
 * SPDX-License-Identifier: ISC
 *
 * Input is the template, a NUL, the value of {{a}} and of each item's {{b}}.
 */
#include "endpoint/page_expand.h"

#include "tests/fuzz/fuzz.h"

static bool
has_markup(struct str s)
{
	return str_find(s, '<') < s.n || str_find(s, '>') < s.n || str_find(s, '"') < s.n ||
		str_find(s, '\'') < s.n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(ARENA_CEILING);
	struct request rq = { .arena = a };
	struct str text = str_bytes(data, size), value = { 0 };
	struct page_item *item;
	struct page p;
	struct buf out;
	enum err e;

	str_cut(text, '\0', &text, &value);
	page_begin(&p, &rq, "login");
	page_set(&p, "a", value);
	item = page_item(&p, "list");
	page_item_set(&p, item, "b", value);
	page_item_set(&p, page_item(&p, "list"), "b", STR("2"));
	buf_init(&out, a, 65536);
	e = page_expand(&p, text, &out);
	must(e == OK || e == ERR_SYNTAX, "no other error");
	must(e == OK || page_check(text) != OK, "what was checked can be expanded");
	must(has_markup(text) || !has_markup(buf_str(&out)), "values are escaped");
	arena_free(a);
	return 0;
}
