/*
 * serve - the loop of a helper process: many callers, one thread
 * SPDX-License-Identifier: ISC
 *
 * Connections come from the parent, which knows who called (helper/door.h).
 * Each round takes what waits on all connections, at most one message of
 * each, and hands it over together. Callers and bytes are bounded: when all
 * places are taken, the one that was silent for longest loses its own, and
 * finds out when it next wants something.
 *
 *	e = serve_open(parent, &handler, arg, &s);
 *	while (serve_round(s))
 *		;
 *	serve_close(s);
 */
#ifndef HELPER_SERVE_H
#define HELPER_SERVE_H

#include "base/arena.h"
#include "helper/peer.h"

#define SERVE_CALLERS 1024
#define SERVE_MESSAGES 256 /* of one round */

struct serve;

struct message {
	struct str bytes; /* empty: it was longer than message_max */
	const void *who;  /* what admit() said */
	struct serve *from;
	size_t caller;
};

struct serve_handler {
	size_t message_max;

	/* Says who a new caller is; NULL for nobody: take() refuses what it sends. */
	const void *(*admit)(void *arg, const struct peer *p);

	/* Answers each of the messages by serve_answer(), or leaves (serve_leave()); memory is of
	 * the round. */
	void (*take)(void *arg, struct arena *a, struct message *v, size_t n);

	/* What else there is to do, for a short time; returns milliseconds until there is more. */
	int (*idle)(void *arg);
};

/* Serves those whom the parent lets in at socket `parent`. From here on SIGTERM, SIGINT, SIGHUP and
 * SIGUSR1 end the loop. ERR_SYSTEM. */
MUST_USE enum err
serve_open(int parent, const struct serve_handler *handler, void *arg, struct serve **out);

/* Ends the loop after this round; a message that is not answered then is sent again to whoever
 * serves next, when its sender sees that the connection is gone. */
void serve_leave(struct serve *s);

/* One round; false when it was the last. */
bool serve_round(struct serve *s);

/* One packet to whoever sent the message; if it does not want it, its connection is closed. */
void serve_answer(const struct message *m, struct str bytes);

/* Hangs up; NULL is allowed. */
void serve_close(struct serve *s);

#endif
