/*
 * crew - the children of a process that keeps others at work; for workers.c alone
 * SPDX-License-Identifier: ISC
 */
#ifndef HTTP_CREW_H
#define HTTP_CREW_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "http/workers.h"

#define SECOND ((int64_t)1000000)
#define CHILDREN ((size_t)2 * WORKERS_MAX) /* twice: while they are replaced */

struct child {
	pid_t pid;  /* 0: no child */
	int socket; /* to it; -1: none */
	int64_t since;
	int64_t leaves; /* was told to, when; 0: was not */
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

/* Who forked this process, when it was one of ours: it may have gone since. 0: nobody of ours. */
pid_t crew_parent(void);

/* Those who were told to leave, or those who were not. */
unsigned crew_count(const struct crew *c, bool leaving);

/* Forks as many as are missing, if it is time to. */
void crew_fill(struct crew *c);

/* Looks who has ended. */
void crew_reap(struct crew *c);

/* To all children. */
void crew_signal(const struct crew *c, int sig);

/* Who takes in those that come to the door: the newest that stays; NULL: nobody is there. */
const struct child *crew_newest(const struct crew *c);

/* A child has closed its socket. */
void crew_forget(struct crew *c, int fd);

/* Starts new ones, and tells those that are there to leave. */
void crew_replace(struct crew *c);

/* Ends those who were told to leave long ago. Returns when to look again, INT64_MAX: no more. */
int64_t crew_press(const struct crew *c);

#endif
