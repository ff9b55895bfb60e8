/*
 * seal - secrets at rest under a versioned master key
 * SPDX-License-Identifier: ISC
 *
 * The master key lives in a file of its own outside every database, one line
 * a version: `<version> <when made> <base64url of 32 bytes>`, the newest
 * first; the date, in seconds since 1970, may be left out. What is sealed
 * names the version it was sealed with (XChaCha20-Poly1305, random nonce) and
 * is bound to a context, such as the key it is stored under, so that a sealed
 * value cannot be moved to another place.
 */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include "base/arena.h"

#define SEAL_VERSIONS_MAX 32

struct seal_version {
	uint32_t version;
	int64_t created; /* 0: the file does not say */
};

struct seal; /* the versions of one master key, in locked memory */

/* Creates the file `path` (mode 0600) with one fresh version: ERR_EXISTS when there is one. */
MUST_USE enum err seal_create(const char *path);

/* Reads the file: ERR_NOTFOUND, ERR_DENIED, ERR_SYNTAX. Give back with seal_free. */
MUST_USE enum err seal_open(const char *path, struct seal **out);
void seal_free(struct seal *s);

/* The i-th version, the newest first; false behind the last. */
bool seal_version(const struct seal *s, size_t i, struct seal_version *out);

/* Puts a fresh version before the others. The file is replaced whole, owner and mode stay; whoever
 * has read it before knows the old ones only. ERR_FULL: it has SEAL_VERSIONS_MAX already. */
MUST_USE enum err seal_rotate(const char *path, struct seal_version *made);

/* Takes a version out of the file, in the same way: what is sealed with it can never be opened
 * again. ERR_NOTFOUND, ERR_DENIED for the newest. */
MUST_USE enum err seal_drop(const char *path, uint32_t version);

/* Seals `plain` with the newest version, bound to `context`; the result is the arena's. */
struct str seal_close(struct seal *s, struct arena *a, struct str context, struct str plain);

/* Opens what seal_close made: ERR_UNSUPPORTED for a version not in the file, ERR_CRYPTO when it
 * was altered or belongs to another context. */
MUST_USE enum err seal_reveal(
	struct seal *s, struct arena *a, struct str context, struct str sealed, struct str *plain);

/* The version that something was sealed with: ERR_CRYPTO when it cannot have been. */
MUST_USE enum err seal_version_of(struct str sealed, uint32_t *version);

#endif
