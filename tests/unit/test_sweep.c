/*
 * test_sweep - what has expired goes, the rest stays
 * SPDX-License-Identifier: ISC
 */
#include "store/commit.h"
#include "store/key.h"
#include "store/sweep.h"

#include "tests/unit/base_fixture.h"
#include "tests/unit/scratch.h"

#define HOUR 3600

static struct arena *a;
static struct store *s;

static int
setup(void **state)
{
	static int n;
	struct store_options options = { .flags = STORE_CREATE, .map_size = 64 << 20 };
	char name[16];

	(void)state;
	a = arena_new(ARENA_CEILING);
	snprintf(name, sizeof(name), "sweep%d", n++);
	return store_open(scratch_path(name), &options, &s) != OK;
}

static int
teardown(void **state)
{
	(void)state;
	store_close(s);
	arena_free(a);
	return 0;
}

/* `count` grants of that hour, each with a row of another class beside it. */
static void
add(uint32_t hour, int count)
{
	struct batch b;
	struct str id;
	int i;

	batch_init(&b, a);
	for (i = 0; i < count; i++) {
		id = arena_printf(a, "%05d-%u", i, hour);
		batch_put(&b, key_hour(a, KEY_GRANT, hour, id), id);
		batch_put(&b, key_pair(a, KEY_CONSENT, STR("sub"), id), STR(""));
	}
	assert_int_equal(store_commit(s, &b), OK);
}

static size_t
count(enum key_class c)
{
	struct store_rows rows;

	assert_int_equal(store_scan(s, a, key_class(a, c), STR(""), 10000, &rows), OK);
	return rows.n;
}

static void
expired_rows_go(void **state)
{
	size_t removed;

	(void)state;
	add(99, 300);
	add(100, 300);
	add(101, 10);
	add(KEY_NEVER, 5);
	assert_int_equal(sweep_class(s, KEY_GRANT, 99 * HOUR - 1, 10000, NULL, &removed), OK);
	assert_int_equal(removed, 0);
	assert_int_equal(sweep_class(s, KEY_GRANT, 101 * HOUR - 1, 10000, NULL, &removed), OK);
	assert_int_equal(removed, 600);
	assert_int_equal(count(KEY_GRANT), 15);
	assert_int_equal(count(KEY_CONSENT), 615); /* another class */
	assert_int_equal(sweep_class(s, KEY_GRANT, INT64_MAX, 10000, NULL, &removed), OK);
	assert_int_equal(removed, 10);
	assert_int_equal(count(KEY_GRANT), 5); /* never is never */
}

static void
at_most(void **state)
{
	size_t removed;

	(void)state;
	add(1, 600);
	assert_int_equal(sweep_class(s, KEY_GRANT, 2 * HOUR, 0, NULL, &removed), OK);
	assert_int_equal(removed, 0);
	assert_int_equal(sweep_class(s, KEY_GRANT, 2 * HOUR, 300, NULL, &removed), OK);
	assert_int_equal(removed, 300);
	assert_int_equal(sweep_class(s, KEY_GRANT, 2 * HOUR, 1000, NULL, &removed), OK);
	assert_int_equal(removed, 300);
	assert_int_equal(count(KEY_GRANT), 0);
	assert_int_equal(count(KEY_CONSENT), 600); /* another class */
}

/* A key without an hour is not ours to judge. */
static void
a_short_key_stays(void **state)
{
	struct batch b;
	size_t removed;

	(void)state;
	batch_init(&b, a);
	batch_put(&b, STR("G\0\0"), STR("?"));
	assert_int_equal(store_commit(s, &b), OK);
	assert_int_equal(sweep_class(s, KEY_GRANT, 2 * HOUR, 10, NULL, &removed), OK);
	assert_int_equal(removed, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(expired_rows_go, setup, teardown),
		cmocka_unit_test_setup_teardown(at_most, setup, teardown),
		cmocka_unit_test_setup_teardown(a_short_key_stays, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
