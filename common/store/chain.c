/*
 * chain - records are appended, and the oldest removed, by whoever commits
 * SPDX-License-Identifier: ISC
 *
 * The MAC is made in the write transaction, since only there it is known what
 * comes before: two hashes a record, some microseconds, less than the write.
 */
#include "store/chain.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/chain_part.h"
#include "store/key.h"

#define AHEAD 86400    /* seconds before now that no clock should be */
#define LOOK_MOST 4096 /* records that are looked at for an old one */

int
chain_fetch(struct store *s, MDB_txn *txn, struct str key, struct str *value)
{
	MDB_val k = lmdb_val(key), v;
	uint64_t version;
	int rc;

	rc = mdb_get(txn, s->dbi, &k, &v);
	if (rc != MDB_SUCCESS)
		return rc;
	return lmdb_cut(v, value, &version) == OK ? MDB_SUCCESS : MDB_CORRUPTED;
}

static int
load(struct store *s, MDB_txn *txn, struct chain_head *h)
{
	struct str value;
	int rc;

	rc = chain_fetch(s, txn, CHAIN_HEAD_KEY, &value);
	if (rc == MDB_NOTFOUND)
		return MDB_CORRUPTED;
	if (rc == MDB_SUCCESS && chain_head_parse(value, h) != OK)
		return MDB_CORRUPTED;
	return rc;
}

static int
save(struct store *s, MDB_txn *txn, struct chain_head *h)
{
	unsigned char bytes[CHAIN_HEAD_LEN];
	int rc;

	chain_head_write(h, bytes);
	rc = lmdb_put(s, txn, CHAIN_HEAD_KEY, str_bytes(bytes, sizeof(bytes)));
	secret_wipe(bytes, sizeof(bytes));
	secret_wipe(h, sizeof(*h));
	return rc;
}

static struct str
row_key(unsigned char bytes[CHAIN_KEY_BYTES], uint64_t sequence)
{
	bytes[0] = KEY_AUDIT;
	chain_u64(bytes + 1, sequence);
	return str_bytes(bytes, CHAIN_KEY_BYTES);
}

/* Kind, time, length and bytes of the program's name, payload; the length of all. */
static size_t
write_signed(unsigned char *out, enum chain_kind kind, struct str program, struct str payload)
{
	int64_t now = clock_now();
	unsigned char *p = out;

	if (program.n > CHAIN_PROGRAM_MAX)
		program.n = CHAIN_PROGRAM_MAX;
	*p++ = (unsigned char)kind;
	p = chain_u64(p, now > 0 ? (uint64_t)now : 0);
	*p++ = (unsigned char)program.n;
	memcpy(p, program.p, program.n);
	p += program.n;
	memcpy(p, payload.p, payload.n);
	return (size_t)(p - out) + payload.n;
}

static int
append(struct store *s, MDB_txn *txn, struct chain_head *h, enum chain_kind kind,
	struct str program, struct str payload)
{
	unsigned char key[CHAIN_KEY_BYTES], value[CHAIN_SIGNED_MAX + HASH_LEN];
	size_t n = write_signed(value, kind, program, payload);

	h->last++;
	chain_mac(h, h->last, str_bytes(value, n), h->mac);
	memcpy(value + n, h->mac, HASH_LEN);
	chain_head_step(h);
	return lmdb_put(s, txn, row_key(key, h->last), str_bytes(value, n + HASH_LEN));
}

/* Where somebody has meddled one can be missing or damaged: it is not read, which is no error. */
static int
fetch_row(struct store *s, MDB_txn *txn, struct str key, struct chain_row *row, bool *is_read)
{
	struct str value;
	int rc;

	rc = chain_fetch(s, txn, key, &value);
	*is_read = rc == MDB_SUCCESS && chain_parse(key, value, row) != ERR_CORRUPT;
	return rc == MDB_NOTFOUND || rc == MDB_CORRUPTED ? MDB_SUCCESS : rc;
}

/* Removes the first, whatever is there in its place. */
static int
remove_first(struct store *s, MDB_txn *txn, struct chain_head *h, bool *is_read)
{
	unsigned char bytes[CHAIN_KEY_BYTES];
	struct str key = row_key(bytes, h->first);
	MDB_val k = lmdb_val(key);
	struct chain_row row;
	int rc;

	rc = fetch_row(s, txn, key, &row, is_read);
	if (rc != MDB_SUCCESS)
		return rc;
	if (*is_read)
		memcpy(h->before, row.mac.p, HASH_LEN);
	h->first++;
	rc = mdb_del(txn, s->dbi, &k, NULL);
	return rc == MDB_NOTFOUND ? MDB_SUCCESS : rc;
}

/* Removes `n` from the front and appends that it was done. Where one could not be read somebody has
 * meddled: no commit fails for it, and a MAC that none has says so to who verifies. */
static int
prune(struct store *s, MDB_txn *txn, struct chain_head *h, size_t n)
{
	unsigned char payload[8 + HASH_LEN];
	int rc = MDB_SUCCESS;
	size_t i, unread = 0;
	bool is_read;

	for (i = 0; i < n && rc == MDB_SUCCESS; i++) {
		rc = remove_first(s, txn, h, &is_read);
		unread += !is_read;
	}
	if (rc != MDB_SUCCESS || n == 0)
		return rc;
	if (unread > 0)
		memset(h->before, 0, HASH_LEN);
	s->told.unread += unread;
	memcpy(chain_u64(payload, h->first - 1), h->before, HASH_LEN);
	return append(
		s, txn, h, CHAIN_PRUNED, str_of(s->program), str_bytes(payload, sizeof(payload)));
}

