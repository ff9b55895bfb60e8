/*
 * claim - the standard claims about a user (OpenID Connect Core 5.1) and the scopes that bring them
 * (5.4) SPDX-License-Identifier: ISC
 */
#ifndef SCHEMA_CLAIM_H
#define SCHEMA_CLAIM_H

#include "base/str.h"

enum claim_type {
	CLAIM_STRING,
	CLAIM_BOOL,
	CLAIM_NUMBER,
	CLAIM_ADDRESS, /* an object of strings (5.1.1) */
};

struct claim_row {
	const char *name;
	enum claim_type type;
	const char *scope;
};

extern const struct claim_row claim_rows[];
extern const size_t claim_count;

/* The row of a standard claim, or NULL. */
const struct claim_row *claim_find(struct str name);

/* Whether tokens and answers have a member of that name themselves, so that no user's claim may. */
bool claim_is_reserved(struct str name);

#endif
