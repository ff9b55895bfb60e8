/*
 * fuzz_cookie - any Cookie header: the value found is one that was sent, once
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "http/cookie.h"

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(ARENA_CEILING);
	struct str header = str_bytes(data, size), value = { 0 }, twice, pair;
	enum err e = cookie_find(header, STR("sid"), &value);

	if (e == OK) {
		pair = arena_printf(a, "%.*s", STR_FMT(value));
		must(value.n > 0 && value.n == pair.n, "text, and some");
		must(memmem(header.p, header.n, value.p, value.n) != NULL, "from the header");
		must(str_find(value, ';') == value.n && str_find(value, ',') == value.n &&
				str_find(value, ' ') == value.n,
			"one value");
	}
	twice = arena_printf(a, "sid=x; %.*s; sid=x", STR_FMT(header));
	must(cookie_find(twice, STR("sid"), &value) == ERR_DUPLICATE ||
			str_find(header, '\0') < size,
		"twice is too often");
	arena_free(a);
	return 0;
}