/* With many changes a second it would be many lines, so it is one a minute. */
static void
tell_crowded(struct store *s)
{
	int64_t minute = clock_now() / 60;

	s->crowded += s->told.crowded;
	if (s->crowded == 0 || minute == s->crowded_minute)
		return;
	log_reason(LOG_STORE, "audit records of %s were removed because there are too many: %llu",
		s->name, (unsigned long long)s->crowded);
	s->crowded = 0;
	s->crowded_minute = minute;
}

void
chain_tell(struct store *s)
{
	tell_crowded(s);
	if (s->told.unread > 0)
		log_reason(LOG_STORE,
			"audit records of %s that could not be read were removed: %llu", s->name,
			(unsigned long long)s->told.unread);
}

static int
load_limit(struct store *s, MDB_txn *txn, struct chain_limit *out)
{
	uint64_t records = 0, lifetime = 0;
	struct str value;
	int rc;

	*out = (struct chain_limit){ 0 };
	rc = chain_fetch(s, txn, CHAIN_LIMIT_KEY, &value);
	if (rc == MDB_NOTFOUND)
		return MDB_SUCCESS;
	if (rc == MDB_SUCCESS &&
		(str_take_u64(&value, &records) != OK || str_take_u64(&value, &lifetime) != OK))
		return MDB_CORRUPTED;
	*out = (struct chain_limit){ (int64_t)records, (int64_t)lifetime };
	return rc;
}

/* An eighth more than has to go, so that it is not done at every commit. */
static int
prune_most(struct store *s, MDB_txn *txn, struct chain_head *h)
{
	uint64_t count = h->last - h->first + 1, n;
	struct chain_limit limit;
	int rc;

	rc = load_limit(s, txn, &limit);
	if (rc != MDB_SUCCESS || limit.records <= 0 || count <= (uint64_t)limit.records)
		return rc;
	n = count - (uint64_t)limit.records + (uint64_t)limit.records / 8;
	if (n > CHAIN_PRUNE_MOST)
		n = CHAIN_PRUNE_MOST;
	s->told.crowded += n;
	return prune(s, txn, h, (size_t)n);
}

int
chain_append(struct store *s, MDB_txn *txn, struct str ops, const char *program)
{
	struct chain_head h = { .first = 0 };
	int rc = MDB_SUCCESS;
	struct batch_op op;

	while (rc == MDB_SUCCESS && batch_next(&ops, &op) == OK) {
		if (op.kind != BATCH_NOTE)
			continue;
		if (h.first == 0)
			rc = load(s, txn, &h);
		if (rc == MDB_SUCCESS)
			rc = append(s, txn, &h, CHAIN_NOTE, str_of(program), op.value);
	}
	if (rc != MDB_SUCCESS || h.first == 0)
		return rc;
	rc = prune_most(s, txn, &h);
	return rc == MDB_SUCCESS ? save(s, txn, &h) : rc;
}

/* How many of the first are over; never the last of all. One that cannot be read, or was made under
 * a clock that was ahead, is as old as what comes behind it. */
static int
count_old(struct store *s, MDB_txn *txn, const struct chain_head *h, int64_t now, size_t *n)
{
	unsigned char bytes[CHAIN_KEY_BYTES];
	struct chain_limit limit;
	struct chain_row row;
	bool is_read;
	size_t i;
	int rc;

	*n = 0;
	rc = load_limit(s, txn, &limit);
	for (i = 0; rc == MDB_SUCCESS && limit.lifetime > 0 && h->first + i < h->last &&
		i < LOOK_MOST && *n < CHAIN_PRUNE_MOST;
		i++) {
		rc = fetch_row(s, txn, row_key(bytes, h->first + i), &row, &is_read);
		if (rc != MDB_SUCCESS || !is_read || row.time > now + AHEAD)
			continue;
		if (row.time > now - limit.lifetime)
			break;
		*n = i + 1 < CHAIN_PRUNE_MOST ? i + 1 : CHAIN_PRUNE_MOST;
	}
	return rc;
}

static int
expire(struct store *s, MDB_txn *txn, int64_t now, size_t *n)
{
	struct chain_head h;
	int rc;

	rc = load(s, txn, &h);
	if (rc == MDB_SUCCESS)
		rc = count_old(s, txn, &h, now, n);
	if (rc == MDB_SUCCESS)
		rc = prune(s, txn, &h, *n);
	return rc == MDB_SUCCESS ? save(s, txn, &h) : rc;
}

/* Whether there is something to do, without keeping others from writing. */
static enum err
look(struct store *s, int64_t now, size_t *n)
{
	struct chain_head h;
	enum err e;
	int rc;

	e = lmdb_read(s);
	if (e != OK)
		return e;
	rc = load(s, s->read, &h);
	if (rc == MDB_SUCCESS)
		rc = count_old(s, s->read, &h, now, n);
	lmdb_read_end(s);
	return lmdb_err("audit", rc);
}

enum err
chain_expire(struct store *s, int64_t now, size_t *removed)
{
	MDB_txn *txn;
	enum err e;

	*removed = 0;
	if ((s->flags & (STORE_CHAINED | STORE_READONLY)) != STORE_CHAINED)
		return ERR_DENIED;
	e = look(s, now, removed);
	if (e != OK || *removed == 0)
		return e;
	e = lmdb_write(s, &txn);
	if (e != OK)
		return e;
	return lmdb_write_end(s, txn, expire(s, txn, now, removed));
}
