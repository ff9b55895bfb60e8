/*
 * authz_request - an authorization request, from parameters to one struct (RFC 6749 4.1.1, OpenID
 * Connect Core 3.1.2.1)
 * SPDX-License-Identifier: ISC
 */
#include "oauth/authz_request.h"

#include "base/secret.h"
#include "oauth/id_token.h"
#include "oauth/pkce.h"
#include "oauth/redirect.h"
#include "oauth/scope.h"

/* All parameters together: they travel to the login page and back in a Location header, which has
 * to fit what web servers pass on. */
#define REQUEST_MAX 2800

const char *const response_mode_names[] = {
	[RESPONSE_QUERY] = "query",
	[RESPONSE_FRAGMENT] = "fragment",
	[RESPONSE_FORM_POST] = "form_post",
	[RESPONSE__MAX] = NULL,
};

const char *const response_type_names[] = { "code", NULL };

static const struct param authz_rows[AZ__MAX] = { AUTHZ_PARAM_ROWS };

static const struct prompt_row {
	const char *name;
	unsigned bit;
} prompts[] = {
	{ "none", PROMPT_NONE },
	{ "login", PROMPT_LOGIN },
	{ "consent", PROMPT_CONSENT },
	{ "select_account", PROMPT_SELECT_ACCOUNT },
};

/* Parameters we do not take, and what says so (OpenID Connect Core 3.1.2.6). */
static const struct unsupported_row {
	enum authz_param param;
	enum oauth_error error;
} unsupported[] = {
	{ AZ_REQUEST, OAUTH_REQUEST_NOT_SUPPORTED },
	{ AZ_REQUEST_URI, OAUTH_REQUEST_URI_NOT_SUPPORTED },
	{ AZ_REGISTRATION, OAUTH_REGISTRATION_NOT_SUPPORTED },
};

/* A request that names no response type we know may still say where errors belong. */
static enum response_mode
mode_of(const struct request *rq)
{
	struct str mode = rq->param[AZ_RESPONSE_MODE], rest = rq->param[AZ_RESPONSE_TYPE], word;
	bool front = false;
	size_t i;

	while (str_word(&rest, ' ', &word))
		front = front || str_eqz(word, "token") || str_eqz(word, "id_token");
	for (i = 0; i < RESPONSE__MAX; i++)
		if (str_eqz(mode, response_mode_names[i]) && !(front && i == RESPONSE_QUERY))
			return (enum response_mode)i;
	return front ? RESPONSE_FRAGMENT : RESPONSE_QUERY;
}

/* The client, without telling whether it is unknown or switched off. */
static enum err
read_client(struct request *rq, struct authz_request *out)
{
	struct str id = rq->param[AZ_CLIENT_ID];
	enum err e;

	if (id.n == 0)
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "client_id missing");
	e = client_get(rq->db, rq->arena, id, &out->client, NULL);
	if (e == ERR_NOTFOUND || (e == OK && !out->client.enabled))
		return oauth_fail(rq, OAUTH_UNAUTHORIZED_CLIENT, "client_id is not known here");
	return e;
}

/* The redirect URI: exactly a registered one; left out only where there is but one, and never with
 * OpenID Connect (Core 3.1.2.1). */
static enum err
read_redirect(struct request *rq, struct authz_request *out)
{
	struct str uri = rq->param[AZ_REDIRECT_URI], rest = rq->param[AZ_SCOPE], word;
	bool openid = false;

	out->redirect_given = uri.n > 0;
	while (str_word(&rest, ' ', &word))
		openid = openid || str_eqz(word, "openid");
	if (!out->redirect_given) {
		if (openid || out->client.redirect_uris.n != 1)
			return oauth_fail(rq, OAUTH_INVALID_REQUEST, "redirect_uri missing");
		uri = out->client.redirect_uris.v[0];
	}
	if (!redirect_is_registered(out->client.redirect_uris, uri))
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "redirect_uri not registered");
	out->redirect_uri = uri;
	return OK;
}

/* An answer repeats the state, so one that is too long has to be refused on a page. */
static enum err
check_size(struct request *rq)
{
	if ((int64_t)rq->param[AZ_STATE].n > rq->authority->request_state_max)
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "state is too long");
	if (rq->canonical.n > REQUEST_MAX)
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "the request is too long");
	return OK;
}

enum err
authz_read(struct request *rq, struct authz_request *out)
{
	enum err e;

	*out = (struct authz_request){ .max_age = -1 };
	/* An answer repeats the state, byte for byte or not at all (RFC 6749 section 4.1.2.1). */
	if (rq->param_error != OK && (rq->param_at == PARAM_WHOLE || rq->param_at <= AZ_STATE))
		return oauth_fail_param(rq, authz_rows, AZ__MAX);
	e = read_client(rq, out);
	if (e == OK)
		e = read_redirect(rq, out);
	if (e != OK)
		return e;
	out->state = rq->param[AZ_STATE];
	out->mode = mode_of(rq);
	return check_size(rq);
}

