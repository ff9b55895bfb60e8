/*
 * lmdb - what the files of this folder share: the environment and its transactions
 * SPDX-License-Identifier: ISC
 *
 * Private to store/: nobody else includes this or lmdb.h of the library.
 */
#ifndef STORE_LMDB_H
#define STORE_LMDB_H

#include <sys/types.h>

#include <lmdb.h>

#include "base/arena.h"
#include "store/env.h"

#define VERSION_LEN 8 /* bytes of the version before each value */

/* The one row that is not a caller's. It is there in a copy and says what versions are counted from
 * in it, because a compact copy counts transactions from 1 again. */
#define BASE_KEY STR("\0")

/* Audit records that are removed: because there are too many, and of all those that could not be
 * read. */
struct chain_told {
	uint64_t crowded, unread;
};

struct store {
	MDB_env *env;
	MDB_txn *read; /* reset between calls; keeps its reader slot, pins no page */
	MDB_dbi dbi;
	unsigned flags;
	const char *writes, *program;
	struct call *writer;
	char name[STORE_NAME_MAX];
	uint64_t base;	 /* a version is this plus the id of the transaction that wrote it */
	uint64_t serial; /* the how-manieth that this process opened, from 1 */
	pid_t pid;	 /* of the process that opened it */
	dev_t dev;	 /* of the directory */
	ino_t ino;
	struct chain_told told; /* what the transaction that is open does to the chain */
	uint64_t crowded;	/* records that went since that was last logged */
	int64_t crowded_minute; /* when that was, since 1970 */
	struct store *next;	/* all that are open in this process */
};

/* What an error of LMDB or errno means to us; logs the ones an operator should see, under `what`.
 * MDB_KEYEXIST is ours: a guard that does not hold. Never call it inside a write transaction. */
MUST_USE enum err lmdb_err(const char *what, int rc);

/* Begins and ends the read transaction, which is s->read in between. ERR_CORRUPT when the file of
 * locks would have it read an older state than the database has. */
MUST_USE enum err lmdb_read(struct store *s);
void lmdb_read_end(struct store *s);

/* Whether what was read may have changed under it, so that it is to be read again: ends the
 * transaction. *tries is 0 at first. */
bool lmdb_read_again(struct store *s, unsigned *tries);

/* Begins the write transaction; waits for other processes. When the file of locks would have it
 * begin from an older state than the database has, which would lose what was acknowledged, the
 * process ends: the next one finds all in order. ERR_CORRUPT when it says what cannot be. */
MUST_USE enum err lmdb_write(struct store *s, MDB_txn **txn);

/* Ends it: commits when what was done in it (`rc`) succeeded, else nothing of it happened. A write
 * that a full disk cut short is ERR_FULL. */
MUST_USE enum err lmdb_write_end(struct store *s, MDB_txn *txn, int rc);

/* mdb_txn_begin() that takes over a map size another process has set (MDB_MAP_RESIZED). */
MUST_USE int lmdb_begin(MDB_env *env, unsigned flags, MDB_txn **txn);

/* Puts a value under a new version. */
MUST_USE int lmdb_put(struct store *s, MDB_txn *txn, struct str key, struct str value);

/* Whether the file of locks says what it can say; MDB_CORRUPTED. */
MUST_USE int lmdb_check_locks(MDB_env *env);

/* Spans as LMDB has them, and back. */
MDB_val lmdb_val(struct str s);
struct str lmdb_str(MDB_val v);

/* Cuts the version off a stored value: ERR_CORRUPT when it has none. */
MUST_USE enum err lmdb_cut(MDB_val v, struct str *value, uint64_t *version);

/* For a volatile environment: if the machine was booted since it was made, removes it from `dir` so
 * that it is made anew. ERR_NOTFOUND when that is needed and `flags` do not let us. */
MUST_USE enum err lmdb_boot(const char *dir, unsigned flags);

/* Sees to it that the file of locks has blocks on the disk for the slots of `readers` processes and
 * of those that may come next, and makes it when `flags` have STORE_CREATE. ERR_FULL when there are
 * not even enough for the next few. Only while this process does not have the environment open. */
MUST_USE enum err lmdb_reserve(const char *dir, unsigned flags, unsigned readers);

/* Whether it has them all. May be asked at any time. */
bool lmdb_is_reserved(const char *dir, unsigned readers);

/* The path of `name` in `dir`: ERR_RANGE when it does not fit. */
MUST_USE enum err lmdb_path(const char *dir, const char *name, char *path, size_t size);

#endif
