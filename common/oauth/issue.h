/*
 * issue - tokens are made here, whatever grant they come from
 * SPDX-License-Identifier: ISC
 */
#ifndef OAUTH_ISSUE_H
#define OAUTH_ISSUE_H

#include "model/client.h"
#include "oauth/error.h"
#include "oauth/scope.h"

struct issue {
	const struct client *client;
	struct str sub;	  /* the user, or the client itself */
	struct str grant; /* id; empty for client credentials */
	struct audience audience;
	int64_t auth_time; /* 0: no user */
	struct str sid;
	bool id_token; /* make one, with these two */
	struct str nonce;
	struct strs amr;
	struct str refresh_token; /* to hand out; empty: none */
};

/* Makes the tokens and the token response (RFC 6749 5.1, OpenID Connect Core 3.1.3.3). A reference
 * token's row is added to the batch; a JWT needs none. */
MUST_USE enum err
issue_tokens(struct request *rq, const struct issue *i, struct batch *b, struct str *json);

#endif
