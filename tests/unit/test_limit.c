/*
 * test_limit - token buckets that processes share
 * SPDX-License-Identifier: ISC
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/limit.h"
#include "base/limit_row.h"
#include "base/log.h"

#include "tests/unit/base_fixture.h"
#include "tests/unit/scratch.h"

#define SIZE 65536
#define SMALL LIMIT_SIZE_MIN
#define HOUR 3600

static const struct limit_rate five = { 5, 600 };

static struct limit_table *
open_size(const char *name, int64_t size)
{
	struct limit_table *t = NULL;

	assert_int_equal(limit_open(scratch_path(name), size, &t), OK);
	return t;
}

static uint64_t
tag(struct limit_table *t, const char *subject)
{
	return limit_tag(t, 1, STR("acme"), STR(""), str_of(subject));
}

static int
take_all(struct limit_table *t, uint64_t of, struct limit_rate rate)
{
	int n = 0;

	while (n < 1000 && limit_take(t, of, rate) == 0)
		n++;
	return n;
}

static size_t
used(struct limit_table *t)
{
	struct limit_usage usage;

	limit_usage(t, &usage);
	return usage.buckets + usage.marks;
}

static void
burst_and_refill(void **state)
{
	struct limit_table *t = open_size("burst", SIZE);
	uint64_t a = tag(t, "a");

	(void)state;
	assert_int_equal(take_all(t, a, five), 5);
	assert_in_range(limit_take(t, a, five), 119, 120);
	assert_int_equal(take_all(t, tag(t, "b"), five), 5);
	clock_shift(121);
	assert_int_equal(take_all(t, a, five), 1);
	clock_shift(300);
	assert_int_equal(take_all(t, a, five), 1);
	clock_shift(HOUR);
	assert_int_equal(take_all(t, a, five), 5);
	/* What it says is true, to the second. */
	clock_shift(HOUR + limit_take(t, a, five));
	assert_int_equal(limit_take(t, a, five), 0);
	clock_shift(0);
	limit_close(t);
}

static void
given_back(void **state)
{
	struct limit_table *t = open_size("given", SIZE);
	uint64_t a = tag(t, "a");
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		assert_int_equal(limit_take(t, a, five), 0);
		limit_give(t, a, five);
	}
	assert_int_equal(used(t), 0);
	assert_int_equal(take_all(t, a, five), 5);
	limit_give(t, a, five);
	assert_int_equal(take_all(t, a, five), 1);
	limit_give(t, tag(t, "never seen"), five);
	/* More than there is room for does not come of it. */
	clock_shift(HOUR);
	limit_give(t, a, five);
	assert_int_equal(take_all(t, a, five), 5);
	clock_shift(0);
	limit_close(t);
}

static void
off_and_other_settings(void **state)
{
	const struct limit_rate off = { 0, 0 }, slow = { 10, 30 * 86400 }, odd = { 10000, 1 };
	struct limit_table *t = open_size("off", SIZE);
	uint64_t a = tag(t, "a");

	(void)state;
	assert_int_equal(take_all(t, a, off), 1000);
	limit_give(t, a, off);
	assert_int_equal(used(t), 0);
	assert_int_equal(take_all(t, a, slow), 10);
	/* Under a quicker one it waits no longer than that one says. */
	assert_in_range(limit_take(t, a, five), 119, 120);
	assert_int_equal(limit_take(t, a, odd), 1);
	limit_close(t);
}

static void
tags_are_apart(void **state)
{
	struct limit_table *t = open_size("tags", SIZE);
	struct str a = STR("a"), b = STR("b"), ab = STR("ab"), none = STR("");
	uint64_t tags[9];
	size_t i, k;

	(void)state;
	tags[0] = limit_tag(t, 1, a, a, none);
	tags[1] = limit_tag(t, 1, a, none, a);
	tags[2] = limit_tag(t, 1, a, a, b);
	tags[3] = limit_tag(t, 1, a, b, a);
	tags[4] = limit_tag(t, 1, b, a, none);
	tags[5] = limit_tag(t, 2, a, a, none);
	tags[6] = limit_tag(t, 1, ab, none, a);
	tags[7] = limit_tag(t, 1, a, ab, none);
	tags[8] = limit_tag(t, 1, none, none, none);
	for (i = 0; i < COUNT(tags); i++)
		for (k = 0; k < i; k++)
			assert_true(tags[i] != tags[k] && tags[i] != 0);
	limit_close(t);
}

