/*
 * jwk - keys and their JSON (RFC 7517, RFC 7518 section 6, RFC 8037), thumbprints (RFC 7638)
 * SPDX-License-Identifier: ISC
 *
 * A jwk holds a library key made once (EVP_PKEY_fromdata; never through a
 * decoder) and kept signing and verifying contexts, so using it again is
 * cheap. Ed25519 goes through libsodium, which is twice as fast.
 *
 *	e = jwk_parse(a, json, &key);
 *	e = sign_bytes(key, ALG_ES256, a, input, &signature);
 *
 * jwk_parse and jwk_generate give a key of the heap: free it with jwk_free, or
 * arena_defer(a, jwk_defer, key).
 */
#ifndef JOSE_JWK_H
#define JOSE_JWK_H

#include "base/arena.h"
#include "jose/alg.h"

#define JWK_RSA_MIN 2048 /* bits of a modulus that is accepted */
#define JWK_RSA_MAX 4096

struct jwk;

/* Parses a public or private key. ERR_SYNTAX, ERR_DUPLICATE, ERR_TYPE; ERR_UNSUPPORTED (kty, crv,
 * use, key_ops, alg, a private RSA key without p, q, dp, dq, qi); ERR_RANGE (size); ERR_CRYPTO (a
 * point off the curve, private and public part that differ). `oct` keys are ERR_UNSUPPORTED. */
MUST_USE enum err jwk_parse(struct arena *a, struct str json, struct jwk **out);

/* A fresh private key for `alg` and no other; RSA has 2048 bits. Its kid is the thumbprint. */
MUST_USE enum err jwk_generate(enum alg alg, struct jwk **out);

/* Wipes and frees; NULL is allowed. The second has the form that arena_defer() wants. */
void jwk_free(struct jwk *key);
void jwk_defer(void *key);

/* Whether the private part is there, and whether the key fits the algorithm: by its type, and by
 * its own `alg` when it has one. */
bool jwk_is_private(const struct jwk *key);
bool jwk_fits(const struct jwk *key, enum alg alg);

/* The `kid`, or empty; lives as long as the key. */
struct str jwk_kid(const struct jwk *key);

/* The JSON of the public part with `kid`, `use` "sig" and `alg`; `alg` ALG__MAX leaves the last two
 * out. The arena's. */
struct str jwk_public(const struct jwk *key, enum alg alg, struct arena *a);

/* The JSON with the private part: ERR_DENIED when there is none. Seal it before storing it. */
MUST_USE enum err jwk_private(const struct jwk *key, struct arena *a, struct str *json);

/* The SHA-256 thumbprint in base64url (RFC 7638 section 3), the arena's. */
struct str jwk_thumbprint(const struct jwk *key, struct arena *a);

/* The file that the library of keys reads when it is first used: of the heap, or NULL. */
char *jwk_library_file(void);

#endif
