/*
 * commit - one batch becomes durable, or nothing happens
 * SPDX-License-Identifier: ISC
 *
 * There is one writer at a time over all processes, so a transaction does
 * only what it must: compare versions and write. No network and no log, and
 * of crypto what makes a chain one: the MAC of a note, microseconds.
 */
#include "store/commit.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/chain_part.h"
#include "store/key.h"
#include "store/lmdb.h"
#include "store/remote.h"

#define WRITE_MAX ((uint64_t)64 * 4096) /* bytes, as of LMDB's MDB_COMMIT_PAGES */

static int
check_guard(struct store *s, MDB_txn *txn, const struct batch_op *op)
{
	MDB_val k = lmdb_val(op->key), v;
	struct str value;
	uint64_t version = 0;
	int rc;

	rc = mdb_get(txn, s->dbi, &k, &v);
	if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND)
		return rc;
	if (rc == MDB_SUCCESS && lmdb_cut(v, &value, &version) != OK)
		return MDB_CORRUPTED;
	return version == op->version ? MDB_SUCCESS : MDB_KEYEXIST;
}

static int
del(struct store *s, MDB_txn *txn, const struct batch_op *op)
{
	MDB_val k = lmdb_val(op->key);
	int rc;

	rc = mdb_del(txn, s->dbi, &k, NULL);
	return rc == MDB_NOTFOUND ? MDB_SUCCESS : rc;
}

/* Guards are about what was there before the batch, wherever in it they stand. */
static int
check_guards(struct store *s, MDB_txn *txn, struct str ops)
{
	int rc = MDB_SUCCESS;
	struct batch_op op;

	while (rc == MDB_SUCCESS && batch_next(&ops, &op) == OK)
		if (op.kind == BATCH_GUARD)
			rc = check_guard(s, txn, &op);
	return rc;
}

static int
apply(struct store *s, MDB_txn *txn, struct str ops)
{
	int rc = MDB_SUCCESS;
	struct batch_op op;

	while (rc == MDB_SUCCESS && batch_next(&ops, &op) == OK) {
		if (op.kind == BATCH_PUT)
			rc = lmdb_put(s, txn, op.key, op.value);
		else if (op.kind == BATCH_DEL)
			rc = del(s, txn, &op);
	}
	return rc;
}

/* The key of a mark that says: this batch was applied. It is swept between one and two hours later;
 * `hours` is how far the clock has gone since. */
static struct str
mark_key(struct str id, int hours, char bytes[1 + 4 + COMMIT_ID_LEN])
{
	uint32_t hour = key_hour_after(clock_now()) + 1 + (uint32_t)hours;
	int i;

	bytes[0] = KEY_APPLIED;
	for (i = 0; i < 4; i++)
		bytes[1 + i] = (char)(hour >> (24 - 8 * i));
	memcpy(bytes + 5, id.p, COMMIT_ID_LEN);
	return str_bytes(bytes, 1 + 4 + COMMIT_ID_LEN);
}

/* MDB_NOTFOUND: not yet. The hour may have struck since, or the clock been put back over it. */
static int
find_mark(struct store *s, MDB_txn *txn, struct str id)
{
	char bytes[1 + 4 + COMMIT_ID_LEN];
	int hours, rc = MDB_NOTFOUND;
	MDB_val k, v;

	if (id.n != COMMIT_ID_LEN)
		return rc;
	for (hours = -1; hours <= 1 && rc == MDB_NOTFOUND; hours++) {
		k = lmdb_val(mark_key(id, hours, bytes));
		rc = mdb_get(txn, s->dbi, &k, &v);
	}
	return rc;
}

static int
put_mark(struct store *s, MDB_txn *txn, struct str id)
{
	char bytes[1 + 4 + COMMIT_ID_LEN];

	if (id.n != COMMIT_ID_LEN)
		return MDB_SUCCESS;
	return lmdb_put(s, txn, mark_key(id, 0, bytes), (struct str){ 0 });
}

/* MDB_KEYEXIST: a guard does not hold, and nothing was written. */
static int
apply_one(struct store *s, MDB_txn *txn, const struct commit *c)
{
	int rc;

	if (c->ops.n == 0)
		return MDB_SUCCESS;
	rc = find_mark(s, txn, c->id);
	if (rc != MDB_NOTFOUND)
		return rc;
	rc = check_guards(s, txn, c->ops);
	if (rc == MDB_SUCCESS)
		rc = apply(s, txn, c->ops);
	if (rc == MDB_SUCCESS)
		rc = chain_append(s, txn, c->ops, c->program);
	return rc == MDB_SUCCESS ? put_mark(s, txn, c->id) : rc;
}

