/*
 * sweep - removes what has expired: a range delete from the front of each class
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_SWEEP_H
#define STORE_SWEEP_H

#include "store/read.h"

/* Called for each expired row, to add deletes of rows that belong to it (an index) to the batch. */
struct batch;
typedef enum err sweep_fn(struct arena *a, struct batch *b, const struct store_row *row);

/* Deletes the rows of class `c` (keyed by hour) whose hour is not after `now`, at most `most` of
 * them, in commits of 256. `also` may be NULL. *removed counts them. */
MUST_USE enum err
sweep_class(struct store *s, char c, int64_t now, size_t most, sweep_fn *also, size_t *removed);

#endif
