/*
 * claims - claims about the user, by scope (OpenID Connect Core 5.3, 5.4)
 * SPDX-License-Identifier: ISC
 */
#ifndef OAUTH_CLAIMS_H
#define OAUTH_CLAIMS_H

#include "oauth/access.h"

/* The JSON of a userinfo response: sub, and of the user's claims those that the scopes open. */
MUST_USE enum err
claims_write(struct request *rq, const struct user *u, struct strs scopes, struct str *json);

#endif
