/*
 * upkeep - what has to be done now and then: sweep and key rings
 * SPDX-License-Identifier: ISC
 */
#ifndef MODEL_UPKEEP_H
#define MODEL_UPKEEP_H

#include "model/authority.h"

struct upkeep {
	size_t sessions, grants, tokens, denied; /* removed */
	size_t applied, counted; /* marks of batches, in the durable and the volatile store */
	size_t audits;		 /* records of the audit chain */
	size_t keys_made, keys_gone;
	int readers; /* slots of dead readers cleared */
};

/* Where in an authority's stores the removal of what is over has come to; zeroed to begin. */
struct upkeep_place {
	unsigned step;
	bool done;
	size_t removed, n; /* n bytes of `key`, the last that was looked at */
	char key[KEY_MAX_LEN];
};

/* The part that needs no keys, a piece of it: looks at or removes about `most` rows, in one or two
 * commits, and counts what went in *done. at->done: that was the last. */
MUST_USE enum err upkeep_slice(const struct opened *o, int64_t now, size_t most,
	struct upkeep_place *at, struct upkeep *done);

/* Does all of it for one authority, in bounded commits; may run beside anything, at any time. */
MUST_USE enum err upkeep_run(struct arena *a, const struct authority *auth, const struct opened *o,
	int64_t now, struct upkeep *done);

#endif
