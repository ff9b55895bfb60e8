/*
 * test_store_full - what a full disk must not meet: files that are sparse and mapped
 * SPDX-License-Identifier: ISC
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/store_fixture.h"

static void
stat_locks(struct stat *st)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/lock.mdb", dir);
	assert_int_equal(stat(path, st), 0);
}

static void
open_for(int64_t readers, unsigned flags)
{
	struct store_options options = { .flags = flags, .readers = readers };

	store_close(s);
	s = NULL;
	assert_int_equal(store_open(dir, &options, &s), OK);
}

/* The size is what LMDB wants for that many slots, and there is a block behind all of it. */
static void
assert_whole(int64_t readers)
{
	struct stat st;

	stat_locks(&st);
	assert_int_equal(st.st_size, readers * 64 + 128);
	assert_true(st.st_blocks * 512 >= st.st_size);
}

static void
locks_are_whole(void **state)
{
	(void)state;
	assert_whole(126);
	open_for(1022, STORE_CREATE);
	assert_whole(1022);
	open_for(4000, STORE_READONLY);
	assert_whole(4000);
	open_for(126, STORE_READONLY);
	assert_whole(4000);
	assert_int_equal(put_if(STR("Ca"), 0, STR("1")), ERR_DENIED);
	open_for(0, 0);
	assert_int_equal(put_if(STR("Ca"), 0, STR("1")), OK);
}

/* As an older release, or who restored a copy, left it. */
static void
sparse_locks_become_whole(void **state)
{
	char path[600];
	int fd;

	(void)state;
	store_close(s);
	s = NULL;
	snprintf(path, sizeof(path), "%s/lock.mdb", dir);
	assert_int_equal(unlink(path), 0);
	fd = open(path, O_RDWR | O_CREAT, 0660);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 1022 * 64 + 128), 0);
	close(fd);
	open_for(1022, STORE_READONLY);
	assert_whole(1022);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(locks_are_whole),
		store_test(sparse_locks_become_whole),
	};

	return cmocka_run_group_tests_name("store_full", tests, NULL, NULL);
}
