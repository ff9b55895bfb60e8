/*
 * env - opens and closes environments
 * SPDX-License-Identifier: ISC
 */
#include "store/env.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/log.h"
#include "store/lmdb.h"

#define MAP_SIZE_MAX ((int64_t)1 << 46) /* what x86-64 and arm64 can address is more */
#define READERS_MAX 65536
#define LIST_SIZE (512 << 10) /* bytes, less than a list of LMDB */

static struct store *opened;
static uint64_t serials; /* of all that were opened */

/* File systems where processes do not share one page cache, or locks are a matter of luck. lmdb.h:
 * "Do not use LMDB databases on remote filesystems". */
static const unsigned long remote[] = {
	0x6969,	    /* NFS */
	0x517B,	    /* SMB */
	0xFF534D42, /* CIFS */
	0xFE534D42, /* SMB 2 */
	0x65735546, /* FUSE */
	0x5346414F, /* AFS */
	0x00C36400, /* Ceph */
};

static enum err
check_local(const char *dir)
{
	struct statfs fs;
	size_t i;

	if (statfs(dir, &fs) != 0)
		return lmdb_err("statfs", errno);
	for (i = 0; i < COUNT(remote); i++) {
		if (((unsigned long)fs.f_type & 0xFFFFFFFF) != remote[i])
			continue;
		log_reason(LOG_STORE, "%s is on a network file system", dir);
		return ERR_UNSUPPORTED;
	}
	return OK;
}

/* mkdir() drops the set-group-id bit that makes what is created later belong to the group. */
static enum err
make_dir(const char *dir)
{
	if (access(dir, F_OK) == 0)
		return OK; /* who is locked in could not even try */
	if (mkdir(dir, 0770) != 0)
		return errno == EEXIST ? OK : lmdb_err("create the directory", errno);
	if (chmod(dir, 02770) != 0)
		return lmdb_err("create the directory", errno);
	return OK;
}

static enum err
check_not_open(const struct stat *st)
{
	const struct store *s;

	for (s = opened; s != NULL; s = s->next)
		if (s->pid == getpid() && s->dev == st->st_dev && s->ino == st->st_ino)
			return ERR_EXISTS;
	return OK;
}

/* Looks for the database first: without MDB_RDONLY, LMDB would create it. */
static enum err
check_present(const char *dir)
{
	char path[PATH_MAX];
	struct stat st;
	enum err e;

	e = lmdb_path(dir, "data.mdb", path, sizeof(path));
	if (e != OK)
		return e;
	return stat(path, &st) == 0 ? OK : lmdb_err(path, errno);
}

static enum err
check_dir(const char *dir, unsigned flags, struct stat *st)
{
	enum err e;

	if (flags & STORE_CREATE) {
		e = make_dir(dir);
		if (e != OK)
			return e;
	}
	if (stat(dir, st) != 0)
		return lmdb_err(dir, errno);
	if (!S_ISDIR(st->st_mode))
		return ERR_NOTFOUND;
	e = check_not_open(st);
	if (e != OK)
		return e;
	e = check_local(dir);
	if (e != OK)
		return e;
	if (flags & STORE_VOLATILE) {
		e = lmdb_boot(dir, flags);
		if (e != OK)
			return e;
	}
	return flags & STORE_CREATE ? OK : check_present(dir);
}

/* LMDB allocates lists of 3 MiB for an environment that is written to, and touches little of them:
 * mapped, they cost nothing. But after the first such piece was freed, glibc takes them from the
 * heap, where they are cleared, and then they are all there, once for each authority that is open.
 */
static void
keep_lists_mapped(void)
{
#ifdef M_MMAP_THRESHOLD
	static bool done;

	if (!done && mallopt(M_MMAP_THRESHOLD, LIST_SIZE) == 0)
		log_reason(LOG_STORE, "memory will not be mapped");
	done = true;
#endif
}

static void
on_assert(MDB_env *env, const char *text)
{
	(void)env;
	bug("store: %s", text);
}

static int
open_env(struct store *s, const char *dir, const struct store_options *options)
{
	unsigned flags = MDB_NOTLS;
	int rc;

	keep_lists_mapped();
	rc = mdb_env_create(&s->env);
	if (rc != MDB_SUCCESS)
		return rc;
	mdb_env_set_assert(s->env, on_assert);
	if (options->readers > 0 && options->readers <= READERS_MAX)
		rc = mdb_env_set_maxreaders(s->env, (unsigned)options->readers);
	if (rc != MDB_SUCCESS)
		return rc;
	if (options->flags & STORE_READONLY)
		flags |= MDB_RDONLY;
	if (options->flags & STORE_VOLATILE)
		flags |= MDB_NOSYNC;
	if (options->flags & STORE_UNLOCKED)
		flags |= MDB_NOLOCK;
	return mdb_env_open(s->env, dir, flags, 0660);
}

/* The slot that this process will take has to be in a part of the file of locks that is there. How
 * many are taken is only known when it is open, and then the file can no longer be touched. */
static enum err
open_reserved(struct store *s, const char *dir, const struct store_options *options)
{
	MDB_envinfo info;
	enum err e;
	int rc;

	if (options->flags & STORE_UNLOCKED)
		return lmdb_err(dir, open_env(s, dir, options));
	e = lmdb_reserve(dir, options->flags, 0);
	if (e != OK)
		return e;
	rc = open_env(s, dir, options);
	if (rc == MDB_SUCCESS)
		rc = lmdb_check_locks(s->env);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_info(s->env, &info);
	if (rc != MDB_SUCCESS || lmdb_is_reserved(dir, info.me_numreaders))
		return lmdb_err(dir, rc);
	mdb_env_close(s->env);
	s->env = NULL;
	e = lmdb_reserve(dir, options->flags, info.me_numreaders);
	return e == OK ? lmdb_err(dir, open_env(s, dir, options)) : e;
}

