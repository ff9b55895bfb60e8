/*
 * limit_file - the file that a table of limits is in: made, checked, mapped
 * SPDX-License-Identifier: ISC
 *
 * Who looks at the header holds a lock of the file (flock(2), which a dying
 * process lets go), so nobody sees a half-made table. The header is written
 * last: who is killed in between leaves what the next one makes anew. A file
 * that may be mapped is never cut.
 */
#include "base/limit_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secret.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define MAGIC "tesslims"
#define VERSION_NOW 1
#define LOCK_PAUSE 5000000 /* nanoseconds */
#define LOCK_PAUSES 400
#define TRIES 16 /* at a file that others replace at the same time */

_Static_assert(sizeof(struct limit_header) == LIMIT_SET * sizeof(struct limit_slot),
	"the header is as long as a set");
_Static_assert(sizeof(struct limit_slot) == 16, "a slot is two words");

static enum err
fault(const char *path)
{
	int error = errno;

	log_errno("limits: %s", path);
	if (error == EACCES || error == EPERM || error == EROFS)
		return ERR_DENIED;
	return error == ENOSPC || error == EDQUOT ? ERR_FULL : ERR_SYSTEM;
}

/* NULs when it is not known. */
static void
read_boot(char boot[LIMIT_BOOT_LEN])
{
	int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || pread(fd, boot, LIMIT_BOOT_LEN, 0) != LIMIT_BOOT_LEN)
		memset(boot, 0, LIMIT_BOOT_LEN);
	if (fd >= 0)
		close(fd);
}

/* Where one of the two is not known, times of another boot may count: a bucket is never emptier
 * than empty, so they end all the same. */
static bool
is_of_now(const struct limit_header *h, const char now[LIMIT_BOOT_LEN])
{
	return h->boot[0] == '\0' || now[0] == '\0' ||
		str_eq(str_bytes(h->boot, LIMIT_BOOT_LEN), str_bytes(now, LIMIT_BOOT_LEN));
}

static uint32_t
sets_in(int64_t size)
{
	return (uint32_t)(size / (int64_t)sizeof(struct limit_header)) - 1;
}

/* Whether it is a table, and of that size; 0: of any. */
static bool
is_table(const struct limit_header *h, off_t is, int64_t size)
{
	return str_eqz(str_bytes(h->magic, sizeof(h->magic)), MAGIC) && h->version == VERSION_NOW &&
		is >= LIMIT_SIZE_MIN && h->sets == sets_in(is) && (size == 0 || is == size);
}

static enum err
write_header(const char *path, int fd, struct limit_header *h, off_t size)
{
	memcpy(h->magic, MAGIC, sizeof(h->magic));
	h->version = VERSION_NOW;
	h->sets = sets_in(size);
	read_boot(h->boot);
	secret_random(h->key, sizeof(h->key));
	return pwrite(fd, h, sizeof(*h), 0) == sizeof(*h) ? OK : fault(path);
}

static enum err
fill(const char *path, int fd, struct limit_header *h, int64_t size)
{
	int rc;

	/* A page that has no block when it is written to kills the writer. */
	rc = posix_fallocate(fd, 0, (off_t)size);
	if (rc == 0)
		return write_header(path, fd, h, (off_t)size);
	(void)!ftruncate(fd, 0);
	errno = rc;
	return fault(path);
}

/* In place: nobody has it mapped, but it keeps its blocks. */
static enum err
empty(const char *path, int fd, struct limit_header *h, off_t size)
{
	static const struct limit_header none;
	off_t at;

	for (at = sizeof(none); at < size; at += (off_t)sizeof(none))
		if (pwrite(fd, &none, sizeof(none), at) != sizeof(none))
			return fault(path);
	return write_header(path, fd, h, size);
}

/* Whatever its directory says about the group of new files: all that share it shall count. */
static void
share(const char *path, int fd)
{
	char copy[PATH_MAX];
	struct stat dir;

	if (strlen(path) >= sizeof(copy))
		return;
	memcpy(copy, path, strlen(path) + 1);
	if (stat(dirname(copy), &dir) != 0 || fchown(fd, (uid_t)-1, dir.st_gid) != 0 ||
		fchmod(fd, 0660) != 0)
		log_errno("limits: %s", path);
}

