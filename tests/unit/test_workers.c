/*
 * test_workers - a parent and its children behind one socket, killed and signalled
 * SPDX-License-Identifier: ISC
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/gate_port.h"
#include "http/workers.h"

#include "tests/unit/fcgi_client.h"
#include "tests/unit/http_fixture.h"
#include "tests/unit/scratch.h"

#define CHILDREN 3
#define LOADERS 3
#define REQUESTS 150

enum behaviour {
	SERVE,
	FAIL,	  /* at once */
	STUBBORN, /* the first ones: hear no signal */
};

/* Seen by all processes. */
static struct shared {
	int started, renewed;
	bool refuse; /* to renew */
	pid_t second;
} * shared;

static struct arena *a;
static char path[512];
static pid_t parent;

/* Answers with the process id. */
static enum err
serve(struct request *rq)
{
	if (str_eq(rq->path, STR("/slow")))
		usleep(400000);
	if (str_eq(rq->path, STR("/hang")))
		for (;;)
			pause();
	return reply_body(rq, 200, "text/plain", arena_printf(rq->arena, "%d", (int)getpid()));
}

static int
serve_for_ever(void)
{
	struct request rq;
	struct gate *g;

	for (;;) {
		if (gate_open(STDIN_FILENO, 0, &g) != OK)
			return 1;
		close(g->signals);
		g->signals = open("/dev/null", O_WRONLY); /* never readable */
		while (gate_next(g, &rq) == OK)
			if (serve(&rq) != OK || gate_reply(g, &rq) != OK)
				continue;
	}
}

static int
work(void *arg, int socket)
{
	struct request rq;
	struct gate *g;

	(void)socket;
	__atomic_add_fetch(&shared->started, 1, __ATOMIC_SEQ_CST);
	if (*(enum behaviour *)arg == FAIL)
		return 3;
	if (*(enum behaviour *)arg == STUBBORN && shared->started <= CHILDREN)
		return serve_for_ever();
	if (gate_open(STDIN_FILENO, 0, &g) != OK)
		return 1;
	while (gate_next(g, &rq) == OK)
		if (serve(&rq) != OK || gate_reply(g, &rq) != OK)
			continue;
	gate_close(g);
	return 0;
}

static enum err
renew(void *arg)
{
	(void)arg;
	__atomic_add_fetch(&shared->renewed, 1, __ATOMIC_SEQ_CST);
	return shared->refuse ? ERR_SYNTAX : OK;
}

static void
start(enum behaviour how)
{
	struct workers w = {
		.n = CHILDREN, .patience = 300000, .work = work, .renew = renew, .arg = &how
	};
	int fd = fcgi_listen(path);

	*shared = (struct shared){ 0 };
	parent = fork();
	if (parent == 0) {
		dup2(fd, STDIN_FILENO);
		close(fd);
		secret_init();
		if (log_open("workers", "/dev/null") != OK)
			_exit(1);
		_exit(workers_run(&w));
	}
	close(fd);
}

