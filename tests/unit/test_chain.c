/*
 * test_chain - every change leaves its record, and the number of them is bounded
 * SPDX-License-Identifier: ISC
 */
#include "tests/unit/chain_fixture.h"

static void
appends(void **state)
{
	struct chain_row r;
	int64_t now;

	(void)state;
	begin(0, 0);
	now = clock_now();
	change_many(3);
	assert_sound(1, 4);
	r = row(1);
	assert_str(r.payload, STR("begun"));
	r = row(4);
	assert_int_equal(r.kind, CHAIN_NOTE);
	assert_str(r.program, STR("test"));
	assert_str(r.payload, STR("changed"));
	assert_true(r.time >= now && r.time <= clock_now());
}

static void
several_notes_of_one_commit(void **state)
{
	struct batch b;

	(void)state;
	begin(0, 0);
	batch_init(&b, a);
	batch_put(&b, STR("Ga"), STR("1"));
	batch_note(&b, STR("one"));
	batch_note(&b, STR("two"));
	batch_note(&b, STR("three"));
	assert_int_equal(store_commit(s, &b), OK);
	assert_sound(1, 4);
	assert_str(row(2).payload, STR("one"));
	assert_str(row(4).payload, STR("three"));
}

static void
many_commits_of_one_transaction(void **state)
{
	struct commit v[3];
	struct batch b[3];
	size_t i;

	(void)state;
	begin(0, 0);
	for (i = 0; i < 3; i++) {
		batch_init(&b[i], a);
		batch_guard(&b[i], STR("Ga"), 0);
		batch_put(&b[i], STR("Ga"), STR("1"));
		batch_note(&b[i], arena_printf(a, "%zu", i));
		v[i] = (struct commit){
			.ops = buf_str(&b[i].ops), .id = STR("0123456789abcdef"), .program = "other"
		};
	}
	v[1].id = STR("fedcba9876543210"); /* a conflict; the last was sent twice */
	store_commit_many(s, v, 3);
	assert_int_equal(v[0].err, OK);
	assert_int_equal(v[1].err, ERR_CONFLICT);
	assert_int_equal(v[2].err, OK);
	assert_sound(1, 2);
	assert_str(row(2).payload, STR("0"));
	assert_str(row(2).program, STR("other"));
}

static void
a_change_leaves_a_record_or_is_refused(void **state)
{
	struct batch b;

	(void)state;
	begin(0, 0);
	assert_int_equal(change(STR("Ga"), STR("")), ERR_DENIED);
	assert_int_equal(del(STR("Ga")), ERR_DENIED);
	assert_int_equal(change(STR("Bmark"), STR("")), OK); /* the store's own */
	batch_init(&b, a);
	batch_guard(&b, STR("Ga"), 0);
	assert_int_equal(store_commit(s, &b), OK); /* changes nothing */
	assert_sound(1, 1);
	reopen(0);
	assert_int_equal(change(STR("Ga"), STR("note")), ERR_DENIED); /* it would get lost */
	assert_int_equal(change(STR("Ga"), STR("")), OK);
}

/* A batch of notes alone would be a record of nothing, and a way to push others out. */
static void
notes_alone_are_refused(void **state)
{
	struct batch b;

	(void)state;
	begin(0, 0);
	batch_init(&b, a);
	batch_note(&b, STR("note"));
	assert_int_equal(store_commit(s, &b), ERR_DENIED);
	batch_guard(&b, STR("Ga"), 0);
	assert_int_equal(store_commit(s, &b), ERR_DENIED);
	batch_put(&b, STR("Bmark"), STR(""));
	assert_int_equal(store_commit(s, &b), ERR_DENIED);
	batch_del(&b, STR("Ga"));
	assert_int_equal(store_commit(s, &b), OK);
	assert_sound(1, 2);
}

/* Rows of the chain are put by the chain alone, whatever note goes with it. */
static void
rows_are_out_of_reach(void **state)
{
	struct str value;
	struct batch b;

	(void)state;
	begin(0, 0);
	value = row_value(1);
	assert_int_equal(change(chain_key(a, 1), STR("note")), ERR_DENIED);
	assert_int_equal(change(chain_key(a, 2), STR("note")), ERR_DENIED);
	assert_int_equal(change(STR("H"), STR("note")), ERR_DENIED);
	batch_init(&b, a);
	batch_del(&b, STR("H"));
	batch_note(&b, STR("note"));
	assert_int_equal(store_commit(s, &b), ERR_DENIED);
	batch_init(&b, a);
	chain_begin(&b, a, KEY, NAME);
	batch_note(&b, STR("note"));
	assert_int_equal(store_commit(s, &b), ERR_CONFLICT);
	assert_str(row_value(1), value);
	assert_sound(1, 1);
}

static void
no_head_no_commit(void **state)
{
	(void)state;
	open_chained(0);
	assert_int_equal(change(STR("Ga"), STR("note")), ERR_CORRUPT);
	assert_int_equal(version_of(STR("Ga")), 0);
	assert_broken(0);
}

static void
bounded_by_number(void **state)
{
	struct chain_head head;
	struct str noted;
	size_t i;

	(void)state;
	begin(16, 0);
	for (i = 0; i < 100; i++) {
		change_many(1);
		assert_int_equal(chain_head_get(s, a, &head), OK);
		assert_true(head.last - head.first < 17);
		assert_sound(head.first, head.last);
	}
	assert_true(head.first > 80);
	/* What is missing in front is what a record says. */
	noted = row_value(head.first);
	meddle(chain_key(a, head.first), noted, false);
	assert_broken(head.first);
	meddle(chain_key(a, head.first), noted, true);
	assert_sound(head.first, head.last);
}

