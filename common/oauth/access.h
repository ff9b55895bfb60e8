/*
 * access - access tokens taken back: what a token says, if it still holds (RFC 7662, RFC 9068)
 * SPDX-License-Identifier: ISC
 *
 * A JWT is verified with our published keys; then, as for a reference token,
 * the records behind it are asked: client, grant, session, user. So a
 * revocation is seen at once.
 */
#ifndef OAUTH_ACCESS_H
#define OAUTH_ACCESS_H

#include "model/client.h"
#include "model/grant.h"
#include "model/user.h"
#include "oauth/error.h"

struct access {
	struct str client_id, sub, jti, sid;
	struct strs scope, aud;
	struct str grant; /* id; empty for client credentials */
	struct str key;	  /* of a reference token's record; empty for a JWT */
	int64_t issued, expires, auth_time;
	struct user user; /* set when the token is a user's: user.sub is not empty */
};

/* Reads a token without asking whether it was revoked: ERR_SYNTAX (neither form), ERR_NOTFOUND,
 * ERR_EXPIRED, ERR_CRYPTO, ERR_DENIED (not ours), ERR_TYPE (a JWT that is no access token). */
MUST_USE enum err access_read(struct request *rq, struct str token, struct access *out);

/* The same, and then ERR_DENIED when it, its grant or its session was revoked or ended, or client
 * or user are gone or disabled. */
MUST_USE enum err access_check(struct request *rq, struct str token, struct access *out);

/* Whether a grant is good for tokens: as grant_check, and client and user are still those it was
 * made by; `c` and `u` are filled. */
MUST_USE enum err
access_grant(struct request *rq, const struct grant_row *row, struct client *c, struct user *u);

#endif
