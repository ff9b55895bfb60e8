/*
 * record - reading and writing the records of an authority, all kinds alike
 * SPDX-License-Identifier: ISC
 */
#include "model/record.h"

#include <string.h>

#include "store/codec.h"

#define PAGE_ROWS 64

enum err
record_get(struct store *db, struct arena *a, const struct record *rec, struct str key, void *out,
	uint64_t *version)
{
	struct str value;
	enum err e;

	e = store_get(db, a, key, &value, version);
	if (e != OK)
		return e;
	return codec_read(rec, out, a, value);
}

enum err
record_put(struct batch *b, struct arena *a, const struct record *rec, struct str key,
	const void *base, uint64_t version)
{
	struct str value;
	enum err e;

	e = codec_write(rec, base, a, &value);
	if (e != OK)
		return e;
	batch_guard(b, key, version);
	batch_put(b, key, value);
	return OK;
}

static enum err
each_row(const struct record *rec, struct arena *a, const struct store_rows *rows, record_fn *fn,
	void *arg)
{
	enum err e;
	void *base;
	size_t i;

	for (i = 0; i < rows->n; i++) {
		base = arena_alloc(a, rec->size);
		e = codec_read(rec, base, a, rows->v[i].value);
		if (e != OK)
			return e;
		e = fn(arg, a, rows->v[i].key, base, rows->v[i].version);
		if (e != OK)
			return e;
	}
	return OK;
}

enum err
record_each(
	struct store *db, enum key_class class, const struct record *rec, record_fn *fn, void *arg)
{
	struct arena *a = arena_new(ARENA_CEILING);
	char last[KEY_MAX_LEN];
	struct str after = { last, 0 }, prefix;
	struct store_rows rows;
	enum err e;

	do {
		arena_reset(a);
		prefix = key_class(a, class);
		e = store_scan(db, a, prefix, after, PAGE_ROWS, &rows);
		if (e != OK || rows.n == 0)
			break;
		after.n = rows.v[rows.n - 1].key.n;
		memcpy(last, rows.v[rows.n - 1].key.p, after.n);
		e = each_row(rec, a, &rows, fn, arg);
	} while (e == OK && rows.more);
	arena_free(a);
	return e;
}
