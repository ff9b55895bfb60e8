/*
 * seal - secrets at rest under a versioned master key
 * SPDX-License-Identifier: ISC
 *
 * The master key lives in a file of its own outside every database, one line
 * a version: `<version> <base64url of 32 bytes>`, the newest first. What is
 * sealed names the version it was sealed with (XChaCha20-Poly1305, random
 * nonce) and is bound to a context, such as the key it is stored under, so
 * that a sealed value cannot be moved to another place.
 */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include "base/arena.h"

struct seal; /* the versions of one master key, in locked memory */

/* Creates the file `path` (mode 0600) with one fresh version: ERR_EXISTS when there is one. */
MUST_USE enum err seal_create(const char *path);

/* Reads the file: ERR_NOTFOUND, ERR_DENIED, ERR_SYNTAX. Give back with seal_free. */
MUST_USE enum err seal_open(const char *path, struct seal **out);
void seal_free(struct seal *s);

/* Seals `plain` with the newest version, bound to `context`; the result is the arena's. */
struct str seal_close(struct seal *s, struct arena *a, struct str context, struct str plain);

/* Opens what seal_close made: ERR_UNSUPPORTED for a version not in the file, ERR_CRYPTO when it
 * was altered or belongs to another context. */
MUST_USE enum err seal_reveal(
	struct seal *s, struct arena *a, struct str context, struct str sealed, struct str *plain);

#endif
