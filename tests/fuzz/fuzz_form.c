/*
 * fuzz_form - a form that is parsed, written and parsed again is the same
 * SPDX-License-Identifier: ISC
 */
#include "data/form.h"

#include "tests/fuzz/fuzz.h"

static void
check_form(struct arena *a, const struct form *f)
{
	struct form again;
	struct str text, value;
	struct buf b;
	size_t i;
	enum err e;

	buf_init(&b, a, 1 << 20);
	for (i = 0; i < f->n; i++)
		form_add(&b, f->v[i].name, f->v[i].value);
	must(buf_end(&b, &text) == OK, "it fits");
	must(str_is_token(text), "what is written is printable");
	must(form_parse(a, text, &again) == OK, "what is written is a form");
	must(again.n == f->n && f->n <= FORM_PAIRS, "as many pairs");
	for (i = 0; i < f->n; i++) {
		must(f->v[i].name.n > 0, "every pair has a name");
		must(str_eq(f->v[i].name, again.v[i].name), "the same name");
		must(str_eq(f->v[i].value, again.v[i].value), "the same value");
		e = form_get(f, f->v[i].name, &value);
		must(e == OK || e == ERR_DUPLICATE, "it is found");
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(ARENA_CEILING);
	struct form f;

	if (size <= 1 << 14 && form_parse(a, str_bytes(data, size), &f) == OK)
		check_form(a, &f);
	arena_free(a);
	return 0;
}
