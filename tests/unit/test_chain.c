/*
 * test_chain - every way in which somebody may meddle with the record of changes shows
 * SPDX-License-Identifier: ISC
 *
 * The same environment is opened without STORE_CHAINED to meddle with it.
 */
#include "base/clock.h"
#include "store/chain.h"
#include "store/key.h"

#include "tests/unit/store_fixture.h"

#define KEY STR("the audit key")
#define NAME STR("acme")

static const char *program = "test";

static void
open_chained(unsigned flags)
{
	struct store_options options = {
		.flags = STORE_CHAINED | flags, .map_size = 64 * MIB, .program = program
	};

	store_close(s);
	s = NULL;
	assert_int_equal(store_open(dir, &options, &s), OK);
}

static void
begin(int64_t records, int64_t lifetime)
{
	struct chain_limit limit = { records, lifetime };
	struct batch b;

	secret_init();
	open_chained(0);
	batch_init(&b, a);
	chain_begin(&b, a, KEY, NAME);
	chain_limit_put(&b, a, &limit);
	batch_note(&b, STR("begun"));
	assert_int_equal(store_commit(s, &b), OK);
}

static enum err
change(struct str key, struct str note)
{
	struct batch b;

	batch_init(&b, a);
	batch_put(&b, key, STR("value"));
	if (note.n > 0)
		batch_note(&b, note);
	return store_commit(s, &b);
}

static void
change_many(size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		assert_int_equal(change(STR("Ga"), STR("changed")), OK);
}

static struct chain_report
verify_with(struct str key)
{
	struct chain_report r = { .key = key, .name = NAME };

	assert_int_equal(chain_verify(s, &r), OK);
	return r;
}

static void
assert_sound(uint64_t first, uint64_t last)
{
	struct chain_report r = verify_with(KEY);

	if (r.problem != NULL)
		print_error("record %u: %s\n", (unsigned)r.at, r.problem);
	assert_null(r.problem);
	assert_int_equal(r.head.first, first);
	assert_int_equal(r.head.last, last);
	assert_int_equal(r.records, last - first + 1);
	assert_null(verify_with(STR("")).problem);
}

static void
assert_broken(uint64_t at)
{
	struct chain_report r = verify_with(KEY);

	assert_non_null(r.problem);
	assert_int_equal(r.at, at);
}

static struct str
row_value(uint64_t sequence)
{
	struct str value;

	assert_int_equal(store_get(s, a, chain_key(a, sequence), &value, NULL), OK);
	return value;
}

static struct chain_row
row(uint64_t sequence)
{
	struct chain_row out;

	assert_int_equal(chain_parse(chain_key(a, sequence), row_value(sequence), &out), OK);
	return out;
}

/* Who has the file can write what they like; the chain is opened again after it. */
static void
meddle(struct str key, struct str value, bool put)
{
	struct batch b;

	reopen(0);
	batch_init(&b, a);
	if (put)
		batch_put(&b, key, value);
	else
		batch_del(&b, key);
	assert_int_equal(store_commit(s, &b), OK);
	open_chained(0);
}

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
another_key_or_name(void **state)
{
	struct chain_report r = { .key = KEY, .name = STR("other") };

	(void)state;
	begin(0, 0);
	change_many(2);
	assert_int_equal(verify_with(STR("another key")).at, 1);
	assert_int_equal(chain_verify(s, &r), OK);
	assert_int_equal(r.at, 1);
	assert_sound(1, 3);
}

static void
a_changed_byte_anywhere(void **state)
{
	struct str was, now;
	size_t i;

	(void)state;
	begin(0, 0);
	change_many(3);
	was = row_value(3);
	for (i = 0; i < was.n; i++) {
		now = arena_str(a, was);
		((char *)(uintptr_t)now.p)[i] ^= 1;
		meddle(chain_key(a, 3), now, true);
		assert_broken(3);
	}
	meddle(chain_key(a, 3), was, true);
	assert_sound(1, 4);
}

static void
a_changed_byte_of_the_head(void **state)
{
	struct str was, now;
	size_t i;

	(void)state;
	begin(0, 0);
	change_many(2);
	assert_int_equal(store_get(s, a, STR("H"), &was, NULL), OK);
	for (i = 0; i < was.n; i++) {
		now = arena_str(a, was);
		((char *)(uintptr_t)now.p)[i] ^= 1;
		meddle(STR("H"), now, true);
		assert_non_null(verify_with(KEY).problem);
	}
}

static void
a_removed_record(void **state)
{
	uint64_t at;
	struct str was;

	(void)state;
	begin(0, 0);
	change_many(4);
	for (at = 1; at <= 5; at++) {
		was = row_value(at);
		meddle(chain_key(a, at), was, false);
		assert_broken(at);
		assert_int_equal(verify_with(STR("")).at, at);
		meddle(chain_key(a, at), was, true);
	}
	assert_sound(1, 5);
	meddle(chain_key(a, 6), row_value(5), true);
	assert_broken(6);
}