/* A new file gets its table; one that is none makes room for a new file. */
static enum err
make(const char *path, int fd, off_t is, struct limit_header *h, int64_t size)
{
	if (is > 0)
		return unlink(path) == 0 || errno == ENOENT ? ERR_CONFLICT : fault(path);
	share(path, fd);
	return fill(path, fd, h, size);
}

/* Nobody has it for long, unless stopped meanwhile; no program waits for that one to start. */
static enum err
lock(const char *path, int fd, int how)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE };
	int i;

	for (i = 0; flock(fd, how | LOCK_NB) != 0; i++) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || i == LOCK_PAUSES)
			return fault(path);
		nanosleep(&pause, NULL);
	}
	return OK;
}

/* ERR_EXPIRED: it has to be changed, and others may be looking at it. */
static enum err
check(const char *path, int fd, bool is_alone, int64_t size, struct limit_header *h, off_t *is)
{
	char boot[LIMIT_BOOT_LEN];
	struct stat st;
	bool fits;

	memset(h, 0, sizeof(*h));
	if (fstat(fd, &st) != 0 || pread(fd, h, sizeof(*h), 0) < 0)
		return fault(path);
	if (st.st_nlink == 0)
		return ERR_CONFLICT; /* replaced, while we waited */
	*is = st.st_size;
	fits = is_table(h, *is, size);
	read_boot(boot);
	if (fits && is_of_now(h, boot))
		return OK;
	if (!fits && size == 0)
		return ERR_CORRUPT;
	if (!is_alone)
		return ERR_EXPIRED;
	if (fits)
		return empty(path, fd, h, *is);
	*is = (off_t)size;
	return make(path, fd, st.st_size, h, size);
}

static enum err
lock_and_check(const char *path, int fd, int64_t size, struct limit_header *h, off_t *is)
{
	enum err e;

	e = lock(path, fd, LOCK_SH);
	if (e == OK)
		e = check(path, fd, false, size, h, is);
	if (e != ERR_EXPIRED)
		return e;
	e = lock(path, fd, LOCK_EX);
	return e == OK ? check(path, fd, true, size, h, is) : e;
}

static enum err
map(const char *path, int fd, const struct limit_header *h, off_t size, struct limit_table **out)
{
	void *at = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	struct limit_table *t;

	if (at == MAP_FAILED)
		return fault(path);
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		fatal("no memory for limits");
	t->map = at;
	t->size = (size_t)size;
	t->slots = (struct limit_slot *)((char *)at + sizeof(*h));
	t->sets = h->sets;
	memcpy(t->key, h->key, sizeof(t->key));
	*out = t;
	return OK;
}

static enum err
try_open(const char *path, int64_t size, struct limit_table **out)
{
	struct limit_header h;
	off_t is = 0;
	enum err e;
	int fd;

	fd = open(path, O_RDWR | (size == 0 ? 0 : O_CREAT) | O_NOFOLLOW | O_CLOEXEC, 0660);
	if (fd < 0 && errno == ENOENT && size == 0)
		return ERR_NOTFOUND;
	if (fd < 0)
		return fault(path);
	e = lock_and_check(path, fd, size, &h, &is);
	if (e == OK)
		e = map(path, fd, &h, is, out);
	/* What is mapped keeps the file open, and the lock with it. */
	(void)!flock(fd, LOCK_UN);
	close(fd);
	return e;
}

enum err
limit_open(const char *path, int64_t size, struct limit_table **out)
{
	enum err e = ERR_CONFLICT;
	int i;

	if (size != 0) /* whole sets */
		size -= size % (int64_t)sizeof(struct limit_header);
	for (i = 0; e == ERR_CONFLICT && i < TRIES; i++)
		e = try_open(path, size, out);
	if (e == ERR_CONFLICT)
		log_reason(LOG_SYSTEM, "limits: %s: replaced again and again", path);
	return e;
}

void
limit_close(struct limit_table *t)
{
	if (t == NULL)
		return;
	munmap(t->map, t->size);
	secret_wipe(t, sizeof(*t));
	free(t);
}
