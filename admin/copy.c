/*
 * copy - data from one directory into another, for backup and restore
 * SPDX-License-Identifier: ISC
 */
#include "admin/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "store/env.h"

struct str
copy_path(struct cli *c, struct str base, struct str name, const char *part)
{
	return arena_printf(c->a, "%.*s/%.*s%s%s", STR_FMT(base), STR_FMT(name),
		*part == '\0' ? "" : "/", part);
}

static void
enter(bool as_caller, struct identity *saved)
{
	if (as_caller)
		identity_caller(saved);
	else
		*saved = (struct identity){ geteuid(), getegid() };
}

void
copy_reading(const struct copying *k, struct identity *saved)
{
	enter(k->restoring, saved);
}

void
copy_writing(const struct copying *k, struct identity *saved)
{
	enter(!k->restoring, saved);
}

/* Called with the rights of the side that is written. What is made in the data belongs to its
 * group, as store_open() has it; mkdir() drops the bit for that. */
static int
make_directory(struct copying *k, struct str dir)
{
	char *z = arena_z(k->c->a, dir);
	mode_t mode = k->restoring ? 02770 : 0700;

	if (mkdir(z, mode & 0770) != 0)
		return cli_fail(errno == EEXIST ? STATUS_NO : STATUS_SYSTEM, dir, "%s",
			errno == EEXIST ? "is there already" : strerror(errno));
	arena_strs_add(k->c->a, &k->made, dir);
	if (chmod(z, mode) != 0)
		return cli_fail(STATUS_SYSTEM, dir, "%s", strerror(errno));
	return STATUS_DONE;
}

int
copy_directory(struct copying *k, struct str name)
{
	struct identity saved;
	int status;

	copy_writing(k, &saved);
	status = make_directory(k, copy_path(k->c, k->to, name, ""));
	identity_restore(&saved);
	return status;
}

void
copy_unlock(struct cli *c, struct str base, struct str name, const char *part)
{
	struct str dir = copy_path(c, base, name, part);

	unlink(arena_z(c->a, arena_printf(c->a, "%.*s/lock.mdb", STR_FMT(dir))));
}

int
copy_environment(struct copying *k, struct str name, const char *part)
{
	struct cli *c = k->c;
	struct str from = copy_path(c, k->from, name, part), to = copy_path(c, k->to, name, part);
	struct store_options o = { .flags = STORE_READONLY |
			(k->restoring ? (unsigned)STORE_WHOLE : 0U) };
	struct identity saved;
	struct store *s = NULL;
	int status;
	enum err e;

	copy_reading(k, &saved);
	e = store_open(arena_z(c->a, from), &o, &s);
	identity_restore(&saved);
	if (e != OK)
		return cli_error(from, e);
	copy_writing(k, &saved);
	status = make_directory(k, to);
	if (status == STATUS_DONE)
		status = cli_error(to, store_copy(s, arena_z(c->a, to)));
	identity_restore(&saved);
	store_close(s);
	return status;
}

static int
write_file(struct copying *k, struct str to, struct str text)
{
	struct identity saved;
	bool done;
	int fd;

	copy_writing(k, &saved);
	fd = open(arena_z(k->c->a, to), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	identity_restore(&saved);
	if (fd < 0)
		return cli_fail(STATUS_SYSTEM, to, "%s", strerror(errno));
	arena_strs_add(k->c->a, &k->made, to);
	done = write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
	if (close(fd) != 0 || !done)
		return cli_fail(STATUS_SYSTEM, to, "cannot be written: %s", strerror(errno));
	return STATUS_DONE;
}

int
copy_file(struct copying *k, struct str from, struct str to)
{
	char *p = arena_alloc(k->c->a, INPUT_MAX);
	struct identity saved;
	ssize_t n;
	int fd;

	copy_reading(k, &saved);
	fd = open(arena_z(k->c->a, from), O_RDONLY | O_CLOEXEC);
	identity_restore(&saved);
	if (fd < 0)
		return cli_fail(STATUS_SYSTEM, from, "%s", strerror(errno));
	n = read(fd, p, INPUT_MAX);
	close(fd);
	if (n < 0 || n == INPUT_MAX)
		return cli_fail(STATUS_SYSTEM, from, "cannot be read whole");
	return write_file(k, to, str_bytes(p, (size_t)n));
}

int
copy_sync(struct copying *k)
{
	struct identity saved;
	bool done = false;
	int fd;

	copy_writing(k, &saved);
	fd = open(arena_z(k->c->a, k->to), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	identity_restore(&saved);
	if (fd >= 0) {
		done = syncfs(fd) == 0;
		close(fd);
	}
	if (!done)
		return cli_fail(STATUS_SYSTEM, k->to, "%s", strerror(errno));
	return STATUS_DONE;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* The last one first; what is within one is gone with it. */
void
copy_undo(struct copying *k)
{
	struct identity saved;
	size_t i = k->made.n;
	char *path;

	copy_writing(k, &saved);
	while (i-- > 0) {
		path = arena_z(k->c->a, k->made.v[i]);
		if (access(path, F_OK) == 0 && nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0)
			log_errno("removing %s", path);
	}
	identity_restore(&saved);
	k->made.n = 0;
}