/* Those that are OK so far, up to the first that fails by more than a guard. */
static int
apply_all(struct store *s, MDB_txn *txn, struct commit *v, size_t n)
{
	int rc = MDB_SUCCESS;
	size_t i;

	for (i = 0; i < n && rc == MDB_SUCCESS; i++) {
		if (v[i].err != OK)
			continue;
		rc = apply_one(s, txn, &v[i]);
		if (rc != MDB_KEYEXIST)
			continue;
		v[i].err = ERR_CONFLICT;
		rc = MDB_SUCCESS;
	}
	return rc;
}

/* LMDB says EIO when the system wrote less than it was asked to, which is what becomes of a write
 * that begins before the disk is full and ends behind that: then there is less room than one write
 * of LMDB may take. */
static int
full_or_broken(struct store *s)
{
	mdb_filehandle_t fd;
	struct statvfs fs;

	if (mdb_env_get_fd(s->env, &fd) != MDB_SUCCESS || fstatvfs(fd, &fs) != 0)
		return EIO;
	return (uint64_t)fs.f_bavail * fs.f_frsize < WRITE_MAX ? ENOSPC : EIO;
}

enum err
lmdb_write_end(struct store *s, MDB_txn *txn, int rc)
{
	if (rc == MDB_SUCCESS)
		rc = mdb_txn_commit(txn);
	else
		mdb_txn_abort(txn);
	if (rc == MDB_SUCCESS)
		chain_tell(s);
	return lmdb_err("commit", rc == EIO ? full_or_broken(s) : rc);
}

/* One transaction; other than OK means that nothing of it happened. */
static enum err
commit_group(struct store *s, struct commit *v, size_t n)
{
	MDB_txn *txn;
	enum err e;

	e = lmdb_write(s, &txn);
	if (e != OK)
		return e;
	return lmdb_write_end(s, txn, apply_all(s, txn, v, n));
}

/* One of a group may be too large for what is left of the map, so each has its own chance. */
static void
commit_apart(struct store *s, struct commit *v, size_t n)
{
	enum err e;
	size_t i;

	for (i = 0; i < n; i++)
		if (v[i].err == ERR_CONFLICT)
			v[i].err = OK; /* what it met did not happen */
	for (i = 0; i < n; i++) {
		if (v[i].err != OK)
			continue;
		e = commit_group(s, &v[i], 1);
		if (e != OK)
			v[i].err = e;
	}
}

static enum err
check(const struct store *s, struct str ops, const char *writes)
{
	enum err e = batch_check(ops, writes);

	return e == OK ? batch_check_chain(ops, (s->flags & STORE_CHAINED) != 0) : e;
}

void
store_commit_many(struct store *s, struct commit *v, size_t n)
{
	size_t i, good = 0;
	enum err e;

	for (i = 0; i < n; i++) {
		v[i].err = s->flags & STORE_READONLY ? ERR_DENIED : check(s, v[i].ops, v[i].writes);
		good += v[i].err == OK;
	}
	if (good == 0)
		return;
	e = commit_group(s, v, n);
	if (e == OK)
		return;
	if (good > 1) {
		commit_apart(s, v, n);
		return;
	}
	for (i = 0; i < n; i++)
		if (v[i].err == OK)
			v[i].err = e;
}

static enum err
commit_remotely(struct store *s, struct str ops)
{
	enum err e;

	e = check(s, ops, s->writes);
	if (e != OK)
		return e;
	return remote_commit(s->writer, str_of(s->name), (s->flags & STORE_VOLATILE) != 0, ops);
}

enum err
store_commit_bytes(struct store *s, struct str ops)
{
	struct commit c = { .ops = ops, .writes = s->writes, .program = s->program };

	if (s->writer != NULL)
		return commit_remotely(s, ops);
	store_commit_many(s, &c, 1);
	return c.err;
}

enum err
store_commit(struct store *s, const struct batch *b)
{
	enum err e;

	if (b->ops.full)
		return ERR_RANGE;
	e = store_commit_bytes(s, buf_str(&b->ops));
	if (e == ERR_DENIED)
		log_reason(LOG_STORE, "a change was refused that %s",
			b->notes == 0 && s->flags & STORE_CHAINED ? "leaves no audit record"
								  : "this program may not make");
	return e;
}
