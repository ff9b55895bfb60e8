/*
 * rogue - programs that were broken into: they try what they must not be able to, and tell
 * SPDX-License-Identifier: ISC
 *
 * Put in the place of the program of the same name, `jwks` (class public, no
 * helper) or `login` (class browser, commits through the writer), it answers
 * GET /jwks or /login with the outcome of each attempt: the name of an errno,
 * an error of ours, or "done". `?do=exec`, `ptrace` and `memory` end it, `back`
 * sets the file of locks back by a commit.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/dial.h"
#include "data/json.h"
#include "endpoint/endpoint.h"
#include "model/audit.h"
#include "model/deployment.h"
#include "model/keyset.h"
#include "model/sign_order.h"
#include "store/commit.h"
#include "store/key.h"
#include "store/remote.h"

#define TXNID 6 /* where LMDB 0.9 has the number of the last transaction, in words */

enum {
	P_DO,
	P_PID,
	P__MAX
};

static const struct param params[P__MAX] = {
	[P_DO] = { "do", PARAM_OPTIONAL, 16, param_token },
	[P_PID] = { "pid", PARAM_OPTIONAL, 16, param_token }, /* of the signer at work */
};

static struct js_out out;

static void
tell(const char *what, const char *how)
{
	js_put_str(&out, what, str_of(how));
}

static void
tell_errno(const char *what, bool failed)
{
	tell(what, failed ? strerrorname_np(errno) : "done");
}

static void
tell_err(const char *what, enum err e)
{
	tell(what, e == OK ? "done" : err_text(e));
}

static void
try_open(const char *what, const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	tell_errno(what, fd < 0);
	if (fd >= 0)
		close(fd);
}

static const char *
of_process(struct request *rq, const char *file)
{
	return arena_z(rq->arena,
		arena_printf(rq->arena, "/proc/%.*s/%s", STR_FMT(rq->param[P_PID]), file));
}

static void
try_files(struct request *rq)
{
	const struct deployment *d = rq->deployment;
	struct arena *a = rq->arena;

	try_open("keys", deployment_path(d, a, "default", "keys/data.mdb"), O_RDONLY);
	try_open("keys locks", deployment_path(d, a, "default", "keys/lock.mdb"), O_RDWR);
	try_open("master key", arena_z(a, d->conf->master_key), O_RDONLY);
	try_open("settings", arena_z(a, d->conf->path), O_RDONLY);
	try_open("passwd", "/etc/passwd", O_RDONLY);
	try_open("store", deployment_path(d, a, "default", "durable/data.mdb"), O_RDWR);
	try_open("registry", deployment_path(d, a, "registry", "data.mdb"), O_RDWR);
	try_open("new file", deployment_path(d, a, "default", "durable/new"), O_WRONLY | O_CREAT);
	try_open("memory of the signer", of_process(rq, "mem"), O_RDONLY);
	try_open("maps of the signer", of_process(rq, "maps"), O_RDONLY);
	tell_errno("remove the store",
		unlink(deployment_path(d, a, "default", "durable/data.mdb")) != 0);
}

/* The pages that it may read, as pages to write. */
static void
try_map(struct request *rq)
{
	const char *path =
		deployment_path(rq->deployment, rq->arena, "default", "durable/data.mdb");
	int fd = open(path, O_RDONLY);
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	tell_errno("map to write", p == MAP_FAILED);
	p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	tell_errno("map to read", p == MAP_FAILED);
	tell_errno("make it writable", mprotect(p, 4096, PROT_READ | PROT_WRITE) != 0);
}

/* What it shares with others: their log, the socket that all accept at, the file of locks. */
static void
try_shared(struct request *rq)
{
	const char *path =
		deployment_path(rq->deployment, rq->arena, "default", "durable/lock.mdb");
	int fd = open(path, O_RDWR);

	tell_errno("locks", fd < 0);
	tell_errno("cut the locks", ftruncate(fd, 0) != 0);
	tell_errno("blow up the locks", fallocate(fd, 0, 0, (off_t)1 << 30) != 0);
	tell_errno("cut the log", ftruncate(STDERR_FILENO, 0) != 0);
	tell_errno("write over the log", fcntl(STDERR_FILENO, F_SETFL, 0) != 0);
	tell_errno("signal others", fcntl(0, F_SETOWN, 1) != 0);
	tell_errno("deafen all", rq->conf->workers.n > 0 && shutdown(0, SHUT_RDWR) != 0);
	/* It stays open: to close it would give up the process's own place among the readers. */
}

/* Readers would see an older state, and a writer write over the newer one. */
static void
set_back(struct request *rq)
{
	const char *path =
		deployment_path(rq->deployment, rq->arena, "default", "durable/lock.mdb");
	int fd = open(path, O_RDWR);
	size_t *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	tell_errno("set back", map == MAP_FAILED);
	if (map != MAP_FAILED)
		map[TXNID]--;
}

