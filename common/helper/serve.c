/*
 * serve - the loop of a helper process
 * SPDX-License-Identifier: ISC
 */
#include "helper/serve.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "helper/door.h"

#define ROUND_BYTES ((size_t)4 << 20) /* of all messages of a round */
#define ACCEPTS 64		      /* of a round: those who are there come first */

#define DESCRIPTORS 8192

#define GATHER_PART 8	 /* of what the last round took */
#define GATHER_LEAST 20	 /* microseconds; less is not worth it */
#define GATHER_MOST 2000 /* and nobody is held up for longer */

/* What an event is about: a caller's index, or one of these. */
enum {
	ON_SIGNAL = SERVE_CALLERS,
	ON_CONNECTION
};

struct caller {
	int fd; /* -1: a free place */
	const void *who;
	uint64_t heard; /* the round in which it last said something */
};

struct serve {
	const struct serve_handler *handler;
	void *arg;
	int parent, epoll, signals;
	struct arena *arena; /* of the round */
	char *packet;	     /* message_max bytes and one */
	uint64_t round;
	int64_t took;	   /* microseconds of the last take() */
	bool stops, calls; /* a signal came; somebody wants to connect */
	size_t n, bytes;   /* messages of this round */
	struct message messages[SERVE_MESSAGES];
	struct caller callers[SERVE_CALLERS];
};

static bool
watch(struct serve *s, int fd, uint32_t events, uint32_t what)
{
	struct epoll_event ev = { .events = events, .data.u32 = what };

	return fd >= 0 && epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev) == 0;
}

/* A descriptor for each caller, and what the environments need; where the limit is lower, callers
 * take turns. */
static void
raise_limit(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur >= DESCRIPTORS)
		return;
	r.rlim_cur = r.rlim_max < DESCRIPTORS ? r.rlim_max : DESCRIPTORS;
	if (setrlimit(RLIMIT_NOFILE, &r) != 0)
		log_errno("setrlimit");
}

/* To close the descriptor takes it out of the epoll set: nobody else has it. */
static void
hang_up(struct caller *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->who = NULL;
}

static struct serve *
serve_new(const struct serve_handler *handler, void *arg)
{
	struct serve *s = calloc(1, sizeof(*s));
	size_t i;

	if (s == NULL)
		fatal("out of memory");
	s->handler = handler;
	s->arg = arg;
	for (i = 0; i < SERVE_CALLERS; i++)
		s->callers[i].fd = -1;
	s->packet = malloc(handler->message_max + 1);
	if (s->packet == NULL)
		fatal("out of memory");
	s->arena = arena_new(2 * ROUND_BYTES + ARENA_CEILING);
	return s;
}

enum err
serve_open(int parent, const struct serve_handler *handler, void *arg, struct serve **out)
{
	struct serve *s;

	raise_limit();
	s = serve_new(handler, arg);
	s->parent = parent;
	s->signals = door_signals();
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!watch(s, s->signals, EPOLLIN, ON_SIGNAL) ||
		!watch(s, parent, EPOLLIN, ON_CONNECTION)) {
		log_errno("epoll");
		serve_close(s);
		return ERR_SYSTEM;
	}
	*out = s;
	return OK;
}

void
serve_close(struct serve *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < SERVE_CALLERS; i++)
		hang_up(&s->callers[i]);
	if (s->signals >= 0)
		close(s->signals);
	if (s->epoll >= 0)
		close(s->epoll);
	arena_free(s->arena);
	free(s->packet);
	free(s);
}

void
serve_leave(struct serve *s)
{
	s->stops = true;
}

static struct caller *
find_oldest(struct serve *s)
{
	struct caller *c, *oldest = NULL;

	for (c = s->callers; c < s->callers + SERVE_CALLERS; c++)
		if (c->fd >= 0 && (oldest == NULL || c->heard < oldest->heard))
			oldest = c;
	return oldest;
}

/* A free place, or that of the caller who was silent for longest. */
static struct caller *
find_place(struct serve *s)
{
	struct caller *c;

	for (c = s->callers; c < s->callers + SERVE_CALLERS; c++)
		if (c->fd < 0)
			return c;
	c = find_oldest(s);
	hang_up(c);
	return c;
}

