/*
 * test_attempt - tries, who they are counted for, and who is remembered
 * SPDX-License-Identifier: ISC
 */
#include "model/attempt.h"

#include "base/limit.h"

#include "tests/unit/model_fixture.h"

static struct deployment *counting;

static int
open_counting(void **state)
{
	if (model_open(state) != 0)
		return -1;
	return deployment_open(&conf, STORE_LIMIT, &counting) == OK ? 0 : -1;
}

static int
close_counting(void **state)
{
	deployment_close(counting);
	return model_close(state);
}

static int
forget(void **state)
{
	limit_clear(deployment_limits(counting));
	clock_shift(0);
	return model_reset(state);
}

static enum err
try_of(struct attempt *t, enum limit_try of, const char *address, const char *subject)
{
	struct attempt_by who = { STR("acme"), str_of(address), str_of(subject) };

	return attempt_begin(t, counting, a, of, &who);
}

/* How many wrong ones are looked at. */
static int
wrong(const char *address, const char *subject)
{
	struct attempt t;
	int n = 0;

	while (n < 1000 && try_of(&t, TRY_LOGIN, address, subject) == OK)
		n++;
	return n;
}

static void
pairs_users_and_addresses(void **state)
{
	struct attempt t;
	char name[32];
	int i, n = 0;

	(void)state;
	assert_int_equal(wrong("192.0.2.1", "alice"), 5);
	assert_int_equal(try_of(&t, TRY_LOGIN, "192.0.2.1", "alice"), ERR_TOO_MANY);
	assert_string_equal(t.by->name, "login_pair");
	assert_in_range(t.wait, 119, 120);
	for (i = 2; i < 100; i++) { /* one user from many addresses */
		snprintf(name, sizeof(name), "192.0.2.%d", i);
		n += wrong(name, "alice");
	}
	assert_int_equal(n, 45);
	assert_int_equal(try_of(&t, TRY_LOGIN, "192.0.2.200", "alice"), ERR_TOO_MANY);
	assert_string_equal(t.by->name, "login_user");
	for (i = n = 0; i < 100; i++) { /* many users from one address */
		snprintf(name, sizeof(name), "user %d", i);
		n += wrong("192.0.2.1", name);
	}
	assert_int_equal(n, 95);
	assert_int_equal(try_of(&t, TRY_LOGIN, "192.0.2.1", "bob"), ERR_TOO_MANY);
	assert_string_equal(t.by->name, "login_address");
	assert_int_equal(try_of(&t, TRY_LOGIN, "192.0.2.200", "bob"), OK);
	assert_int_equal(try_of(&t, TRY_SECRET, "192.0.2.1", "alice"), OK);
}

/* One that is refused takes nothing from the limits that had room. */
static void
refused_takes_nothing(void **state)
{
	struct attempt t;
	int i;

	(void)state;
	assert_int_equal(wrong("192.0.2.1", "alice"), 5);
	for (i = 0; i < 1000; i++)
		assert_int_equal(try_of(&t, TRY_LOGIN, "192.0.2.1", "alice"), ERR_TOO_MANY);
	assert_int_equal(wrong("192.0.2.2", "alice"), 5);
	assert_int_equal(wrong("192.0.2.1", "bob"), 5);
}

/* Who waits as long as was said is not told to wait again. */
static void
the_longest_wait(void **state)
{
	struct attempt t;
	char name[32];
	int i;

	(void)state;
	assert_int_equal(wrong("192.0.2.1", "alice"), 5);
	for (i = 2; i < 100; i++) {
		snprintf(name, sizeof(name), "192.0.2.%d", i);
		wrong(name, "alice");
	}
	assert_int_equal(try_of(&t, TRY_LOGIN, "192.0.2.200", "alice"), ERR_TOO_MANY);
	assert_in_range(t.wait, 71, 72);
	assert_int_equal(t.refused, 1 << PER_SUBJECT);
	for (i = 0; i < 10; i++) {
		assert_int_equal(try_of(&t, TRY_LOGIN, "192.0.2.1", "alice"), ERR_TOO_MANY);
		assert_in_range(t.wait, 119, 120);
		assert_string_equal(t.by->name, "login_pair");
		assert_int_equal(t.refused, 1 << PER_SUBJECT | 1 << PER_PAIR);
	}
	assert_int_equal(wrong("192.0.2.1", "bob"), 5);
}

static void
right_costs_nothing(void **state)
{
	struct attempt t;
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		assert_int_equal(try_of(&t, TRY_LOGIN, "192.0.2.1", "alice"), OK);
		if (i % 2 == 0)
			attempt_right(&t);
		else
			attempt_undo(&t);
	}
	assert_int_equal(wrong("192.0.2.1", "alice"), 5);
}

