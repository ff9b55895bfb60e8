/*
 * test_writer - commits through a writer process: once, all of it, by who may
 * SPDX-License-Identifier: ISC
 *
 * Children open the deployment as programs do and leave by _exit(), with 0 for
 * "as it should be".
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "store/key.h"

#include "tests/unit/model_fixture.h"
#include "tests/unit/writer_fixture.h"

#define RACERS 16
#define RACES 60
#define CALLERS 6
#define KILLS 60

struct shared {
	unsigned arrived[RACES], winners[RACES], winner[RACES];
	unsigned acknowledged[CALLERS], stop, close;
	pid_t writer;
};

static struct shared *shared;
static pid_t writer;

static int
setup(void **state)
{
	if (model_open(state) != 0)
		return -1;
	deployment_close(deployment);
	deployment = NULL;
	conf.writer = arena_str(kept, str_of(scratch_path("writer")));
	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED ? -1 : 0;
}

/* As a program does, with these classes in its row. */
static void
join(const char *writes)
{
	assert_int_equal(deployment_open(&conf, STORE_WRITE | STORE_COUNT, &deployment), OK);
	assert_int_equal(deployment_confine(deployment, "test", writes), OK);
	assert_int_equal(authority_open(deployment, a, STR("acme"), &auth, &o), OK);
	db = o.durable;
}

static void
leave(void)
{
	deployment_close(deployment);
	deployment = NULL;
}

static int
start_writer(void **state)
{
	(void)state;
	writer = writer_start(&conf);
	return writer > 0 ? 0 : -1;
}

static int
stop_writer(void **state)
{
	leave();
	writer_allows = "ACRPUuONKSGTD";
	model_reset(state);
	return writer_stop(writer);
}

static enum err
put_in(struct store *s, struct str key, uint64_t version, struct str value)
{
	struct batch b;

	batch_init(&b, a);
	batch_guard(&b, key, version);
	batch_put(&b, key, value);
	if (s == db)
		audit_note(&b, a, &by_test);
	return store_commit(s, &b);
}

static enum err
put_if(struct str key, uint64_t version, struct str value)
{
	return put_in(db, key, version, value);
}

static uint64_t
version_of(struct str key)
{
	struct str value;
	uint64_t version;

	return store_get(db, a, key, &value, &version) == OK ? version : 0;
}

static pid_t
start(int (*fn)(unsigned), unsigned arg)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	join("GSK");
	_exit(fn(arg));
}

static void
finish(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
sleep_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
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
		e = put_if(arena_printf(a, "GR%u", i), 0, arena_printf(a, "%u", me));
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
one_of_sixteen_wins(void **state)
{
	pid_t pid[RACERS];
	struct str value;
	unsigned i;

	(void)state;
	for (i = 0; i < RACERS; i++)
		pid[i] = start(race, i);
	for (i = 0; i < RACERS; i++)
		finish(pid[i]);
	join("G");
	for (i = 0; i < RACES; i++) {
		assert_int_equal(shared->winners[i], 1);
		assert_int_equal(store_get(db, a, arena_printf(a, "GR%u", i), &value, NULL), OK);
		assert_str(value, arena_printf(a, "%u", shared->winner[i]));
	}
}

/* Each caller alone changes its counter, so a conflict would mean that a batch was applied twice.
 */
static int
count_up(unsigned me)
{
	struct str key, row;
	struct batch b;
	unsigned n;
	enum err e;

	for (n = 1; !__atomic_load_n(&shared->stop, __ATOMIC_SEQ_CST); n++) {
		key = arena_printf(a, "GN%u", me);
		row = arena_printf(a, "GL%u.%u", me, n);
		batch_init(&b, a);
		batch_guard(&b, key, version_of(key));
		batch_guard(&b, row, 0);
		batch_put(&b, key, arena_printf(a, "%u", n));
		batch_put(&b, row, STR("row"));
		audit_note(&b, a, &by_test);
		e = store_commit(db, &b);
		if (e != OK)
			return (int)e;
		__atomic_store_n(&shared->acknowledged[me], n, __ATOMIC_SEQ_CST);
		arena_reset(a);
	}
	return 0;
}

/* Starts the writer anew whenever it dies. */
static pid_t
start_keeper(void)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!__atomic_load_n(&shared->close, __ATOMIC_SEQ_CST)) {
		pid = writer_start(&conf);
		__atomic_store_n(&shared->writer, pid, __ATOMIC_SEQ_CST);
		waitpid(pid, NULL, 0);
	}
	_exit(0);
}

