/*
 * test_upkeep - what is over goes, a piece at a time, and what is not stays
 * SPDX-License-Identifier: ISC
 */
#include "model/upkeep.h"

#include "model/session.h"
#include "store/key.h"

#include "tests/unit/model_fixture.h"

#define SESSIONS 20

static void
add_session(int64_t lifetime)
{
	struct user u = { .sub = STR_INIT("sub") };
	struct session_row row;
	struct str cookie;
	struct batch b;

	session_new(a, &u, &row);
	session_sign_in(a, &row, lifetime, &cookie);
	batch_init(&b, a);
	assert_int_equal(session_put(&b, a, &row), OK);
	assert_int_equal(commit(&b), OK);
}

static void
add_mark(struct store *s, uint32_t hour, struct str id)
{
	struct batch b;

	batch_init(&b, a);
	batch_put(&b, key_hour(a, KEY_APPLIED, hour, id), (struct str){ 0 });
	assert_int_equal(store_commit(s, &b), OK);
}

static size_t
count_sessions(void)
{
	struct store_rows rows;

	assert_int_equal(store_scan(db, a, key_class(a, KEY_SESSION), STR(""), 100, &rows), OK);
	return rows.n;
}

/* Every second one is over; pieces are small, so that they end in the midst of both kinds. */
static void
pieces_add_up(void **state)
{
	struct upkeep_place at = { 0 };
	struct upkeep done = { 0 };
	int i, pieces = 0;

	(void)state;
	for (i = 0; i < SESSIONS; i++)
		add_session(i % 2 == 0 ? 60 : 7200);
	for (i = 0; i < 7; i++) {
		add_mark(db, 1, arena_printf(a, "old%d", i));
		add_mark(o.volatile_, 2, arena_printf(a, "old%d", i));
		add_mark(db, key_hour_after(clock_now() + 7200), arena_printf(a, "new%d", i));
	}
	while (!at.done && pieces++ < 100)
		assert_int_equal(upkeep_slice(&o, clock_now() + 3600, 3, &at, &done), OK);
	assert_true(at.done);
	assert_true(pieces > SESSIONS / 3);
	assert_int_equal(done.sessions, SESSIONS / 2);
	assert_int_equal(done.applied, 7);
	assert_int_equal(done.counted, 7);
	assert_int_equal(count_sessions(), SESSIONS / 2);
}

static void
all_at_once(void **state)
{
	struct upkeep done;

	(void)state;
	add_session(60);
	assert_int_equal(upkeep_run(a, &auth, &o, clock_now() + 10800, &done), OK);
	assert_int_equal(done.sessions, SESSIONS / 2 + 1);
	assert_int_equal(count_sessions(), 0);
}

/* A row that cannot be read is for `tessera check` to tell; the others go all the same. */
static void
a_broken_row_stops_nothing(void **state)
{
	struct str key = key_text(a, KEY_SESSION, STR("!broken"));
	struct upkeep done;
	struct batch b;

	(void)state;
	batch_init(&b, a);
	batch_put(&b, key, STR("\377\377"));
	assert_int_equal(commit(&b), OK);
	add_session(60);
	assert_int_equal(upkeep_run(a, &auth, &o, clock_now() + 10800, &done), OK);
	assert_int_equal(done.sessions, 1);
	assert_int_equal(count_sessions(), 1);
	batch_init(&b, a);
	batch_del(&b, key);
	assert_int_equal(commit(&b), OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		model_test(pieces_add_up),
		model_test(all_at_once),
		model_test(a_broken_row_stops_nothing),
	};

	return run_model_tests(tests);
}