static enum err
check_prompt(struct request *rq, struct authz_request *az)
{
	struct str rest = rq->param[AZ_PROMPT], word;
	size_t i;

	while (str_word(&rest, ' ', &word)) {
		for (i = 0; i < COUNT(prompts); i++)
			if (str_eqz(word, prompts[i].name))
				break;
		if (i == COUNT(prompts))
			return oauth_fail(rq, OAUTH_INVALID_REQUEST, "prompt is unknown");
		az->prompt |= prompts[i].bit;
	}
	if ((az->prompt & PROMPT_NONE) && az->prompt != PROMPT_NONE)
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "prompt=none must stand alone");
	return OK;
}

static enum err
check_max_age(struct request *rq, struct authz_request *az)
{
	int64_t limit = az->client.user_sso_lifetime;

	if (rq->param[AZ_MAX_AGE].n > 0 && str_int(rq->param[AZ_MAX_AGE], &az->max_age) != OK)
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "max_age is no number of seconds");
	if (limit > 0 && (az->max_age < 0 || az->max_age > limit))
		az->max_age = limit;
	return OK;
}

/* RFC 7636 section 4.4.1; `plain`, also by leaving the method out, is not taken (RFC 9700 2.1.1).
 */
static enum err
check_pkce(struct request *rq, struct authz_request *az)
{
	struct str challenge = rq->param[AZ_CODE_CHALLENGE];
	struct str method = rq->param[AZ_CODE_CHALLENGE_METHOD];

	if (challenge.n == 0 && method.n > 0)
		return oauth_fail(
			rq, OAUTH_INVALID_REQUEST, "code_challenge_method without code_challenge");
	if (challenge.n == 0 && az->client.require_pkce)
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "code_challenge missing");
	if (challenge.n == 0)
		return OK;
	if (!str_eqz(method, "S256"))
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "code_challenge_method must be S256");
	if (!pkce_is_challenge(challenge))
		return oauth_fail(rq, OAUTH_INVALID_REQUEST,
			"code_challenge is not 43 characters of base64url");
	az->code_challenge = challenge;
	return OK;
}

static enum err
check_response(struct request *rq, struct authz_request *az)
{
	struct str type = rq->param[AZ_RESPONSE_TYPE], mode = rq->param[AZ_RESPONSE_MODE];
	size_t i;

	if (type.n == 0)
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "response_type missing");
	if (!str_eqz(type, "code"))
		return oauth_fail(
			rq, OAUTH_UNSUPPORTED_RESPONSE_TYPE, "response_type must be code");
	for (i = 0; mode.n > 0 && i < RESPONSE__MAX; i++)
		if (str_eqz(mode, response_mode_names[i]))
			break;
	if (i == RESPONSE__MAX)
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "response_mode is unknown");
	if (!strs_has(az->client.grant_types, STR("authorization_code")))
		return oauth_fail(
			rq, OAUTH_UNAUTHORIZED_CLIENT, "the client may not use authorization_code");
	return OK;
}

static enum err
check_scope(struct request *rq, struct authz_request *az)
{
	if (scope_split(rq->arena, rq->param[AZ_SCOPE], &az->scope) != OK || az->scope.n == 0)
		return oauth_fail(rq, OAUTH_INVALID_SCOPE, "scope is missing or malformed");
	az->openid = strs_has(az->scope, STR("openid"));
	return scope_check(rq, &az->client, az->scope);
}

static enum err
check_resource(struct request *rq, struct authz_request *az)
{
	az->resource = rq->param_all[AZ_RESOURCE];
	return resource_check(rq, az->resource, az->scope);
}

static enum err
check_hint(struct request *rq, struct authz_request *az)
{
	struct hint hint;

	if (rq->param[AZ_ID_TOKEN_HINT].n == 0)
		return OK;
	if (hint_read(rq, rq->param[AZ_ID_TOKEN_HINT], &hint) != OK)
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "invalid id_token_hint");
	az->hint_sub = hint.sub;
	return OK;
}

/* What is wrong before anything is looked at closely. */
static enum err
check_form(struct request *rq, struct authz_request *az)
{
	size_t i;

	(void)az;
	if (rq->param_error != OK && rq->param_at < AZ__MAX)
		return oauth_fail_param(rq, authz_rows, AZ__MAX);
	for (i = 0; i < COUNT(unsupported); i++)
		if (rq->param[unsupported[i].param].n > 0)
			return oauth_fail(rq, unsupported[i].error, "not supported here");
	return OK;
}

enum err
authz_check(struct request *rq, struct authz_request *az)
{
	static enum err (*const checks[])(struct request *, struct authz_request *) = {
		check_form,
		check_response,
		check_prompt,
		check_max_age,
		check_pkce,
		check_scope,
		check_resource,
		check_hint,
	};
	enum err e = OK;
	size_t i;

	for (i = 0; e == OK && i < COUNT(checks); i++)
		e = checks[i](rq, az);
	az->nonce = rq->param[AZ_NONCE];
	az->login_hint = rq->param[AZ_LOGIN_HINT];
	az->hash = hash_of(rq->arena, rq->canonical);
	return e;
}
