/*
 * session - a browser in which a user has signed in
 * SPDX-License-Identifier: ISC
 */
#ifndef SCHEMA_SESSION_H
#define SCHEMA_SESSION_H

#include "base/field.h"

struct session {
	struct str sid;		/* public: the `sid` claim */
	struct str cookie_hash; /* of the secret in the cookie, another at each sign-in */
	struct str sub;
	int64_t epoch; /* of the user then */
	int64_t auth_time;
	int64_t created, expires; /* `expires` counts from the last sign-in */
	struct strs amr;	  /* RFC 8176 values of what the user showed */
	struct str
		login_for; /* hash of the request that the sign-in was made for, until it is used */
	struct str
		consent_for; /* hash of the request that consent was given to, until it is used */
	struct strs consent_scope; /* what that consent covers */
};

extern const struct record record_session;

#endif
