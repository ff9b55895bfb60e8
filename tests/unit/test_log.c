/*
 * test_log - one event, one line
 * SPDX-License-Identifier: ISC
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#include "tests/unit/base_fixture.h"

static char path[64];
static char text[65536];

static int
setup(void **state)
{
	int fd;

	snprintf(path, sizeof(path), "/tmp/test_log.XXXXXX");
	fd = mkstemp(path);
	if (fd < 0)
		return -1;
	close(fd);
	log_verbosity(2);
	log_request(STR(""));
	if (log_open("prog", path) != OK)
		return -1;
	return fixture_setup(state);
}

static int
teardown(void **state)
{
	if (log_open("prog", "stderr") != OK)
		return -1;
	unlink(path);
	return fixture_teardown(state);
}

/* What was logged, and the file is empty again. */
static struct str
logged(void)
{
	int fd = open(path, O_RDWR);
	ssize_t n = read(fd, text, sizeof(text));

	assert_true(n >= 0);
	assert_int_equal(ftruncate(fd, 0), 0);
	close(fd);
	return str_bytes(text, (size_t)n);
}

/* The part of the only line that follows time and program. */
static struct str
event(struct arena *a)
{
	struct str line = logged(), stamp, program;

	assert_int_equal(str_find(line, '\n'), line.n - 1);
	assert_true(str_cut(str_bytes(line.p, line.n - 1), ' ', &stamp, &line));
	assert_true(str_cut(line, ' ', &program, &line));
	assert_int_equal(stamp.n, 20);
	assert_int_equal(stamp.p[10], 'T');
	assert_int_equal(stamp.p[19], 'Z');
	assert_str(program, arena_printf(a, "prog[%d]", (int)getpid()));
	return line;
}

static void
test_line(void **state)
{
	log_request(STR("9f3c"));
	log_begin(LOG_REFUSED);
	log_str("error", STR("invalid_grant"));
	log_int("status", -400);
	log_end();
	assert_str(event(*state), STR("refused request=9f3c error=invalid_grant status=-400"));
}

static void
test_escapes(void **state)
{
	static const struct {
		struct str value, written;
	} rows[] = {
		{ STR_INIT(""), STR_INIT("\"\"") },
		{ STR_INIT("a b"), STR_INIT("\"a b\"") },
		{ STR_INIT("a=b"), STR_INIT("\"a=b\"") },
		{ STR_INIT("a\"b\\"), STR_INIT("\"a\\\"b\\\\\"") },
		{ STR_INIT("x\n2026 forged"), STR_INIT("\"x\\n2026 forged\"") },
		{ STR_INIT("\x1b[31m\0\x7f"), STR_INIT("\"\\x1b[31m\\x00\\x7f\"") },
		{ STR_INIT("\xc3\xab"), STR_INIT("\"\\xc3\\xab\"") },
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		log_begin(LOG_ANSWER);
		log_str("v", rows[i].value);
		log_end();
		assert_str(event(*state),
			arena_printf(*state, "answer v=%.*s", STR_FMT(rows[i].written)));
	}
}

static void
test_long(void **state)
{
	static char value[300];
	struct str line;
	int i;

	memset(value, 'x', sizeof(value));
	log_begin(LOG_ANSWER);
	log_str("v", str_bytes(value, 256));
	log_end();
	assert_int_equal(event(*state).n, strlen("answer v=") + 256);
	log_begin(LOG_ANSWER);
	log_str("v", str_bytes(value, 257));
	log_end();
	assert_str(str_skip(event(*state), strlen("answer v=\"") + 256), STR("...\""));

	/* What does not fit is left out; the line still ends. */
	memset(value, '\n', sizeof(value));
	log_begin(LOG_ANSWER);
	for (i = 0; i < 100; i++)
		log_str("v", str_bytes(value, sizeof(value)));
	log_end();
	line = event(*state);
	assert_true(line.n < 4096);
	assert_true(str_has_suffix(line, STR("...\"")));
}

static void
test_verbosity(void **state)
{
	static const struct {
		int level;
		size_t lines;
	} rows[] = { { -1, 0 }, { 0, 1 }, { 1, 2 }, { 2, 3 } };
	struct str line, rest;
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		log_verbosity(rows[i].level);
		log_reason(LOG_FAILED, "error %d", 1);
		log_reason(LOG_REFUSED, "refusal");
		log_reason(LOG_ANSWER, "more");
		rest = logged();
		for (n = 0; str_word(&rest, '\n', &line); n++)
			continue;
		assert_int_equal(n, rows[i].lines);
	}
}

static void
test_errno(void **state)
{
	errno = ENOENT;
	log_errno("open %s", "x");
	assert_int_equal(errno, ENOENT);
	assert_str(
		event(*state), STR("system reason=\"open x\" errno=\"No such file or directory\""));
}

static void
test_clock(void **state)
{
	int64_t now = clock_now();

	(void)state;
	clock_shift(1000);
	assert_in_range(clock_now() - now, 1000, 1002);
	clock_shift(0);
	assert_in_range(clock_now() - now, 0, 2);
	assert_true(clock_us() <= clock_us());
	assert_int_equal(log_open("prog", "/nowhere/x"), ERR_SYSTEM);
}

#define log_test(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		log_test(test_line),
		log_test(test_escapes),
		log_test(test_long),
		log_test(test_verbosity),
		log_test(test_errno),
		log_test(test_clock),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
