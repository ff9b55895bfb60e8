/*
 * store_fixture - what the tests of the store share: a fresh environment for each
 * SPDX-License-Identifier: ISC
 *
 * `a` and `s` are there in every test; `dir` is the directory of `s`.
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <string.h>

#include "base/log.h"
#include "store/commit.h"
#include "store/read.h"

#include "tests/unit/base_fixture.h"
#include "tests/unit/scratch.h"

#define MIB ((int64_t)1 << 20)

static struct arena *a;
static struct store *s;
static char dir[512];

static inline enum err
open_as(unsigned flags, int64_t map_size)
{
	struct store_options options = { .flags = flags, .map_size = map_size };

	return store_open(dir, &options, &s);
}

static inline int
store_setup(void **state)
{
	static int n;
	char name[16];

	(void)state;
	(void)!log_open("test", "/dev/null"); /* half of what is tested here is complained about */
	a = arena_new(ARENA_CEILING);
	snprintf(name, sizeof(name), "store%d", n++);
	snprintf(dir, sizeof(dir), "%s", scratch_path(name));
	return open_as(STORE_CREATE, 16 * MIB) != OK;
}

static inline int
store_teardown(void **state)
{
	(void)state;
	store_close(s);
	s = NULL;
	arena_free(a);
	return 0;
}

static inline void
reopen(unsigned flags)
{
	store_close(s);
	s = NULL;
	assert_int_equal(open_as(flags, 0), OK);
}

/* One put, guarded by `version` unless that is ANY. */
#define ANY UINT64_MAX

static inline enum err
put_if(struct str key, uint64_t version, struct str value)
{
	struct batch b;

	batch_init(&b, a);
	if (version != ANY)
		batch_guard(&b, key, version);
	batch_put(&b, key, value);
	return store_commit(s, &b);
}

static inline enum err
del(struct str key)
{
	struct batch b;

	batch_init(&b, a);
	batch_del(&b, key);
	return store_commit(s, &b);
}

static inline uint64_t
version_of(struct str key)
{
	struct str value;
	uint64_t version;
	enum err e;

	e = store_get(s, a, key, &value, &version);
	assert_true(e == OK || e == ERR_NOTFOUND);
	assert_true((e == OK) == (version > 0));
	return version;
}

static inline void
assert_value(struct str key, struct str want)
{
	struct str value;

	assert_int_equal(store_get(s, a, key, &value, NULL), OK);
	assert_str(value, want);
}

#define store_test(fn) cmocka_unit_test_setup_teardown(fn, store_setup, store_teardown)

#endif
