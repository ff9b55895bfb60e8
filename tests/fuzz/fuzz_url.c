/*
 * fuzz_url - the parts of a URL are the whole of it
 * SPDX-License-Identifier: ISC
 */
#include "data/url.h"

#include "tests/fuzz/fuzz.h"

/* RFC 3986 section 5.3; an empty userinfo is not told from none, so its '@' is looked up. */
static struct str
put_together(struct arena *a, const struct url *u)
{
	bool at = u->has_authority && u->userinfo.p != NULL;

	return arena_printf(a, "%.*s:%s%.*s%s%.*s%s%.*s%.*s%s%.*s%s%.*s", STR_FMT(u->scheme),
		u->has_authority ? "//" : "", STR_FMT(u->userinfo), at ? "@" : "", STR_FMT(u->host),
		u->port.n > 0 ? ":" : "", STR_FMT(u->port), STR_FMT(u->path),
		u->has_query ? "?" : "", STR_FMT(u->query), u->has_fragment ? "#" : "",
		STR_FMT(u->fragment));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(ARENA_CEILING);
	struct str text = str_bytes(data, size), origin, again;
	struct url u;

	if (url_parse(text, &u) == OK) {
		must(str_is_token(text), "no blank, control character or other byte");
		must(str_eq(put_together(a, &u), text), "the parts are the whole");
		must(url_same_but_port(text, text) == u.has_authority, "it is itself");
	}
	if (url_origin(a, text, &origin) == OK) {
		must(url_parse(origin, &u) == OK, "an origin is a URL");
		must(u.path.n == 0 && !u.has_query && !u.has_fragment, "and no more");
		must(url_origin(a, origin, &again) == OK && str_eq(again, origin),
			"its own origin");
	}
	arena_free(a);
	return 0;
}
