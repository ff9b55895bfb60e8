/*
 * error - the errors that specifications name, one row each
 * SPDX-License-Identifier: ISC
 *
 * A refusal is recorded in the request and answered by whoever knows the
 * form: endpoint_run (JSON, challenge, page) or authz_answer (redirect).
 *
 *	return oauth_fail(rq, OAUTH_INVALID_GRANT, "code has expired");
 */
#ifndef OAUTH_ERROR_H
#define OAUTH_ERROR_H

#include "http/param.h"

enum oauth_error {
	OAUTH_INVALID_REQUEST, /* RFC 6749 4.1.2.1, 5.2 */
	OAUTH_INVALID_CLIENT,
	OAUTH_INVALID_GRANT,
	OAUTH_UNAUTHORIZED_CLIENT,
	OAUTH_UNSUPPORTED_GRANT_TYPE,
	OAUTH_UNSUPPORTED_RESPONSE_TYPE,
	OAUTH_INVALID_SCOPE,
	OAUTH_ACCESS_DENIED,
	OAUTH_SERVER_ERROR,
	OAUTH_TEMPORARILY_UNAVAILABLE,
	OAUTH_TOO_MANY,	      /* the same, for one who was wrong too often: 429 (RFC 6585 4) */
	OAUTH_INVALID_TARGET, /* RFC 8707 section 2 */
	OAUTH_INVALID_TOKEN,  /* RFC 6750 3.1 */
	OAUTH_INSUFFICIENT_SCOPE,
	OAUTH_LOGIN_REQUIRED, /* OpenID Connect Core 3.1.2.6 */
	OAUTH_CONSENT_REQUIRED,
	OAUTH_INTERACTION_REQUIRED,
	OAUTH_REQUEST_NOT_SUPPORTED,
	OAUTH_REQUEST_URI_NOT_SUPPORTED,
	OAUTH_REGISTRATION_NOT_SUPPORTED,
	OAUTH_NOT_FOUND, /* no such authority or program: 404 */
	OAUTH_METHOD,	 /* 405 */
	OAUTH__MAX
};

struct oauth_error_row {
	const char *code; /* as specified */
	int status;	  /* where it is answered directly */
};

extern const struct oauth_error_row oauth_errors[OAUTH__MAX];

/* Records error and text (printable ASCII without '"' and '\', RFC 6749 5.2) for caller and log,
 * and returns ERR_REFUSED. */
MUST_USE enum err
oauth_fail(struct request *rq, enum oauth_error error, const char *fmt, ...) PRINTF(3, 4);

/* Refuses somebody who was wrong too often and may come again in `seconds`. */
MUST_USE enum err oauth_fail_too_many(struct request *rq, int64_t seconds);

/* Refuses for what param_read said (rq->param_error, rq->param_at) about a parameter of the table:
 * by invalid_scope and invalid_target where the parameter has an error of its own. An error of ours
 * is returned as it is. */
MUST_USE enum err oauth_fail_param(struct request *rq, const struct param *table, size_t n);

/* Makes an error of ours that reached the edge into a refusal: ERR_FULL and the like become
 * temporarily_unavailable, the rest server_error; ERR_REFUSED stays. */
void oauth_fail_from(struct request *rq, enum err e);

#endif
