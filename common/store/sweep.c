/*
 * sweep - removes what has expired
 * SPDX-License-Identifier: ISC
 *
 * No guards: a key has its hour in it, so whatever is there under it now has
 * expired too.
 */
#include "store/sweep.h"

#include "store/commit.h"

#define HOUR 3600
#define CHUNK 256 /* rows of one commit */

/* The hour of a row; a key too short to have one never expires. */
static uint32_t
row_hour(struct str key)
{
	struct str rest = str_skip(key, 1);
	uint32_t hour;

	return str_take_u32(&rest, &hour) == OK ? hour : UINT32_MAX;
}

/* Hours after the last one of 32 bits stand for "never". */
static bool
is_over(uint32_t hour, int64_t now)
{
	return hour != UINT32_MAX && now >= 0 && (int64_t)hour <= now / HOUR;
}

/* The deletes of the expired rows in front; returns how many. */
static size_t
collect(struct batch *b, const struct store_rows *rows, int64_t now)
{
	size_t n;

	for (n = 0; n < rows->n && is_over(row_hour(rows->v[n].key), now); n++)
		batch_del(b, rows->v[n].key);
	return n;
}

/* What is swept. */
struct broom {
	struct store *s;
	char class;
	int64_t now;
	sweep_note_fn *note;
};

/* One commit; *n is how many rows it removed, *more whether there may be others. */
static enum err
sweep_chunk(const struct broom *by, struct arena *a, size_t most, size_t *n, bool *more)
{
	struct store_rows rows;
	struct batch b;
	enum err e;

	e = store_scan(by->s, a, str_bytes(&by->class, 1), STR(""), most, &rows);
	if (e != OK)
		return e;
	batch_init(&b, a);
	*n = collect(&b, &rows, by->now);
	*more = *n > 0 && *n == rows.n && rows.more;
	if (*n == 0)
		return OK;
	if (by->note != NULL)
		by->note(&b, a, by->class, *n);
	return store_commit(by->s, &b);
}

enum err
sweep_class(struct store *s, char c, int64_t now, size_t most, sweep_note_fn *note, size_t *removed)
{
	const struct broom by = { s, c, now, note };
	bool more = true;
	struct arena *a;
	enum err e = OK;
	size_t n;

	*removed = 0;
	a = arena_new(ARENA_CEILING);
	while (e == OK && more && *removed < most) {
		n = most - *removed < CHUNK ? most - *removed : CHUNK;
		e = sweep_chunk(&by, a, n, &n, &more);
		if (e == OK)
			*removed += n;
		arena_reset(a);
	}
	arena_free(a);
	return e;
}
