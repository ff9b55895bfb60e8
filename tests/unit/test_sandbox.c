/*
 * test_sandbox - what each program can still do, and what it can not, by trying
 * SPDX-License-Identifier: ISC
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "base/limit.h"
#include "base/password.h"
#include "endpoint/endpoint.h"
#include "model/deployment.h"
#include "model/reach.h"

#include "tests/unit/model_fixture.h"

static int tcp; /* a socket that was there before */

/* Everything that needs Landlock and seccomp is tried only where they are: not under ASan. */
static bool
has_all(void)
{
	return sandbox_missing(a).n == 0;
}

static void
expect(const struct endpoint *ep, bool ok, const char *what)
{
	if (ok)
		return;
	print_error("%s: %s (errno %d)\n", ep->name, what, errno);
	_exit(1);
}

static void
cannot_open(const struct endpoint *ep, const char *path, int flags)
{
	errno = 0;
	expect(ep, open(path, flags, 0600) < 0 && errno == EACCES, path);
}

static const char *
in_data(const char *path)
{
	return deployment_path(deployment, a, path, "");
}

static void
try_files(const struct endpoint *ep)
{
	char mem[64];

	snprintf(mem, sizeof(mem), "/proc/%d/mem", (int)getppid());
	cannot_open(ep, "/etc/passwd", O_RDONLY);
	cannot_open(ep, mem, O_RDONLY);
	cannot_open(ep, in_data("new"), O_WRONLY | O_CREAT);
	cannot_open(ep, in_data("acme/new"), O_WRONLY | O_CREAT);
	cannot_open(ep, in_data("acme/durable/new"), O_WRONLY | O_CREAT);
	cannot_open(ep, in_data("registry/data.mdb"), O_RDWR);
	if (!(ep->store & STORE_ROTATE))
		cannot_open(ep, in_data("acme/keys/data.mdb"), O_RDWR);
	if (!(ep->store & STORE_WRITE))
		cannot_open(ep, in_data("acme/durable/data.mdb"), O_RDWR);
	if (!(ep->store & STORE_COUNT))
		cannot_open(ep, in_data("acme/volatile/data.mdb"), O_RDONLY);
	/* Who counts has it mapped already. */
	cannot_open(ep, in_data("limits.map"), O_RDONLY);
	if (!(ep->store & STORE_KEYS)) {
		cannot_open(ep, in_data("acme/keys/data.mdb"), O_RDONLY);
		cannot_open(ep, in_data("acme/keys/lock.mdb"), O_RDWR);
		cannot_open(ep, conf.master_key.p, O_RDONLY);
	}
	expect(ep, unlink(in_data("acme/durable/data.mdb")) != 0, "unlink");
	expect(ep, rename(in_data("acme/durable"), in_data("other")) != 0, "rename");
	expect(ep, chmod(in_data("acme/durable"), 0777) != 0, "chmod");
	expect(ep, truncate(in_data("registry/data.mdb"), 0) != 0, "truncate");
}

static void
try_calls(const struct endpoint *ep)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
		.sin_port = htons(80),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct rlimit core = { 1, 1 };

	expect(ep, connect(tcp, (struct sockaddr *)&here, sizeof(here)) != 0 && errno == EPERM,
		"connect");
	expect(ep, socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM, "AF_INET");
	expect(ep, socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == EPERM, "AF_UNIX");
	expect(ep, fork() < 0 && errno == EPERM, "fork");
	expect(ep, kill(getppid(), 0) != 0 && errno == EPERM, "kill");
	expect(ep,
		mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
				MAP_FAILED &&
			errno == EPERM,
		"code");
	expect(ep, getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0, "core");
	core.rlim_cur = 0;
	expect(ep, setrlimit(RLIMIT_NOFILE, &core) != 0, "setrlimit");
}

static enum err
write_record(struct store *s, bool durable)
{
	struct batch b;

	batch_init(&b, a);
	batch_put(&b, key_text(a, KEY_TOKEN, STR("sandbox")), STR("1"));
	if (durable)
		audit_note(&b, a, &by_test);
	return store_commit(s, &b);
}