/* The map only ever grows: the size that the database remembers is kept when it is larger. */
static int
grow_map(struct store *s, int64_t size)
{
	int64_t page = sysconf(_SC_PAGESIZE);
	MDB_envinfo info;
	int rc;

	rc = mdb_env_info(s->env, &info);
	if (rc != MDB_SUCCESS || size <= 0)
		return rc;
	if (size > MAP_SIZE_MAX)
		return EINVAL;
	size = (size + page - 1) / page * page;
	if ((size_t)size <= info.me_mapsize)
		return MDB_SUCCESS;
	return mdb_env_set_mapsize(s->env, (size_t)size);
}

/* A file that was cut off would be a SIGBUS later. Pages are counted, not the highest number: those
 * at the end of the file may be free and never written, but for a copy that we made. */
static int
check_length(struct store *s)
{
	struct stat st;
	MDB_envinfo info;
	MDB_stat main;
	uint64_t pages;
	mdb_filehandle_t fd;
	int rc;

	rc = mdb_env_stat(s->env, &main);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_info(s->env, &info);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_get_fd(s->env, &fd);
	if (rc != MDB_SUCCESS)
		return rc;
	if (fstat(fd, &st) != 0)
		return errno;
	pages = main.ms_branch_pages + main.ms_leaf_pages + main.ms_overflow_pages;
	if (s->flags & STORE_WHOLE)
		pages = info.me_last_pgno + 1;
	return (uint64_t)st.st_size / main.ms_psize < pages ? MDB_CORRUPTED : MDB_SUCCESS;
}

/* The read transaction that all later reads renew. */
static int
open_read(struct store *s)
{
	int rc, dead = 0;

	if (!(s->flags & STORE_UNLOCKED)) {
		rc = mdb_reader_check(s->env, &dead);
		if (rc != MDB_SUCCESS)
			return rc;
	}
	rc = lmdb_begin(s->env, MDB_RDONLY, &s->read);
	if (rc == MDB_SUCCESS)
		rc = mdb_dbi_open(s->read, NULL, 0, &s->dbi);
	return rc;
}

static enum err
read_base(struct store *s)
{
	MDB_val key = lmdb_val(BASE_KEY), v;
	struct str rest;
	enum err e;

	e = lmdb_err("open", mdb_get(s->read, s->dbi, &key, &v));
	if (e == OK)
		e = lmdb_cut(v, &rest, &s->base);
	mdb_txn_reset(s->read);
	return e == ERR_NOTFOUND ? OK : e;
}

static enum err
open_store(struct store *s, const char *dir, const struct store_options *options)
{
	mode_t mask;
	enum err e;
	int rc;

	mask = umask(0007); /* the files are for the group too, whoever comes first */
	e = open_reserved(s, dir, options);
	umask(mask);
	if (e != OK)
		return e;
	rc = grow_map(s, options->map_size);
	if (rc == MDB_SUCCESS)
		rc = check_length(s);
	if (rc == MDB_SUCCESS)
		rc = open_read(s);
	if (rc != MDB_SUCCESS)
		return lmdb_err(dir, rc);
	return read_base(s);
}

static void
free_store(struct store *s)
{
	if (s->read != NULL)
		mdb_txn_abort(s->read);
	if (s->env != NULL)
		mdb_env_close(s->env);
	free(s);
}

static enum err
open_checked(const char *dir, const struct store_options *options, struct store **out)
{
	struct store *s;
	struct stat st;
	enum err e;

	e = check_dir(dir, options->flags, &st);
	if (e != OK)
		return e;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		fatal("store: out of memory");
	s->flags = options->flags;
	s->writes = options->writes;
	s->writer = options->writer;
	s->program = options->program;
	if (options->name.n > 0)
		memcpy(s->name, options->name.p, options->name.n);
	s->serial = ++serials;
	s->pid = getpid();
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	e = open_store(s, dir, options);
	if (e != OK) {
		free_store(s);
		return e;
	}
	s->next = opened;
	opened = s;
	*out = s;
	return OK;
}

enum err
store_open(const char *dir, const struct store_options *options, struct store **out)
{
	struct store_options o = *options;

	if (o.writer != NULL)
		o.flags |= STORE_READONLY;
	if (o.name.n >= STORE_NAME_MAX)
		return ERR_RANGE;
	if (o.flags & STORE_READONLY)
		o.flags &= ~(unsigned)STORE_CREATE;
	return open_checked(dir, &o, out);
}

void
store_close(struct store *s)
{
	struct store **at;

	if (s == NULL)
		return;
	for (at = &opened; *at != NULL; at = &(*at)->next) {
		if (*at != s)
			continue;
		*at = s->next;
		break;
	}
	if (s->pid == getpid())
		free_store(s);
	else
		free(s); /* the parent's: closing would give up its reader slot and locks */
}

enum err
store_clear_readers(struct store *s, int *cleared)
{
	int dead = 0;
	enum err e;

	e = lmdb_err("locks", lmdb_check_locks(s->env));
	if (e == OK)
		e = lmdb_err("clear readers", mdb_reader_check(s->env, &dead));
	if (e == OK && cleared != NULL)
		*cleared = dead;
	return e;
}
