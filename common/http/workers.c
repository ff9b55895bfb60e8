/*
 * workers - a process that does nothing but keep others at work
 * SPDX-License-Identifier: ISC
 */
#include "http/workers.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

#define SECOND ((int64_t)1000000)
#define YOUNG SECOND	    /* who dies younger than that may do so again */
#define DELAY (SECOND / 50) /* before the next one then; twice that the next time */
#define DELAY_MAX SECOND    /* and never more */
#define DRAIN (7 * SECOND)  /* mod_fcgid kills 8 seconds after it asked to stop */

#define CHILDREN ((size_t)2 * WORKERS_MAX) /* twice: while they are replaced */

struct child {
	pid_t pid; /* 0: no child */
	int socket;
	int64_t since;
	bool leaves; /* was told to */
};

struct crew {
	const struct workers *w;
	struct child children[CHILDREN];
	int signals, status; /* a descriptor to read them from; of the child that ended last */
	unsigned deaths;     /* of young ones in a row */
	int64_t next;	     /* when to fork again */
	pid_t parent;	     /* of this process, when it began */
	bool alone;	     /* and that one has gone */
	bool renews, ends;
};

static unsigned
count(const struct crew *c, bool leaving)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < CHILDREN; i++)
		n += c->children[i].pid != 0 && c->children[i].leaves == leaving;
	return n;
}

static bool
has_sockets(const struct crew *c)
{
	return c->w->answer != NULL || c->w->admit != NULL;
}

/* What is the parent's, and its sockets to others. */
static void
leave_parent(struct crew *c, const struct child *self)
{
	size_t i;

	close(c->signals);
	if (c->w->end > 0 && !c->w->outlives)
		close(c->w->end);
	if (!has_sockets(c))
		return;
	for (i = 0; i < CHILDREN; i++)
		if (c->children[i].pid != 0 && &c->children[i] != self)
			close(c->children[i].socket);
	if (c->w->admit != NULL)
		close(c->w->door);
}

/* What is blocked stays so: the gate reads signals from a descriptor, and none gets lost until it
 * does. With its parent killed a child goes at once: to lighttpd, a socket that still answers is a
 * server which is not its own to start again. */
static NRETURN void
be_child(struct crew *c, const struct child *self, pid_t parent, int socket)
{
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	if (sigprocmask(SIG_UNBLOCK, &child, NULL) != 0)
		_exit(111);
	if (prctl(PR_SET_PDEATHSIG, c->w->outlives ? SIGCHLD : SIGKILL) != 0)
		_exit(111);
	if (!c->w->outlives && getppid() != parent)
		_exit(0);
	leave_parent(c, self);
	_exit(c->w->work(c->w->arg, socket));
}

static void
close_pair(const int pair[2])
{
	if (pair[0] >= 0)
		close(pair[0]);
	if (pair[1] >= 0)
		close(pair[1]);
}

