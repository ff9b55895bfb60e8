/*
 * user - a person who signs in
 * SPDX-License-Identifier: ISC
 */
#ifndef SCHEMA_USER_H
#define SCHEMA_USER_H

#include "base/field.h"

struct user {
	struct str sub; /* never reassigned (OpenID Connect Core section 8) */
	struct str username;
	bool enabled;
	struct str password; /* Argon2id text form, or empty */
	struct str claims;   /* JSON object, its members typed as in schema/claim.h */
	int64_t epoch;	     /* what was signed in or granted in an earlier one is void */
	int64_t created, updated;
};

extern const struct record record_user;

#endif
