/*
 * jwt - header and claim checks of a verified token (RFC 7519, RFC 8725)
 * SPDX-License-Identifier: ISC
 *
 *	e = jwt_parse(a, token, &jwt);
 *	e = jws_verify(&jwt.jws, key);
 *	e = jwt_check(&jwt, &(struct jwt_rules){ .typ = STR("at+jwt"), .iss = issuer, .now = now });
 */
#ifndef JOSE_JWT_H
#define JOSE_JWT_H

#include "jose/jws.h"

#define JWT_NO_TIME INT64_MIN

struct jwt {
	struct jws jws;
	const struct js *claims;
	struct str iss, sub, jti; /* empty when absent */
	struct strs aud;	  /* a single string is a list of one */
	int64_t exp, nbf, iat;	  /* JWT_NO_TIME when absent */
};

struct jwt_rules {
	struct str typ; /* compared without case, `application/` left out (RFC 7515 4.1.9); empty:
			   any */
	struct str iss; /* must be equal; empty: any */
	struct str aud; /* must be a member; empty: any */
	int64_t now;
	int64_t leeway;	    /* seconds */
	bool ignore_expiry; /* an id_token_hint may have expired */
};

/* Parses header and claims: as jws_parse, and ERR_TYPE for a registered claim of the wrong type.
 * Nothing is verified yet. */
MUST_USE enum err jwt_parse(struct arena *a, struct str token, struct jwt *out);

/* Checks typ, iss, aud, exp (required) and nbf: ERR_TYPE (typ), ERR_DENIED (iss, aud), ERR_EXPIRED.
 */
MUST_USE enum err jwt_check(const struct jwt *jwt, const struct jwt_rules *rules);

#endif
