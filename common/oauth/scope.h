/*
 * scope - what may be asked for, and for which APIs (RFC 6749 3.3, RFC 8707)
 * SPDX-License-Identifier: ISC
 */
#ifndef OAUTH_SCOPE_H
#define OAUTH_SCOPE_H

#include "model/client.h"
#include "model/resource.h"
#include "oauth/error.h"
#include "schema/authority.h"

/* Splits a scope parameter into distinct scope-tokens: ERR_SYNTAX. */
MUST_USE enum err scope_split(struct arena *a, struct str text, struct strs *out);

/* The list in one text, parted by blanks. */
struct str scope_join(struct arena *a, struct strs scopes);

/* Whether each of `some` is in `of`. */
bool scope_is_subset(struct strs some, struct strs of);

/* Checks that each is a scope that exists, is enabled and allowed to the client, identity scopes
 * only beside openid, offline_access only where there are refresh tokens: or refuses,
 * invalid_scope. */
MUST_USE enum err scope_check(struct request *rq, const struct client *c, struct strs scopes);

/* Of scopes that were granted once, those that the client may still have: or refuses, when none is
 * left. */
MUST_USE enum err
scope_still(struct request *rq, const struct client *c, struct strs granted, struct strs *out);

/* Checks the syntax of resource parameters (absolute, no fragment, RFC 8707 section 2) and that
 * each names an enabled API which has one of the scopes: or refuses, invalid_target. */
MUST_USE enum err resource_check(struct request *rq, struct strs resource, struct strs scopes);

/* What an access token is for: the APIs of its scopes. */
struct audience {
	struct strs aud;   /* resource names, or the issuer when there is none */
	struct strs scope; /* narrowed to what the asked-for APIs (and the user's identity) have */
	int alg;	   /* enum alg */
};

/* Works out the audience of scopes, narrowed to `resource` when that is not empty. */
MUST_USE enum err audience_of(struct request *rq, const struct client *c, struct strs scopes,
	struct strs resource, struct audience *out);

#endif
