/*
 * fuzz_target - any request target, Host and Authorization
 * SPDX-License-Identifier: ISC
 *
 * Input is three lines: REQUEST_URI, HTTP_HOST, HTTP_AUTHORIZATION. Without the
 * first, the second stands for SCRIPT_NAME.
 */
#include <string.h>

#include "http/request.h"

#include "tests/fuzz/fuzz.h"

static bool
has(struct str s, const char *what)
{
	return memmem(s.p, s.n, what, strlen(what)) != NULL;
}

static void
check_path(const struct request *rq)
{
	struct str path = rq->path;

	must(path.n > 0 && path.p[0] == '/', "a path is absolute");
	must(!has(path, "//") && !has(path, "/./") && !has(path, "/../"), "and plain");
	must(!str_has_suffix(path, STR("/..")) && !str_has_suffix(path, STR("/.")), "to its end");
	must(str_find(path, '\0') == path.n, "and text");
	must(str_has_suffix(rq->target, rq->query), "the query ends the target");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(ARENA_CEILING);
	struct str uri = str_bytes(data, size), host = { 0 }, credentials = { 0 }, scheme;
	struct header variables[5];
	struct request rq = { .arena = a, .variables = variables, .nvariables = COUNT(variables) };

	if (str_cut(uri, '\n', &uri, &host))
		str_cut(host, '\n', &host, &credentials);
	variables[0] = (struct header){ STR("REQUEST_METHOD"), STR("GET") };
	variables[1] = (struct header){ STR("REQUEST_URI"), uri };
	variables[2] = (struct header){ STR("HTTP_HOST"), host };
	variables[3] = (struct header){ STR("SCRIPT_NAME"), host };
	variables[4] = (struct header){ STR("HTTP_AUTHORIZATION"), credentials };
	if (request_begin(&rq) == OK)
		check_path(&rq);
	if (request_authorization(&rq, &scheme, &credentials) == OK)
		must(scheme.n > 0 && str_find(scheme, ' ') == scheme.n, "a scheme is one word");
	host = request_host(&rq);
	must(str_find(host, '/') == host.n && str_find(host, '@') == host.n, "a host is one");
	arena_free(a);
	return 0;
}