/* The clock may be anywhere, and be set back in tests. */
static void
any_time(void **state)
{
	struct limit_table *t = open_size("time", SIZE);

	(void)state;
	clock_shift(-(int64_t)36525 * 86400);
	assert_int_equal(take_all(t, tag(t, "a"), five), 5);
	clock_shift((int64_t)36525 * 86400);
	assert_int_equal(take_all(t, tag(t, "a"), five), 5);
	clock_shift(0);
	assert_in_range(limit_take(t, tag(t, "a"), five), 119, 120);
	assert_int_equal(take_all(t, tag(t, "b"), five), 5);
	limit_close(t);
}

/* As many as there are, whoever comes first to an address that nobody has seen. */
static void
many_processes(void **state)
{
	const struct limit_rate rate = { 100, 30 * 86400 };
	int go[2], round, i, status, sum;
	struct limit_table *t;
	char subject[32], c;
	pid_t child[8];

	(void)state;
	for (round = 0; round < 10; round++) {
		snprintf(subject, sizeof(subject), "many %d", round);
		assert_int_equal(pipe(go), 0);
		for (i = 0; i < 8; i++) {
			child[i] = fork();
			if (child[i] != 0)
				continue;
			close(go[1]);
			t = open_size("many", SIZE);
			(void)!read(go[0], &c, 1);
			_exit(take_all(t, tag(t, subject), rate));
		}
		close(go[0]);
		close(go[1]);
		for (i = sum = 0; i < 8; i++) {
			assert_int_equal(waitpid(child[i], &status, 0), child[i]);
			assert_true(WIFEXITED(status));
			sum += WEXITSTATUS(status);
		}
		assert_int_equal(sum, 100);
	}
}

/* Taking and giving in eight processes, which are killed at any moment: the others go on, and a
 * bucket lacks no more than those had taken. */
static void
killed(void **state)
{
	const struct limit_rate rate = { 100, 30 * 86400 };
	struct limit_table *t = open_size("killed", SIZE);
	uint64_t of = tag(t, "killed");
	pid_t child[8];
	int i, left;

	(void)state;
	for (i = 0; i < 8; i++) {
		child[i] = fork();
		if (child[i] == 0)
			for (;;)
				if (limit_take(t, of, rate) == 0)
					limit_give(t, of, rate);
	}
	for (i = 0; i < 8; i++) {
		usleep(10000);
		kill(child[i], SIGKILL);
		assert_int_equal(waitpid(child[i], NULL, 0), child[i]);
	}
	left = take_all(t, of, rate);
	assert_in_range(left, 92, 100);
	limit_close(t);
}

static void
outlives_processes(void **state)
{
	struct limit_table *t = open_size("kept", SIZE);

	(void)state;
	assert_int_equal(take_all(t, tag(t, "a"), five), 5);
	limit_close(t);
	t = open_size("kept", SIZE);
	assert_int_equal(take_all(t, tag(t, "a"), five), 0);
	limit_close(t);
	t = open_size("kept", 0); /* as it is */
	assert_int_equal(take_all(t, tag(t, "a"), five), 0);
	limit_close(t);
}

/* A full set forgets who has least to lose. */
static void
eviction(void **state)
{
	struct limit_table *t = open_size("full", SMALL);
	uint64_t worst = tag(t, "worst");
	char name[32];
	int i;

	(void)state;
	assert_int_equal(take_all(t, worst, five), 5);
	for (i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "stranger %d", i);
		assert_int_equal(limit_take(t, tag(t, name), five), 0);
	}
	assert_true(limit_take(t, worst, five) > 0);
	assert_in_range(used(t), 100, SMALL / 16);
	limit_close(t);
}