static void
try_limits(const struct endpoint *ep, struct deployment *d)
{
	const struct limit_rate one = { 1, 86400 };
	struct limit_table *t = deployment_limits(d);
	uint64_t tag;

	expect(ep, (t != NULL) == ((ep->store & STORE_LIMIT) != 0), "limits");
	if (t == NULL)
		return;
	tag = limit_tag(t, 1, STR("acme"), STR("sandbox"), str_of(ep->name));
	expect(ep, limit_take(t, tag, one) == 0 && limit_take(t, tag, one) > 0, "count");
}

static void
try_work(const struct endpoint *ep, struct deployment *d)
{
	struct password_cost cost = { .memory = 19 << 20, .passes = 2 };
	struct authority found;
	struct opened there;
	struct str text;

	expect(ep, authority_find(d, a, STR("id.example"), STR("/acme"), &found, &there) == OK,
		"read");
	expect(ep, keyset_public(there.durable, a, clock_now(), &text) == OK, "keys");
	expect(ep, write_record(there.durable, true) == (ep->store & STORE_WRITE ? OK : ERR_DENIED),
		"commit");
	try_limits(ep, d);
	if (ep->store & STORE_COUNT)
		expect(ep, write_record(there.volatile_, false) == OK, "count");
	if (ep->store & STORE_KEYS)
		expect(ep,
			keyset_sign(there.keyring, there.durable, a, SIGN_ID_TOKEN, ALG_ES256,
				STR("{}"), &text) == OK,
			"sign");
	expect(ep, password_hash(a, STR("secret"), &cost, &text) == OK, "Argon2id");
	expect(ep, !reach_is_outdated(d), "outdated");
}

static struct deployment *
enter(const struct endpoint *ep)
{
	struct deployment *d;
	struct sandbox *s;

	s = sandbox_new(ep->sandbox, false);
	expect(ep, deployment_open(&conf, ep->store, &d) == OK, "deployment");
	reach_allow(d, s);
	expect(ep, sandbox_enter(s) == OK, "enter");
	return d;
}

