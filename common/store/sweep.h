/*
 * sweep - removes what has expired: a range delete from the front of each class
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_SWEEP_H
#define STORE_SWEEP_H

#include "store/batch.h"
#include "store/read.h"

/* Adds to a batch the note that `n` rows of class `c` go with it. */
typedef void sweep_note_fn(struct batch *b, struct arena *a, char c, size_t n);

/* Deletes the rows of class `c` (keyed by hour) whose hour is not after `now`, at most `most` of
 * them, in commits of 256, for each of which `note` is called (NULL: none is needed). *removed
 * counts them. */
MUST_USE enum err sweep_class(
	struct store *s, char c, int64_t now, size_t most, sweep_note_fn *note, size_t *removed);

#endif
