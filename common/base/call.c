/*
 * call - questions to a helper process, over a local socket (unix(7))
 * SPDX-License-Identifier: ISC
 */
#include "base/call.h"

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
#include "base/dial.h"
#include "base/log.h"
#include "base/secret.h"

#define FIRST_PAUSE 2000 /* microseconds, doubled by each failure */
#define LONGEST_PAUSE 256000

struct call {
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	const char *helper;
	int fd;
	pid_t pid; /* whose connection it is: after a fork, answers would go to the wrong one */
};

/* One question on its way. */
struct question {
	struct iovec parts[CALL_PARTS];
	size_t nparts;
	char *answer;
	size_t size, n; /* room for the answer, and its length */
	int64_t end;	/* by clock_us() */
};

enum err
call_open(struct str path, const char *helper, struct call **out)
{
	struct call *c;

	if (path.n == 0 || path.n >= sizeof(c->path)) {
		log_reason(LOG_FAILED, "the path of the %s's socket is empty or too long", helper);
		return ERR_RANGE;
	}
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		fatal("out of memory");
	memcpy(c->path, path.p, path.n);
	c->helper = helper;
	c->fd = -1;
	*out = c;
	return OK;
}

static void
hang_up(struct call *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

void
call_close(struct call *c)
{
	if (c == NULL)
		return;
	hang_up(c);
	free(c);
}

/* Until the socket can be read or written, or time is over. */
static enum err
await(const struct call *c, short events, int64_t end)
{
	struct pollfd p = { .fd = c->fd, .events = events };
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
send_question(struct call *c, struct question *q)
{
	struct msghdr m = { .msg_iov = q->parts, .msg_iovlen = q->nparts };
	ssize_t n;

	for (;;) {
		n = sendmsg(c->fd, &m, MSG_NOSIGNAL);
		if (n >= 0)
			return OK; /* a packet goes whole */
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN || await(c, POLLOUT, q->end) != OK)
			return ERR_UNAVAILABLE;
	}
}

/* An answer that is longer than there is room for is none. */
static enum err
receive_answer(struct call *c, struct question *q)
{
	ssize_t n;

	for (;;) {
		if (await(c, POLLIN, q->end) != OK)
			return ERR_UNAVAILABLE;
		n = recv(c->fd, q->answer, q->size, MSG_TRUNC);
		if (n > 0 && (size_t)n <= q->size) {
			q->n = (size_t)n;
			return OK;
		}
		if (n >= 0 || (errno != EINTR && errno != EAGAIN))
			return ERR_UNAVAILABLE;
	}
}

static enum err
attempt(struct call *c, struct question *q)
{
	enum err e = OK;

	if (c->fd >= 0 && c->pid != getpid())
		hang_up(c);
	if (c->fd < 0) {
		c->pid = getpid();
		e = dial(str_of(c->path), q->end, &c->fd);
	}
	if (e == OK)
		e = send_question(c, q);
	return e == OK ? receive_answer(c, q) : e;
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
 * that to the next question. */
static enum err
deliver(struct call *c, struct question *q)
{
	bool fresh = c->fd < 0 || c->pid != getpid();
	int64_t us = 0;
	enum err e;

	for (;;) {
		e = attempt(c, q);
		if (e == OK)
			return OK;
		hang_up(c);
		if (e == ERR_DENIED || clock_us() >= q->end)
			return e;
		if (fresh) {
			us = next_pause(us);
			pause_for(us);
		}
		fresh = true;
	}
}

enum err
call_ask(struct call *c, const struct str *parts, size_t nparts, char *answer, size_t size,
	size_t *n)
{
	struct question q = { .nparts = nparts,
		.answer = answer,
		.size = size,
		.end = clock_us() + (int64_t)CALL_SECONDS * 1000000 };
	enum err e;
	size_t i;

	if (nparts > CALL_PARTS)
		bug("a question of %zu parts", nparts);
	for (i = 0; i < nparts; i++) {
		q.parts[i].iov_base = (void *)(uintptr_t)parts[i].p; /* is only read */
		q.parts[i].iov_len = parts[i].n;
	}
	e = deliver(c, &q);
	if (e != OK)
		log_reason(LOG_FAILED, "%s: %s", c->helper, err_text(e));
	*n = e == OK ? q.n : 0;
	return e;
}
