/*
 * scope - a scope and the user claims it brings
 * SPDX-License-Identifier: ISC
 */
#ifndef SCHEMA_SCOPE_H
#define SCHEMA_SCOPE_H

#include "base/field.h"

struct scope {
	struct str name;
	bool enabled;
	struct str title;	/* shown on the consent page */
	struct str description; /* shown below it */
	struct strs claims;	/* user claims it opens at userinfo */
	bool identity;		/* about the user, for the client (OpenID Connect Core 5.4) */
	bool required;		/* cannot be unticked at consent */
	bool discoverable;	/* listed in scopes_supported */
	int64_t created, updated;
};

extern const struct record record_scope;

#endif
