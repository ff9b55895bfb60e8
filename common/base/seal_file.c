/*
 * seal_file - the file of the master key: made, read, given another version
 * SPDX-License-Identifier: ISC
 *
 * A version that is lost takes all that was sealed with it along, so the file
 * is never written in place: a new one, synced, takes its name. Who changes it
 * holds a lock on its directory from reading to renaming; otherwise two would
 * each make a version of the same number, and one of them would be lost.
 */
#include "base/seal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/secret.h"

enum {
	FILE_MAX = 4096
};

static enum err
open_err(const char *path)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return ERR_NOTFOUND;
	if (errno == EEXIST)
		return ERR_EXISTS;
	log_errno("master key %s", path);
	return errno == EACCES || errno == EPERM || errno == EROFS ? ERR_DENIED : ERR_SYSTEM;
}

static int
open_directory(struct arena *a, const char *path)
{
	return open(dirname(arena_z(a, str_of(path))), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* The name of a new file is safe from a power cut only when its directory is written too. */
static enum err
sync_directory(struct arena *a, const char *path)
{
	int fd = open_directory(a, path);
	bool done;

	if (fd < 0)
		return ERR_SYSTEM;
	done = fsync(fd) == 0;
	close(fd);
	return done ? OK : ERR_SYSTEM;
}

static void
fresh(struct seal_key *k, uint32_t version)
{
	k->id = (struct seal_version){ version, clock_now() };
	secret_random(k->key, sizeof(k->key));
}

static struct str
text_of(const struct seal *s, struct arena *a)
{
	struct str key;
	struct buf b;
	size_t i;

	buf_init(&b, a, FILE_MAX);
	for (i = 0; i < s->n; i++) {
		key = enc_b64url(a, str_bytes(s->v[i].key, SEAL_KEY_LEN));
		buf_printf(&b, "%u ", (unsigned)s->v[i].id.version);
		if (s->v[i].id.created > 0)
			buf_printf(&b, "%lld ", (long long)s->v[i].id.created);
		buf_add(&b, key);
		buf_byte(&b, '\n');
	}
	return buf_str(&b); /* SEAL_VERSIONS_MAX lines of 67 bytes fit */
}

static enum err
write_text(int fd, struct str text)
{
	ssize_t n = write(fd, text.p, text.n);

	if (n < 0 || (size_t)n != text.n || fsync(fd) != 0)
		return ERR_SYSTEM;
	return OK;
}

enum err
seal_create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct seal first = { .n = 1 };
	struct arena *a;
	enum err e;

	if (fd < 0)
		return open_err(path);
	a = arena_new(ARENA_CEILING);
	fresh(&first.v[0], 1);
	e = write_text(fd, text_of(&first, a));
	secret_wipe(&first, sizeof(first));
	if (close(fd) != 0)
		e = ERR_SYSTEM;
	if (e == OK)
		e = sync_directory(a, path);
	arena_free(a);
	if (e != OK) {
		log_errno("master key %s", path);
		unlink(path);
	}
	return e;
}

/* Who can read the master key can read everything, so a key the world can open is no key. */
static enum err
read_file(const char *path, struct arena *a, struct str *text, struct stat *st)
{
	char *p = arena_alloc(a, FILE_MAX + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return open_err(path);
	if (fstat(fd, st) != 0 || (st->st_mode & S_IRWXO) != 0) {
		close(fd);
		log_reason(LOG_SYSTEM, "master key %s is open to others", path);
		return ERR_DENIED;
	}
	n = read(fd, p, FILE_MAX + 1);
	close(fd);
	if (n < 0)
		return ERR_SYSTEM;
	if (n > FILE_MAX)
		return ERR_SYNTAX;
	*text = str_bytes(p, (size_t)n);
	return OK;
}

/* The place of a version, or s->n. */
static size_t
place_of(const struct seal *s, uint32_t version)
{
	size_t i;

	for (i = 0; i < s->n && s->v[i].id.version != version; i++)
		continue;
	return i;
}

static enum err
parse_line(struct seal *s, struct arena *a, struct str line)
{
	struct str version, date, text, key;
	int64_t v, created = 0;

	if (s->n == SEAL_VERSIONS_MAX)
		return ERR_SYNTAX;
	if (!str_cut(line, ' ', &version, &text))
		return ERR_SYNTAX;
	if (str_int(version, &v) != OK || v < 1 || v > UINT32_MAX)
		return ERR_SYNTAX;
	if (str_cut(text, ' ', &date, &text) && (str_int(date, &created) != OK || created == 0))
		return ERR_SYNTAX;
	if (dec_b64url(a, text, &key) != OK || key.n != SEAL_KEY_LEN ||
		place_of(s, (uint32_t)v) < s->n)
		return ERR_SYNTAX;
	s->v[s->n].id = (struct seal_version){ (uint32_t)v, created };
	memcpy(s->v[s->n].key, key.p, SEAL_KEY_LEN);
	s->n++;
	return OK;
}

static enum err
parse(struct seal *s, struct arena *a, struct str text)
{
	struct str line;
	enum err e;

	while (str_word(&text, '\n', &line)) {
		e = parse_line(s, a, line);
		if (e != OK)
			return e;
	}
	return s->n == 0 ? ERR_SYNTAX : OK;
}

static enum err
read_seal(const char *path, struct arena *a, struct seal **out, struct stat *st)
{
	struct str text;
	struct seal *s;
	enum err e;

	e = read_file(path, a, &text, st);
	if (e != OK)
		return e;
	s = sodium_malloc(sizeof(*s));
	if (s == NULL)
		fatal("no locked memory for the master key");
	s->n = 0;
	e = parse(s, a, text);
	if (e != OK)
		seal_free(s);
	else
		*out = s;
	return e;
}

enum err
seal_open(const char *path, struct seal **out)
{
	struct arena *a = arena_new(ARENA_CEILING);
	struct stat st;
	enum err e;

	e = read_seal(path, a, out, &st);
	arena_free(a);
	return e;
}

/* Owner and mode stay: some programs read the file as members of its group. */
static enum err
write_beside(const char *name, struct str text, const struct stat *old)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct stat st;
	enum err e = OK;

	if (fd < 0)
		return open_err(name);
	if (fstat(fd, &st) != 0 ||
		((st.st_uid != old->st_uid || st.st_gid != old->st_gid) &&
			fchown(fd, old->st_uid, old->st_gid) != 0) ||
		fchmod(fd, old->st_mode & 07777) != 0)
		e = open_err(name);
	if (e == OK)
		e = write_text(fd, text);
	if (close(fd) != 0)
		e = ERR_SYSTEM;
	return e;
}

static enum err
replace(const char *path, struct arena *a, const struct seal *s, const struct stat *old)
{
	char *name = arena_z(a, arena_printf(a, "%s.new", path));
	enum err e;

	unlink(name); /* of one who was interrupted; we hold the lock */
	e = write_beside(name, text_of(s, a), old);
	if (e == OK && rename(name, path) != 0)
		e = open_err(path);
	if (e == OK)
		return sync_directory(a, path);
	unlink(name);
	return e;
}

typedef enum err edit_fn(struct seal *s, void *arg);

/* Reads, lets `fn` change and replaces the file that the path leads to, under the lock. */
static enum err
edit(const char *path, edit_fn *fn, void *arg)
{
	struct arena *a = arena_new(ARENA_CEILING);
	char *real = realpath(path, NULL);
	struct seal *s = NULL;
	struct stat st;
	enum err e = OK;
	int lock = -1;

	if (real != NULL)
		lock = open_directory(a, real);
	if (lock < 0 || flock(lock, LOCK_EX) != 0)
		e = open_err(path);
	if (e == OK)
		e = read_seal(real, a, &s, &st);
	if (e == OK)
		e = fn(s, arg);
	if (e == OK)
		e = replace(real, a, s, &st);
	seal_free(s);
	if (lock >= 0)
		close(lock);
	free(real);
	arena_free(a);
	return e;
}

static enum err
put_first(struct seal *s, void *arg)
{
	struct seal_version *made = arg;
	uint32_t last = 0;
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->v[i].id.version > last)
			last = s->v[i].id.version;
	if (s->n == SEAL_VERSIONS_MAX || last == UINT32_MAX)
		return ERR_FULL;
	memmove(&s->v[1], &s->v[0], s->n * sizeof(s->v[0]));
	s->n++;
	fresh(&s->v[0], last + 1);
	*made = s->v[0].id;
	return OK;
}

enum err
seal_rotate(const char *path, struct seal_version *made)
{
	return edit(path, put_first, made);
}

static enum err
take_out(struct seal *s, void *arg)
{
	size_t i = place_of(s, *(const uint32_t *)arg);

	if (i == s->n)
		return ERR_NOTFOUND;
	if (i == 0)
		return ERR_DENIED;
	s->n--;
	memmove(&s->v[i], &s->v[i + 1], (s->n - i) * sizeof(s->v[0]));
	return OK;
}

enum err
seal_drop(const char *path, uint32_t version)
{
	return edit(path, take_out, &version);
}
