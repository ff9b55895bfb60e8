/*
 * fuzz_path - a decoded path stays within its tree and can be escaped again
 * SPDX-License-Identifier: ISC
 */
#include "data/url.h"

#include "tests/fuzz/fuzz.h"

static struct str
escaped(struct arena *a, struct str path)
{
	struct str segment;
	struct buf b;

	buf_init(&b, a, 1 << 18);
	while (str_word(&path, '/', &segment)) {
		must(!str_eq(segment, STR("..")) && !str_eq(segment, STR(".")), "no dots");
		buf_byte(&b, '/');
		url_escape(&b, segment);
	}
	if (b.n == 0)
		buf_byte(&b, '/');
	return buf_str(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(ARENA_CEILING);
	struct str path, again;

	if (size <= 1 << 14 && url_path_decode(a, str_bytes(data, size), &path) == OK) {
		must(path.n > 0 && path.p[0] == '/' && str_is_text(path), "a path");
		must(path.n == 1 || path.p[path.n - 1] != '/', "no empty segment");
		must(url_path_decode(a, escaped(a, path), &again) == OK, "it can be escaped");
		must(str_eq(again, path), "and is then the same");
	}
	arena_free(a);
	return 0;
}
