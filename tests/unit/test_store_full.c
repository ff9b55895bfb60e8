/*
 * test_store_full - a disk that is full or fails, where it would end processes
 * SPDX-License-Identifier: ISC
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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

/* The size is what LMDB wants for that many slots; there are blocks for those that are taken and
 * more, not for all. */
static void
assert_locks(int64_t size, int64_t taken)
{
	struct stat st;

	stat_locks(&st);
	assert_int_equal(st.st_size, size * 64 + 128);
	assert_true(st.st_blocks * 512 >= (taken + 64) * 64 + 128);
	assert_true(st.st_blocks * 512 <= (taken + 64) * 64 + 128 + 8192);
}

static void
blocks_for_the_first(void **state)
{
	(void)state;
	open_for(1022, STORE_CREATE);
	assert_locks(1022, 1);
	open_for(4000, STORE_READONLY);
	assert_locks(4000, 1);
	open_for(126, STORE_READONLY);
	assert_locks(4000, 1);
	assert_int_equal(put_if(STR("Ca"), 0, STR("1")), ERR_DENIED);
	open_for(0, 0);
	assert_int_equal(put_if(STR("Ca"), 0, STR("1")), OK);
}

/* Opens it, says so, and reads on until it is killed. */
static pid_t
start_reader(void)
{
	int ends[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		s = NULL;
		if (open_as(STORE_READONLY, 0) != OK || version_of(STR("Ca")) == 0 ||
			write(ends[1], "1", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &c, 1), 1);
	close(ends[0]);
	return pid;
}

static void
blocks_for_more(void **state)
{
	enum {
		READERS = 150
	};
	pid_t pids[READERS];
	int i;

	(void)state;
	open_for(1022, 0);
	assert_int_equal(put_if(STR("Ca"), 0, STR("1")), OK);
	for (i = 0; i < READERS; i++)
		pids[i] = start_reader();
	assert_locks(1022, READERS);
	for (i = 0; i < READERS; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
}

/* As who restored a copy left it, or what the system made of it. */
static void
sparse_file(void **state)
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
	assert_locks(1022, 1);
}

static bool meta_fails;

/* Stands before that of the library: what is shorter than a page is a page of LMDB's own, by which
 * a commit becomes true. */
ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	if (meta_fails && n < 4096) {
		errno = EIO;
		return -1;
	}
	return syscall(SYS_pwrite64, fd, p, n, at);
}

/* Exits by itself at the next use, with what fatal() says. */
static pid_t
start_failing(void)
{
	enum err e;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	s = NULL;
	if (open_as(0, 0) != OK)
		_exit(1);
	meta_fails = true;
	if (put_if(STR("Cb"), 0, STR("2")) != ERR_SYSTEM)
		_exit(2);
	e = put_if(STR("Cc"), 0, STR("3"));
	_exit(e == OK ? 3 : 4);
}

/* A commit that failed at its last step leaves LMDB unusable in that process (MDB_PANIC), which
 * ends; those who come after it go on from a sound state. */
static void
last_step_fails(void **state)
{
	int status;

	(void)state;
	assert_int_equal(put_if(STR("Ca"), 0, STR("1")), OK);
	assert_int_equal(waitpid(start_failing(), &status, 0) > 0, 1);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 111);
	assert_value(STR("Ca"), STR("1"));
	assert_int_equal(version_of(STR("Cb")), 0);
	assert_int_equal(put_if(STR("Cb"), 0, STR("2")), OK);
	reopen(0);
	assert_value(STR("Ca"), STR("1"));
	assert_value(STR("Cb"), STR("2"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(blocks_for_the_first),
		store_test(blocks_for_more),
		store_test(sparse_file),
		store_test(last_step_fails),
	};

	return cmocka_run_group_tests_name("store_full", tests, NULL, NULL);
}