static void
marks(void **state)
{
	struct limit_table *t = open_size("marks", SMALL);
	uint64_t friend = limit_tag(t, 200, STR("acme"), STR("192.0.2.1"), STR("alice"));
	uint64_t taken = tag(t, "taken");
	char name[32];
	int i;

	(void)state;
	assert_false(limit_is_marked(t, friend));
	limit_mark(t, friend, 86400);
	assert_true(limit_is_marked(t, friend));
	for (i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "stranger %d", i);
		take_all(t, tag(t, name), (struct limit_rate){ 1, 30 * 86400 });
	}
	assert_true(limit_is_marked(t, friend)); /* no number of strangers pushes it out */
	clock_shift(HOUR * 24 * 60);
	assert_false(limit_is_marked(t, friend));
	assert_int_equal(take_all(t, taken, five), 5);
	for (i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "friend %d", i);
		limit_mark(t, tag(t, name), 86400);
	}
	assert_true(limit_take(t, taken, five) > 0); /* nor marks what is counted */
	clock_shift(0);
	limit_close(t);
}

static uint64_t
pair(struct limit_table *t, const char *address, const char *user)
{
	return limit_tag(t, 2, STR("acme"), str_of(address), str_of(user));
}

static void
reset(void **state)
{
	const struct str acme = STR("acme"), none = STR("");
	struct limit_table *t = open_size("reset", SIZE);
	struct limit_usage usage;

	(void)state;
	take_all(t, pair(t, "x", "alice"), five);
	take_all(t, pair(t, "y", "alice"), five);
	take_all(t, pair(t, "x", "bob"), five);
	take_all(t, tag(t, "alice"), five);
	limit_usage(t, &usage);
	assert_int_equal(usage.by_id[1], 1);
	assert_int_equal(usage.by_id[2], 3);
	assert_int_equal(limit_reset(t, 2, STR("other"), none, STR("alice")), 0);
	assert_int_equal(limit_reset(t, 2, acme, STR("alice"), none), 0);
	assert_int_equal(limit_reset(t, 2, acme, STR("y"), STR("alice")), 1);
	assert_int_equal(limit_reset(t, 2, acme, none, STR("alice")), 1);
	assert_int_equal(take_all(t, pair(t, "x", "alice"), five), 5);
	assert_int_equal(limit_reset(t, 2, acme, STR("x"), none), 2);
	assert_int_equal(limit_reset(t, 1, acme, none, STR("alice")), 1);
	assert_int_equal(used(t), 0);
	take_all(t, tag(t, "alice"), five);
	limit_clear(t);
	assert_int_equal(used(t), 0);
	limit_close(t);
}

static void
write_at(const char *name, off_t at, const char *bytes, size_t n)
{
	int fd = open(scratch_path(name), O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, n, at), n);
	close(fd);
}

/* What is no table, or not the one that is wanted, is made anew; who only looks refuses it. */
static void
wrong_files(void **state)
{
	struct limit_table *t, *other;
	struct stat st;

	(void)state;
	assert_int_equal(limit_open(scratch_path("wrong"), 0, &t), ERR_NOTFOUND);
	write_at("wrong", 0, "not a table", 11);
	assert_int_equal(limit_open(scratch_path("wrong"), 0, &t), ERR_CORRUPT);
	t = open_size("wrong", SIZE + 100);
	assert_int_equal(stat(scratch_path("wrong"), &st), 0);
	assert_int_equal(st.st_size, SIZE);
	assert_int_equal(st.st_mode & 0777, 0660);
	assert_true(st.st_blocks * 512 >= SIZE);
	take_all(t, tag(t, "a"), five);
	other = open_size(
		"wrong", SMALL); /* another size: the former stays with those who have it */
	assert_int_equal(take_all(other, tag(other, "a"), five), 5);
	assert_true(limit_take(t, tag(t, "a"), five) > 0);
	limit_close(other);
	limit_close(t);
	write_at("wrong", 8, "\377", 1); /* another version */
	t = open_size("wrong", SMALL);
	assert_int_equal(take_all(t, tag(t, "a"), five), 5);
	limit_close(t);
	assert_int_equal(truncate(scratch_path("wrong"), SMALL - 1), 0);
	t = open_size("wrong", SMALL);
	assert_int_equal(used(t), 0);
	limit_close(t);
}

