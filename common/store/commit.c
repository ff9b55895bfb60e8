/*
 * commit - one batch becomes durable, or nothing happens
 * SPDX-License-Identifier: ISC
 *
 * There is one writer at a time over all processes, so a transaction does
 * only what it must: compare versions and write. No crypto, network or log.
 */
#include "store/commit.h"

#include <string.h>

#include "store/lmdb.h"

static enum err
check_ops(struct str ops)
{
	struct batch_op op;
	enum err e;

	if (ops.n > BATCH_MAX)
		return ERR_RANGE;
	do
		e = batch_next(&ops, &op);
	while (e == OK);
	return e == ERR_NOTFOUND ? OK : e;
}

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
put(struct store *s, MDB_txn *txn, const struct batch_op *op)
{
	uint64_t version = s->base + mdb_txn_id(txn);
	MDB_val k = lmdb_val(op->key), v;
	unsigned char *p;
	int i, rc;

	v.mv_size = VERSION_LEN + op->value.n;
	v.mv_data = NULL;
	rc = mdb_put(txn, s->dbi, &k, &v, MDB_RESERVE);
	if (rc != MDB_SUCCESS)
		return rc;
	p = v.mv_data;
	for (i = VERSION_LEN - 1; i >= 0; i--) {
		p[i] = (unsigned char)version;
		version >>= 8;
	}
	if (op->value.n > 0)
		memcpy(p + VERSION_LEN, op->value.p, op->value.n);
	return MDB_SUCCESS;
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
			rc = put(s, txn, &op);
		else if (op.kind == BATCH_DEL)
			rc = del(s, txn, &op);
	}
	return rc;
}

enum err
store_commit_bytes(struct store *s, struct str ops)
{
	MDB_txn *txn;
	enum err e;
	int rc;

	if (s->flags & STORE_READONLY)
		return ERR_DENIED;
	e = check_ops(ops);
	if (e != OK)
		return e;
	e = lmdb_write(s, &txn);
	if (e != OK)
		return e;
	rc = check_guards(s, txn, ops);
	if (rc == MDB_SUCCESS)
		rc = apply(s, txn, ops);
	if (rc == MDB_SUCCESS)
		rc = mdb_txn_commit(txn);
	else
		mdb_txn_abort(txn);
	return lmdb_err("commit", rc);
}

enum err
store_commit(struct store *s, const struct batch *b)
{
	if (b->ops.full)
		return ERR_RANGE;
	return store_commit_bytes(s, buf_str(&b->ops));
}
