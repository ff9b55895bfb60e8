/*
 * pkce - proof key for code exchange, S256 alone (RFC 7636)
 * SPDX-License-Identifier: ISC
 */
#ifndef OAUTH_PKCE_H
#define OAUTH_PKCE_H

#include "base/arena.h"

/* Whether the text can be a challenge of S256: 43 characters of base64url; or a verifier: 43 to 128
 * unreserved characters (RFC 7636 4.1, 4.2). */
bool pkce_is_challenge(struct str text);
bool pkce_is_verifier(struct str text);

/* OK, or ERR_CRYPTO when the verifier is not the one of the challenge. */
MUST_USE enum err pkce_check(struct arena *a, struct str challenge, struct str verifier);

#endif
