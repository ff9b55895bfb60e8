/*
 * reach - which files of a deployment a sandboxed process gets at
 * SPDX-License-Identifier: ISC
 *
 * The environments that its rights name, of the authorities that exist when it
 * starts: what Landlock did not allow then is out of reach for good. So a
 * process asks before each request whether authorities have come or gone, or
 * the master key is another file, and if so makes room for a new one.
 */
#ifndef MODEL_REACH_H
#define MODEL_REACH_H

#include "base/sandbox.h"
#include "model/authority.h"

/* Allows what `d` may open, which must not have anything open yet. */
void reach_allow(struct deployment *d, struct sandbox *s);

/* Locks this process in, as one of that class: with those files, and what libraries read late.
 * `listen` is the socket that it shares with others, or -1. ERR_SYSTEM: not all that the kernel has
 * did work. */
MUST_USE enum err reach_lock_in(struct deployment *d, enum sandbox_class class, int listen);

/* Whether there may be more to reach than when it was allowed, and it is time to look; false when
 * nothing ever was allowed. */
bool reach_is_outdated(const struct deployment *d);

#endif
