/*
 * crew - the children of a process that keeps others at work
 * SPDX-License-Identifier: ISC
 */
#include "http/crew.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define YOUNG SECOND	       /* who dies younger than that may do so again */
#define NEWBORN (SECOND / 20)  /* the same for who was killed */
#define DELAY (SECOND / 50)    /* before the next one then; twice that the next time */
#define DELAY_MAX SECOND       /* and never more */
#define PATIENCE (40 * SECOND) /* with who was told to leave, and goes on accepting */

unsigned
crew_count(const struct crew *c, bool leaving)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < CHILDREN; i++)
		n += c->children[i].pid != 0 && (c->children[i].leaves != 0) == leaving;
	return n;
}

static pid_t forked_by;

pid_t
crew_parent(void)
{
	return forked_by;
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
		if (c->children[i].pid != 0 && &c->children[i] != self &&
			c->children[i].socket >= 0)
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
	forked_by = parent;
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

void
crew_fill(struct crew *c)
{
	while (clock_us() >= c->next && crew_count(c, false) < c->w->n)
		if (!start_child(c))
			return;
}

void
crew_signal(const struct crew *c, int sig)
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
	bool young = clock_us() - child->since < (killed ? NEWBORN : YOUNG);
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

void
crew_reap(struct crew *c)
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
const struct child *
crew_newest(const struct crew *c)
{
	const struct child *best = NULL;
	size_t i;

	for (i = 0; i < CHILDREN; i++)
		if (c->children[i].pid != 0 && !c->children[i].leaves &&
			(best == NULL || c->children[i].since > best->since))
			best = &c->children[i];
	return best;
}

void
crew_forget(struct crew *c, int fd)
{
	size_t i;

	for (i = 0; i < CHILDREN; i++)
		if (c->children[i].pid != 0 && c->children[i].socket == fd)
			c->children[i].socket = -1;
	close(fd);
}

/* New ones first, so that somebody accepts all the time. */
void
crew_replace(struct crew *c)
{
	size_t i;

	for (i = 0; i < CHILDREN; i++)
		if (c->children[i].pid != 0 && c->children[i].leaves == 0)
			c->children[i].leaves = clock_us();
	c->deaths = 0;
	c->next = 0;
	crew_fill(c);
	for (i = 0; i < CHILDREN; i++)
		if (c->children[i].leaves)
			kill(c->children[i].pid, SIGTERM);
}

/* Who was told to leave has the time that a request may take, and some more. Returns when to look
 * again. */
int64_t
crew_press(const struct crew *c)
{
	int64_t patience = c->w->patience > 0 ? c->w->patience : PATIENCE;
	int64_t now = clock_us(), next = INT64_MAX, end;
	size_t i;

	for (i = 0; i < CHILDREN; i++) {
		if (c->children[i].pid == 0 || c->children[i].leaves == 0)
			continue;
		end = c->children[i].leaves + patience;
		if (end <= now)
			kill(c->children[i].pid, SIGKILL);
		else if (end < next)
			next = end;
	}
	return next;
}
