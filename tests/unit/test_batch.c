/*
 * test_batch - the encoded form of a batch
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "store/batch.h"

#include "tests/unit/base_fixture.h"

static void
what_went_in_comes_out(void **state)
{
	struct arena *a = *state;
	struct batch_op op;
	struct batch b;
	struct str ops;

	batch_init(&b, a);
	batch_guard(&b, STR("Ckey"), 0x0102030405060708);
	batch_put(&b, STR("Ckey"), STR("va\0lue"));
	batch_put(&b, STR("Cempty"), STR(""));
	batch_del(&b, STR("Cold"));
	batch_note(&b, STR("why"));
	assert_int_equal(b.n, 4);
	assert_int_equal(b.notes, 1);
	assert_int_equal(buf_end(&b.ops, &ops), OK);

	assert_int_equal(batch_next(&ops, &op), OK);
	assert_int_equal(op.kind, BATCH_GUARD);
	assert_str(op.key, STR("Ckey"));
	assert_int_equal(op.version, 0x0102030405060708);
	assert_int_equal(batch_next(&ops, &op), OK);
	assert_int_equal(op.kind, BATCH_PUT);
	assert_str(op.key, STR("Ckey"));
	assert_str(op.value, STR("va\0lue"));
	assert_int_equal(batch_next(&ops, &op), OK);
	assert_str(op.key, STR("Cempty"));
	assert_int_equal(op.value.n, 0);
	assert_int_equal(batch_next(&ops, &op), OK);
	assert_int_equal(op.kind, BATCH_DEL);
	assert_str(op.key, STR("Cold"));
	assert_int_equal(batch_next(&ops, &op), OK);
	assert_int_equal(op.kind, BATCH_NOTE);
	assert_str(op.value, STR("why"));
	assert_int_equal(batch_next(&ops, &op), ERR_NOTFOUND);
}

/* Every front part of a batch is malformed or a whole number of operations. */
static void
cut_off(void **state)
{
	struct arena *a = *state;
	size_t i, whole = 0;
	struct batch_op op;
	struct batch b;
	struct str ops, part;
	enum err e;

	batch_init(&b, a);
	batch_guard(&b, STR("Ck"), 1);
	batch_put(&b, STR("Ck"), STR("value"));
	batch_del(&b, STR("Ck"));
	batch_note(&b, STR("why"));
	assert_int_equal(buf_end(&b.ops, &ops), OK);
	for (i = 0; i < ops.n; i++) {
		/* A copy of that very length, so that ASan sees a read behind it. */
		part = arena_bytes(a, ops.p, i);
		while ((e = batch_next(&part, &op)) == OK)
			continue;
		assert_true(e == ERR_SYNTAX || e == ERR_NOTFOUND);
		whole += e == ERR_NOTFOUND;
	}
	assert_int_equal(whole, 4); /* none, one, two, three */
}

static void
malformed(void **state)
{
	struct arena *a = *state;
	static const struct str bad[] = {
		STR_INIT("\0\0\0\0\1C"),	/* no kind */
		STR_INIT("\5\0\0\0\1C"),	/* unknown kind */
		STR_INIT("\4\0\0\0\0"),		/* empty note */
		STR_INIT("\4\0\0\0\2C"),	/* note cut off */
		STR_INIT("\3\0\0\0\0"),		/* empty key */
		STR_INIT("\3\0\0\0\1\0"),	/* no class */
		STR_INIT("\3\xff\xff\xff\xff"), /* length of nothing */
		STR_INIT("\2\0\0\0\1C\xff\xff\xff\xff"
			 "v"),			       /* the same of a value */
		STR_INIT("\1\0\0\0\1C\0\0\0\0\0\0\0"), /* version of 7 bytes */
	};
	struct batch_op op;
	struct str ops;
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		ops = arena_str(a, bad[i]);
		assert_int_equal(batch_next(&ops, &op), ERR_SYNTAX);
	}
}

static bool
fits(struct arena *a, struct str key, size_t value)
{
	struct str ops;
	struct batch b;

	batch_init(&b, a);
	batch_put(&b, key, str_bytes(arena_alloc(a, value + 1), value));
	return buf_end(&b.ops, &ops) == OK;
}

static void
limits(void **state)
{
	struct arena *a = *state;
	char key[KEY_MAX_LEN + 1];

	memset(key, 'C', sizeof(key));
	assert_true(fits(a, str_bytes(key, KEY_MAX_LEN), 1));
	assert_false(fits(a, str_bytes(key, KEY_MAX_LEN + 1), 1));
	assert_false(fits(a, STR(""), 1));
	assert_false(fits(a, STR("\0a"), 1));
	assert_true(fits(a, STR("C"), BATCH_MAX - 10));
	assert_false(fits(a, STR("C"), BATCH_MAX - 9));
	assert_false(fits(a, STR("C"), BATCH_MAX + 1));
}

static bool
takes_notes(struct arena *a, size_t n, size_t length)
{
	struct str ops;
	struct batch b;

	batch_init(&b, a);
	while (n-- > 0)
		batch_note(&b, str_bytes(arena_alloc(a, length + 1), length));
	return buf_end(&b.ops, &ops) == OK && batch_check(ops, "") == OK;
}

/* Whoever encodes a batch is held to it, and whoever decodes one holds to it too. */
static void
limits_of_notes(void **state)
{
	struct arena *a = *state;
	struct str ops;
	struct batch b;
	size_t i;

	assert_true(takes_notes(a, NOTES_MAX, NOTE_MAX));
	assert_false(takes_notes(a, NOTES_MAX + 1, 1));
	assert_false(takes_notes(a, 1, NOTE_MAX + 1));
	assert_false(takes_notes(a, 1, 0));
	batch_init(&b, a);
	for (i = 0; i <= NOTES_MAX; i++)
		buf_add(&b.ops, STR("\4\0\0\0\1n"));
	assert_int_equal(buf_end(&b.ops, &ops), OK);
	assert_int_equal(batch_check(ops, NULL), ERR_RANGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(what_went_in_comes_out),
		fixture_test(cut_off),
		fixture_test(malformed),
		fixture_test(limits),
		fixture_test(limits_of_notes),
	};

	return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
