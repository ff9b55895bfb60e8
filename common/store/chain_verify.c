/*
 * chain_verify - a chain looked at from its first record to its head
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "store/chain_part.h"
#include "store/key.h"

#define UNREAD "of the records that were removed here, one could not be read"

struct walk {
	struct chain_report *r;
	struct chain_head at; /* what the head must have been after the last record looked at */
	uint64_t through;     /* what the newest record about pruning says, and the MAC of that */
	unsigned char before[HASH_LEN];
	bool keyed, met; /* met: the sequence that was expected */
};

static void
fault(struct walk *w, uint64_t sequence, const char *problem)
{
	if (w->r->problem != NULL)
		return;
	w->r->at = sequence;
	w->r->problem = problem;
}

static bool
same(const unsigned char *one, const unsigned char *other)
{
	return secret_eq(str_bytes(one, HASH_LEN), str_bytes(other, HASH_LEN));
}

/* What pruning writes where it met a record that it could not read: no record has that MAC. */
static bool
is_unread(const void *mac)
{
	static const unsigned char none[HASH_LEN];

	return same(mac, none);
}

/* From the audit key to the key of the first record that is kept: by epochs, then by records. */
static void
begin(struct walk *w)
{
	const struct chain_head *head = &w->r->head;
	uint64_t gone = head->first - 1;

	w->keyed = w->r->key.n > 0;
	chain_head_init(&w->at, head->id, w->keyed ? w->r->key : STR("-"), w->r->name);
	if (w->keyed) {
		while (w->at.last + CHAIN_EPOCH <= gone) {
			w->at.last += CHAIN_EPOCH;
			chain_head_step(&w->at);
		}
		while (w->at.last < gone) {
			w->at.last++;
			chain_head_step(&w->at);
		}
	}
	w->at.last = gone;
	memcpy(w->at.mac, head->before, HASH_LEN);
	if (gone > 0 && is_unread(head->before))
		fault(w, gone, UNREAD);
}

static void
expected(struct walk *w, uint64_t sequence, const unsigned char *mac)
{
	if (sequence != w->r->expect || w->r->expect == 0)
		return;
	w->met = true;
	if (!secret_eq(w->r->expect_mac, str_bytes(mac, HASH_LEN)))
		fault(w, sequence, "it is not the record that was noted");
}

/* Whether it can be read and is the one that comes next. */
static void
look_place(struct walk *w, struct str key, struct str value, struct chain_row *row)
{
	uint64_t next = w->at.last + 1;

	if (chain_parse(key, value, row) == ERR_CORRUPT)
		fault(w, next, "the record cannot be read");
	else if (row->sequence < next)
		fault(w, row->sequence, "the record should have been removed before");
	else if (row->sequence > w->r->head.last)
		fault(w, row->sequence, "the record is behind the end of the chain");
	else if (row->sequence != next)
		fault(w, next, "the record is missing");
}

static void
look_mac(struct walk *w, const struct chain_row *row)
{
	unsigned char mac[HASH_LEN];

	if (!w->keyed)
		return;
	chain_mac(&w->at, row->sequence, row->signed_, mac);
	if (!secret_eq(row->mac, str_bytes(mac, HASH_LEN)))
		fault(w, row->sequence,
			"the record was changed, or comes from elsewhere, or the audit key is "
			"another");
}

static void
look_row(struct walk *w, struct str key, struct str value)
{
	struct chain_row row;

	look_place(w, key, value, &row);
	if (w->r->problem != NULL)
		return;
	look_mac(w, &row);
	memcpy(w->at.mac, row.mac.p, HASH_LEN);
	w->at.last++;
	w->r->records++;
	if (w->keyed)
		chain_head_step(&w->at);
	if (row.kind == CHAIN_PRUNED) {
		w->through = row.through;
		memcpy(w->before, row.payload.p + 8, HASH_LEN);
		if (is_unread(w->before))
			fault(w, row.sequence, UNREAD);
	}
	expected(w, row.sequence, w->at.mac);
}

static int
look_rows(struct walk *w, struct store *s)
{
	char class = KEY_AUDIT;
	MDB_val k = lmdb_val(str_bytes(&class, 1)), v;
	MDB_cursor *cursor;
	struct str value;
	uint64_t version;
	int rc;

	rc = mdb_cursor_open(s->read, s->dbi, &cursor);
	if (rc != MDB_SUCCESS)
		return rc;
	for (rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
		rc == MDB_SUCCESS && w->r->problem == NULL && lmdb_str(k).p[0] == KEY_AUDIT;
		rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) {
		if (lmdb_cut(v, &value, &version) != OK)
			value = (struct str){ 0 };
		look_row(w, lmdb_str(k), value);
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? MDB_SUCCESS : rc;
}

/* What was removed in front must be what a record says that was. */
static void
look_front(struct walk *w)
{
	const struct chain_head *head = &w->r->head;
	bool pruned = head->first > 1;

	if (w->through != head->first - 1 || (pruned && !same(w->before, head->before)))
		fault(w, head->first - 1, "records before this one were removed, which none says");
}

static void
look_head(struct walk *w)
{
	const struct chain_head *head = &w->r->head;

	if (w->at.last != head->last)
		fault(w, w->at.last + 1, "the record is missing, as are all behind it");
	else if (!same(w->at.mac, head->mac))
		fault(w, head->last, "it is not the record that the chain ends with");
	else if (w->keyed && (!same(w->at.key, head->key) || !same(w->at.epoch, head->epoch)))
		fault(w, head->last, "the chain did not end here: records behind it were removed");
}

static void
not_kept(struct walk *w)
{
	w->r->is_unknown = w->r->problem == NULL;
	fault(w, w->r->expect,
		"the record that was noted is no longer kept: it cannot be told whether it was "
		"part of the chain");
}

static void
look_expected(struct walk *w)
{
	const struct chain_head *head = &w->r->head;

	if (w->r->expect == 0 || w->met)
		return;
	if (w->r->expect == head->first - 1)
		expected(w, w->r->expect, head->before);
	else if (w->r->expect < head->first)
		not_kept(w);
	else
		fault(w, w->r->expect, "the record that was noted is not there");
}

static enum err
verify(struct store *s, struct walk *w)
{
	struct str value;
	enum err e;
	int rc;

	rc = chain_fetch(s, s->read, CHAIN_HEAD_KEY, &value);
	if (rc == MDB_NOTFOUND || (rc == MDB_SUCCESS && chain_head_parse(value, &w->r->head) != OK))
		fault(w, 0, "the chain has no head");
	if (rc == MDB_NOTFOUND || w->r->problem != NULL)
		return OK;
	if (rc == MDB_SUCCESS) {
		begin(w);
		rc = look_rows(w, s);
	}
	e = lmdb_err("audit", rc);
	if (e != OK)
		return e;
	if (w->r->problem == NULL)
		look_head(w);
	look_front(w);
	look_expected(w);
	return OK;
}

enum err
chain_verify(struct store *s, struct chain_report *r)
{
	struct walk w = { .r = r };
	enum err e;

	r->problem = NULL;
	r->is_unknown = false;
	r->records = r->at = 0;
	r->head = (struct chain_head){ .first = 1 };
	e = lmdb_read(s);
	if (e != OK)
		return e;
	e = verify(s, &w);
	lmdb_read_end(s);
	secret_wipe(&w.at, sizeof(w.at));
	return e;
}
