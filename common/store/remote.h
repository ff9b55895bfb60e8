/*
 * remote - commits through the writer process (sbin/writer)
 * SPDX-License-Identifier: ISC
 *
 * A program that has a remote opens its environments read-only, and what it
 * commits goes over a socket (base/call.h). A batch has an id, which the
 * writer applies once, however often it is sent. Used through store_options
 * and store_commit().
 */
#ifndef STORE_REMOTE_H
#define STORE_REMOTE_H

#include "store/env.h"

struct call;

/* Has the encoded batch committed in an environment of authority `name`; an empty one only makes
 * sure that the environment is there. The writer's answer, ERR_RANGE for a batch over 64 KiB, or as
 * call_ask(): ERR_UNAVAILABLE when no answer came in time, and nobody knows. */
MUST_USE enum err
remote_commit(struct call *writer, struct str name, bool is_volatile, struct str ops);

#endif
