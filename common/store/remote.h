/*
 * remote - commits through the writer process (sbin/writer)
 * SPDX-License-Identifier: ISC
 *
 * A program that has a remote opens its environments read-only, and what it
 * commits goes over a socket. One connection is kept; when it breaks, the
 * batch is sent again, under the same id, until REMOTE_SECONDS are over: the
 * writer applies an id once. Used through store_options and store_commit().
 */
#ifndef STORE_REMOTE_H
#define STORE_REMOTE_H

#include "store/env.h"

#define REMOTE_SECONDS 8

struct remote;

/* Remembers the path of the socket and connects when there is something to send: ERR_RANGE for a
 * path that is too long for one. */
MUST_USE enum err remote_open(struct str path, struct remote **out);

/* Closes; NULL is allowed. */
void remote_close(struct remote *r);

/* Has the encoded batch committed in an environment of authority `name`; an empty one only makes
 * sure that the environment is there. The writer's answer, ERR_RANGE for a batch over 64 KiB,
 * ERR_DENIED when we may not connect, ERR_UNAVAILABLE when no answer came in time. */
MUST_USE enum err
remote_commit(struct remote *r, struct str name, bool is_volatile, struct str ops);

#endif