/* A thousand addresses cannot lock out who is at home in another one. */
static void
remembered(void **state)
{
	struct attempt t;
	char name[32];
	int i;

	(void)state;
	assert_int_equal(try_of(&t, TRY_LOGIN, "192.0.2.1", "alice"), OK);
	assert_false(t.is_known);
	attempt_right(&t);
	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "198.51.100.%d", i);
		wrong(name, "alice");
	}
	assert_int_equal(try_of(&t, TRY_LOGIN, "192.0.2.2", "alice"), ERR_TOO_MANY);
	assert_int_equal(try_of(&t, TRY_LOGIN, "192.0.2.1", "alice"), OK);
	assert_true(t.is_known);
	attempt_undo(&t);
	assert_int_equal(wrong("192.0.2.1", "alice"), 5); /* there is still the pair */
	assert_int_equal(try_of(&t, TRY_SECRET, "192.0.2.1", "alice"), OK);
	assert_false(t.is_known); /* another kind */
	clock_shift(ATTEMPT_REMEMBERED + 1);
	assert_int_equal(try_of(&t, TRY_LOGIN, "192.0.2.1", "alice"), OK);
	assert_false(t.is_known);
}

static void
addresses(void **state)
{
	static const char *const rows[][2] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "::ffff:192.0.2.1", "192.0.2.1" },
		{ "::FFFF:c000:201", "192.0.2.1" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
		{ "2001:DB8:1:2::", "2001:db8:1:2::/64" },
		{ "2001:db8:1:3::1", "2001:db8:1:3::/64" },
		{ "::1", "::/64" },
		{ "unix:", "unix:" },
		{ "2001:db8::1 and more than any address could ever be", NULL },
		{ "", "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		assert_str(attempt_address(a, str_of(rows[i][0])),
			str_of(rows[i][1] == NULL ? rows[i][0] : rows[i][1]));
	assert_int_equal(wrong("2001:db8::1", "alice"), 5);
	assert_int_equal(wrong("2001:db8::2", "alice"), 0);
	assert_int_equal(wrong("2001:db8:0:1::2", "alice"), 5);
}

/* User codes: no pair, since the user is signed in already. */
static void
codes(void **state)
{
	struct attempt t;
	int n;

	(void)state;
	for (n = 0; try_of(&t, TRY_CODE, "192.0.2.1", "sub") == OK; n++)
		;
	assert_int_equal(n, 10);
	assert_string_equal(t.by->name, "code_user");
	for (n = 0; try_of(&t, TRY_CODE, "192.0.2.1", n % 2 == 0 ? "x" : "y") == OK; n++)
		;
	assert_int_equal(n, 10);
	assert_string_equal(t.by->name, "code_address");
}

static void
resets(void **state)
{
	struct attempt_by alice = { STR("acme"), STR(""), STR("alice") };
	struct attempt_by there = { STR("acme"), STR("::ffff:192.0.2.1"), STR("") };
	struct attempt_by nobody = { STR("acme"), STR(""), STR("") };
	struct limit_table *t = deployment_limits(counting);

	(void)state;
	wrong("192.0.2.1", "alice");
	wrong("192.0.2.2", "alice");
	wrong("192.0.2.1", "bob");
	assert_int_equal(attempt_reset(t, a, TRY_SECRET, &alice), 0);
	assert_int_equal(attempt_reset(t, a, TRY_LOGIN, &nobody), 0);
	assert_int_equal(attempt_reset(t, a, TRY_LOGIN, &alice), 3);
	assert_int_equal(wrong("192.0.2.1", "alice"), 5);
	assert_int_equal(wrong("192.0.2.1", "bob"), 0);
	assert_int_equal(attempt_reset(t, a, TRY_LOGIN, &there), 3);
	assert_int_equal(wrong("192.0.2.1", "bob"), 5);
}

/* Without a table nothing is limited, and nobody is kept out. */
static void
without_a_table(void **state)
{
	struct attempt_by who = { STR("acme"), STR("192.0.2.1"), STR("alice") };
	struct attempt t;
	int i;

	(void)state;
	assert_null(deployment_limits(deployment));
	assert_null(deployment_limits(NULL));
	for (i = 0; i < 1000; i++) {
		assert_int_equal(attempt_begin(&t, deployment, a, TRY_LOGIN, &who), OK);
		assert_false(t.is_known);
	}
	attempt_right(&t);
	attempt_undo(&t);
}

#define attempt_test(fn) cmocka_unit_test_teardown(fn, forget)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		attempt_test(pairs_users_and_addresses),
		attempt_test(refused_takes_nothing),
		attempt_test(the_longest_wait),
		attempt_test(right_costs_nothing),
		attempt_test(remembered),
		attempt_test(addresses),
		attempt_test(codes),
		attempt_test(resets),
		attempt_test(without_a_table),
	};

	return cmocka_run_group_tests_name("attempt", tests, open_counting, close_counting);
}
