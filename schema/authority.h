/*
 * authority - one issuer and its settings
 * SPDX-License-Identifier: ISC
 */
#ifndef SCHEMA_AUTHORITY_H
#define SCHEMA_AUTHORITY_H

#include "base/field.h"

struct authority {
	struct str name;   /* of its directory: a-z 0-9 - */
	struct str issuer; /* URL without a trailing slash, query or fragment */
	bool enabled;
	struct str title;		    /* shown on pages */
	struct strs disabled;		    /* programs that answer 404 */
	int64_t session_lifetime;	    /* from sign-in, seconds */
	int64_t request_state_max;	    /* bytes of `state` */
	int64_t key_announced;		    /* published before it may sign, seconds */
	int64_t key_active;		    /* age at which it stops signing */
	int64_t key_retired;		    /* published after that */
	int id_token_alg, access_token_alg; /* enum alg: what is used when a client says nothing */
	int64_t audit_records;		    /* that are kept */
	int64_t audit_lifetime;		    /* seconds for which one is kept */
	int64_t created;
};

extern const struct record record_authority;

/* The registry: issuer to directory. */
struct issuer {
	struct str name; /* of the authority */
	struct str issuer;
};

extern const struct record record_issuer;

#endif
