/*
 * locks - the file of locks has blocks where it will be written to
 * SPDX-License-Identifier: ISC
 *
 * LMDB keeps a slot for each process that reads in lock.mdb, makes that file
 * sparse and maps it: on a full disk, who is the first to write to a page of
 * it is killed (SIGBUS), though it only came to read. So blocks are reserved
 * ahead of the slots that are taken. Not for all at once: thousands of
 * authorities would cost more for this than for what is in them. The size of
 * the file remains LMDB's to set, because others have it mapped.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "store/lmdb.h"

#define SLOTS_AHEAD 64 /* that others may take before this process does */
#define SLOTS_LEAST 8  /* with which it goes on when there is no room for more */

/* LMDB's own part and a slot of 64 bytes for each. */
static int64_t
length_for(unsigned slots)
{
	return (int64_t)slots * 64 + 128;
}

static bool
has_blocks(const struct stat *st, unsigned slots)
{
	return st->st_blocks * 512 >= length_for(slots);
}

/* LMDB finds the length that it would have given the file, and goes on as with one of its own. */
void
store_make_locks(const char *dir, int64_t readers)
{
	char path[PATH_MAX];
	struct stat st;
	int fd = -1;

	if (lmdb_path(dir, "lock.mdb", path, sizeof(path)) != OK ||
		(stat(path, &st) == 0 && st.st_size > 0))
		return;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
	if (fd < 0)
		return; /* who opens the environment will be told */
	if (fstat(fd, &st) == 0 && st.st_size == 0 &&
		ftruncate(fd, length_for((unsigned)readers)) != 0)
		log_errno("%s", path);
	close(fd);
}

bool
lmdb_is_reserved(const char *dir, unsigned readers)
{
	char path[PATH_MAX];
	struct stat st;

	if (lmdb_path(dir, "lock.mdb", path, sizeof(path)) != OK || stat(path, &st) != 0)
		return true; /* LMDB will say what that means */
	return has_blocks(&st, readers + SLOTS_AHEAD) ||
		(st.st_size > 0 && st.st_blocks * 512 >= st.st_size);
}

enum err
lmdb_reserve(const char *dir, unsigned flags, unsigned readers)
{
	int create = flags & STORE_CREATE ? O_CREAT : 0, rc = 0;
	char path[PATH_MAX];
	struct stat st;
	enum err e;
	int fd;

	e = lmdb_path(dir, "lock.mdb", path, sizeof(path));
	if (e != OK || (access(path, F_OK) == 0 && lmdb_is_reserved(dir, readers)))
		return e;
	fd = open(path, O_RDWR | O_CLOEXEC | create, 0660);
	if (fd < 0)
		return OK; /* the same */
	if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, length_for(readers + SLOTS_AHEAD)) != 0)
		rc = errno;
	if (fstat(fd, &st) == 0 && has_blocks(&st, readers + SLOTS_LEAST))
		rc = 0;
	close(fd);
	/* Where a file system cannot reserve, it is as it was. */
	return rc == ENOSPC || rc == EDQUOT ? lmdb_err(path, rc) : OK;
}
