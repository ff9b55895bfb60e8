/*
 * secret - random bytes, hashes, comparison and wiping of what must not leak
 * SPDX-License-Identifier: ISC
 *
 * Handles (codes, tokens, cookies) are 256 random bits; what is stored is
 * their hash, so who reads the database cannot use it. Compare with
 * secret_eq() only: memcmp and strcmp near a secret are refused by lint.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/arena.h"

#define HASH_LEN 32
#define HANDLE_LEN 32 /* random bytes of a handle */

/* Makes libsodium ready; called once by each program before anything else here. */
void secret_init(void);

/* Fills `p` with `n` random bytes. */
void secret_random(void *p, size_t n);

/* `n` random bytes, the arena's. */
struct str secret_bytes(struct arena *a, size_t n);

/* Overwrites `n` bytes in a way no compiler removes. */
void secret_wipe(void *p, size_t n);

/* Equality in a time that depends on the lengths alone. */
bool secret_eq(struct str a, struct str b);

/* SHA-256 of `in`, into `out` or the arena. */
void hash_sha256(struct str in, unsigned char out[HASH_LEN]);
struct str hash_of(struct arena *a, struct str in);

/* HMAC-SHA256 of `in` under `key`, into `out` or the arena. */
void hmac_sha256(struct str key, struct str in, unsigned char out[HASH_LEN]);
struct str hash_hmac(struct arena *a, struct str key, struct str in);

#endif
