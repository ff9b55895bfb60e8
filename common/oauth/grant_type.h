/*
 * grant_type - the grants of the token endpoint: one file, one row each (RFC 6749 section 4)
 * SPDX-License-Identifier: ISC
 */
#ifndef OAUTH_GRANT_TYPE_H
#define OAUTH_GRANT_TYPE_H

#include "http/param.h"
#include "model/grant.h"
#include "oauth/error.h"

enum token_param {
	TP_GRANT_TYPE,
	TP_CLIENT_ID,
	TP_CLIENT_SECRET,
	TP_CODE,
	TP_REDIRECT_URI,
	TP_CODE_VERIFIER,
	TP_REFRESH_TOKEN,
	TP_SCOPE,
	TP_RESOURCE,
	TP__MAX
};

struct grant_type {
	const char *name; /* the value of grant_type */
	/* Makes the token response, with rq->client authenticated and allowed to use the grant; all
	 * it changes is one commit. ERR_CONFLICT: call it again, somebody was faster. */
	enum err (*redeem)(struct request *rq, struct str *json);
};

/* NULL name at the end. */
extern const struct grant_type grant_types[];

/* Finds the row of the request's grant_type and checks that the client may use it, or refuses:
 * unsupported_grant_type, unauthorized_client. */
MUST_USE enum err grant_type_find(struct request *rq, const struct grant_type **out);

/* The one resource parameter of a token request: ERR_REFUSED with two, or one that was not in
 * `granted` (when that is not empty). The list has none or one (RFC 8707 section 2.2). */
MUST_USE enum err grant_type_resource(struct request *rq, struct strs granted, struct strs *out);

/* Refuses a code or token: invalid_grant with one text for the caller, the reason for the log. */
MUST_USE enum err grant_type_refuse(struct request *rq, const char *reason);

/* The same for one that was used before: somebody has a copy, so all that came of the grant ends.
 */
MUST_USE enum err
grant_type_reuse(struct request *rq, const struct grant_row *row, const char *reason);

enum err grant_code(struct request *rq, struct str *json);
enum err grant_refresh(struct request *rq, struct str *json);
enum err grant_client(struct request *rq, struct str *json);

#endif
