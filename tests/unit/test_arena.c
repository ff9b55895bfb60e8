/*
 * test_arena - the memory of a request
 * SPDX-License-Identifier: ISC
 */
#include <stdalign.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/base_fixture.h"

static bool
is_zero(const char *p, size_t n)
{
	while (n > 0 && p[n - 1] == 0)
		n--;
	return n == 0;
}

static void
test_alloc(void **state)
{
	struct arena *a = *state;
	size_t n, round;
	char *p;

	for (round = 0; round < 3; round++) {
		for (n = 0; n < 40000; n = n * 2 + 1) {
			p = arena_alloc(a, n);
			assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
			assert_true(is_zero(p, n));
			memset(p, 0xaa, n);
		}
		arena_reset(a);
	}
}

#ifndef ARENA_MALLOC
/* The first block is kept, and what was in it is wiped. */
static void
test_reset_wipes(void **state)
{
	struct arena *a = *state;
	char *p = arena_alloc(a, 64);

	memcpy(p, "password", 8);
	arena_reset(a);
	assert_true(is_zero(p, 64));
	assert_ptr_equal(arena_alloc(a, 1), p);
}
#endif

static void
test_copies(void **state)
{
	struct arena *a = *state;
	struct str s = arena_str(a, STR("a\0b"));

	assert_str(s, STR("a\0b"));
	assert_non_null(arena_str(a, str_of(NULL)).p);
	assert_string_equal(arena_z(a, STR("abc")), "abc");
	assert_string_equal(arena_z(a, str_bytes(NULL, 0)), "");
	assert_str(arena_printf(a, "%d-%s", 7, "x"), STR("7-x"));
	assert_str(arena_printf(a, "%s", ""), STR(""));
	assert_str(arena_bytes(a, "xyz", 2), STR("xy"));
}

static void
test_strs(void **state)
{
	struct arena *a = *state;
	struct strs list = { NULL, 0 }, before, other;
	size_t i;

	for (i = 0; i < 2000; i++)
		arena_strs_add(a, &list, arena_printf(a, "%zu", i));
	assert_int_equal(list.n, 2000);
	for (i = 0; i < list.n; i++)
		assert_str(list.v[i], arena_printf(a, "%zu", i));

	/* Two that begin as one list do not see each other's ends. */
	before = other = list;
	arena_strs_add(a, &list, STR("x"));
	arena_strs_add(a, &other, STR("y"));
	assert_int_equal(before.n, 2000);
	assert_str(list.v[2000], STR("x"));
	assert_str(other.v[2000], STR("y"));
}

static void
test_strs_of_others(void **state)
{
	struct arena *a = *state;
	struct str fixed[] = { STR_INIT("a"), STR_INIT("b"), STR_INIT("c"), STR_INIT("keep") };
	struct strs list = { fixed, 3 };

	arena_strs_add(a, &list, STR("d"));
	assert_str(list.v[3], STR("d"));
	assert_str(fixed[3], STR("keep"));
	list.n = 1;
	arena_strs_add(a, &list, STR("e"));
	assert_str(list.v[0], STR("a"));
	assert_str(list.v[1], STR("e"));
}

static int order[3], called;

static void
note(void *p)
{
	order[called++] = *(int *)p;
}

static void
test_defer(void **state)
{
	static int numbers[3] = { 1, 2, 3 };
	struct arena *a = *state;
	int i;

	called = 0;
	for (i = 0; i < 3; i++)
		arena_defer(a, note, &numbers[i]);
	arena_reset(a);
	assert_int_equal(called, 3);
	assert_int_equal(order[0], 3);
	assert_int_equal(order[2], 1);
	arena_reset(a);
	assert_int_equal(called, 3);
}

/* How a child ends that takes `count` elements of `size` bytes. */
static int
exit_of(struct arena *a, size_t count, size_t size)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		arena_array(a, count, size);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
test_ceiling(void **state)
{
	struct arena *a = *state;

	assert_int_equal(exit_of(a, 1, ARENA_CEILING), 0);
	assert_int_equal(exit_of(a, 1, ARENA_CEILING + 1), 111);
	assert_int_equal(exit_of(a, SIZE_MAX / 2, 3), 111);
	arena_alloc(a, 10);
	assert_int_equal(exit_of(a, 1, ARENA_CEILING), 111);
	arena_reset(a);
	assert_int_equal(exit_of(a, 1, ARENA_CEILING), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(test_alloc),
#ifndef ARENA_MALLOC
		fixture_test(test_reset_wipes),
#endif
		fixture_test(test_copies),
		fixture_test(test_strs),
		fixture_test(test_strs_of_others),
		fixture_test(test_defer),
		fixture_test(test_ceiling),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
