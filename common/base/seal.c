/*
 * seal - secrets at rest under a versioned master key
 * SPDX-License-Identifier: ISC
 *
 * Sealed: version (32 bits, big-endian), nonce, ciphertext and tag.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/seal.h"
#include "base/secret.h"

enum {
	KEY_LEN = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
	NONCE_LEN = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG_LEN = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	VERSIONS_MAX = 32,
	FILE_MAX = 4096,
};

struct seal_key {
	uint32_t version;
	unsigned char key[KEY_LEN];
};

struct seal {
	size_t n;
	struct seal_key v[VERSIONS_MAX]; /* the newest first */
};

static enum err
open_err(const char *path)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return ERR_NOTFOUND;
	if (errno == EEXIST)
		return ERR_EXISTS;
	log_errno("master key %s", path);
	return errno == EACCES || errno == EPERM ? ERR_DENIED : ERR_SYSTEM;
}

/* The name of a new file is safe from a power cut only when its directory is written too. */
static enum err
sync_directory(struct arena *a, const char *path)
{
	int fd = open(dirname(arena_z(a, str_of(path))), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return ERR_SYSTEM;
	done = fsync(fd) == 0;
	close(fd);
	return done ? OK : ERR_SYSTEM;
}

static enum err
write_key(struct arena *a, int fd)
{
	struct str text = enc_b64url(a, secret_bytes(a, KEY_LEN));
	ssize_t n;

	text = arena_printf(a, "1 %.*s\n", STR_FMT(text));
	n = write(fd, text.p, text.n);
	if (n < 0 || (size_t)n != text.n || fsync(fd) != 0)
		return ERR_SYSTEM;
	return OK;
}

enum err
seal_create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct arena *a;
	enum err e;

	if (fd < 0)
		return open_err(path);
	a = arena_new(ARENA_CEILING);
	e = write_key(a, fd);
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
read_file(const char *path, struct arena *a, struct str *text)
{
	char *p = arena_alloc(a, FILE_MAX + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return open_err(path);
	if (fstat(fd, &st) != 0 || (st.st_mode & S_IRWXO) != 0) {
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

static bool
has_version(const struct seal *s, uint32_t version)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->v[i].version == version)
			return true;
	return false;
}

static enum err
parse_line(struct seal *s, struct arena *a, struct str line)
{
	struct str version, text, key;
	int64_t v;

	if (s->n == VERSIONS_MAX)
		return ERR_SYNTAX;
	if (!str_cut(line, ' ', &version, &text))
		return ERR_SYNTAX;
	if (str_int(version, &v) != OK || v < 1 || v > UINT32_MAX)
		return ERR_SYNTAX;
	if (dec_b64url(a, text, &key) != OK || key.n != KEY_LEN || has_version(s, (uint32_t)v))
		return ERR_SYNTAX;
	s->v[s->n].version = (uint32_t)v;
	memcpy(s->v[s->n].key, key.p, KEY_LEN);
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

enum err
seal_open(const char *path, struct seal **out)
{
	struct arena *a = arena_new(ARENA_CEILING);
	struct seal *s = NULL;
	struct str text;
	enum err e;

	e = read_file(path, a, &text);
	if (e != OK)
		goto out;
	s = sodium_malloc(sizeof(*s));
	if (s == NULL)
		fatal("no locked memory for the master key");
	s->n = 0;
	e = parse(s, a, text);
	if (e != OK)
		goto out;
	*out = s;
	s = NULL; /* the caller's */
out:
	seal_free(s);
	arena_free(a);
	return e;
}

void
seal_free(struct seal *s)
{
	sodium_free(s);
}

struct str
seal_close(struct seal *s, struct arena *a, struct str context, struct str plain)
{
	struct str nonce = secret_bytes(a, NONCE_LEN), out;
	size_t head = sizeof(uint32_t) + NONCE_LEN;
	struct buf b;

	buf_init(&b, a, head);
	buf_u32(&b, s->v[0].version);
	buf_add(&b, nonce);
	out = str_bytes(arena_alloc(a, head + plain.n + TAG_LEN), head + plain.n + TAG_LEN);
	memcpy((char *)out.p, buf_str(&b).p, head);
	crypto_aead_xchacha20poly1305_ietf_encrypt((unsigned char *)out.p + head, NULL,
		(const unsigned char *)plain.p, plain.n, (const unsigned char *)context.p,
		context.n, NULL, (const unsigned char *)nonce.p, s->v[0].key);
	return out;
}

enum err
seal_reveal(
	struct seal *s, struct arena *a, struct str context, struct str sealed, struct str *plain)
{
	struct str nonce;
	uint32_t version;
	unsigned char *p;
	size_t i;

	if (str_take_u32(&sealed, &version) != OK || str_take(&sealed, NONCE_LEN, &nonce) != OK ||
		sealed.n < TAG_LEN)
		return ERR_CRYPTO;
	for (i = 0; i < s->n && s->v[i].version != version; i++)
		continue;
	if (i == s->n)
		return ERR_UNSUPPORTED;
	p = arena_alloc(a, sealed.n);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(p, NULL, NULL,
		    (const unsigned char *)sealed.p, sealed.n, (const unsigned char *)context.p,
		    context.n, (const unsigned char *)nonce.p, s->v[i].key) != 0)
		return ERR_CRYPTO;
	*plain = str_bytes(p, sealed.n - TAG_LEN);
	return OK;
}