static void
check_count(unsigned me)
{
	unsigned n = shared->acknowledged[me], i;
	struct str value;

	assert_true(n > 0);
	assert_int_equal(store_get(db, a, arena_printf(a, "GN%u", me), &value, NULL), OK);
	assert_str(value, arena_printf(a, "%u", n));
	for (i = 1; i <= n; i++)
		assert_true(version_of(arena_printf(a, "GL%u.%u", me, i)) > 0);
	assert_int_equal(version_of(arena_printf(a, "GL%u.%u", me, n + 1)), 0);
	arena_reset(a);
}

static void
killed_writer(void **state)
{
	unsigned i, total = 0;
	pid_t pid[CALLERS], keeper;
	int status = -1;

	(void)state;
	memset(shared, 0, sizeof(*shared));
	keeper = start_keeper();
	for (i = 0; i < CALLERS; i++)
		pid[i] = start(count_up, i);
	for (i = 0; i < KILLS; i++) {
		sleep_ms(5 + i * 7 % 40);
		kill(__atomic_load_n(&shared->writer, __ATOMIC_SEQ_CST), SIGKILL);
	}
	__atomic_store_n(&shared->stop, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < CALLERS; i++)
		finish(pid[i]);
	__atomic_store_n(&shared->close, 1, __ATOMIC_SEQ_CST);
	/* It may just be starting one more. */
	while (waitpid(keeper, &status, WNOHANG) == 0) {
		kill(__atomic_load_n(&shared->writer, __ATOMIC_SEQ_CST), SIGTERM);
		sleep_ms(10);
	}
	assert_int_equal(status, 0);
	join("G");
	for (i = 0; i < CALLERS; i++) {
		check_count(i);
		total += shared->acknowledged[i];
	}
	leave();
	print_message("[          ] %u commits acknowledged over %d kills\n", total, KILLS);
}

static void
rights_are_the_writers(void **state)
{
	(void)state;
	writer_stop(writer);
	writer_allows = "GS";
	writer = writer_start(&conf);
	join("GSK");
	assert_int_equal(put_if(STR("Ka"), 0, STR("1")), ERR_DENIED);
	assert_int_equal(version_of(STR("Ka")), 0);
	assert_int_equal(put_if(STR("Gallowed"), 0, STR("1")), OK);
	assert_true(version_of(STR("Gallowed")) > 0);
	assert_int_equal(put_if(STR("Ca"), 0, STR("1")), ERR_DENIED);
}

static void
strangers_are_refused(void **state)
{
	(void)state;
	writer_stop(writer);
	writer_allows = NULL; /* no program has our name */
	writer = writer_start(&conf);
	join("GSK");
	assert_int_equal(put_if(STR("Gstranger"), 0, STR("1")), ERR_DENIED);
	assert_int_equal(version_of(STR("Gstranger")), 0);
}

/* The same rule where no writer is set. */
static void
rights_in_process(void **state)
{
	struct str path = conf.writer;

	(void)state;
	conf.writer = (struct str){ 0 };
	join("S");
	conf.writer = path;
	assert_int_equal(put_if(STR("Gnot"), 0, STR("1")), ERR_DENIED);
	assert_int_equal(version_of(STR("Gnot")), 0);
	assert_int_equal(put_if(STR("Smine"), 0, STR("1")), OK);
	leave();
	join(NULL);
	assert_int_equal(put_if(STR("Sother"), 0, STR("1")), ERR_DENIED);
}