static void
another_boot(void **state)
{
	struct limit_table *t = open_size("boot", SIZE);
	struct stat was, is;

	(void)state;
	take_all(t, tag(t, "a"), five);
	limit_close(t);
	assert_int_equal(stat(scratch_path("boot"), &was), 0);
	write_at("boot", 16, "00000000-0000-0000-0000-000000000000", 36);
	t = open_size("boot", 0);
	assert_int_equal(used(t), 0);
	assert_int_equal(take_all(t, tag(t, "a"), five), 5);
	limit_close(t);
	t = open_size("boot", SIZE);
	assert_int_equal(take_all(t, tag(t, "a"), five), 0);
	limit_close(t);
	assert_int_equal(stat(scratch_path("boot"), &is), 0);
	assert_int_equal(is.st_ino, was.st_ino);
}

static void
not_to_be_had(void **state)
{
	struct limit_table *t = NULL;

	(void)state;
	assert_int_equal(mkdir(scratch_path("directory"), 0700), 0);
	assert_int_equal(limit_open(scratch_path("directory"), SIZE, &t), ERR_SYSTEM);
	assert_int_equal(symlink("kept", scratch_path("link")), 0);
	assert_int_equal(limit_open(scratch_path("link"), SIZE, &t), ERR_SYSTEM);
	assert_int_equal(limit_open(scratch_path("no/where"), SIZE, &t), ERR_SYSTEM);
	assert_null(t);
	limit_close(NULL);
}

static struct limit_rate
rate_of(struct arena *a, const char *settings)
{
	struct strs set = { 0 };
	struct str rest = str_of(settings), one;

	while (str_word(&rest, ',', &one))
		arena_strs_add(a, &set, one);
	return limit_rate(set, LIMIT_LOGIN_PAIR);
}

static void
settings(void **state)
{
	static const char *const good[] = { "login_pair=5/10m", "code_user=off", "login_user=1/1",
		"secret_pair=10000/30d" };
	static const char *const bad[] = { "login_pair", "login_pair=", "login_pear=5/10m",
		"login_pair=0/10m", "login_pair=5", "login_pair=5/", "login_pair=5/0",
		"login_pair=/10m", "login_pair=10001/10m", "login_pair=5/31d", "login_pair=-5/10m",
		"login_pair=on", "=off", "" };
	struct limit_rate r;
	size_t i;

	for (i = 0; i < COUNT(good); i++)
		assert_true(limit_is_setting(str_of(good[i])));
	for (i = 0; i < COUNT(bad); i++)
		assert_false(limit_is_setting(str_of(bad[i])));
	for (i = 0; i < LIMIT__MAX; i++)
		assert_true(limit_rate((struct strs){ 0 }, (enum limit_id)i).burst > 0);
	r = rate_of(*state, "");
	assert_str(limit_rate_text(*state, r), STR("5/10m"));
	r = rate_of(*state, "login_user=7/7s,login_pair=3/1h");
	assert_int_equal(r.burst, 3);
	assert_int_equal(r.span, HOUR);
	r = rate_of(*state, "login_pair=3/1h,login_pair=off");
	assert_int_equal(r.burst, 0);
	assert_str(limit_rate_text(*state, r), STR("off"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(burst_and_refill),
		fixture_test(given_back),
		fixture_test(off_and_other_settings),
		fixture_test(tags_are_apart),
		fixture_test(any_time),
		fixture_test(many_processes),
		fixture_test(killed),
		fixture_test(outlives_processes),
		fixture_test(eviction),
		fixture_test(marks),
		fixture_test(reset),
		fixture_test(wrong_files),
		fixture_test(another_boot),
		fixture_test(not_to_be_had),
		fixture_test(settings),
	};

	log_verbosity(-1);
	return cmocka_run_group_tests_name("limit", tests, NULL, NULL);
}
