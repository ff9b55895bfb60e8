/*
 * test_memo - an answer is kept as long as it is true, and for that store alone
 * SPDX-License-Identifier: ISC
 */
#include "endpoint/memo.h"

#include "base/clock.h"
#include "schema/authority.h"

#include "tests/unit/store_fixture.h"

static struct authority auth = { .name = STR_INIT("acme") };

static bool
is_kept(struct str want)
{
	struct request rq = { .authority = &auth, .db = s };
	struct str body;

	if (!memo_get(&rq, &body))
		return false;
	assert_str(body, want);
	return true;
}

static void
keep(struct str body)
{
	struct request rq = { .authority = &auth, .db = s };

	assert_false(is_kept(body));
	memo_put(&rq, body);
	assert_true(is_kept(body));
}

static void
a_commit_ends_it(void **state)
{
	(void)state;
	assert_int_equal(put_if(STR("k"), 0, STR("v")), OK);
	keep(STR("one"));
	assert_int_equal(put_if(STR("k"), ANY, STR("w")), OK);
	keep(STR("two"));
}

static void
a_minute_ends_it(void **state)
{
	(void)state;
	assert_int_equal(put_if(STR("k"), 0, STR("v")), OK);
	keep(STR("one"));
	clock_shift(59);
	assert_true(is_kept(STR("one")));
	clock_shift(61);
	assert_false(is_kept(STR("one")));
	clock_shift(0);
}

/* An authority that was removed and made anew has its name, and soon as many commits. */
static void
another_store_is_not_this_one(void **state)
{
	int i;

	(void)state;
	assert_int_equal(put_if(STR("k"), 0, STR("v")), OK);
	for (i = 0; i < 20; i++) {
		keep(arena_printf(a, "%d", i));
		store_close(s);
		s = NULL;
		scratch_remove();
		assert_int_equal(mkdir(scratch_root, 0700), 0);
		assert_int_equal(open_as(STORE_CREATE, 16 * MIB), OK);
		assert_int_equal(put_if(STR("k"), 0, STR("v")), OK);
		assert_false(is_kept(STR("")));
	}
}

static void
a_long_answer_is_not_kept(void **state)
{
	struct request rq = { .authority = &auth, .db = s };
	struct str body;

	(void)state;
	assert_int_equal(put_if(STR("k"), 0, STR("v")), OK);
	assert_false(memo_get(&rq, &body));
	memo_put(&rq, str_bytes(arena_alloc(a, 1 << 20), 1 << 20));
	assert_false(memo_get(&rq, &body));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(a_commit_ends_it),
		store_test(a_minute_ends_it),
		store_test(another_store_is_not_this_one),
		store_test(a_long_answer_is_not_kept),
	};

	return cmocka_run_group_tests_name("memo", tests, NULL, NULL);
}
