/*
 * boot - a volatile environment is made anew for each boot
 * SPDX-License-Identifier: ISC
 *
 * What is not synced may be torn after a power cut. The file `boot` in the
 * directory has the id of the boot in which the database was made; under
 * another id no process can have it open, so whoever comes first removes it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/log.h"
#include "store/lmdb.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define BOOT_ID_LEN 36

static enum err
read_id(int fd, char id[BOOT_ID_LEN], size_t *n)
{
	ssize_t got;

	got = pread(fd, id, BOOT_ID_LEN, 0);
	if (got < 0)
		return ERR_SYSTEM;
	*n = (size_t)got;
	return OK;
}

static enum err
this_boot(char id[BOOT_ID_LEN])
{
	size_t n = 0;
	enum err e;
	int fd;

	fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	e = fd < 0 ? ERR_SYSTEM : read_id(fd, id, &n);
	if (fd >= 0)
		close(fd);
	if (e == OK && n == BOOT_ID_LEN)
		return OK;
	log_reason(LOG_STORE, "cannot read %s", BOOT_ID);
	return ERR_SYSTEM;
}

static enum err
remove_file(const char *dir, const char *name)
{
	char path[PATH_MAX];
	enum err e;

	e = lmdb_path(dir, name, path, sizeof(path));
	if (e != OK)
		return e;
	if (unlink(path) != 0 && errno != ENOENT)
		return lmdb_err("remove a volatile store", errno);
	return OK;
}

/* Removes before it writes the id: a kill in between is made good by the next one. */
static enum err
start_anew(const char *dir, int fd, const char id[BOOT_ID_LEN])
{
	enum err e;

	e = remove_file(dir, "data.mdb");
	if (e != OK)
		return e;
	e = remove_file(dir, "lock.mdb");
	if (e != OK)
		return e;
	if (ftruncate(fd, 0) != 0 || pwrite(fd, id, BOOT_ID_LEN, 0) != BOOT_ID_LEN)
		return lmdb_err("write the boot id", errno);
	return OK;
}

static enum err
check_id(const char *dir, unsigned flags, int fd)
{
	char now[BOOT_ID_LEN], then[BOOT_ID_LEN];
	size_t n = 0;
	enum err e;

	if (flock(fd, LOCK_EX) != 0)
		return lmdb_err("lock the boot id", errno);
	e = this_boot(now);
	if (e != OK)
		return e;
	e = read_id(fd, then, &n);
	if (e != OK)
		return e;
	if (str_eq(str_bytes(now, BOOT_ID_LEN), str_bytes(then, n)))
		return OK;
	return flags & STORE_CREATE ? start_anew(dir, fd, now) : ERR_NOTFOUND;
}

enum err
lmdb_boot(const char *dir, unsigned flags)
{
	char path[PATH_MAX];
	enum err e;
	int fd;

	e = lmdb_path(dir, "boot", path, sizeof(path));
	if (e != OK)
		return e;
	fd = open(path,
		(flags & STORE_CREATE ? O_RDWR | O_CREAT : O_RDONLY) | O_NOFOLLOW | O_CLOEXEC,
		0660);
	if (fd < 0)
		return lmdb_err("open the boot id", errno);
	e = check_id(dir, flags, fd);
	close(fd);
	return e;
}

bool
store_is_of_this_boot(const char *dir)
{
	char path[PATH_MAX];

	return lmdb_path(dir, "data.mdb", path, sizeof(path)) == OK && access(path, R_OK) == 0 &&
		lmdb_path(dir, "boot", path, sizeof(path)) == OK && access(path, R_OK) == 0 &&
		lmdb_boot(dir, 0) == OK;
}