static bool
fork_child(struct crew *c, struct child *child)
{
	pid_t parent = getpid();
	int pair[2] = { -1, -1 };

	if (has_sockets(c) && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return false;
	*child = (struct child){ .pid = fork(), .socket = pair[0], .since = clock_us() };
	if (child->pid < 0) {
		child->pid = 0;
		close_pair(pair);
		return false;
	}
	if (child->pid > 0) {
		if (pair[1] >= 0)
			close(pair[1]);
		return true;
	}
	if (pair[0] >= 0)
		close(pair[0]);
	be_child(c, child, parent, pair[1]);
}

static bool
start_child(struct crew *c)
{
	size_t i = 0;

	while (i < CHILDREN && c->children[i].pid != 0)
		i++;
	if (i == CHILDREN)
		return false;
	if (fork_child(c, &c->children[i]))
		return true;
	log_errno("fork");
	c->next = clock_us() + DELAY_MAX;
	return false;
}

static void
fill(struct crew *c)
{
	while (clock_us() >= c->next && count(c, false) < c->w->n)
		if (!start_child(c))
			return;
}

static void
signal_children(const struct crew *c, int sig)
{
	size_t i;

	for (i = 0; i < CHILDREN; i++)
		if (c->children[i].pid != 0)
			kill(c->children[i].pid, sig);
}

static void
log_death(const struct child *child, int status)
{
	if (WIFSIGNALED(status))
		log_reason(LOG_SYSTEM, "worker %ld was ended by signal %d", (long)child->pid,
			WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_reason(LOG_SYSTEM, "worker %ld ended with status %d", (long)child->pid,
			WEXITSTATUS(status));
}

static void
bury(struct crew *c, struct child *child, int status)
{
	bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; /* by somebody else */
	bool young = !killed && clock_us() - child->since < YOUNG;
	bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0; /* it saw reason to */
	int64_t delay = DELAY;
	unsigned i;

	log_death(child, status);
	child->pid = 0;
	if (child->socket >= 0)
		close(child->socket);
	c->status = WIFEXITED(status) ? WEXITSTATUS(status) : 111;
	if (child->leaves)
		return;
	if (!young) {
		c->deaths = 0;
		return;
	}
	for (i = 0; !well && i < c->deaths && delay < DELAY_MAX; i++)
		delay *= 2;
	c->deaths += !well;
	c->next = clock_us() + (delay < DELAY_MAX ? delay : DELAY_MAX);
}

static void
reap(struct crew *c)
{
	int status;
	pid_t pid;
	size_t i;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (i = 0; i < CHILDREN; i++)
			if (c->children[i].pid == pid)
				bury(c, &c->children[i], status);
}

/* Who takes in those that come to the door: the newest that stays. */
static const struct child *
newest(const struct crew *c)
{
	const struct child *best = NULL;
	size_t i;

	for (i = 0; i < CHILDREN; i++)
		if (c->children[i].pid != 0 && !c->children[i].leaves &&
			(best == NULL || c->children[i].since > best->since))
			best = &c->children[i];
	return best;
}

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
	bool has_door = c->w->admit != NULL && newest(c) != NULL;
	nfds_t n = ON_CHILDREN;
	size_t i;

	fds[ON_SIGNALS] = readable(c->signals);
	fds[ON_END] = readable(must_watch_end(c) ? c->w->end : -1);
	fds[ON_DOOR] = readable(has_door ? c->w->door : -1);
	for (i = 0; c->w->answer != NULL && i < CHILDREN; i++)
		if (c->children[i].pid != 0)
			fds[n++] = readable(c->children[i].socket);
	return n;
}

static void
see_to(const struct crew *c, const struct pollfd *fds, nfds_t n)
{
	nfds_t i;

	if (fds[ON_DOOR].revents & POLLIN)
		c->w->admit(c->w->arg, newest(c)->socket);
	for (i = ON_CHILDREN; i < n; i++)
		if (fds[i].revents & POLLIN)
			c->w->answer(c->w->arg, fds[i].fd);
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

/* New ones first, so that somebody accepts all the time. */
static void
replace(struct crew *c)
{
	size_t i;

	for (i = 0; i < CHILDREN; i++)
		c->children[i].leaves = c->children[i].pid != 0;
	c->deaths = 0;
	c->next = 0;
	fill(c);
	for (i = 0; i < CHILDREN; i++)
		if (c->children[i].leaves)
			kill(c->children[i].pid, SIGTERM);
}

static void
renew(struct crew *c)
{
	if (!c->renews || count(c, true) + count(c, false) + c->w->n > CHILDREN)
		return;
	c->renews = false;
	if (c->w->renew != NULL && c->w->renew(c->w->arg) != OK)
		log_reason(LOG_FAILED, "the workers go on as they are");
	else
		replace(c);
}

static void
drain(struct crew *c)
{
	int64_t until = clock_us() + DRAIN;

	signal_children(c, SIGTERM);
	while (count(c, false) + count(c, true) > 0 && clock_us() < until) {
		(void)wait_signal(c, until);
		reap(c);
	}
	signal_children(c, SIGKILL);
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
	replace(c);
}

static int
keep(struct crew *c)
{
	int64_t until;

	for (;;) {
		see_parent(c);
		renew(c);
		if (c->w->once && c->status >= 0)
			return c->status;
		fill(c);
		until = count(c, false) < c->w->n ? c->next : INT64_MAX;
		switch (wait_signal(c, until)) {
		case SIGTERM:
		case SIGINT:
		case SIGUSR1:
			drain(c);
			return 0;
		case SIGHUP:
			c->renews = true;
			break;
		case SIGCHLD:
			reap(c);
			break;
		default:
			break;
		}
	}
}

int
workers_run(const struct workers *w)
{
	struct crew c = { .w = w, .signals = -1, .status = -1, .parent = getppid() };
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
