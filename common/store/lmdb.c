/*
 * lmdb - errors and transactions of LMDB
 * SPDX-License-Identifier: ISC
 *
 * Every code that LMDB or the system can give is mapped here and nowhere else.
 */
#include "store/lmdb.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define RESIZE_TRIES 8
#define READ_TRIES 64

static enum err
map(int rc)
{
	switch (rc) {
	case MDB_SUCCESS:
		return OK;
	case MDB_NOTFOUND:
	case ENOENT:
		return ERR_NOTFOUND;
	case MDB_KEYEXIST:
		return ERR_CONFLICT;
	case MDB_MAP_FULL:
	case MDB_TXN_FULL:
	case MDB_READERS_FULL:
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_FULL;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_DENIED;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_CURSOR_FULL:
	case MDB_PAGE_FULL:
	case MDB_INVALID:
		return ERR_CORRUPT;
	case MDB_VERSION_MISMATCH:
		return ERR_UNSUPPORTED;
	case MDB_BAD_VALSIZE:
		return ERR_RANGE;
	default:
		return ERR_SYSTEM;
	}
}

enum err
lmdb_err(const char *what, int rc)
{
	enum err e;

	e = map(rc);
	/* A failed write of the meta page makes the environment unusable until it is opened anew,
	 * which is for a new process to do. */
	if (rc == MDB_PANIC)
		fatal("store: %s: %s", what, mdb_strerror(rc));
	if (e != OK && e != ERR_NOTFOUND && e != ERR_CONFLICT)
		log_reason(LOG_STORE, "%s: %s", what, mdb_strerror(rc));
	return e;
}

/* A process that was opened before a fork shares its reader slot with its parent: pages that one of
 * them reads may be overwritten. */
static void
check_process(const struct store *s)
{
	if (s->pid != getpid())
		bug("store: used in another process than opened it");
}

/* The newest commit that is in the database itself. */
static uint64_t
newest(MDB_env *env)
{
	MDB_envinfo info;

	return mdb_env_info(env, &info) == MDB_SUCCESS ? (uint64_t)info.me_last_txnid : 0;
}

int
lmdb_check_locks(MDB_env *env)
{
	MDB_envinfo info;
	int rc;

	rc = mdb_env_info(env, &info);
	if (rc == MDB_SUCCESS && info.me_numreaders > info.me_maxreaders)
		rc = MDB_CORRUPTED;
	return rc;
}

static enum err
distrust(const char *what)
{
	log_reason(LOG_STORE,
		"the file of locks was tampered with (%s): stop all processes of the deployment",
		what);
	return ERR_CORRUPT;
}

enum err
lmdb_read(struct store *s)
{
	int rc, tries = RESIZE_TRIES;
	uint64_t last;

	check_process(s);
	last = newest(s->env);
	rc = mdb_txn_renew(s->read);
	while (rc == MDB_MAP_RESIZED && tries-- > 0) {
		rc = mdb_env_set_mapsize(s->env, 0);
		if (rc == MDB_SUCCESS)
			rc = mdb_txn_renew(s->read);
	}
	/* The file of locks is brought up to date last of all, by the one who commits. */
	if (rc == MDB_SUCCESS && mdb_txn_id(s->read) + 1 < last) {
		mdb_txn_reset(s->read);
		return distrust("read");
	}
	return lmdb_err("read transaction", rc);
}

/* Pages that a state has are put to other use in the third commit after it, which may be under way
 * when the second is done. */
bool
lmdb_read_again(struct store *s, unsigned *tries)
{
	bool again = s->flags & STORE_UNLOCKED && newest(s->env) > mdb_txn_id(s->read) + 1;

	mdb_txn_reset(s->read);
	return again && ++*tries < READ_TRIES;
}

void
lmdb_read_end(struct store *s)
{
	mdb_txn_reset(s->read);
}

int
lmdb_begin(MDB_env *env, unsigned flags, MDB_txn **txn)
{
	int rc, tries = RESIZE_TRIES;

	rc = mdb_txn_begin(env, NULL, flags, txn);
	while (rc == MDB_MAP_RESIZED && tries-- > 0) {
		rc = mdb_env_set_mapsize(env, 0);
		if (rc == MDB_SUCCESS)
			rc = mdb_txn_begin(env, NULL, flags, txn);
	}
	return rc;
}

enum err
lmdb_write(struct store *s, MDB_txn **txn)
{
	int rc;

	check_process(s);
	s->told = (struct chain_told){ 0 };
	rc = lmdb_check_locks(s->env);
	if (rc == MDB_CORRUPTED)
		return distrust("readers");
	if (rc == MDB_SUCCESS)
		rc = lmdb_begin(s->env, 0, txn);
	/* Who waits for the mutex of a process that has ended has LMDB bring the file up to date.
	 */
	if (rc == MDB_SUCCESS && mdb_txn_id(*txn) != newest(s->env) + 1)
		fatal("the file of locks was tampered with: it would have had us write over "
		      "commits");
	return lmdb_err("write transaction", rc);
}

int
lmdb_put(struct store *s, MDB_txn *txn, struct str key, struct str value)
{
	uint64_t version = s->base + mdb_txn_id(txn);
	MDB_val k = lmdb_val(key), v;
	unsigned char *p;
	int i, rc;

	v.mv_size = VERSION_LEN + value.n;
	v.mv_data = NULL;
	rc = mdb_put(txn, s->dbi, &k, &v, MDB_RESERVE);
	if (rc != MDB_SUCCESS)
		return rc;
	p = v.mv_data;
	for (i = VERSION_LEN - 1; i >= 0; i--) {
		p[i] = (unsigned char)version;
		version >>= 8;
	}
	if (value.n > 0)
		memcpy(p + VERSION_LEN, value.p, value.n);
	return MDB_SUCCESS;
}

MDB_val
lmdb_val(struct str s)
{
	MDB_val v;

	v.mv_size = s.n;
	v.mv_data = (void *)(uintptr_t)s.p; /* LMDB does not write to a key */
	return v;
}

struct str
lmdb_str(MDB_val v)
{
	return str_bytes(v.mv_data, v.mv_size);
}

enum err
lmdb_cut(MDB_val v, struct str *value, uint64_t *version)
{
	const unsigned char *p = v.mv_data;
	uint64_t n = 0;
	size_t i;

	if (v.mv_size < VERSION_LEN)
		return ERR_CORRUPT;
	for (i = 0; i < VERSION_LEN; i++)
		n = n << 8 | p[i];
	*version = n;
	*value = str_skip(lmdb_str(v), VERSION_LEN);
	return OK;
}

enum err
lmdb_path(const char *dir, const char *name, char *path, size_t size)
{
	int n;

	n = snprintf(path, size, "%s/%s", dir, name);
	return n < 0 || (size_t)n >= size ? ERR_RANGE : OK;
}
