/*
 * token - POST /token (RFC 6749 section 3.2, OpenID Connect Core 3.1.3)
 * SPDX-License-Identifier: ISC
 *
 * Which grants there are is the table in oauth/grant_type.c; each makes its
 * one commit last. When somebody else was faster, the grant is asked again
 * with what is true then.
 */
#include "base/log.h"
#include "endpoint/endpoint.h"
#include "model/keyset.h"
#include "oauth/grant_type.h"

#define ATTEMPTS 16

static const struct param params[TP__MAX] = {
	[TP_GRANT_TYPE] = { "grant_type", PARAM_REQUIRED | PARAM_BODY, 100, param_vschar },
	[TP_CLIENT_ID] = { "client_id", PARAM_BODY, 512, param_vschar },
	[TP_CLIENT_SECRET] = { "client_secret", PARAM_BODY | PARAM_SECRET, 512, param_vschar },
	[TP_CODE] = { "code", PARAM_BODY | PARAM_SECRET, 512, param_vschar },
	[TP_REDIRECT_URI] = { "redirect_uri", PARAM_BODY, 512, param_vschar },
	[TP_CODE_VERIFIER] = { "code_verifier", PARAM_BODY | PARAM_SECRET, 512, param_vschar },
	[TP_REFRESH_TOKEN] = { "refresh_token", PARAM_BODY | PARAM_SECRET, 512, param_vschar },
	[TP_SCOPE] = { "scope", PARAM_BODY, 1024, param_vschar },
	[TP_RESOURCE] = { "resource", PARAM_BODY | PARAM_MULTI, 512, param_vschar },
};

static enum err
token(struct request *rq)
{
	const struct grant_type *grant;
	struct str json;
	enum err e;
	int i;

	e = grant_type_find(rq, &grant);
	if (e != OK)
		return e;
	e = ERR_CONFLICT;
	for (i = 0; e == ERR_CONFLICT && i < ATTEMPTS; i++)
		e = grant->redeem(rq, &json);
	if (e != OK)
		return e;
	log_begin(LOG_ISSUED);
	log_str("client", rq->client->client_id);
	log_str("grant", str_of(grant->name));
	log_end();
	return reply_json(rq, 200, json);
}

const struct endpoint endpoint_token = {
	.name = "token",
	.path = "/token",
	.spec = "RFC 6749 section 3.2",
	.help = "gives tokens for a code, a refresh token or a client's own credentials",
	.metadata = "token_endpoint",
	.methods = METHOD_POST,
	.auth = AUTH_CLIENT,
	.form_id = TP_CLIENT_ID,
	.form_secret = TP_CLIENT_SECRET,
	.answer = ANSWER_JSON,
	.store = STORE_WRITE | STORE_KEYS | STORE_LIMIT,
	.sandbox = SANDBOX_SIGNING,
	.writes = "GT",
	.signs = SIGNS(SIGN_ID_TOKEN) | SIGNS(SIGN_ACCESS_TOKEN),
	.cors = true,
	.workers = 4,
	.params = params,
	.nparams = TP__MAX,
	.handle = token,
};

int
main(void)
{
	return endpoint_run(&endpoint_token);
}
