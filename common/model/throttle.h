/*
 * throttle - repeated failures are slowed down (volatile store)
 * SPDX-License-Identifier: ISC
 *
 * After `free` failures each further one doubles the time that must pass
 * before the next try, up to a quarter of an hour; an hour without a failure forgets all.
 */
#ifndef MODEL_THROTTLE_H
#define MODEL_THROTTLE_H

#include "model/record.h"

/* Seconds to wait before `what` may be tried again; 0: now. A store that cannot be read does not
 * shut people out: 0, and a log line. `what` is any bytes. */
int64_t throttle_wait(struct store *counts, struct arena *a, struct str what, int64_t now);

/* Counts a failure. */
void
throttle_fail(struct store *counts, struct arena *a, struct str what, int64_t free, int64_t now);

/* Forgets what was counted. */
void throttle_clear(struct store *counts, struct arena *a, struct str what, int64_t now);

#endif