/* The head of an earlier time would hide what came after, but its keys are gone. */
static void
cut_off_with_the_head_set_back(void **state)
{
	struct str early, late;
	char *forged;

	(void)state;
	begin(0, 0);
	change_many(2);
	assert_int_equal(store_get(s, a, STR("H"), &early, NULL), OK);
	change_many(2);
	assert_int_equal(store_get(s, a, STR("H"), &late, NULL), OK);
	forged = arena_z(a, late);
	memcpy(forged, early.p, 1 + CHAIN_ID_LEN + 16); /* where it has come to */
	memcpy(forged + 1 + CHAIN_ID_LEN + 16 + HASH_LEN, row(3).mac.p, HASH_LEN);
	meddle(chain_key(a, 5), STR(""), false);
	meddle(chain_key(a, 4), STR(""), false);
	meddle(STR("H"), str_bytes(forged, late.n), true);
	assert_broken(3);
	assert_null(verify_with(STR("")).problem); /* only the key tells */
}

/* Who has taken over the store has the key of the next record, and forges an older one with it. */
static void
forged_with_the_key_of_the_head(void **state)
{
	struct chain_head head;
	struct chain_row r;
	struct buf in, value;
	struct str mac;

	(void)state;
	begin(0, 0);
	change_many(3);
	assert_int_equal(chain_head_get(s, a, &head), OK);
	r = row(4);
	buf_init(&in, a, 4096);
	buf_u64(&in, 4);
	buf_add(&in, r.signed_);
	buf_add(&in, row(3).mac);
	mac = hash_hmac(a, str_bytes(head.key, HASH_LEN), buf_str(&in));
	buf_init(&value, a, 4096);
	buf_add(&value, r.signed_);
	buf_add(&value, mac);
	meddle(chain_key(a, 4), buf_str(&value), true);
	assert_broken(4);
}

/* Who has kept a whole head of an earlier time can go back to it; that shows when a later MAC was
 * noted elsewhere. */
static void
a_whole_head_of_an_earlier_time(void **state)
{
	struct chain_report r = { .key = KEY, .name = NAME };
	struct str early;

	(void)state;
	begin(0, 0);
	change_many(2);
	assert_int_equal(store_get(s, a, STR("H"), &early, NULL), OK);
	change_many(1);
	r.expect = 4;
	r.expect_mac = row(4).mac;
	meddle(STR("H"), early, true);
	assert_broken(4);
	assert_int_equal(change(STR("Ga"), STR("another")), OK);
	assert_sound(1, 4);
	assert_int_equal(chain_verify(s, &r), OK);
	assert_int_equal(r.at, 4);
}

static void
what_was_noted_elsewhere(void **state)
{
	struct chain_report r = { .key = KEY, .name = NAME };
	struct str noted;

	(void)state;
	begin(0, 0);
	change_many(3);
	noted = row(3).mac;
	change_many(2);
	r.expect = 3;
	r.expect_mac = noted;
	assert_int_equal(chain_verify(s, &r), OK);
	assert_null(r.problem);
	r.expect_mac = row(4).mac;
	assert_int_equal(chain_verify(s, &r), OK);
	assert_int_equal(r.at, 3);
	r.expect = 7;
	assert_int_equal(chain_verify(s, &r), OK);
	assert_int_equal(r.at, 7);
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

/* A head that says more was removed than any record does. */
static void
cut_off_in_front(void **state)
{
	struct str was;
	char *forged;
	struct chain_row r;

	(void)state;
	begin(0, 0);
	change_many(3);
	r = row(1);
	assert_int_equal(store_get(s, a, STR("H"), &was, NULL), OK);
	forged = arena_z(a, was);
	forged[1 + CHAIN_ID_LEN + 7] = 2; /* the first that is kept */
	memcpy(forged + 1 + CHAIN_ID_LEN + 16, r.mac.p, HASH_LEN);
	meddle(chain_key(a, 1), STR(""), false);
	meddle(STR("H"), str_bytes(forged, was.n), true);
	assert_broken(1);
	assert_int_equal(verify_with(STR("")).at, 1);
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

/* A front that somebody has removed stops no commit, and stays to be seen. */
static void
pruning_hides_nothing(void **state)
{
	size_t i;

	(void)state;
	begin(16, 0);
	change_many(10);
	meddle(chain_key(a, 1), STR(""), false);
	for (i = 0; i < 40; i++)
		change_many(1);
	assert_broken(1);
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
		store_test(rows_are_out_of_reach),
		store_test(no_head_no_commit),
		store_test(another_key_or_name),
		store_test(a_changed_byte_anywhere),
		store_test(a_changed_byte_of_the_head),
		store_test(a_removed_record),
		store_test(cut_off_with_the_head_set_back),
		store_test(forged_with_the_key_of_the_head),
		store_test(a_whole_head_of_an_earlier_time),
		store_test(what_was_noted_elsewhere),
		store_test(bounded_by_number),
		store_test(cut_off_in_front),
		store_test(bounded_by_age),
		store_test(pruning_hides_nothing),
		store_test(over_epochs),
	};

	return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
