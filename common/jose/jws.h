/*
 * jws - JWS compact serialisation (RFC 7515 section 7.1)
 * SPDX-License-Identifier: ISC
 *
 * A token is read in two steps, so that the key can be chosen by what its
 * header says; nothing of the payload may be used before jws_verify is OK.
 *
 *	e = jws_parse(a, token, &jws);
 *	key = find(jws.kid);
 *	e = jws_verify(&jws, key);
 */
#ifndef JOSE_JWS_H
#define JOSE_JWS_H

#include "jose/sign.h"

#define JWS_MAX 16384 /* bytes of a token that is read */

struct js;

struct jws {
	const struct js *header;
	enum alg alg;
	struct str typ, kid; /* empty when absent */
	struct str payload;  /* decoded */
	struct str input;    /* header.payload, what is signed */
	struct str signature;
};

/* Cuts and decodes. ERR_SYNTAX, ERR_RANGE, ERR_DUPLICATE; ERR_UNSUPPORTED for an algorithm without
 * a row (so for `none`), for `crit`, and for `b64`. */
MUST_USE enum err jws_parse(struct arena *a, struct str token, struct jws *out);

/* OK or ERR_CRYPTO; ERR_UNSUPPORTED when the key does not fit the header's algorithm. */
MUST_USE enum err jws_verify(const struct jws *jws, struct jwk *key);

/* Signs `payload` with a header of alg, `typ` (empty: none) and the key's kid; the arena's. As
 * sign_bytes, and ERR_RANGE for a token longer than JWS_MAX. */
MUST_USE enum err jws_sign(struct jwk *key, enum alg alg, struct str typ, struct arena *a,
	struct str payload, struct str *token);

#endif
