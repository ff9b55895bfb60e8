/*
 * commit - one batch becomes durable, or nothing happens
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_COMMIT_H
#define STORE_COMMIT_H

#include "store/batch.h"

/* Applies the batch in one transaction, synced before it returns OK. ERR_CONFLICT when a guard does
 * not hold, ERR_FULL (map or disk), ERR_DENIED (opened read-only), ERR_RANGE (batch or key too
 * large), ERR_SYSTEM: then nothing happened. */
MUST_USE enum err store_commit(struct store *s, const struct batch *b);

/* The same from the encoded form, which is checked whole before anything is applied: ERR_SYNTAX. */
MUST_USE enum err store_commit_bytes(struct store *s, struct str ops);

#endif