static void
try_network(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(80),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	tell_errno("TCP", socket(AF_INET, SOCK_STREAM, 0) < 0);
	tell_errno("UDP", socket(AF_INET, SOCK_DGRAM, 0) < 0);
	tell_errno("TCP over IPv6", socket(AF_INET6, SOCK_STREAM, 0) < 0);
	tell_errno("local socket", socket(AF_UNIX, SOCK_STREAM, 0) < 0);
	tell_errno("connect", connect(0, (struct sockaddr *)&to, sizeof(to)) != 0);
	tell_errno("bind", bind(0, (struct sockaddr *)&to, sizeof(to)) != 0);
}

static void
try_processes(struct request *rq)
{
	int64_t pid;

	if (str_int(rq->param[P_PID], &pid) != OK)
		return;
	tell_errno("fork", fork() < 0);
	tell_errno("kill the signer", kill((pid_t)pid, SIGKILL) != 0);
}

/* What it does is noted, lest that be what it is refused for. */
static const struct audit note = { .event = AUDIT_RECORD_ADDED, .actor = STR_INIT("rogue") };

static enum err
put(struct request *rq, struct str key)
{
	struct batch b;

	batch_init(&b, rq->arena);
	batch_put(&b, key, STR("rogue"));
	audit_note(&b, rq->arena, &note);
	return store_commit(rq->db, &b);
}

/* Past the checks of this process: what the writer says to it. */
static enum err
send_put(struct request *rq, struct str key)
{
	struct batch b;

	batch_init(&b, rq->arena);
	batch_put(&b, key, STR("rogue"));
	audit_note(&b, rq->arena, &note);
	return remote_commit(rq->deployment->writer, rq->authority->name, false, buf_str(&b.ops));
}

static enum err
send_order(struct request *rq)
{
	struct sign_order order = { SIGN_ID_TOKEN, ALG_ES256, rq->authority->name, STR("{}") };
	struct call *signer;
	struct str token;
	enum err e;

	e = call_open(rq->conf->signer, "signer", &signer);
	if (e != OK)
		return e;
	e = sign_order_ask(signer, rq->arena, &order, &token);
	call_close(signer);
	return e;
}

static void
try_helpers(struct request *rq)
{
	struct str client = key_text(rq->arena, KEY_CLIENT, STR("rogue"));
	int fd;

	tell_err("commit", put(rq, client));
	if (rq->deployment->writer != NULL && rq->endpoint->writes != NULL) {
		tell_err("commit a client", send_put(rq, client));
		tell_err("commit a key", send_put(rq, key_text(rq->arena, KEY_KEY, STR("rogue"))));
		tell_err("sign", send_order(rq));
		tell_err("connect elsewhere", dial(STR("/run/rogue"), clock_us() + 1000000, &fd));
	}
}

/* None of them returns, in a sandbox. */
static void
do_deadly(struct request *rq)
{
	char *const none[] = { NULL };
	char byte;
	struct iovec v = { &byte, 1 };
	int64_t pid = 0;

	(void)!str_int(rq->param[P_PID], &pid);
	if (str_eqz(rq->param[P_DO], "exec"))
		tell_errno("exec", execve("/bin/true", none, none) != 0);
	else if (str_eqz(rq->param[P_DO], "ptrace"))
		tell_errno("ptrace", ptrace(PTRACE_ATTACH, (pid_t)pid, NULL, NULL) != 0);
	else
		tell_errno(
			"memory", syscall(SYS_process_vm_readv, (pid_t)pid, &v, 1, &v, 1, 0) < 0);
}

static enum err
rogue(struct request *rq)
{
	struct str json;
	struct buf b;
	enum err e;

	buf_init(&b, rq->arena, 8192);
	js_start(&out, &b);
	js_open(&out, NULL, '{');
	if (str_eqz(rq->param[P_DO], "back")) {
		set_back(rq);
	} else if (rq->param[P_DO].n > 0) {
		do_deadly(rq);
	} else {
		try_files(rq);
		try_shared(rq);
		try_map(rq);
		try_network();
		try_processes(rq);
		try_helpers(rq);
	}
	js_close(&out, '}');
	e = buf_end(&b, &json);
	return e == OK ? reply_json(rq, 200, json) : e;
}

static const struct endpoint rows[] = {
	{ .name = "jwks",
		.path = "/jwks",
		.methods = METHOD_GET,
		.auth = AUTH_NONE,
		.params = params,
		.nparams = P__MAX,
		.handle = rogue },
	{ .name = "login",
		.path = "/login",
		.methods = METHOD_GET,
		.auth = AUTH_NONE,
		.store = STORE_WRITE,
		.sandbox = SANDBOX_BROWSER,
		.writes = "FSU",
		.params = params,
		.nparams = P__MAX,
		.handle = rogue },
};

int
main(void)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self));

	return endpoint_run(
		&rows[n > 0 && str_has_suffix(str_bytes(self, (size_t)n), STR("/login"))]);
}
