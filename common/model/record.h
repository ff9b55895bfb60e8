/*
 * record - reading and writing the records of an authority, all kinds alike
 * SPDX-License-Identifier: ISC
 *
 * A kind is a row: record table, key class and the field that names it. The
 * modules of this floor add what is particular to a kind; the command line
 * works on all of them through here.
 */
#ifndef MODEL_RECORD_H
#define MODEL_RECORD_H

#include "base/field.h"
#include "store/batch.h"
#include "store/commit.h"
#include "store/key.h"
#include "store/read.h"

/* Reads and decodes what is stored under `key`. ERR_NOTFOUND, ERR_CORRUPT; version may be NULL. */
MUST_USE enum err record_get(struct store *db, struct arena *a, const struct record *rec,
	struct str key, void *out, uint64_t *version);

/* Adds guard (by version, 0: must be new) and put of the record to a batch. */
MUST_USE enum err record_put(struct batch *b, struct arena *a, const struct record *rec,
	struct str key, const void *base, uint64_t version);

/* Calls fn for each record of a class in key order until it returns something but OK, which is
 * returned; reads in pages of bounded size, so records may come and go meanwhile. */
typedef enum err
record_fn(void *arg, struct arena *a, struct str key, const void *base, uint64_t version);
MUST_USE enum err record_each(
	struct store *db, enum key_class class, const struct record *rec, record_fn *fn, void *arg);

#endif