static void
too_large(void **state)
{
	struct str value = str_bytes(arena_alloc(a, WIRE_OPS_MAX), WIRE_OPS_MAX);

	(void)state;
	join("G");
	assert_int_equal(put_if(STR("Glarge"), 0, value), ERR_RANGE);
	value.n -= 100;
	assert_int_equal(put_if(STR("Glarge"), 0, value), OK);
}

static int
connect_writer(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), tries = 0;

	memcpy(to.sun_path, conf.writer.p, conf.writer.n);
	while (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0 && tries++ < 200)
		sleep_ms(10);
	return fd;
}

/* What the writer says to these bytes, or -1. */
static int
say(struct str bytes)
{
	unsigned char status;
	int fd = connect_writer();
	ssize_t n = -1;

	if (send(fd, bytes.p, bytes.n, MSG_NOSIGNAL) == (ssize_t)bytes.n)
		n = recv(fd, &status, 1, 0);
	close(fd);
	return n == 1 ? status : -1;
}

/* A good message, and what is left of it when its end is cut off. */
static struct str
good_message(void)
{
	struct buf b;

	buf_init(&b, a, WIRE_MAX);
	buf_add(&b, STR("\1iiiiiiiiiiiiiiii\0\4acme"));
	buf_add(&b, STR("\2\0\0\0\2Gm\0\0\0\1v"));
	buf_add(&b, STR("\4\0\0\0\4note"));
	return buf_str(&b);
}

static enum err
take_last(void *arg, struct arena *arena, const struct audit_row *row)
{
	struct audit_row *last = arg;

	(void)arena;
	*last = *row;
	last->row.program = arena_str(a, row->row.program);
	return OK;
}

/* The record of a change names the program that the kernel knows the caller by, and is out of its
 * reach. */
static void
records_are_the_writers(void **state)
{
	struct audit_row row;
	struct buf b;

	(void)state;
	writer_stop(writer);
	writer_allows = "GLH";
	writer = writer_start(&conf);
	join("G");
	assert_int_equal(put_if(STR("Gwhose"), 0, STR("1")), OK);
	assert_int_equal(audit_each(db, 0, take_last, &row), OK);
	assert_str(row.row.program, STR("test"));
	buf_init(&b, a, WIRE_MAX);
	buf_add(&b, STR("\1iiiiiiiiiiiiiiii\0\4acme"));
	buf_add(&b, STR("\2\0\0\0\1H\0\0\0\1v"));
	buf_add(&b, STR("\4\0\0\0\4note"));
	assert_int_equal(say(buf_str(&b)), wire_status(ERR_DENIED));
	buf_init(&b, a, WIRE_MAX);
	buf_add(&b, STR("\1jjjjjjjjjjjjjjjj\0\4acme"));
	buf_add(&b, STR("\2\0\0\0\2Gn\0\0\0\1v"));
	assert_int_equal(say(buf_str(&b)), wire_status(ERR_DENIED));
	assert_int_equal(version_of(STR("Gn")), 0);
}

static void
malformed_messages(void **state)
{
	struct str good = good_message(), bad;
	size_t n, answered = 0;

	(void)state;
	for (n = 1; n < good.n; n++) {
		bad = str_bytes(good.p, n);
		assert_int_not_equal(say(bad), n == good.n - 21 ? -1 : wire_status(OK));
		answered++;
	}
	for (n = 0; n < 200; n++) {
		bad = secret_bytes(a, 1 + n * 13);
		assert_int_not_equal(say(bad), wire_status(OK));
	}
	bad = arena_str(a, good);
	((char *)(uintptr_t)bad.p)[0] = 2;
	assert_int_equal(say(bad), wire_status(ERR_UNSUPPORTED));
	bad = str_bytes(arena_alloc(a, WIRE_MAX + 1), WIRE_MAX + 1);
	assert_int_equal(say(bad), wire_status(ERR_RANGE));
	assert_int_equal(say(STR("\1iiiiiiiiiiiiiiii\0\7../acme")), wire_status(ERR_SYNTAX));
	assert_int_equal(say(STR("\1iiiiiiiiiiiiiiii\0\5acmes")), wire_status(ERR_NOTFOUND));
	assert_int_equal(say(good), wire_status(OK));
	assert_true(answered > 20);
	join("G");
	assert_true(version_of(STR("Gm")) > 0);
}

