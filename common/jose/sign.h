/*
 * sign - bytes in, signature out
 * SPDX-License-Identifier: ISC
 *
 * The one place where a private key is used. Signatures are in JOSE form
 * (ECDSA: r || s, RFC 7518 section 3.4).
 */
#ifndef JOSE_SIGN_H
#define JOSE_SIGN_H

#include "jose/jwk.h"

/* Signs `in`; the signature is the arena's. ERR_UNSUPPORTED when the key does not fit `alg`,
 * ERR_DENIED without a private part, ERR_SYSTEM. */
MUST_USE enum err
sign_bytes(struct jwk *key, enum alg alg, struct arena *a, struct str in, struct str *signature);

/* OK or ERR_CRYPTO; ERR_UNSUPPORTED when the key does not fit `alg`. */
MUST_USE enum err sign_check(struct jwk *key, enum alg alg, struct str in, struct str signature);

#endif