static int
status_of(pid_t child)
{
	int status;

	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void
try_all(const struct endpoint *ep)
{
	struct deployment *d;
	pid_t child = fork();

	if (child == 0) {
		d = enter(ep);
		try_files(ep);
		try_calls(ep);
		try_work(ep, d);
		_exit(0);
	}
	assert_int_equal(status_of(child), 0);
}

static void
test_rows(void **state)
{
	size_t i;

	(void)state;
	if (!has_all())
		skip();
	for (i = 0; endpoint_rows[i] != NULL; i++)
		try_all(endpoint_rows[i]);
}

/* The same rights and classes as in sbin. */
static const struct endpoint helpers[] = {
	{ .name = "writer",
		.store = STORE_WRITE | STORE_COUNT | STORE_LIMIT,
		.sandbox = SANDBOX_WRITER },
	{ .name = "signer",
		.store = STORE_WRITE | STORE_KEYS | STORE_ROTATE,
		.sandbox = SANDBOX_SIGNER },
};

static void
test_helpers(void **state)
{
	size_t i;

	(void)state;
	if (!has_all())
		skip();
	for (i = 0; i < COUNT(helpers); i++)
		try_all(&helpers[i]);
}

/* With both helpers set up, nobody else gets at the keys, or writes. */
static void
test_with_helpers(void **state)
{
	struct str writer = conf.writer, signer = conf.signer;
	const struct endpoint *ep;
	struct deployment *d;
	pid_t child;
	size_t i;

	(void)state;
	if (!has_all())
		skip();
	for (i = 0; (ep = endpoint_rows[i]) != NULL; i++) {
		child = fork();
		if (child == 0) {
			conf.writer = STR("/nowhere/writer");
			conf.signer = STR("/nowhere/signer");
			expect(ep, deployment_open(&conf, ep->store, &d) == OK, "deployment");
			expect(ep, deployment_confine(d, ep->name, ep->writes) == OK, "confine");
			expect(ep, reach_lock_in(d, ep->sandbox, -1) == OK, "enter");
			cannot_open(ep, in_data("acme/keys/data.mdb"), O_RDONLY);
			cannot_open(ep, in_data("acme/keys/lock.mdb"), O_RDONLY);
			cannot_open(ep, conf.master_key.p, O_RDONLY);
			cannot_open(ep, in_data("acme/durable/data.mdb"), O_RDWR);
			cannot_open(ep, in_data("acme/volatile/data.mdb"), O_RDWR);
			try_calls(ep);
			_exit(0);
		}
		assert_int_equal(status_of(child), 0);
	}
	assert_true(str_eq(conf.writer, writer) && str_eq(conf.signer, signer));
}

/* The volatile environment, which no program makes use of yet. */
static void
test_volatile(void **state)
{
	const struct endpoint row = {
		.name = "volatile", .store = STORE_WRITE | STORE_COUNT, .sandbox = SANDBOX_BROWSER
	};

	(void)state;
	if (!has_all())
		skip();
	try_all(&row);
}

/* What is never done by accident ends the process. */
static void
do_deadly(int which)
{
	char *const none[] = { NULL };
	char byte;
	struct iovec v = { &byte, 1 };

	if (which == 0)
		execve("/bin/true", none, none);
	else if (which == 1)
		ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
	else
		syscall(SYS_process_vm_readv, getppid(), &v, 1, &v, 1, 0);
}

static void
test_deadly(void **state)
{
	const struct endpoint *ep;
	pid_t child;
	size_t i;
	int which;

	(void)state;
	if (!has_all())
		skip();
	for (i = 0; (ep = endpoint_rows[i]) != NULL; i++)
		for (which = 0; which < 3; which++) {
			child = fork();
			if (child == 0) {
				(void)enter(ep);
				do_deadly(which);
				_exit(0);
			}
			assert_int_equal(status_of(child), -SIGSYS);
		}
}

/* An abort() and the watchdog's alarm still come through. */
static void
test_ends(void **state)
{
	pid_t child;

	(void)state;
	if (!has_all())
		skip();
	child = fork();
	if (child == 0) {
		(void)enter(endpoint_rows[0]);
		abort();
	}
	assert_int_equal(status_of(child), -SIGABRT);
	child = fork();
	if (child == 0) {
		(void)enter(endpoint_rows[0]);
		alarm(1);
		for (;;)
			(void)poll(NULL, 0, -1);
	}
	assert_int_equal(status_of(child), -SIGALRM);
}

/* A class has all that its rows need, and the public one nothing. */
static void
test_classes(void **state)
{
	const struct endpoint *ep;
	unsigned may;
	size_t i;

	(void)state;
	assert_int_equal(sandbox_classes[SANDBOX_PUBLIC].may, 0);
	for (i = 0; (ep = endpoint_rows[i]) != NULL; i++) {
		may = sandbox_classes[ep->sandbox].may;
		assert_true(!(ep->store & STORE_WRITE) || may & SANDBOX_MAY_WRITE);
		assert_int_equal(!(ep->store & STORE_KEYS), !(may & SANDBOX_MAY_SIGN));
		assert_int_equal(
			(ep->store & ~(unsigned)STORE_LIMIT) == 0, ep->sandbox == SANDBOX_PUBLIC);
		assert_int_equal(ep->answer == ANSWER_PAGE, ep->sandbox == SANDBOX_BROWSER);
	}
}

static void
test_talks(void **state)
{
	pid_t child;

	(void)state;
	if (!has_all())
		skip();
	child = fork();
	if (child == 0) {
		if (sandbox_enter(sandbox_new(SANDBOX_PUBLIC, true)) != OK)
			_exit(2);
		if (socket(AF_INET, SOCK_DGRAM, 0) >= 0 || socket(AF_NETLINK, SOCK_RAW, 0) >= 0)
			_exit(3);
		_exit(socket(AF_UNIX, SOCK_DGRAM, 0) >= 0 ? 0 : 4);
	}
	assert_int_equal(status_of(child), 0);
}

static void
test_harden(void **state)
{
	pid_t child;

	(void)state;
	if (!has_all())
		skip();
	child = fork();
	if (child == 0) {
		if (sandbox_harden(true) != OK || prctl(PR_GET_DUMPABLE) != 1)
			_exit(2);
		if (sandbox_harden(false) != OK || prctl(PR_GET_DUMPABLE) != 0)
			_exit(3);
		_exit(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 4);
	}
	assert_int_equal(status_of(child), 0);
}

/* In a child: an authority that comes after it was locked in is out of reach, and that shows; at
 * once, or, when that took long, only to who wants it. */
static int
see_later(const int ready[2], const int go[2], bool took_long)
{
	struct deployment *d = enter(endpoint_rows[0]);
	struct authority found;
	struct opened there;
	char c;

	if (took_long) {
		d->locked_at = clock_us();
		d->took = 10000000;
	}
	if (reach_is_outdated(d) || write(ready[1], "x", 1) != 1 || read(go[0], &c, 1) != 1)
		return 2;
	if (reach_is_outdated(d) == took_long)
		return 3;
	if (authority_find(d, a, STR("later.example"), STR(""), &found, &there) != ERR_UNAVAILABLE)
		return 4;
	return reach_is_outdated(d) ? 0 : 5;
}

static void
test_later(void **state)
{
	struct authority later = auth;
	int go[2], ready[2], i;
	char c;
	pid_t child;

	(void)state;
	if (!has_all())
		skip();
	for (i = 0; i < 2; i++) {
		assert_int_equal(pipe(go), 0);
		assert_int_equal(pipe(ready), 0);
		child = fork();
		if (child == 0)
			_exit(see_later(ready, go, i == 1));
		assert_int_equal(read(ready[0], &c, 1), 1);
		later.name = STR("later");
		later.issuer = STR("https://later.example");
		assert_int_equal(authority_create(deployment, a, &later, &beginning), OK);
		assert_int_equal(write(go[1], "x", 1), 1);
		assert_int_equal(status_of(child), 0);
		assert_int_equal(authority_remove(deployment, a, later.name), OK);
	}
}

/* Who found no table of limits makes room for another one, a minute later. */
static void
test_without_limits(void **state)
{
	struct limit_table *there;
	struct deployment *d;

	(void)state;
	assert_int_equal(deployment_open(&conf, STORE_LIMIT, &d), OK);
	d->data = strdup("somewhere"); /* as if it were locked in */
	d->registry_file = strdup("nowhere");
	d->master_key = strdup("nowhere");
	there = d->limits;
	assert_non_null(there);
	d->locked_at = clock_us() - 61000000;
	assert_false(reach_is_outdated(d));
	d->limits = NULL;
	assert_true(reach_is_outdated(d));
	d->locked_at = clock_us();
	assert_false(reach_is_outdated(d));
	d->limits = there;
	deployment_close(d);
}

static int
open_all(void **state)
{
	struct deployment *d;

	tcp = socket(AF_INET, SOCK_STREAM, 0);
	if (tcp < 0 || model_open(state) != 0)
		return -1;
	if (deployment_open(&conf, STORE_LIMIT, &d) != OK) /* makes the table */
		return -1;
	deployment_close(d);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_classes, model_reset),
		cmocka_unit_test_teardown(test_rows, model_reset),
		cmocka_unit_test_teardown(test_helpers, model_reset),
		cmocka_unit_test_teardown(test_with_helpers, model_reset),
		cmocka_unit_test_teardown(test_volatile, model_reset),
		cmocka_unit_test_teardown(test_deadly, model_reset),
		cmocka_unit_test_teardown(test_ends, model_reset),
		cmocka_unit_test_teardown(test_talks, model_reset),
		cmocka_unit_test_teardown(test_harden, model_reset),
		cmocka_unit_test_teardown(test_later, model_reset),
		cmocka_unit_test(test_without_limits),
	};

	return cmocka_run_group_tests(tests, open_all, model_close);
}
