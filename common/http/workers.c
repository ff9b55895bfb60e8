/*
 * workers - a process that does nothing but keep others at work
 * SPDX-License-Identifier: ISC
 */
#include "http/workers.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/crew.h"

#define DRAIN (7 * SECOND) /* mod_fcgid kills 8 seconds after it asked to stop */

/* As long as our parent is there it tells us when to end. */
static bool
must_watch_end(const struct crew *c)
{
	return c->w->end > 0 && !c->ends && c->alone;
}

enum {
	ON_SIGNALS,
	ON_END,
	ON_DOOR,
	ON_CHILDREN, /* and all after it */
	WATCHED = ON_CHILDREN + CHILDREN
};

static struct pollfd
readable(int fd)
{
	return (struct pollfd){ .fd = fd, .events = POLLIN };
}

static nfds_t
watch(const struct crew *c, struct pollfd fds[WATCHED])
{
	bool has_door = c->w->admit != NULL && crew_newest(c) != NULL;
	nfds_t n = ON_CHILDREN;
	size_t i;

	fds[ON_SIGNALS] = readable(c->signals);
	fds[ON_END] = readable(must_watch_end(c) ? c->w->end : -1);
	fds[ON_DOOR] = readable(has_door ? c->w->door : -1);
	for (i = 0; c->w->answer != NULL && i < CHILDREN; i++)
		if (c->children[i].pid != 0 && c->children[i].socket >= 0)
			fds[n++] = readable(c->children[i].socket);
	return n;
}

static void
see_to(struct crew *c, const struct pollfd *fds, nfds_t n)
{
	nfds_t i;

	if (fds[ON_DOOR].revents & POLLIN)
		c->w->admit(c->w->arg, crew_newest(c)->socket);
	for (i = ON_CHILDREN; i < n; i++)
		if (fds[i].revents != 0 && !c->w->answer(c->w->arg, fds[i].fd))
			crew_forget(c, fds[i].fd);
}

/* The next of the signals, 0 when there was none until then, or something else to see to. */
static int
wait_signal(struct crew *c, int64_t until)
{
	struct pollfd fds[WATCHED];
	int64_t left = until - clock_us();
	struct signalfd_siginfo info;
	nfds_t n = watch(c, fds);
	int ms = -1;

	if (until != INT64_MAX)
		ms = left <= 0 ? 0 : (int)(left / 1000) + 1;
	if (poll(fds, n, ms) <= 0)
		return 0;
	if (read(c->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		return (int)info.ssi_signo;
	if (fds[ON_END].revents != 0) {
		c->ends = true;
		return SIGTERM;
	}
	see_to(c, fds, n);
	return 0;
}

static void
renew(struct crew *c)
{
	if (!c->renews || crew_count(c, true) + crew_count(c, false) + c->w->n > CHILDREN)
		return;
	c->renews = false;
	if (c->w->renew != NULL && c->w->renew(c->w->arg) != OK)
		log_reason(LOG_FAILED, "the workers go on as they are");
	else
		crew_replace(c);
}

static void
drain(struct crew *c)
{
	int64_t until = clock_us() + DRAIN;

	crew_signal(c, SIGTERM);
	while (crew_count(c, false) + crew_count(c, true) > 0 && clock_us() < until) {
		(void)wait_signal(c, until);
		crew_reap(c);
	}
	crew_signal(c, SIGKILL);
}

/* Where somebody watched over us, we watch over another one from now on. */
static void
see_parent(struct crew *c)
{
	if (c->alone || getppid() == c->parent)
		return;
	c->alone = true;
	if (c->w->alone == NULL)
		return;
	c->w = c->w->alone;
	crew_replace(c);
}

static int
keep(struct crew *c)
{
	int64_t until, leaving;

	for (;;) {
		see_parent(c);
		renew(c);
		if (c->w->once && c->status >= 0)
			return c->status;
		crew_fill(c);
		leaving = crew_press(c);
		until = crew_count(c, false) < c->w->n ? c->next : INT64_MAX;
		if (leaving < until)
			until = leaving;
		switch (wait_signal(c, until)) {
		case SIGTERM:
		case SIGINT:
		case SIGUSR1:
			drain(c);
			return 0;
		case SIGHUP:
			c->renews = !c->w->once;
			break;
		case SIGCHLD:
			crew_reap(c);
			break;
		default:
			break;
		}
	}
}

int
workers_run(const struct workers *w)
{
	struct crew c = { .w = w,
		.signals = -1,
		.status = -1,
		.parent = crew_parent() != 0 ? crew_parent() : getppid() };
	sigset_t mask;

	if (w->n == 0 || w->n > WORKERS_MAX)
		bug("%u workers", w->n);
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGUSR1);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &mask, NULL) == 0)
		c.signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (c.signals < 0) {
		log_errno("signals");
		return 111;
	}
	return keep(&c);
}
