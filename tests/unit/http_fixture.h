/*
 * http_fixture - requests made of variables, for the tests of http and pages
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_HTTP_FIXTURE_H
#define TESTS_HTTP_FIXTURE_H

#include "http/reply.h"

#include "tests/unit/base_fixture.h"

/* Adds a variable; may be called twice with one name. */
static inline void
fixture_variable(struct request *rq, const char *name, struct str value)
{
	if (rq->variables == NULL)
		rq->variables = arena_array(rq->arena, REQUEST_VARIABLES, sizeof(struct header));
	rq->variables[rq->nvariables++] = (struct header){ str_of(name), value };
}

static inline struct request
fixture_request(void **state)
{
	struct request rq = { .arena = *state, .method = METHOD_GET };

	return rq;
}

/* The value of an answer's header, and how many of that name there are. */
static inline struct str
fixture_header(const struct request *rq, const char *name, size_t *n)
{
	struct str value = { 0 };
	size_t i;

	*n = 0;
	for (i = 0; i < rq->reply.nheaders; i++) {
		if (!str_eqz(rq->reply.headers[i].name, name))
			continue;
		value = rq->reply.headers[i].value;
		(*n)++;
	}
	return value;
}

#define assert_header(rq, name, want) check_header((rq), (name), (want), __FILE__, __LINE__)

static inline void
check_header(
	const struct request *rq, const char *name, struct str want, const char *file, int line)
{
	size_t n;

	check_str(fixture_header(rq, name, &n), want, file, line);
	if (n != (want.n > 0)) {
		print_error("%zu headers %s\n", n, name);
		_fail(file, line);
	}
}

#endif
