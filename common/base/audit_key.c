/*
 * audit_key - the file of the key by which audit chains begin and are verified
 * SPDX-License-Identifier: ISC
 */
#include "base/audit_key.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/log.h"
#include "base/secret.h"

enum {
	KEY_LEN = 32,
	FILE_MAX = 256
};

static enum err
open_err(const char *path)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return ERR_NOTFOUND;
	if (errno == EEXIST)
		return ERR_EXISTS;
	log_errno("audit key %s", path);
	return errno == EACCES || errno == EPERM || errno == EROFS ? ERR_DENIED : ERR_SYSTEM;
}

enum err
audit_key_create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct str text;
	struct arena *a;
	bool done;

	if (fd < 0)
		return open_err(path);
	a = arena_new(ARENA_CEILING);
	text = enc_hex(a, secret_bytes(a, KEY_LEN));
	text = arena_printf(a, "%.*s\n", STR_FMT(text));
	done = write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
	done = close(fd) == 0 && done;
	arena_free(a);
	if (done)
		return OK;
	log_errno("audit key %s", path);
	unlink(path);
	return ERR_SYSTEM;
}

/* Who has the key can make up a chain, so one that others can read is none. */
static enum err
read_file(const char *path, struct arena *a, struct str *text)
{
	char *p = arena_alloc(a, FILE_MAX);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return open_err(path);
	if (fstat(fd, &st) != 0 || (st.st_mode & AUDIT_KEY_OPEN) != 0) {
		close(fd);
		log_reason(LOG_SYSTEM, "audit key %s is open to others", path);
		return ERR_DENIED;
	}
	n = read(fd, p, FILE_MAX);
	close(fd);
	if (n < 0)
		return ERR_SYSTEM;
	*text = str_bytes(p, (size_t)n);
	return OK;
}

enum err
audit_key_read(const char *path, struct arena *a, struct str *key)
{
	struct str text;
	enum err e;

	e = read_file(path, a, &text);
	if (e != OK)
		return e;
	if (str_has_suffix(text, STR("\n")))
		text.n--;
	if (dec_hex(a, text, key) != OK || key->n != KEY_LEN)
		return ERR_SYNTAX;
	return OK;
}
