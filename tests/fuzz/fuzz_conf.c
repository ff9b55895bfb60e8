/*
 * fuzz_conf - settings that are read keep to their rows and survive being written
 * SPDX-License-Identifier: ISC
 */
#include "base/conf.h"

#include "tests/fuzz/fuzz.h"

static void
check_conf(struct arena *a, const struct conf *c)
{
	const struct field *f, *which;
	struct conf again = *c;
	struct str text;

	for (f = record_conf.fields; f < record_conf.fields + record_conf.nfields; f++) {
		text = field_text(f, c, a);
		if (field_check(f, c) != OK)
			continue; /* a name beside the file may have become too long */
		must(field_parse(f, &again, a, text) == OK, f->name);
		must(str_eq(field_text(f, &again, a), text), f->name);
	}
	must(field_check_all(&record_conf, c, &which) == OK || which->type == FIELD_STR,
		"numbers are in range");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(ARENA_CEILING);
	struct conf_where where;
	struct conf c;
	enum err e;

	e = conf_parse(&c, a, STR("/etc/tessera.conf"), str_bytes(data, size), &where);
	if (e == OK)
		check_conf(a, &c);
	else
		must((e == ERR_SYNTAX || e == ERR_RANGE) && where.what.n > 0, "an error says what");
	arena_free(a);
	return 0;
}
