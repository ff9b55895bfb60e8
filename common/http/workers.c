/*
 * workers - a process that does nothing but keep others at work
 * SPDX-License-Identifier: ISC
 */
#include "http/workers.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

#define SECOND ((int64_t)1000000)
#define YOUNG SECOND	    /* who dies younger than that may do so again */
#define DELAY (SECOND / 50) /* before the next one then; twice that the next time */
#define DELAY_MAX SECOND    /* and never more */
#define DRAIN (7 * SECOND)  /* mod_fcgid kills 8 seconds after it asked to stop */

struct child {
	pid_t pid; /* 0: no child */
	int64_t since;
	bool leaves; /* was told to */
};

struct crew {
	const struct workers *w;
	struct child children[2 * WORKERS_MAX]; /* twice: while they are replaced */
	sigset_t signals;
	unsigned deaths; /* of young ones in a row */
	int64_t next;	 /* when to fork again */
	bool renews;
};

static unsigned
count(const struct crew *c, bool leaving)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < COUNT(c->children); i++)
		n += c->children[i].pid != 0 && c->children[i].leaves == leaving;
	return n;
}

/* What is blocked stays so: the gate reads signals from a descriptor, and none gets lost until it
 * does. With its parent killed a child goes at once: to lighttpd, a socket that still answers is a
 * server which is not its own to start again. */
static NRETURN void
be_child(const struct crew *c, pid_t parent)
{
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	if (sigprocmask(SIG_UNBLOCK, &child, NULL) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		_exit(111);
	if (getppid() != parent)
		_exit(0);
	_exit(c->w->work(c->w->arg));
}

static bool
start_child(struct crew *c)
{
	pid_t parent = getpid();
	size_t i = 0;

	while (i < COUNT(c->children) && c->children[i].pid != 0)
		i++;
	if (i == COUNT(c->children))
		return false;
	c->children[i] = (struct child){ .pid = fork(), .since = clock_us() };
	if (c->children[i].pid == 0)
		be_child(c, parent);
	if (c->children[i].pid > 0)
		return true;
	log_errno("fork");
	c->children[i].pid = 0;
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

	for (i = 0; i < COUNT(c->children); i++)
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
	int64_t delay = DELAY;
	unsigned i;

	log_death(child, status);
	child->pid = 0;
	if (child->leaves)
		return;
	if (!young) {
		c->deaths = 0;
		return;
	}
	for (i = 0; i < c->deaths && delay < DELAY_MAX; i++)
		delay *= 2;
	c->deaths++;
	c->next = clock_us() + (delay < DELAY_MAX ? delay : DELAY_MAX);
}

static void
reap(struct crew *c)
{
	int status;
	pid_t pid;
	size_t i;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (i = 0; i < COUNT(c->children); i++)
			if (c->children[i].pid == pid)
				bury(c, &c->children[i], status);
}

/* The next of the signals, 0 when there was none until then. */
static int
wait_signal(const struct crew *c, int64_t until)
{
	int64_t left = until - clock_us();
	struct timespec t;
	int sig;

	if (left < 0)
		left = 0;
	t = (struct timespec){ .tv_sec = left / SECOND, .tv_nsec = left % SECOND * 1000 };
	sig = sigtimedwait(&c->signals, NULL, until == INT64_MAX ? NULL : &t);
	return sig > 0 ? sig : 0;
}

/* New ones first, so that somebody accepts all the time. */
static void
renew(struct crew *c)
{
	size_t i;

	if (!c->renews || count(c, true) + count(c, false) + c->w->n > COUNT(c->children))
		return;
	c->renews = false;
	if (c->w->renew != NULL && c->w->renew(c->w->arg) != OK) {
		log_reason(LOG_FAILED, "the workers go on as they are");
		return;
	}
	for (i = 0; i < COUNT(c->children); i++)
		c->children[i].leaves = c->children[i].pid != 0;
	c->deaths = 0;
	c->next = 0;
	fill(c);
	for (i = 0; i < COUNT(c->children); i++)
		if (c->children[i].leaves)
			kill(c->children[i].pid, SIGTERM);
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

static int
keep(struct crew *c)
{
	int64_t until;

	for (;;) {
		renew(c);
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
	struct crew c = { .w = w };

	if (w->n == 0 || w->n > WORKERS_MAX)
		bug("%u workers", w->n);
	sigemptyset(&c.signals);
	sigaddset(&c.signals, SIGTERM);
	sigaddset(&c.signals, SIGINT);
	sigaddset(&c.signals, SIGUSR1);
	sigaddset(&c.signals, SIGHUP);
	sigaddset(&c.signals, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &c.signals, NULL) != 0) {
		log_errno("signals");
		return 111;
	}
	return keep(&c);
}
