/*
 * copy - how full an environment is, and copies of it
 * SPDX-License-Identifier: ISC
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/lmdb.h"

/* Counts the pages that were freed and will be used again: a row of the free list is a count and
 * that many page numbers. */
static int
count_free(MDB_txn *txn, size_t *pages)
{
	const MDB_dbi free_list = 0;
	MDB_cursor *cursor;
	MDB_val k, v;
	size_t n;
	int rc;

	*pages = 0;
	rc = mdb_cursor_open(txn, free_list, &cursor);
	if (rc != MDB_SUCCESS)
		return rc;
	while ((rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == MDB_SUCCESS) {
		if (v.mv_size < sizeof(n))
			break;
		memcpy(&n, v.mv_data, sizeof(n));
		*pages += n;
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? MDB_SUCCESS : rc == MDB_SUCCESS ? MDB_CORRUPTED : rc;
}

static int
usage(struct store *s, struct store_usage *out)
{
	MDB_envinfo info;
	MDB_stat st;
	size_t unused;
	int rc;

	rc = mdb_env_info(s->env, &info);
	if (rc == MDB_SUCCESS)
		rc = mdb_stat(s->read, s->dbi, &st);
	if (rc == MDB_SUCCESS)
		rc = count_free(s->read, &unused);
	if (rc != MDB_SUCCESS)
		return rc;
	out->map_size = (int64_t)info.me_mapsize;
	out->used = (int64_t)((info.me_last_pgno + 1 - unused) * st.ms_psize);
	out->entries = (int64_t)st.ms_entries - (s->base > 0 ? 1 : 0);
	out->readers = (int64_t)info.me_numreaders;
	return MDB_SUCCESS;
}

enum err
store_usage(struct store *s, struct store_usage *out)
{
	enum err e;

	e = lmdb_read(s);
	if (e != OK)
		return e;
	e = lmdb_err("usage", usage(s, out));
	lmdb_read_end(s);
	return e;
}

static int
put_base(MDB_env *env, uint64_t base)
{
	unsigned char bytes[VERSION_LEN];
	MDB_val k = lmdb_val(BASE_KEY), v = { sizeof(bytes), bytes };
	MDB_txn *txn;
	MDB_dbi dbi;
	int i, rc;

	for (i = VERSION_LEN - 1; i >= 0; i--) {
		bytes[i] = (unsigned char)base;
		base >>= 8;
	}
	rc = mdb_txn_begin(env, NULL, 0, &txn);
	if (rc != MDB_SUCCESS)
		return rc;
	rc = mdb_dbi_open(txn, NULL, 0, &dbi);
	if (rc == MDB_SUCCESS)
		rc = mdb_put(txn, dbi, &k, &v, 0);
	if (rc == MDB_SUCCESS)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

/* A page at the end that was never written is a hole from now on, so that a file that was cut off
 * is shorter than it says itself. */
static int
make_whole(MDB_env *env)
{
	mdb_filehandle_t fd;
	MDB_envinfo info;
	struct stat st;
	MDB_stat main;
	off_t size;
	int rc;

	rc = mdb_env_get_fd(env, &fd);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_info(env, &info);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_stat(env, &main);
	if (rc != MDB_SUCCESS)
		return rc;
	size = (off_t)((info.me_last_pgno + 1) * main.ms_psize);
	if (fstat(fd, &st) != 0)
		return errno;
	return st.st_size >= size || ftruncate(fd, size) == 0 ? MDB_SUCCESS : errno;
}

/* Nobody else knows the copy yet, so it needs no lock file. */
static int
mark_copy(const char *dir, uint64_t base)
{
	MDB_env *env;
	int rc;

	rc = mdb_env_create(&env);
	if (rc != MDB_SUCCESS)
		return rc;
	rc = mdb_env_open(env, dir, MDB_NOLOCK, 0660);
	if (rc == MDB_SUCCESS)
		rc = put_base(env, base);
	if (rc == MDB_SUCCESS)
		rc = make_whole(env);
	mdb_env_close(env);
	return rc;
}

static int
copy(struct store *s, const char *dir)
{
	MDB_envinfo info;
	int rc;

	rc = mdb_env_copy2(s->env, dir, MDB_CP_COMPACT);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_info(s->env, &info); /* after: no row of the copy is newer */
	if (rc == MDB_SUCCESS)
		rc = mark_copy(dir, s->base + info.me_last_txnid);
	return rc;
}

enum err
store_copy(struct store *s, const char *dir)
{
	mode_t mask;
	int rc;

	mask = umask(0007);
	rc = copy(s, dir);
	umask(mask);
	return lmdb_err("copy", rc);
}
