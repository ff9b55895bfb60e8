/*
 * base_fixture - what the tests of base and data share: an arena for each
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_BASE_FIXTURE_H
#define TESTS_BASE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/secret.h"

/* Spans differ in pointer and length, so this compares and shows them. */
#define assert_str(is, want) check_str((is), (want), __FILE__, __LINE__)

static inline void
check_str(struct str is, struct str want, const char *file, int line)
{
	if (str_eq(is, want))
		return;
	print_error("is <%.*s>, not <%.*s>\n", STR_FMT(is), STR_FMT(want));
	_fail(file, line);
}

static inline int
fixture_setup(void **state)
{
	secret_init();
	*state = arena_new(ARENA_CEILING);
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	arena_free(*state);
	return 0;
}

#define fixture_test(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

#endif
