/*
 * call - questions to a helper process, over a local socket
 * SPDX-License-Identifier: ISC
 *
 * One connection is kept. When it breaks or nobody answers, the question is
 * asked again until CALL_SECONDS are over, so it must be one that may be
 * asked twice. A helper that is started again within that time is not missed.
 *
 *	e = call_open(path, "writer", &c);
 *	e = call_ask(c, parts, 2, answer, sizeof(answer), &n);
 */
#ifndef BASE_CALL_H
#define BASE_CALL_H

#include "base/str.h"

#define CALL_SECONDS 8

struct call;

/* Remembers the path of the socket and connects (base/dial.h) when there is something to ask;
 * `helper` is its name in the log. ERR_RANGE for a path that is too long for a socket. */
MUST_USE enum err call_open(struct str path, const char *helper, struct call **out);

/* Closes; NULL is allowed. */
void call_close(struct call *c);

#define CALL_PARTS 4

/* Sends the parts as one packet and waits for the packet that answers it, of at most `size` bytes;
 * *n is its length. ERR_DENIED when we may not connect, ERR_UNAVAILABLE when no answer came in
 * time; both are logged. */
MUST_USE enum err call_ask(struct call *c, const struct str *parts, size_t nparts, char *answer,
	size_t size, size_t *n);

#endif
