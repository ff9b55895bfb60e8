/*
 * userinfo - claims about the user for the holder of an access token (OpenID Connect Core 5.3)
 * SPDX-License-Identifier: ISC
 *
 * The token comes in the Authorization header or, by POST, in the body (RFC
 * 6750 sections 2.1, 2.2), never in the query.
 */
#include "endpoint/endpoint.h"
#include "oauth/access.h"
#include "oauth/claims.h"

enum {
	P_ACCESS_TOKEN,
	P__MAX
};

static const struct param params[P__MAX] = {
	[P_ACCESS_TOKEN] = { "access_token", PARAM_BODY | PARAM_SECRET, 16384, param_vschar },
};

static enum err
find_token(struct request *rq, struct str *token)
{
	struct str scheme;
	enum err e;

	e = request_authorization(rq, &scheme, token);
	if (e == ERR_DUPLICATE)
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "more than one Authorization header");
	if (e == OK && rq->param[P_ACCESS_TOKEN].n > 0)
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "access_token is there twice");
	if (e == OK && str_ieq(scheme, STR("Bearer")) && token->n > 0)
		return OK;
	*token = rq->param[P_ACCESS_TOKEN];
	if (token->n > 0)
		return OK;
	/* No text: a request without a token is told nothing but the scheme (RFC 6750 3.1). */
	e = oauth_fail(rq, OAUTH_INVALID_TOKEN, "no access token");
	rq->fail.text = (struct str){ 0 };
	return e;
}

static enum err
userinfo(struct request *rq)
{
	struct access access;
	struct str token, json;
	enum err e;

	e = find_token(rq, &token);
	if (e != OK)
		return e;
	e = access_check(rq, token, &access);
	if (e != OK && e != ERR_SYSTEM && e != ERR_CORRUPT)
		return oauth_fail(
			rq, OAUTH_INVALID_TOKEN, "the access token is not valid: %s", err_text(e));
	if (e != OK)
		return e;
	if (access.user.sub.n == 0 || !strs_has(access.scope, STR("openid")))
		return oauth_fail(rq, OAUTH_INSUFFICIENT_SCOPE, "the token has no scope openid");
	e = claims_write(rq, &access.user, access.scope, &json);
	return e == OK ? reply_json(rq, 200, json) : e;
}

const struct endpoint endpoint_userinfo = {
	.name = "userinfo",
	.path = "/userinfo",
	.spec = "OpenID Connect Core 1.0 section 5.3",
	.help = "gives the claims of the user that an access token is for",
	.metadata = "userinfo_endpoint",
	.methods = METHOD_GET | METHOD_POST,
	.auth = AUTH_HANDLER,
	.answer = ANSWER_BEARER,
	.cors = true,
	.params = params,
	.nparams = P__MAX,
	.handle = userinfo,
};

int
main(void)
{
	return endpoint_run(&endpoint_userinfo);
}