/* Whoever hangs up in the middle does no harm; more callers than places take turns. */
static void
coming_and_going(void **state)
{
	int fd[SERVE_CALLERS / 2], old, i, round;
	struct str good = good_message();

	(void)state;
	join("G");
	assert_int_equal(put_if(STR("Gfirst"), 0, STR("1")), OK);
	old = connect_writer();
	for (round = 0; round < 4; round++) {
		for (i = 0; i < (int)COUNT(fd); i++) {
			fd[i] = connect_writer();
			if (i % 3 == 0)
				(void)!send(fd[i], good.p, good.n - (size_t)(i % 2), MSG_NOSIGNAL);
		}
		for (i = 0; i < (int)COUNT(fd); i++)
			close(fd[i]);
	}
	close(old);
	assert_int_equal(put_if(STR("Gsecond"), 0, STR("1")), OK);
}

static void
there_is_one(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	join("G");
	assert_int_equal(put_if(STR("Gone"), 0, STR("1")), OK); /* the first is up */
	pid = writer_start(&conf);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 111);
	assert_int_equal(put_if(STR("Gtwo"), 0, STR("1")), OK);
}

static void
nobody_answers(void **state)
{
	int64_t began;

	(void)state;
	join("G");
	writer_stop(writer);
	began = clock_us();
	assert_int_equal(put_if(STR("Gnobody"), 0, STR("1")), ERR_UNAVAILABLE);
	assert_in_range(clock_us() - began, 7500000, 9000000);
	writer = writer_start(&conf);
	assert_int_equal(put_if(STR("Gnobody"), 0, STR("1")), OK);
}

static void
remove_in(const char *name, const char *file)
{
	char path[1100];

	snprintf(path, sizeof(path), "%s/%s", scratch_path(name), file);
	(void)!remove(path);
}

/* After a boot there is none; the writer makes it for those who only read. */
static void
volatile_environment(void **state)
{
	(void)state;
	remove_in("data/acme/volatile", "data.mdb");
	remove_in("data/acme/volatile", "lock.mdb");
	remove_in("data/acme/volatile", "boot");
	writer_stop(writer);
	writer_allows = "F";
	writer = writer_start(&conf);
	join("F");
	assert_int_equal(put_in(o.volatile_, STR("Fa"), 0, STR("1")), OK);
	assert_int_equal(put_in(o.volatile_, STR("Fa"), 0, STR("1")), ERR_CONFLICT);
	db = o.volatile_;
	assert_true(version_of(STR("Fa")) > 0);
	db = o.durable;
	assert_int_equal(version_of(STR("Fa")), 0);
}

#define writer_test(fn) cmocka_unit_test_setup_teardown(fn, start_writer, stop_writer)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		writer_test(one_of_sixteen_wins),
		cmocka_unit_test_teardown(killed_writer, model_reset),
		writer_test(rights_are_the_writers),
		writer_test(strangers_are_refused),
		writer_test(rights_in_process),
		writer_test(too_large),
		writer_test(records_are_the_writers),
		writer_test(malformed_messages),
		writer_test(coming_and_going),
		writer_test(there_is_one),
		writer_test(nobody_answers),
		writer_test(volatile_environment),
	};

	return cmocka_run_group_tests_name("writer", tests, setup, model_close);
}
