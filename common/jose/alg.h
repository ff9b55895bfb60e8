/*
 * alg - the signature algorithms we have, one row each (RFC 7518, RFC 8037)
 * SPDX-License-Identifier: ISC
 *
 * An algorithm is allowed by having a row; `none` and HMAC have none. A name
 * is compared whole, never by prefix.
 */
#ifndef JOSE_ALG_H
#define JOSE_ALG_H

#include "base/str.h"

enum alg {
	ALG_RS256,
	ALG_PS256,
	ALG_ES256,
	ALG_EDDSA,
	ALG__MAX
};

enum key_type {
	KEY_RSA,
	KEY_EC,
	KEY_OKP,
	KEY__MAX
};

struct alg_row {
	const char *name; /* JOSE `alg` */
	enum key_type kty;
	const char *crv;    /* JWK `crv`, or NULL */
	bool pss;	    /* RSASSA-PSS padding */
	unsigned signature; /* bytes of a signature of a fixed length; 0: as long as the modulus */
};

extern const struct alg_row alg_rows[ALG__MAX];

/* The names in the order of the enum, NULL at the end; for FIELD_CHOICE rows. */
extern const char *const alg_names[];

/* The algorithm of that name: ERR_UNSUPPORTED when there is none. */
MUST_USE enum err alg_find(struct str name, enum alg *out);

#endif
