/*
 * password - hashes of human passwords: Argon2id (RFC 9106)
 * SPDX-License-Identifier: ISC
 *
 * The stored text is libsodium's `$argon2id$...` form, which carries its own
 * parameters. Hashing takes tens of milliseconds and megabytes by design: do
 * it before a commit, never inside, and never for secrets we made ourselves.
 */
#ifndef BASE_PASSWORD_H
#define BASE_PASSWORD_H

#include "base/arena.h"

#define PASSWORD_MAX 1024 /* bytes of a password that are accepted */

struct password_cost {
	int64_t memory; /* bytes */
	int64_t passes;
};

/* Hashes `password` into the arena: ERR_RANGE when empty or longer than PASSWORD_MAX. */
MUST_USE enum err password_hash(
	struct arena *a, struct str password, const struct password_cost *cost, struct str *hash);

/* OK or ERR_CRYPTO. An empty `hash` (no such user, no password set) costs the same as a real one
 * of `cost` and is ERR_CRYPTO. */
MUST_USE enum err password_check(
	struct arena *a, struct str password, struct str hash, const struct password_cost *cost);

/* Whether `hash` was made with another cost than `cost`, so that it should be made anew. */
bool password_is_stale(struct arena *a, struct str hash, const struct password_cost *cost);

#endif
