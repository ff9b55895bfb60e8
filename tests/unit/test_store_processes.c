/*
 * test_store_processes - many processes, killed ones, full disks
 * SPDX-License-Identifier: ISC
 *
 * Children open the environment themselves, as programs do, and leave by
 * _exit() with 0 for "as it should be".
 */
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/unit/store_fixture.h"

#define RACERS 8
#define RACES 60
#define KILLS 25

/* What parent and children share beside the store. */
struct shared {
	unsigned arrived[RACES], winners[RACES], winner[RACES];
	unsigned acknowledged;
};

static struct shared *shared;

static void
share(void)
{
	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
}

/* Runs fn(arg) in a child with an environment of its own. */
static pid_t
start(int (*fn)(unsigned), unsigned arg)
{
	pid_t pid;

	pid = fork();
	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	s = NULL;
	_exit(open_as(0, 0) == OK ? fn(arg) : 99);
}

static void
finish(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int
race(unsigned me)
{
	unsigned i;
	enum err e;

	for (i = 0; i < RACES; i++) {
		__atomic_add_fetch(&shared->arrived[i], 1, __ATOMIC_SEQ_CST);
		while (__atomic_load_n(&shared->arrived[i], __ATOMIC_SEQ_CST) < RACERS)
			sched_yield();
		e = put_if(arena_printf(a, "R%u", i), 0, arena_printf(a, "%u", me));
		if (e == OK) {
			__atomic_add_fetch(&shared->winners[i], 1, __ATOMIC_SEQ_CST);
			shared->winner[i] = me;
		} else if (e != ERR_CONFLICT) {
			return 1;
		}
	}
	return 0;
}

static void
one_of_eight_wins(void **state)
{
	pid_t pid[RACERS];
	unsigned i;

	(void)state;
	share();
	store_close(s);
	s = NULL;
	for (i = 0; i < RACERS; i++)
		pid[i] = start(race, i);
	for (i = 0; i < RACERS; i++)
		finish(pid[i]);
	assert_int_equal(open_as(0, 0), OK);
	for (i = 0; i < RACES; i++) {
		assert_int_equal(shared->winners[i], 1);
		assert_value(arena_printf(a, "R%u", i), arena_printf(a, "%u", shared->winner[i]));
	}
}

/* A counter and one row for each of its values, in one commit; tells what was acknowledged. */
static int
count_up(unsigned from)
{
	struct batch b;
	unsigned n;

	for (n = from + 1;; n++) {
		batch_init(&b, a);
		batch_put(&b, STR("N"), arena_printf(a, "%u", n));
		batch_put(&b, arena_printf(a, "L%06u", n), STR("row"));
		if (store_commit(s, &b) != OK)
			return 1;
		__atomic_store_n(&shared->acknowledged, n, __ATOMIC_SEQ_CST);
		arena_reset(a);
	}
}

/* The counter, after checking that it and its rows are from the same commit. */
static unsigned
counted(void)
{
	struct str value;
	int64_t n = 0;

	if (store_get(s, a, STR("N"), &value, NULL) == OK)
		assert_int_equal(str_int(value, &n), OK);
	if (n > 0)
		assert_true(version_of(arena_printf(a, "L%06u", (unsigned)n)) > 0);
	assert_int_equal(version_of(arena_printf(a, "L%06u", (unsigned)n + 1)), 0);
	arena_reset(a);
	return (unsigned)n;
}

/* kill -9 at any moment: what was acknowledged is there, and nothing is there by halves. Our own
 * environment stays open all the time, as in the other workers of a killed one. */
static void
killed_writers(void **state)
{
	struct timespec ts = { 0, 0 };
	unsigned i, n = 0, acknowledged;
	struct store *ours = s;
	pid_t pid;

	(void)state;
	share();
	for (i = 0; i < KILLS; i++) {
		pid = start(count_up, n);
		ts.tv_nsec = (long)(3 + i * 7 % 20) * 1000000 + (long)i * 137000;
		nanosleep(&ts, NULL);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		s = ours;
		n = counted();
		acknowledged = __atomic_load_n(&shared->acknowledged, __ATOMIC_SEQ_CST);
		assert_true(n == acknowledged || n == acknowledged + 1);
		assert_int_equal(put_if(STR("Cours"), ANY, STR("x")), OK);
	}
	assert_true(n > 0);
}

static int
read_and_wait(unsigned arg)
{
	struct str value;

	(void)arg;
	if (store_get(s, a, STR("Ca"), &value, NULL) != ERR_NOTFOUND)
		return 1;
	__atomic_store_n(&shared->acknowledged, 1, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
}

static void
dead_readers_are_cleared(void **state)
{
	int cleared = -1;
	pid_t pid;

	(void)state;
	share();
	pid = start(read_and_wait, 0);
	while (__atomic_load_n(&shared->acknowledged, __ATOMIC_SEQ_CST) == 0)
		sched_yield();
	assert_int_equal(store_clear_readers(s, &cleared), OK);
	assert_int_equal(cleared, 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(store_clear_readers(s, &cleared), OK);
	assert_int_equal(cleared, 1);
	assert_int_equal(store_clear_readers(s, NULL), OK);
}

/* Grows the map as an administrator would, and fills more than the old one. */
static int
grow(unsigned rows)
{
	static const char value[100000];
	unsigned i;

	store_close(s);
	if (open_as(0, 64 * MIB) != OK)
		return 1;
	for (i = 0; i < rows; i++) {
		if (put_if(arena_printf(a, "B%03u", i), 0, str_bytes(value, sizeof(value))) != OK)
			return 2;
		arena_reset(a);
	}
	return 0;
}

static void
map_grown_by_another(void **state)
{
	struct store_usage usage;
	struct store_rows rows;

	(void)state;
	assert_int_equal(put_if(STR("Ca"), 0, STR("1")), OK);
	finish(start(grow, 200)); /* 20 MB; our map has 16 */
	assert_value(STR("Ca"), STR("1"));
	assert_int_equal(put_if(STR("Ca"), version_of(STR("Ca")), STR("2")), OK);
	assert_int_equal(store_scan(s, a, STR("B"), STR("B190"), 20, &rows), OK);
	assert_int_equal(rows.n, 9);
	assert_int_equal(store_usage(s, &usage), OK);
	assert_int_equal(usage.map_size, 64 * MIB);
}

/* The same when the first that we do is a write. */
static void
map_grown_before_a_write(void **state)
{
	(void)state;
	finish(start(grow, 200));
	assert_int_equal(put_if(STR("Ca"), 0, STR("2")), OK);
	assert_value(STR("Ca"), STR("2"));
}

/* A file that may not grow is the nearest to a full disk that needs no privilege. */
static int
fill_disk(unsigned arg)
{
	const struct rlimit tight = { 200000, RLIM_INFINITY };
	const struct rlimit free = { RLIM_INFINITY, RLIM_INFINITY };
	char *value = arena_alloc(a, 20000);
	enum err e = OK;
	unsigned n;

	(void)arg;
	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &tight) != 0)
		return 1;
	for (n = 0; n < 100 && e == OK; n++)
		e = put_if(arena_printf(a, "B%03u", n), 0, str_bytes(value, 20000));
	if (e != ERR_FULL && e != ERR_SYSTEM) /* a write that is cut short is EIO to LMDB */
		return 2;
	if (version_of(arena_printf(a, "B%03u", n - 1)) != 0)
		return 3;
	if (version_of(STR("B000")) == 0)
		return 4;
	if (setrlimit(RLIMIT_FSIZE, &free) != 0)
		return 5;
	e = put_if(arena_printf(a, "B%03u", n - 1), 0, str_bytes(value, 20000));
	return e == OK ? 0 : 6;
}

static void
full_disk(void **state)
{
	(void)state;
	finish(start(fill_disk, 0));
	assert_true(version_of(STR("B000")) > 0);
}

/* An environment of before a fork is not to be used, and closing it does the parent no harm. */
static void
after_a_fork(void **state)
{
	struct str value;
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(put_if(STR("Ca"), 0, STR("1")), OK);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		_exit((int)store_get(s, a, STR("Ca"), &value, NULL));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);

	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		store_close(s);
		_exit(open_as(0, 0) == OK && version_of(STR("Ca")) > 0 ? 0 : 1);
	}
	finish(pid);
	assert_int_equal(put_if(STR("Ca"), ANY, STR("2")), OK);
	assert_value(STR("Ca"), STR("2"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(one_of_eight_wins),
		store_test(killed_writers),
		store_test(dead_readers_are_cleared),
		store_test(map_grown_by_another),
		store_test(map_grown_before_a_write),
		store_test(full_disk),
		store_test(after_a_fork),
	};

	return cmocka_run_group_tests_name("store_processes", tests, NULL, NULL);
}
