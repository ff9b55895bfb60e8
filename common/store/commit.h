/*
 * commit - one batch becomes durable, or nothing happens
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_COMMIT_H
#define STORE_COMMIT_H

#include "store/batch.h"

/* Applies the batch in one transaction, synced before it returns OK. ERR_CONFLICT when a guard does
 * not hold, ERR_FULL (map or disk), ERR_DENIED (opened read-only, or a class that this process may
 * not write, or a change without a note in a chained store), ERR_CORRUPT (a chain without its
 * head), ERR_RANGE (batch or key too large), ERR_SYSTEM: then nothing happened. Where the
 * store has a `writer`, that does it: ERR_UNAVAILABLE when it gave no answer, and nobody knows. */
MUST_USE enum err store_commit(struct store *s, const struct batch *b);

/* The same from the encoded form, which is checked whole before anything is applied: ERR_SYNTAX. */
MUST_USE enum err store_commit_bytes(struct store *s, struct str ops);

#define COMMIT_ID_LEN 16

/* One of many batches. With an id (COMMIT_ID_LEN random bytes; empty: none) it is applied once,
 * however often it comes within the hour: whoever got no answer sends it again. */
struct commit {
	struct str ops, id;
	const char *writes;  /* see batch_check() */
	const char *program; /* whose it is, for the chain */
	enum err err;	     /* out: what store_commit() would have returned */
};

/* As if each of the batches, in that order, were committed alone, but with one transaction and one
 * sync. A batch whose guard does not hold is left out whole. */
void store_commit_many(struct store *s, struct commit *v, size_t n);

#endif
