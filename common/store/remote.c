/*
 * remote - commits through the writer process
 * SPDX-License-Identifier: ISC
 */
#include "store/remote.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "store/wire.h"

#define FIRST_PAUSE 2000 /* microseconds, doubled by each failure */
#define LONGEST_PAUSE 256000

struct remote {
	struct sockaddr_un address;
	int fd;
	pid_t pid; /* whose connection it is: after a fork, answers would go to the wrong one */
};

/* One batch on its way. */
struct order {
	unsigned char head[WIRE_HEAD_MAX];
	struct iovec parts[2];
	int64_t end; /* by clock_us() */
	unsigned char status;
};

enum err
remote_open(struct str path, struct remote **out)
{
	struct remote *r;

	if (path.n == 0 || path.n >= sizeof(r->address.sun_path)) {
		log_reason(LOG_STORE, "the path of the writer's socket is empty or too long");
		return ERR_RANGE;
	}
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		fatal("store: out of memory");
	r->address.sun_family = AF_UNIX;
	memcpy(r->address.sun_path, path.p, path.n);
	r->fd = -1;
	*out = r;
	return OK;
}

static void
hang_up(struct remote *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

void
remote_close(struct remote *r)
{
	if (r == NULL)
		return;
	hang_up(r);
	free(r);
}

/* A full backlog is EAGAIN, for a socket that does not block. */
static enum err
connect_now(struct remote *r)
{
	r->pid = getpid();
	r->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (r->fd < 0)
		return ERR_SYSTEM;
	if (connect(r->fd, (struct sockaddr *)&r->address, sizeof(r->address)) == 0)
		return OK;
	return errno == EACCES || errno == EPERM ? ERR_DENIED : ERR_UNAVAILABLE;
}

/* Until the socket can be read or written, or time is over. */
static enum err
await(const struct remote *r, short events, int64_t end)
{
	struct pollfd p = { .fd = r->fd, .events = events };
	int64_t left = end - clock_us();
	int n = -1;

	while (left > 0) {
		n = poll(&p, 1, (int)(left / 1000) + 1);
		if (n >= 0 || errno != EINTR)
			break;
		left = end - clock_us();
	}
	return n > 0 ? OK : ERR_UNAVAILABLE;
}

static enum err
send_order(struct remote *r, struct order *o)
{
	struct msghdr m = { .msg_iov = o->parts, .msg_iovlen = 2 };
	ssize_t n;

	for (;;) {
		n = sendmsg(r->fd, &m, MSG_NOSIGNAL);
		if (n >= 0)
			return OK; /* a packet goes whole */
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN || await(r, POLLOUT, o->end) != OK)
			return ERR_UNAVAILABLE;
	}
}

static enum err
receive_status(struct remote *r, struct order *o)
{
	ssize_t n;

	for (;;) {
		if (await(r, POLLIN, o->end) != OK)
			return ERR_UNAVAILABLE;
		n = recv(r->fd, &o->status, 1, 0);
		if (n == 1)
			return OK;
		if (n == 0 || (errno != EINTR && errno != EAGAIN))
			return ERR_UNAVAILABLE;
	}
}

static enum err
attempt(struct remote *r, struct order *o)
{
	enum err e = OK;

	if (r->fd >= 0 && r->pid != getpid())
		hang_up(r);
	if (r->fd < 0)
		e = connect_now(r);
	if (e == OK)
		e = send_order(r, o);
	return e == OK ? receive_status(r, o) : e;
}

static void
pause_for(int64_t us)
{
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&t, NULL);
}

/* The pause grows, and is drawn from its second half: many callers do not come back as one. */
static int64_t
next_pause(int64_t us)
{
	uint16_t random;

	secret_random(&random, sizeof(random));
	us = us == 0 ? FIRST_PAUSE : us * 2;
	if (us > LONGEST_PAUSE)
		us = LONGEST_PAUSE;
	return us / 2 + us / 2 * random / UINT16_MAX;
}

/* The first failure may only mean that the connection of before is gone, so the second attempt
 * follows at once. A connection that failed is never used again: a late answer would be taken for
 * that to the next batch. */
static enum err
deliver(struct remote *r, struct order *o)
{
	bool fresh = r->fd < 0 || r->pid != getpid();
	int64_t us = 0;
	enum err e;

	for (;;) {
		e = attempt(r, o);
		if (e == OK)
			return OK;
		hang_up(r);
		if (e == ERR_DENIED || clock_us() >= o->end)
			return e;
		if (fresh) {
			us = next_pause(us);
			pause_for(us);
		}
		fresh = true;
	}
}

enum err
remote_commit(struct remote *r, struct str name, bool is_volatile, struct str ops)
{
	unsigned char id[COMMIT_ID_LEN] = { 0 };
	struct wire w = { str_bytes(id, sizeof(id)), name, ops, is_volatile };
	struct order o = { .end = clock_us() + (int64_t)REMOTE_SECONDS * 1000000 };
	enum err e;

	if (ops.n > WIRE_OPS_MAX)
		return ERR_RANGE;
	secret_random(id, sizeof(id));
	o.parts[0].iov_base = o.head;
	o.parts[0].iov_len = wire_head(&w, o.head);
	o.parts[1].iov_base = (void *)(uintptr_t)ops.p; /* is only read */
	o.parts[1].iov_len = ops.n;
	e = deliver(r, &o);
	if (e != OK) {
		log_reason(LOG_STORE, "writer: %s", err_text(e));
		return e;
	}
	return wire_err(o.status);
}