static void
bounded_by_age(void **state)
{
	size_t removed, all = 0;
	struct chain_head head;

	(void)state;
	begin(0, 3600);
	change_many(299);
	assert_int_equal(chain_expire(s, clock_now() + 3000, &removed), OK);
	assert_int_equal(removed, 0);
	clock_shift(3700);
	do {
		assert_int_equal(chain_expire(s, clock_now(), &removed), OK);
		assert_true(removed <= CHAIN_PRUNE_MOST);
		all += removed;
		assert_int_equal(chain_head_get(s, a, &head), OK);
		assert_sound(head.first, head.last);
	} while (removed > 0);
	assert_int_equal(all, 300);
	assert_int_equal(row(head.last).kind, CHAIN_PRUNED);
	assert_str(row(head.last).program, STR("test"));
	clock_shift(0);
	open_chained(STORE_READONLY);
	assert_int_equal(chain_expire(s, clock_now() + 9999, &removed), ERR_DENIED);
}

/* How many lines of the log say that. */
static size_t
logged(const char *path, const char *what)
{
	char *text = arena_alloc(a, 1 << 20), *at = text;
	FILE *f = fopen(path, "r");
	size_t n = 0;

	assert_non_null(f);
	text[fread(text, 1, (1 << 20) - 1, f)] = '\0';
	fclose(f);
	while ((at = strstr(at, what)) != NULL) {
		at++;
		n++;
	}
	return n;
}

static const char *
log_here(void)
{
	const char *path = arena_z(a, str_of(scratch_path("chain.log")));

	unlink(path);
	assert_int_equal(log_open("test", path), OK);
	return path;
}

/* Who changes much pushes records out: that is said, once a minute. */
static void
too_many_are_logged(void **state)
{
	const char *path = log_here();
	struct chain_head head;
	uint64_t first = 1;
	size_t i, n = 0;

	(void)state;
	begin(16, 0);
	change_many(15);
	assert_int_equal(logged(path, "audit records"), 0);
	for (i = 0; i < 50; i++) {
		change_many(1);
		assert_int_equal(chain_head_get(s, a, &head), OK);
		n += head.first != first;
		first = head.first;
	}
	assert_true(n > 10);
	clock_shift(60);
	for (i = 0; i < 10; i++)
		change_many(1);
	clock_shift(0);
	n = logged(path, "store reason=\"audit records");
	assert_in_range(n, 2, 3); /* three when a minute began meanwhile */
}

/* Some were made under a clock that was years ahead: those behind them do not stay for it. */
static void
a_wrong_clock(void **state)
{
	size_t removed;

	(void)state;
	begin(0, 3600);
	clock_shift((int64_t)3650 * 86400);
	change_many(300);
	clock_shift(0);
	change_many(1);
	assert_int_equal(chain_expire(s, clock_now() + 3500, &removed), OK);
	assert_int_equal(removed, 0);
	clock_shift(3700);
	change_many(2);
	assert_int_equal(chain_expire(s, clock_now(), &removed), OK);
	assert_int_equal(removed, CHAIN_PRUNE_MOST);
	while (removed > 0)
		assert_int_equal(chain_expire(s, clock_now(), &removed), OK);
	assert_sound(303, 307); /* two changes, three that say what was removed */
	clock_shift(0);
}

/* One in front that is broken or gone is passed over, which shows as long as what says so is kept.
 */
static void
a_broken_one_in_front(void **state)
{
	const char *path = log_here();
	struct chain_head head;
	size_t i, removed;

	(void)state;
	begin(16, 3600);
	change_many(9);
	meddle(chain_key(a, 1), STR("x"), true);
	meddle(chain_key(a, 2), STR(""), false);
	clock_shift(3700);
	change_many(2);
	assert_int_equal(chain_expire(s, clock_now(), &removed), OK);
	assert_int_equal(removed, 10);
	assert_int_equal(logged(path, "could not be read"), 1);
	assert_broken(10);
	for (i = 0; i < 12; i++) { /* what is removed now is sound, what says the former is there */
		change_many(1);
		assert_non_null(verify_with(KEY).problem);
		assert_non_null(verify_with(STR("")).problem);
	}
	change_many(20);
	assert_int_equal(chain_head_get(s, a, &head), OK);
	assert_sound(head.first, head.last);
	meddle(chain_key(a, head.first), STR("x"), true);
	change_many(6);
	assert_int_equal(logged(path, "could not be read"), 2);
	assert_non_null(verify_with(STR("")).problem);
	clock_shift(0);
}

static void
over_epochs(void **state)
{
	struct batch b;
	size_t i;

	(void)state;
	begin(CHAIN_EPOCH + 500, 0);
	for (i = 0; i < 2 * CHAIN_EPOCH + 100; i += NOTES_MAX) {
		batch_init(&b, a);
		batch_put(&b, STR("Ga"), STR("1"));
		while (b.notes < NOTES_MAX)
			batch_note(&b, STR("n"));
		assert_int_equal(store_commit(s, &b), OK);
		if (i % 1024 == 0)
			arena_reset(a);
	}
	assert_null(verify_with(KEY).problem);
	assert_true(verify_with(KEY).head.first > CHAIN_EPOCH / 2);
	assert_non_null(verify_with(STR("x")).problem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(appends),
		store_test(several_notes_of_one_commit),
		store_test(many_commits_of_one_transaction),
		store_test(a_change_leaves_a_record_or_is_refused),
		store_test(notes_alone_are_refused),
		store_test(rows_are_out_of_reach),
		store_test(no_head_no_commit),
		store_test(bounded_by_number),
		store_test(bounded_by_age),
		store_test(too_many_are_logged),
		store_test(a_wrong_clock),
		store_test(a_broken_one_in_front),
		store_test(over_epochs),
	};

	return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
