/*
 * read - get and ordered scan, each in one short read transaction
 * SPDX-License-Identifier: ISC
 */
#include "store/read.h"

#include <string.h>

#include "store/lmdb.h"

#define STATE_BITS 40 /* of a state are the commit, the rest is the environment */

static enum err
copy_value(struct arena *a, MDB_val v, struct str *value, uint64_t *version)
{
	struct str in_map;
	enum err e;

	e = lmdb_cut(v, &in_map, version);
	if (e == OK)
		*value = arena_str(a, in_map);
	return e;
}

enum err
store_get(struct store *s, struct arena *a, struct str key, struct str *value, uint64_t *version)
{
	MDB_val k = lmdb_val(key), v;
	unsigned tries = 0;
	uint64_t n = 0;
	enum err e;

	if (version == NULL)
		version = &n;
	*version = 0;
	if (key.n == 0)
		return ERR_NOTFOUND;
	do {
		e = lmdb_read(s);
		if (e != OK)
			return e;
		e = lmdb_err("get", mdb_get(s->read, s->dbi, &k, &v));
		if (e == OK)
			e = copy_value(a, v, value, version);
	} while (lmdb_read_again(s, &tries));
	return e;
}

uint64_t
store_state(struct store *s)
{
	MDB_envinfo info;

	if (mdb_env_info(s->env, &info) != 0)
		return 0;
	return (s->serial << STATE_BITS) + (uint64_t)info.me_last_txnid;
}

/* Where a scan is. */
struct scan {
	MDB_cursor *cursor;
	struct str prefix;
	MDB_val key, value;
	size_t bytes; /* that were copied */
};

/* Stands on the first row that is wanted. Nothing is before the class byte 1, which leaves out the
 * row that is ours. */
static int
seek(struct scan *at, struct str after)
{
	struct str from = at->prefix;
	int rc;

	if (str_cmp(from, after) < 0)
		from = after;
	if (str_cmp(from, STR("\1")) < 0)
		from = STR("\1");
	at->key = lmdb_val(from);
	rc = mdb_cursor_get(at->cursor, &at->key, &at->value, MDB_SET_RANGE);
	if (rc == MDB_SUCCESS && after.n > 0 && str_eq(lmdb_str(at->key), after))
		rc = mdb_cursor_get(at->cursor, &at->key, &at->value, MDB_NEXT);
	return rc;
}

static enum err
add_row(struct arena *a, struct store_rows *out, size_t *room, const struct scan *at)
{
	struct store_row *v, *row;

	if (out->n == *room) {
		*room = *room == 0 ? 16 : *room * 2;
		v = arena_array(a, *room, sizeof(*v));
		if (out->n > 0)
			memcpy(v, out->v, out->n * sizeof(*v));
		out->v = v;
	}
	row = &out->v[out->n];
	row->key = arena_str(a, lmdb_str(at->key));
	out->n++;
	return copy_value(a, at->value, &row->value, &row->version);
}

static enum err
walk(struct scan *at, struct arena *a, struct str after, size_t most, struct store_rows *out)
{
	size_t room = 0;
	enum err e;
	int rc;

	for (rc = seek(at, after); rc == MDB_SUCCESS;
		rc = mdb_cursor_get(at->cursor, &at->key, &at->value, MDB_NEXT)) {
		if (!str_has_prefix(lmdb_str(at->key), at->prefix))
			return OK;
		out->more = out->n >= most || at->bytes >= SCAN_BYTES;
		if (out->more)
			return OK;
		e = add_row(a, out, &room, at);
		if (e != OK)
			return e;
		at->bytes += at->key.mv_size + at->value.mv_size;
	}
	return rc == MDB_NOTFOUND ? OK : lmdb_err("scan", rc);
}

enum err
store_scan(struct store *s, struct arena *a, struct str prefix, struct str after, size_t most,
	struct store_rows *out)
{
	unsigned tries = 0;
	struct scan at;
	enum err e;

	do {
		at = (struct scan){ .prefix = prefix };
		*out = (struct store_rows){ 0 };
		e = lmdb_read(s);
		if (e != OK)
			return e;
		e = lmdb_err("scan", mdb_cursor_open(s->read, s->dbi, &at.cursor));
		if (e == OK) {
			e = walk(&at, a, after, most, out);
			mdb_cursor_close(at.cursor);
		}
	} while (lmdb_read_again(s, &tries));
	return e;
}
