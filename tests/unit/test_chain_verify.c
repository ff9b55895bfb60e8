/*
 * test_chain_verify - every way in which somebody may meddle with the chain shows
 * SPDX-License-Identifier: ISC
 */
#include "tests/unit/chain_fixture.h"

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

/* The same without the record: what is wrong then is that nothing can be said. */
static void
what_was_noted_is_gone(void **state)
{
	struct chain_report r = { .key = KEY, .name = NAME, .expect = 2 };
	struct chain_head head;

	(void)state;
	begin(16, 0);
	change_many(1);
	r.expect_mac = row(2).mac;
	change_many(40);
	assert_int_equal(chain_verify(s, &r), OK);
	assert_non_null(r.problem);
	assert_true(r.is_unknown);
	assert_int_equal(r.at, 2);
	assert_int_equal(chain_head_get(s, a, &head), OK);
	r.expect = head.first - 1; /* of that one the MAC is kept */
	r.expect_mac = str_bytes(head.before, HASH_LEN);
	assert_int_equal(chain_verify(s, &r), OK);
	assert_null(r.problem);
	assert_false(r.is_unknown);
	r.expect = 2;
	meddle(chain_key(a, head.last), STR(""), false);
	assert_int_equal(chain_verify(s, &r), OK);
	assert_int_equal(r.at, head.last);
	assert_false(r.is_unknown);
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

/* A front that somebody has removed stops no commit, and is to be seen as long as what says that it
 * was pruned. */
static void
pruning_hides_nothing(void **state)
{
	struct chain_head head;
	size_t i;

	(void)state;
	begin(16, 0);
	change_many(10);
	meddle(chain_key(a, 1), STR(""), false);
	for (i = 0; i < 12; i++) {
		assert_non_null(verify_with(KEY).problem);
		assert_non_null(verify_with(STR("")).problem);
		change_many(1);
	}
	assert_int_equal(chain_head_get(s, a, &head), OK);
	assert_true(head.first > 5);
	assert_true(head.last - head.first <= 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(another_key_or_name),
		store_test(a_changed_byte_anywhere),
		store_test(a_changed_byte_of_the_head),
		store_test(a_removed_record),
		store_test(cut_off_with_the_head_set_back),
		store_test(forged_with_the_key_of_the_head),
		store_test(a_whole_head_of_an_earlier_time),
		store_test(what_was_noted_elsewhere),
		store_test(what_was_noted_is_gone),
		store_test(cut_off_in_front),
		store_test(pruning_hides_nothing),
	};

	return cmocka_run_group_tests_name("chain_verify", tests, NULL, NULL);
}
