/*
 * redirect - redirect URIs: matching and adding parameters
 * SPDX-License-Identifier: ISC
 */
#include "oauth/redirect.h"

#include "data/url.h"

static bool
is_loopback(struct str uri)
{
	struct url u;

	return url_parse(uri, &u) == OK && url_is_loopback(&u);
}

bool
redirect_is_registered(struct strs registered, struct str uri)
{
	bool loopback;
	size_t i;

	if (strs_has(registered, uri))
		return true;
	loopback = is_loopback(uri);
	for (i = 0; loopback && i < registered.n; i++)
		if (is_loopback(registered.v[i]) && url_same_but_port(registered.v[i], uri))
			return true;
	return false;
}

struct str
redirect_with(struct arena *a, struct str uri, struct str parameters, bool fragment)
{
	const char *sep = "?";

	if (fragment)
		sep = "#";
	else if (str_find(uri, '?') < uri.n)
		sep = uri.p[uri.n - 1] == '?' || uri.p[uri.n - 1] == '&' ? "" : "&";
	return arena_printf(a, "%.*s%s%.*s", STR_FMT(uri), sep, STR_FMT(parameters));
}
