/*
 * error - the errors that specifications name, one row each
 * SPDX-License-Identifier: ISC
 */
#include "oauth/error.h"

#include <stdarg.h>
#include <stdio.h>

#define TEXT_MAX 256

const struct oauth_error_row oauth_errors[OAUTH__MAX] = {
	[OAUTH_INVALID_REQUEST] = { "invalid_request", 400 },
	[OAUTH_INVALID_CLIENT] = { "invalid_client", 401 },
	[OAUTH_INVALID_GRANT] = { "invalid_grant", 400 },
	[OAUTH_UNAUTHORIZED_CLIENT] = { "unauthorized_client", 400 },
	[OAUTH_UNSUPPORTED_GRANT_TYPE] = { "unsupported_grant_type", 400 },
	[OAUTH_UNSUPPORTED_RESPONSE_TYPE] = { "unsupported_response_type", 400 },
	[OAUTH_INVALID_SCOPE] = { "invalid_scope", 400 },
	[OAUTH_ACCESS_DENIED] = { "access_denied", 403 },
	[OAUTH_SERVER_ERROR] = { "server_error", 500 },
	[OAUTH_TEMPORARILY_UNAVAILABLE] = { "temporarily_unavailable", 503 },
	[OAUTH_TOO_MANY] = { "temporarily_unavailable", 429 },
	[OAUTH_INVALID_TARGET] = { "invalid_target", 400 },
	[OAUTH_INVALID_TOKEN] = { "invalid_token", 401 },
	[OAUTH_INSUFFICIENT_SCOPE] = { "insufficient_scope", 403 },
	[OAUTH_LOGIN_REQUIRED] = { "login_required", 400 },
	[OAUTH_CONSENT_REQUIRED] = { "consent_required", 400 },
	[OAUTH_INTERACTION_REQUIRED] = { "interaction_required", 400 },
	[OAUTH_REQUEST_NOT_SUPPORTED] = { "request_not_supported", 400 },
	[OAUTH_REQUEST_URI_NOT_SUPPORTED] = { "request_uri_not_supported", 400 },
	[OAUTH_REGISTRATION_NOT_SUPPORTED] = { "registration_not_supported", 400 },
	[OAUTH_NOT_FOUND] = { "not_found", 404 },
	[OAUTH_METHOD] = { "invalid_request", 405 },
};

enum err
oauth_fail(struct request *rq, enum oauth_error error, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;
	size_t i;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* error_description allows %x20-21 / %x23-5B / %x5D-7E (RFC 6749 section 5.2). */
	for (i = 0; text[i] != '\0'; i++)
		if (text[i] < 0x20 || text[i] > 0x7e || text[i] == '"' || text[i] == '\\')
			text[i] = '?';
	rq->fail.error = (int)error;
	rq->fail.text = rq->fail.reason = arena_str(rq->arena, str_of(text));
	return ERR_REFUSED;
}

enum err
oauth_fail_too_many(struct request *rq, int64_t seconds)
{
	enum err e = oauth_fail(rq, OAUTH_TOO_MANY, "too many attempts, try again later");

	rq->fail.retry_after = seconds;
	return e;
}

/* Parameters whose content has an error of its own. */
static enum oauth_error
error_of_param(const char *name)
{
	if (str_eqz(STR("scope"), name))
		return OAUTH_INVALID_SCOPE; /* RFC 6749 section 5.2 */
	if (str_eqz(STR("resource"), name))
		return OAUTH_INVALID_TARGET; /* RFC 8707 section 2 */
	return OAUTH_INVALID_REQUEST;
}

enum err
oauth_fail_param(struct request *rq, const struct param *table, size_t n)
{
	const char *name = rq->param_at < n ? table[rq->param_at].name : "the request";

	switch (rq->param_error) {
	case ERR_NOTFOUND:
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "%s missing", name);
	case ERR_DUPLICATE:
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "%s is there twice", name);
	case ERR_RANGE:
		return oauth_fail(rq, error_of_param(name),
			"%s is too long, has characters it must not or is in the query", name);
	case ERR_SYNTAX:
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "the request is no form");
	default:
		return rq->param_error;
	}
}

void
oauth_fail_from(struct request *rq, enum err e)
{
	enum oauth_error error = OAUTH_SERVER_ERROR;

	if (e == ERR_REFUSED)
		return;
	if (e == ERR_FULL || e == ERR_CONFLICT || e == ERR_UNAVAILABLE)
		error = OAUTH_TEMPORARILY_UNAVAILABLE;
	e = oauth_fail(rq, error, "%s",
		error == OAUTH_SERVER_ERROR ? "an error on our side" : "try again later");
	(void)e;
}
