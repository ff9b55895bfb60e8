/*
 * read - get and ordered scan, each in one short read transaction
 * SPDX-License-Identifier: ISC
 *
 * Values are copied into the arena: no pointer into the map leaves this
 * floor, and no transaction outlives a call. Each value comes with its
 * version, a number that is never the same again for that key; 0 stands for
 * "absent" and is what a batch guards with to create.
 */
#ifndef STORE_READ_H
#define STORE_READ_H

#include "base/arena.h"
#include "store/env.h"

/* One value: OK, ERR_NOTFOUND (then *version is 0), ERR_CORRUPT, ERR_SYSTEM. `version` may be NULL.
 */
MUST_USE enum err
store_get(struct store *s, struct arena *a, struct str key, struct str *value, uint64_t *version);

/* A number that is another after every commit, and for every environment this process opens: what
 * was made from the store is still true while it is the same. 0 when it cannot be told. */
uint64_t store_state(struct store *s);

struct store_row {
	struct str key, value;
	uint64_t version;
};

struct store_rows {
	struct store_row *v;
	size_t n;
	bool more; /* there are rows behind the last */
};

/* A scan ends with the row whose bytes pass this, however many are wanted: `more` tells. */
#define SCAN_BYTES ((size_t)1 << 20)

/* The rows whose keys begin with `prefix`, in order, from after key `after` (empty: the first),
 * `most` at most. For paging, give the last row's key as `after`. */
MUST_USE enum err store_scan(struct store *s, struct arena *a, struct str prefix, struct str after,
	size_t most, struct store_rows *out);

#endif
