/*
 * env - an environment: one LMDB database file and its locks
 * SPDX-License-Identifier: ISC
 *
 * Open an environment once per process, after any fork, and never twice: a
 * second open or close of the same lock file in one process lets another
 * process write at the same time. The durable kind is synced before a commit
 * answers; the volatile kind survives our crash but not a power cut, and is
 * made anew for each boot. MDB_WRITEMAP is never used: a kill in the middle
 * of a commit corrupts it.
 */
#ifndef STORE_ENV_H
#define STORE_ENV_H

#include "base/str.h"

struct store;
struct call;

enum {
	STORE_CREATE = 1,    /* make the directory (not its parents) and database when absent */
	STORE_READONLY = 2,  /* commits are ERR_DENIED */
	STORE_VOLATILE = 4,  /* commits are not synced */
	STORE_UNLOCKED = 32, /* with READONLY: reads without the file of locks, see below */
	STORE_WHOLE = 8,     /* what store_copy() made, by which a file that was cut off shows */
	STORE_CHAINED = 16,  /* no commit without a note, see chain.h */
};

/*
 * All who read share the file of locks with who writes, and can write to it:
 * that is how LMDB knows of them. What it says is compared with the database
 * before it is believed; but it has mutexes as well, and the C library trusts
 * what is in a mutex. So a process that must not be reached from others reads
 * without that file (STORE_UNLOCKED). Nobody then keeps pages for it; a read
 * during which two commits came is made again. In the rare case that a page
 * was put to other use under it the process may end, so it has to be one that
 * is started again.
 */

#define STORE_NAME_MAX 64 /* bytes of an authority's name, and one */

struct store_options {
	unsigned flags;
	int64_t map_size;    /* bytes; 0: as it is, and it never shrinks */
	int64_t readers;     /* reader slots; counts for the first opener */
	const char *writes;  /* key classes that commits may touch, see batch_check(); NULL: all */
	struct call *writer; /* who commits, and we only read; NULL: this process (remote.h) */
	struct str name;     /* what the writer knows the environment by: its authority */
	const char *program; /* who commits, for the chain; NULL: unknown. It is not copied */
};

/* Opens the environment in directory `dir`, clears the slots of dead readers. ERR_NOTFOUND (and no
 * STORE_CREATE), ERR_EXISTS (this process has it open), ERR_DENIED, ERR_UNSUPPORTED (a network
 * file system), ERR_CORRUPT, ERR_SYSTEM. */
MUST_USE enum err
store_open(const char *dir, const struct store_options *options, struct store **out);

/* Sees to it that the environment in `dir` has a file of locks, for that many readers, of its full
 * length: who is locked in may open one, but neither make it nor make it longer. */
void store_make_locks(const char *dir, int64_t readers);

/* Whether a volatile environment that was made since the machine was booted is in `dir`. */
bool store_is_of_this_boot(const char *dir);

/* Closes; NULL is allowed. */
void store_close(struct store *s);

/* Clears reader slots of dead processes; *cleared may be NULL. */
MUST_USE enum err store_clear_readers(struct store *s, int *cleared);

struct store_usage {
	int64_t map_size, used; /* bytes; free pages are not in use */
	int64_t entries;
	int64_t readers; /* slots that were ever taken */
};
MUST_USE enum err store_usage(struct store *s, struct store_usage *out);

/* Writes a consistent, compact copy into the existing empty directory `dir` while others go on. Its
 * file has every page (STORE_WHOLE). */
MUST_USE enum err store_copy(struct store *s, const char *dir);

#endif