static void
receive_caller(struct serve *s, int fd, const struct peer *p)
{
	struct caller *c = find_place(s);

	if (!watch(s, fd, EPOLLIN | EPOLLRDHUP, (uint32_t)(c - s->callers))) {
		log_errno("a connection was not accepted");
		close(fd);
		return;
	}
	c->fd = fd;
	c->heard = s->round;
	c->who = s->handler->admit(s->arg, p);
}

/* Those whom the parent has let in. Without a descriptor left for one, the oldest caller's is given
 * up. */
static void
receive_callers(struct serve *s)
{
	struct caller *oldest;
	struct peer p;
	int fd, i;

	for (i = 0; i < ACCEPTS; i++) {
		switch (door_take(s->parent, &p, &fd)) {
		case OK:
			receive_caller(s, fd, &p);
			break;
		case ERR_FULL:
			oldest = find_oldest(s);
			if (oldest != NULL)
				hang_up(oldest);
			break;
		default:
			return;
		}
	}
}

static void
keep(struct serve *s, size_t i, struct str bytes)
{
	struct message *m = &s->messages[s->n++];

	*m = (struct message){ arena_str(s->arena, bytes), s->callers[i].who, s, i };
	s->bytes += bytes.n;
	s->callers[i].heard = s->round;
}

/* Who has gone cannot be answered, so what it left behind is not done: it sent it again over
 * another connection, or gave up. */
static void
hear(struct serve *s, size_t i, uint32_t events)
{
	size_t most = s->handler->message_max;
	ssize_t n;

	if (events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR)) {
		hang_up(&s->callers[i]);
		return;
	}
	if (s->callers[i].heard == s->round || s->n == SERVE_MESSAGES ||
		s->bytes + most > ROUND_BYTES)
		return; /* the next round tells of it again */
	n = recv(s->callers[i].fd, s->packet, most + 1, MSG_TRUNC);
	if (n > 0)
		keep(s, i, str_bytes(s->packet, (size_t)n > most ? 0 : (size_t)n));
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		hang_up(&s->callers[i]);
}

static void
look(struct serve *s, const struct epoll_event *ev)
{
	if (ev->data.u32 == ON_SIGNAL)
		s->stops = true;
	else if (ev->data.u32 == ON_CONNECTION)
		s->calls = true;
	else
		hear(s, ev->data.u32, ev->events);
}

static void
listen_for(struct serve *s, int64_t us)
{
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };
	struct epoll_event events[SERVE_MESSAGES];
	int i, n;

	n = epoll_pwait2(s->epoll, events, SERVE_MESSAGES, &t, NULL);
	if (n < 0 && errno != EINTR)
		bug("epoll_pwait2");
	for (i = 0; i < n; i++)
		look(s, &events[i]);
}

/* Callers who were heard in this round or the one before. */
static size_t
count_busy(const struct serve *s)
{
	const struct caller *c;
	size_t n = 0;

	for (c = s->callers; c < s->callers + SERVE_CALLERS; c++)
		n += c->fd >= 0 && c->heard + 1 >= s->round;
	return n < SERVE_MESSAGES ? n : SERVE_MESSAGES;
}

/* Those who were answered together come back together, but not in the same microsecond. To wait
 * for them a small part of what a round takes saves them a round. */
static void
gather(struct serve *s)
{
	int64_t now = clock_us(), end = now + s->took / GATHER_PART;
	size_t busy;

	if (end - now < GATHER_LEAST)
		return;
	if (end - now > GATHER_MOST)
		end = now + GATHER_MOST;
	busy = count_busy(s);
	for (; s->n < busy && now < end && !s->stops; now = clock_us())
		listen_for(s, end - now);
}

static void
take(struct serve *s)
{
	int64_t began = clock_us();

	s->handler->take(s->arg, s->arena, s->messages, s->n);
	s->took = clock_us() - began;
}

bool
serve_round(struct serve *s)
{
	s->round++;
	s->n = s->bytes = 0;
	s->calls = false;
	listen_for(s, (int64_t)s->handler->idle(s->arg) * 1000);
	if (s->n > 0) {
		gather(s);
		take(s);
	}
	arena_reset(s->arena);
	/* Last, so that no event of this round is taken for one of a new caller. */
	if (s->calls)
		receive_callers(s);
	return !s->stops;
}

void
serve_answer(const struct message *m, struct str bytes)
{
	struct caller *c = &m->from->callers[m->caller];

	if (c->fd >= 0 &&
		send(c->fd, bytes.p, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)bytes.n)
		hang_up(c);
}
