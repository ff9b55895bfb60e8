/*
 * test_throttle - failures that make the next try wait
 * SPDX-License-Identifier: ISC
 *
 * Time is an argument here, so nobody has to wait.
 */
#include "model/throttle.h"

#include "tests/unit/model_fixture.h"

#define HOUR 3600
#define FREE 3
#define LONGEST 900

static const int64_t start = 500000 * (int64_t)HOUR; /* an hour begins */

static int64_t
wait_at(const char *what, int64_t now)
{
	return throttle_wait(o.volatile_, a, str_of(what), now);
}

static void
fail_at(const char *what, int64_t now, int n)
{
	while (n-- > 0)
		throttle_fail(o.volatile_, a, str_of(what), FREE, now);
}

static void
a_few_are_free(void **state)
{
	(void)state;
	assert_int_equal(wait_at("free", start), 0);
	fail_at("free", start, FREE);
	assert_int_equal(wait_at("free", start), 0);
	fail_at("free", start, 1);
	assert_int_equal(wait_at("free", start), 4);
	assert_int_equal(wait_at("free", start + 1), 3);
	assert_int_equal(wait_at("free", start + 4), 0);
}

static void
pauses_double_up_to_a_quarter_of_an_hour(void **state)
{
	static const int64_t pauses[] = { 4, 8, 16, 32, 64, 128, 256, 512, LONGEST, LONGEST,
		LONGEST };
	int64_t now = start;
	size_t i;

	(void)state;
	fail_at("double", now, FREE);
	for (i = 0; i < COUNT(pauses); i++) {
		fail_at("double", now, 1);
		assert_int_equal(wait_at("double", now), pauses[i]);
		now += pauses[i];
		assert_int_equal(wait_at("double", now), 0);
	}
	fail_at("double", now, 100); /* far beyond what a shift could hold */
	assert_int_equal(wait_at("double", now), LONGEST);
}

/* Each name has its own; any bytes are a name. */
static void
names_are_apart(void **state)
{
	(void)state;
	fail_at("one", start, FREE + 2);
	assert_int_equal(wait_at("one", start), 8);
	assert_int_equal(wait_at("other", start), 0);
	assert_int_equal(wait_at("", start), 0);
	throttle_fail(o.volatile_, a, STR("nul\0a"), 0, start);
	assert_int_equal(throttle_wait(o.volatile_, a, STR("nul\0a"), start), 4);
	assert_int_equal(throttle_wait(o.volatile_, a, STR("nul\0b"), start), 0);
}

/* The turn of an hour neither ends a pause nor forgets the failures before it. */
static void
an_hour_rolls_over(void **state)
{
	int64_t last = start + HOUR - 1;

	(void)state;
	fail_at("roll", last, FREE + 3);
	assert_int_equal(wait_at("roll", last), 16);
	assert_int_equal(wait_at("roll", last + 1), 15);
	fail_at("roll", last + 1, 1);
	assert_int_equal(wait_at("roll", last + 1), 32);
	assert_int_equal(wait_at("roll", last + 33), 0);
	fail_at("roll", last + 33, 1); /* counted on, in the new hour */
	assert_int_equal(wait_at("roll", last + 33), 64);
}

static void
time_without_a_failure_forgets(void **state)
{
	(void)state;
	fail_at("forget", start, 50);
	assert_int_equal(wait_at("forget", start), LONGEST);
	assert_int_equal(wait_at("forget", start + 2 * HOUR), 0);
	fail_at("forget", start + 2 * HOUR, 1);
	assert_int_equal(wait_at("forget", start + 2 * HOUR), 0);
}

static void
clear_forgets_at_once(void **state)
{
	int64_t last = start + HOUR - 1;

	(void)state;
	fail_at("clear", start, 50);
	fail_at("stays", start, 50);
	throttle_clear(o.volatile_, a, STR("clear"), start);
	assert_int_equal(wait_at("clear", start), 0);
	assert_int_equal(wait_at("stays", start), LONGEST);
	fail_at("clear", start, FREE);
	assert_int_equal(wait_at("clear", start), 0);
	/* What was counted in the hour before goes, too. */
	fail_at("before", last, 50);
	throttle_clear(o.volatile_, a, STR("before"), last + 1);
	assert_int_equal(wait_at("before", last + 1), 0);
	throttle_clear(o.volatile_, a, STR("never counted"), start);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		model_test(a_few_are_free),
		model_test(pauses_double_up_to_a_quarter_of_an_hour),
		model_test(names_are_apart),
		model_test(an_hour_rolls_over),
		model_test(time_without_a_failure_forgets),
		model_test(clear_forgets_at_once),
	};

	return run_model_tests(tests);
}
