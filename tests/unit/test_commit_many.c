/*
 * test_commit_many - many batches in one transaction, each as if alone
 * SPDX-License-Identifier: ISC
 */
#include "base/clock.h"
#include "store/key.h"
#include "store/sweep.h"

#include "tests/unit/store_fixture.h"

static struct commit
put_of(struct str key, uint64_t version, struct str value)
{
	struct commit c = { .writes = NULL };
	struct batch b;

	batch_init(&b, a);
	if (version != ANY)
		batch_guard(&b, key, version);
	batch_put(&b, key, value);
	c.ops = buf_str(&b.ops);
	return c;
}

static void
each_sees_what_was_before_it(void **state)
{
	struct commit v[4];

	(void)state;
	v[0] = put_of(STR("Ga"), 0, STR("1"));
	v[1] = put_of(STR("Ga"), 0, STR("2"));
	v[2] = put_of(STR("Gb"), 0, STR("3"));
	v[3] = put_of(STR("Gb"), ANY, STR("4"));
	store_commit_many(s, v, 4);
	assert_int_equal(v[0].err, OK);
	assert_int_equal(v[1].err, ERR_CONFLICT);
	assert_int_equal(v[2].err, OK);
	assert_int_equal(v[3].err, OK);
	assert_value(STR("Ga"), STR("1"));
	assert_value(STR("Gb"), STR("4"));
}

static void
one_that_fails_is_left_out_whole(void **state)
{
	struct commit v[2];
	struct batch b;

	(void)state;
	batch_init(&b, a);
	batch_put(&b, STR("Gx"), STR("1"));
	batch_put(&b, STR("Gy"), STR("1"));
	batch_guard(&b, STR("Gz"), 77);
	v[0] = (struct commit){ .ops = buf_str(&b.ops) };
	v[1] = put_of(STR("Gw"), 0, STR("1"));
	store_commit_many(s, v, 2);
	assert_int_equal(v[0].err, ERR_CONFLICT);
	assert_int_equal(v[1].err, OK);
	assert_int_equal(version_of(STR("Gx")), 0);
	assert_int_equal(version_of(STR("Gy")), 0);
	assert_value(STR("Gw"), STR("1"));
}

static void
rights_and_malformed_ones(void **state)
{
	struct commit v[4];

	(void)state;
	v[0] = put_of(STR("Ga"), 0, STR("1"));
	v[0].writes = "SG";
	v[1] = put_of(STR("Ka"), 0, STR("1"));
	v[1].writes = "SG";
	v[2] = (struct commit){ .ops = STR("nonsense") };
	v[3] = put_of(STR("Gb"), 0, STR("1"));
	v[3].writes = "";
	store_commit_many(s, v, 4);
	assert_int_equal(v[0].err, OK);
	assert_int_equal(v[1].err, ERR_DENIED);
	assert_int_equal(v[2].err, ERR_SYNTAX);
	assert_int_equal(v[3].err, ERR_DENIED);
	assert_int_equal(version_of(STR("Ka")), 0);
	assert_int_equal(version_of(STR("Gb")), 0);
}

static void
a_guard_needs_no_right(void **state)
{
	struct batch b;

	(void)state;
	batch_init(&b, a);
	batch_guard(&b, STR("Ka"), 0);
	batch_put(&b, STR("Ga"), STR("1"));
	assert_int_equal(batch_check(buf_str(&b.ops), "G"), OK);
	batch_del(&b, STR("Ka"));
	assert_int_equal(batch_check(buf_str(&b.ops), "G"), ERR_DENIED);
	assert_int_equal(batch_check(buf_str(&b.ops), NULL), OK);
}

/* The first time, again in the same transaction, later, and when the hour has struck. */
static void
an_id_counts_once(void **state)
{
	struct commit v[2];
	int hour;

	(void)state;
	v[0] = put_of(STR("Ga"), 0, STR("1"));
	v[0].id = STR("0123456789abcdef");
	v[1] = v[0];
	store_commit_many(s, v, 2);
	assert_int_equal(v[0].err, OK);
	assert_int_equal(v[1].err, OK);
	assert_int_equal(put_if(STR("Ga"), ANY, STR("2")), OK);
	for (hour = 0; hour < 2; hour++) {
		store_commit_many(s, v, 1);
		assert_int_equal(v[0].err, OK);
		assert_value(STR("Ga"), STR("2"));
		clock_shift(3600);
	}
	clock_shift(-3600);
	store_commit_many(s, v, 1);
	assert_int_equal(v[0].err, OK);
	clock_shift(0);
	v[0].id = STR("fedcba9876543210");
	store_commit_many(s, v, 1);
	assert_int_equal(v[0].err, ERR_CONFLICT);
}

static void
marks_are_swept(void **state)
{
	struct commit c = put_of(STR("Ga"), 0, STR("1"));
	size_t removed;

	(void)state;
	c.id = STR("0123456789abcdef");
	store_commit_many(s, &c, 1);
	assert_int_equal(sweep_class(s, KEY_APPLIED, clock_now() + 3600, 100, NULL, &removed), OK);
	assert_int_equal(removed, 0);
	assert_int_equal(sweep_class(s, KEY_APPLIED, clock_now() + 7200, 100, NULL, &removed), OK);
	assert_int_equal(removed, 1);
}

/* The map is full for one of them alone. */
static void
too_large_for_the_map(void **state)
{
	static const char large[900000];
	struct commit v[24];
	size_t i, full = 0;

	(void)state;
	arena_free(a);
	a = arena_new(64 * MIB);
	for (i = 0; i < COUNT(v); i++)
		v[i] = put_of(arena_printf(a, "G%zu", i), 0,
			i % 8 == 7 ? STR("small") : str_bytes(large, sizeof(large)));
	store_commit_many(s, v, COUNT(v));
	for (i = 0; i < COUNT(v); i++) {
		full += v[i].err == ERR_FULL;
		assert_true(v[i].err == OK || v[i].err == ERR_FULL);
		assert_int_equal(version_of(arena_printf(a, "G%zu", i)) > 0, v[i].err == OK);
	}
	assert_true(full > 0 && full < COUNT(v) - 3);
	assert_int_equal(v[7].err, OK);
	assert_int_equal(v[15].err, OK);
}

static void
read_only_is_denied(void **state)
{
	struct commit c;

	(void)state;
	assert_int_equal(put_if(STR("Ga"), 0, STR("1")), OK);
	reopen(STORE_READONLY);
	c = put_of(STR("Gb"), 0, STR("1"));
	store_commit_many(s, &c, 1);
	assert_int_equal(c.err, ERR_DENIED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(each_sees_what_was_before_it),
		store_test(one_that_fails_is_left_out_whole),
		store_test(rights_and_malformed_ones),
		store_test(a_guard_needs_no_right),
		store_test(an_id_counts_once),
		store_test(marks_are_swept),
		store_test(too_large_for_the_map),
		store_test(read_only_is_denied),
	};

	return cmocka_run_group_tests_name("commit_many", tests, NULL, NULL);
}
