/*
 * key - a signing key: its public part and its dates
 * SPDX-License-Identifier: ISC
 */
#ifndef SCHEMA_KEY_H
#define SCHEMA_KEY_H

#include "base/field.h"

struct signing_key {
	struct str kid;
	int alg;	/* enum alg */
	struct str jwk; /* public, JSON */
	int64_t created;
	int64_t active_from, active_until; /* when it signs */
	int64_t published_until;
	bool revoked; /* not published, does not sign */
};

extern const struct record record_key;

/* What the keys environment has under the same kid. */
struct private_key {
	struct str kid;
	struct str sealed;
};

extern const struct record record_private_key;

#endif
