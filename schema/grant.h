/*
 * grant - one authorization and its one life: coded, active, revoked
 * SPDX-License-Identifier: ISC
 *
 * The code, the refresh tokens and the access tokens of one authorization
 * all name this record by its id, so whatever happens to it happens to all.
 */
#ifndef SCHEMA_GRANT_H
#define SCHEMA_GRANT_H

#include "base/field.h"

enum grant_state {
	GRANT_PENDING, /* the user has not decided yet (device, CIBA) */
	GRANT_CODED,   /* a code is out */
	GRANT_ACTIVE,
	GRANT_REVOKED,
};

struct grant {
	int state;	   /* enum grant_state */
	struct str reason; /* why it is revoked */
	struct str client_id, sub;
	int64_t epoch;	/* of the user then */
	struct str sid; /* of the session it came from */
	bool online;	/* it ends with that session */
	struct strs scope;
	struct strs resource; /* of the authorization request (RFC 8707 section 2.1) */
	int64_t auth_time;
	struct strs amr;
	int64_t created;
	int64_t expires; /* of the whole: 0 never */
	/* the code */
	struct str code_hash;
	int64_t code_expires;
	struct str redirect_uri;
	bool redirect_given;	   /* it was in the request */
	struct str code_challenge; /* S256 */
	struct str nonce;
	int64_t strikes; /* redemptions by a wrong client or with a wrong verifier */
	/* the refresh token: generation 0 has none */
	int64_t generation;
	struct str family_hash;	  /* of the part that all refresh tokens of this grant share */
	struct str refresh_hash;  /* of the current generation's secret */
	int64_t refresh_expires;  /* 0: with the grant */
	int64_t refresh_until;	  /* no sliding past this; 0: no end */
	struct str previous_hash; /* of the generation before */
	int64_t previous_until;	  /* end of its grace */
	struct str successor;	  /* the current secret, sealed under one made from the previous */
};

extern const struct record record_grant;

#endif
