/*
 * chain_fixture - what the tests of the audit chain share
 * SPDX-License-Identifier: ISC
 *
 * The same environment is opened without STORE_CHAINED to meddle with it.
 */
#ifndef TESTS_CHAIN_FIXTURE_H
#define TESTS_CHAIN_FIXTURE_H

#include "base/clock.h"
#include "store/chain.h"
#include "store/key.h"

#include "tests/unit/store_fixture.h"

#define KEY STR("the audit key")
#define NAME STR("acme")

static inline void
open_chained(unsigned flags)
{
	struct store_options options = {
		.flags = STORE_CHAINED | flags, .map_size = 64 * MIB, .program = "test"
	};

	store_close(s);
	s = NULL;
	assert_int_equal(store_open(dir, &options, &s), OK);
}

static inline void
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

static inline enum err
change(struct str key, struct str note)
{
	struct batch b;

	batch_init(&b, a);
	batch_put(&b, key, STR("value"));
	if (note.n > 0)
		batch_note(&b, note);
	return store_commit(s, &b);
}

static inline void
change_many(size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		assert_int_equal(change(STR("Ga"), STR("changed")), OK);
}

static inline struct chain_report
verify_with(struct str key)
{
	struct chain_report r = { .key = key, .name = NAME };

	assert_int_equal(chain_verify(s, &r), OK);
	return r;
}

static inline void
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

static inline void
assert_broken(uint64_t at)
{
	struct chain_report r = verify_with(KEY);

	assert_non_null(r.problem);
	assert_int_equal(r.at, at);
}

static inline struct str
row_value(uint64_t sequence)
{
	struct str value;

	assert_int_equal(store_get(s, a, chain_key(a, sequence), &value, NULL), OK);
	return value;
}

static inline struct chain_row
row(uint64_t sequence)
{
	struct chain_row out;

	assert_int_equal(chain_parse(chain_key(a, sequence), row_value(sequence), &out), OK);
	return out;
}

/* Who has the file can write what they like; the chain is opened again after it. */
static inline void
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

#endif
