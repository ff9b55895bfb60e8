/*
 * upkeep - what has to be done now and then: sweep and key rings
 * SPDX-License-Identifier: ISC
 */
#ifndef MODEL_UPKEEP_H
#define MODEL_UPKEEP_H

#include "model/authority.h"

struct upkeep {
	size_t sessions, grants, tokens, denied, throttles; /* removed */
	size_t keys_made, keys_gone;
	int readers; /* slots of dead readers cleared */
};

/* Does all of it for one authority, in bounded commits; may run beside anything, at any time. */
MUST_USE enum err upkeep_run(struct arena *a, const struct authority *auth, const struct opened *o,
	int64_t now, struct upkeep *done);

#endif