/* The exit status, or minus the signal that ended it. */
static int
end_of_parent(void)
{
	int status;

	assert_int_equal(waitpid(parent, &status, 0), parent);
	parent = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int
setup(void **state)
{
	fixture_setup(state);
	a = *state;
	snprintf(path, sizeof(path), "%s", scratch_path("workers.sock"));
	return 0;
}

static int
teardown(void **state)
{
	if (parent != 0) {
		kill(parent, SIGTERM);
		assert_int_equal(end_of_parent(), 0);
	}
	return fixture_teardown(state);
}

static int
ask(const char *uri)
{
	int fd = fcgi_connect(path);
	struct buf params, b;

	buf_init(&params, a, 1024);
	fcgi_param(&params, "REQUEST_METHOD", STR("GET"));
	fcgi_param(&params, "REQUEST_URI", str_of(uri));
	buf_init(&b, a, 4096);
	fcgi_begin(&b);
	fcgi_record(&b, FCGI_PARAMS, buf_str(&params));
	fcgi_record(&b, FCGI_PARAMS, STR(""));
	fcgi_record(&b, FCGI_STDIN, STR(""));
	fcgi_send(fd, buf_str(&b));
	return fd;
}

/* The process that answered; 0: nobody did. */
static pid_t
answer(int fd)
{
	bool ended;
	struct str text = fcgi_answer(a, fd, &ended), pid;
	int64_t n;
	size_t i;

	if (!ended || !str_has_prefix(text, STR("Status: 200 OK\r\n")))
		return 0;
	for (i = text.n; i > 0 && text.p[i - 1] != '\n';)
		i--;
	pid = str_skip(text, i);
	return str_int(pid, &n) == OK ? (pid_t)n : 0;
}

static pid_t
get(void)
{
	return answer(ask("/"));
}

static bool
has_gone(pid_t pid)
{
	int tries;

	for (tries = 0; tries < 200 && kill(pid, 0) == 0; tries++)
		usleep(10000);
	return kill(pid, 0) != 0;
}

static void
test_killed(void **state)
{
	pid_t one;
	int round, i;

	(void)state;
	start(SERVE);
	for (round = 0; round < 10; round++) {
		one = get();
		assert_true(one > 0 && one != parent);
		assert_int_equal(kill(one, SIGKILL), 0);
		for (i = 0; i < 10; i++)
			assert_int_not_equal(get(), 0);
		assert_true(has_gone(one));
	}
	/* One more was started for each, and no more than that. */
	for (i = 0; i < 100 && shared->started < CHILDREN + 10; i++)
		usleep(10000);
	assert_int_equal(shared->started, CHILDREN + 10);
}

/* Counts the requests that got no answer. */
static int
load(void)
{
	int i, lost = 0;

	for (i = 0; i < REQUESTS; i++)
		lost += get() == 0;
	return lost;
}

static void
test_renewed(void **state)
{
	pid_t loaders[LOADERS], before, after;
	int i, status;

	(void)state;
	start(SERVE);
	before = get();
	for (i = 0; i < LOADERS; i++) {
		loaders[i] = fork();
		if (loaders[i] == 0)
			_exit(load());
	}
	for (i = 0; i < 20; i++) {
		usleep(20000);
		assert_int_equal(kill(parent, SIGHUP), 0);
	}
	for (i = 0; i < LOADERS; i++) {
		assert_int_equal(waitpid(loaders[i], &status, 0), loaders[i]);
		assert_int_equal(status, 0);
	}
	assert_true(has_gone(before));
	after = get();
	assert_true(after > 0 && after != before);
	assert_true(shared->renewed > 0);
}

/* With settings that cannot be read, those who have good ones stay. */
static void
test_refused(void **state)
{
	int i;

	(void)state;
	start(SERVE);
	assert_int_not_equal(get(), 0);
	shared->refuse = true;
	kill(parent, SIGHUP);
	for (i = 0; i < 100 && shared->renewed == 0; i++)
		usleep(10000);
	usleep(50000);
	assert_int_equal(shared->renewed, 1);
	assert_int_equal(shared->started, CHILDREN);
	assert_int_not_equal(get(), 0);
}

static void
test_drained(void **state)
{
	int64_t before = clock_us();
	int fd;

	(void)state;
	start(SERVE);
	fd = ask("/slow");
	usleep(100000);
	kill(parent, SIGTERM);
	assert_int_not_equal(answer(fd), 0);
	assert_int_equal(end_of_parent(), 0);
	assert_true(clock_us() - before < 3000000);
}

/* What does not end by itself is ended within the 8 seconds that mod_fcgid waits. */
static void
test_hung(void **state)
{
	int64_t before;
	int fd;

	(void)state;
	start(SERVE);
	fd = ask("/hang");
	usleep(100000);
	before = clock_us();
	kill(parent, SIGTERM);
	assert_int_equal(answer(fd), 0);
	assert_int_equal(end_of_parent(), 0);
	assert_true(clock_us() - before < 8000000);
}

static void
test_loop(void **state)
{
	(void)state;
	start(FAIL);
	usleep(1500000);
	/* without a delay it would be thousands; the third to the seventh come 20, 40, 80... ms
	 * apart, all children together */
	assert_in_range(shared->started, CHILDREN + 2, CHILDREN * 10);
}

/* Told to leave, it goes on; so it is ended. */
static void
test_stubborn(void **state)
{
	pid_t one;

	(void)state;
	start(STUBBORN);
	one = get();
	assert_true(one > 0);
	assert_int_equal(kill(parent, SIGHUP), 0);
	assert_true(has_gone(one));
	assert_int_not_equal(get(), 0);
}

static void
test_orphans(void **state)
{
	pid_t one;

	(void)state;
	start(SERVE);
	one = get();
	assert_true(one > 0);
	kill(parent, SIGKILL);
	assert_int_equal(end_of_parent(), -SIGKILL);
	assert_true(has_gone(one));
}

/* As a program has it under a web server, which is here the other end of `server`. */
static struct workers keeper, first;
static int server[2];

static int
work_below(void *arg, int socket)
{
	struct workers w = { .n = CHILDREN,
		.work = work,
		.renew = renew,
		.alone = &keeper,
		.end = server[0],
		.arg = arg };

	(void)socket;
	close(server[1]);
	__atomic_store_n(&shared->second, getpid(), __ATOMIC_SEQ_CST);
	return workers_run(&w);
}

static void
start_two(void)
{
	static enum behaviour how = SERVE;
	int fd = fcgi_listen(path);

	*shared = (struct shared){ 0 };
	assert_int_equal(pipe(server), 0);
	keeper = (struct workers){
		.n = 1, .work = work_below, .outlives = true, .end = server[0], .arg = &how
	};
	first = keeper;
	first.end = 0;
	parent = fork();
	if (parent == 0) {
		dup2(fd, STDIN_FILENO);
		close(fd);
		close(server[1]);
		secret_init();
		if (log_open("workers", "/dev/null") != OK)
			_exit(1);
		_exit(workers_run(&first));
	}
	close(fd);
	close(server[0]);
	assert_int_not_equal(get(), 0);
}

static pid_t
second(void)
{
	return __atomic_load_n(&shared->second, __ATOMIC_SEQ_CST);
}

/* Waits until another one is there. */
static pid_t
second_after(pid_t old)
{
	int tries;

	for (tries = 0; tries < 400 && second() == old; tries++)
		usleep(5000);
	assert_int_not_equal(second(), old);
	return second();
}

static void
test_second_killed(void **state)
{
	pid_t old;
	int i;

	(void)state;
	start_two();
	for (i = 0; i < 5; i++) {
		old = second();
		assert_int_equal(kill(old, SIGKILL), 0);
		(void)second_after(old);
		assert_int_not_equal(get(), 0);
	}
	close(server[1]); /* it has a parent, which is who tells it */
	usleep(50000);
	assert_int_not_equal(get(), 0);
	assert_int_equal(kill(second(), 0), 0);
}

/* Whoever is left keeps another one, time and again, and ends with the server. */
static void
test_first_killed(void **state)
{
	pid_t one, two, three;
	int i;

	(void)state;
	start_two();
	two = second();
	assert_int_equal(kill(parent, SIGKILL), 0);
	assert_int_equal(end_of_parent(), -SIGKILL);
	for (i = 0; i < 3; i++) {
		one = two;
		two = second_after(one);
		assert_int_equal(kill(one, 0), 0); /* keeps that one */
		assert_int_not_equal(get(), 0);
		assert_int_equal(kill(two, SIGKILL), 0);
		three = second_after(two);
		assert_int_not_equal(get(), 0);
		assert_int_equal(kill(one, SIGKILL), 0);
		two = three;
	}
	one = second_after(two);
	assert_int_not_equal(get(), 0);
	close(server[1]);
	assert_true(has_gone(two));
	assert_true(has_gone(one));
}

#define workers_test(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		workers_test(test_killed),
		workers_test(test_renewed),
		workers_test(test_refused),
		workers_test(test_drained),
		workers_test(test_hung),
		workers_test(test_loop),
		workers_test(test_stubborn),
		workers_test(test_orphans),
		workers_test(test_second_killed),
		workers_test(test_first_killed),
	};

	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
