/*
 * sweep - removes what has expired: a range delete from the front of each class
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_SWEEP_H
#define STORE_SWEEP_H

#include "store/read.h"

/* Deletes the rows of class `c` (keyed by hour) whose hour is not after `now`, at most `most` of
 * them, in commits of 256. *removed counts them. */
MUST_USE enum err sweep_class(struct store *s, char c, int64_t now, size_t most, size_t *removed);

#endif
