/*
 * workers - a process that does nothing but keep others at work
 * SPDX-License-Identifier: ISC
 *
 * The parent holds the listening socket, sees no request and opens no store;
 * its children accept. Who dies is replaced, later and later when they die at
 * once. TERM, INT and USR1 let children finish what they have, 8 seconds at
 * most; HUP replaces them all, and nobody who waits is sent away. What a child
 * that is locked in cannot do, its parent may do for it: to connect to
 * somebody, to see who it is that calls.
 */
#ifndef HTTP_WORKERS_H
#define HTTP_WORKERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define WORKERS_MAX 64

struct workers {
	unsigned n;
	bool once;	  /* ends when its child does: plain CGI */
	int64_t patience; /* microseconds with who was told to leave and does not; 0: 40 seconds */

	/* In a child: serves until it is told to stop, or sees reason to; the exit status. `parent`
	 * is a socket to the parent, -1 where neither of those below is set. */
	int (*work)(void *arg, int parent);

	/* In the parent at HUP: gets ready for new children. An error keeps the old ones. */
	enum err (*renew)(void *arg);

	/* In the parent, when a child has written to its socket; false: there is nothing more to
	 * come from it. */
	bool (*answer)(void *arg, int child);

	/* In the parent, when `door` can be read: leaves it to the newest child, by its socket. */
	void (*admit)(void *arg, int child);
	int door;

	bool outlives; /* children go on when their parent was killed */

	/* What to go on as when our own parent has gone, with children of its own; NULL: as before.
	 */
	const struct workers *alone;

	/* A descriptor that is as TERM when it can be read, once our own parent has gone; 0: none.
	 */
	int end;

	void *arg;
};

/* Keeps `n` children at work until told to stop; the exit status of the program. */
int workers_run(const struct workers *w);

#endif
