/*
 * authz_request - an authorization request, from parameters to one struct (RFC 6749 4.1.1, OpenID
 * Connect Core 3.1.2.1)
 * SPDX-License-Identifier: ISC
 *
 * authorize, login and consent take the same parameters, through the rows
 * below, and check them again each time: nothing is kept between them
 * but what the browser carries.
 *
 *	e = authz_read(rq, &az);	refuses on a page: no address to trust
 *	e = authz_check(rq, &az);	refuses; authz_refuse() of endpoint/authz.h sends it on
 */
#ifndef OAUTH_AUTHZ_REQUEST_H
#define OAUTH_AUTHZ_REQUEST_H

#include "http/param.h"
#include "model/client.h"
#include "oauth/error.h"
#include "schema/authority.h"

enum authz_param {
	AZ_CLIENT_ID,
	AZ_REDIRECT_URI,
	AZ_STATE, /* up to here, what is wrong is told on a page */
	AZ_RESPONSE_TYPE,
	AZ_RESPONSE_MODE,
	AZ_SCOPE,
	AZ_NONCE,
	AZ_PROMPT,
	AZ_MAX_AGE,
	AZ_CODE_CHALLENGE,
	AZ_CODE_CHALLENGE_METHOD,
	AZ_RESOURCE,
	AZ_LOGIN_HINT,
	AZ_ID_TOKEN_HINT,
	AZ_ACR_VALUES,
	AZ_DISPLAY,
	AZ_UI_LOCALES,
	AZ_CLAIMS_LOCALES,
	AZ_REQUEST,
	AZ_REQUEST_URI,
	AZ_REGISTRATION,
	AZ__MAX
};

/* The rows of the parameters, which the programs put their own behind. Limits are in bytes. */
/* clang-format off */
#define AUTHZ_PARAM_ROWS \
	[AZ_CLIENT_ID] = { "client_id", 0, 128, param_token }, \
	[AZ_REDIRECT_URI] = { "redirect_uri", 0, 400, param_token }, \
	[AZ_STATE] = { "state", 0, 2048, param_vschar }, \
	[AZ_RESPONSE_TYPE] = { "response_type", 0, 64, param_vschar }, \
	[AZ_RESPONSE_MODE] = { "response_mode", 0, 32, param_vschar }, \
	[AZ_SCOPE] = { "scope", 0, 1024, param_vschar }, \
	[AZ_NONCE] = { "nonce", 0, 512, param_text }, \
	[AZ_PROMPT] = { "prompt", 0, 64, param_vschar }, \
	[AZ_MAX_AGE] = { "max_age", 0, 16, param_vschar }, \
	[AZ_CODE_CHALLENGE] = { "code_challenge", 0, 128, param_vschar }, \
	[AZ_CODE_CHALLENGE_METHOD] = { "code_challenge_method", 0, 16, param_vschar }, \
	[AZ_RESOURCE] = { "resource", PARAM_MULTI, 512, param_vschar }, \
	[AZ_LOGIN_HINT] = { "login_hint", 0, 256, param_text }, \
	[AZ_ID_TOKEN_HINT] = { "id_token_hint", PARAM_SECRET, 4096, param_vschar }, \
	[AZ_ACR_VALUES] = { "acr_values", 0, 300, param_text }, \
	[AZ_DISPLAY] = { "display", 0, 64, param_text }, \
	[AZ_UI_LOCALES] = { "ui_locales", 0, 128, param_text }, \
	[AZ_CLAIMS_LOCALES] = { "claims_locales", 0, 128, param_text }, \
	[AZ_REQUEST] = { "request", PARAM_SECRET, 51200, NULL }, \
	[AZ_REQUEST_URI] = { "request_uri", 0, 512, NULL }, \
	[AZ_REGISTRATION] = { "registration", 0, 4096, NULL }
/* clang-format on */

enum response_mode {
	RESPONSE_QUERY,
	RESPONSE_FRAGMENT,
	RESPONSE_FORM_POST,
	RESPONSE__MAX
};

extern const char *const response_mode_names[]; /* NULL at the end */
extern const char *const response_type_names[]; /* NULL at the end */

enum {
	PROMPT_NONE = 1,
	PROMPT_LOGIN = 2,
	PROMPT_CONSENT = 4,
	PROMPT_SELECT_ACCOUNT = 8,
};

struct authz_request {
	struct client client;
	struct str redirect_uri; /* where answers go: given, or the only one registered */
	bool redirect_given;
	enum response_mode mode;
	struct str state;
	struct strs scope;
	bool openid;
	struct str nonce, code_challenge, login_hint;
	unsigned prompt;
	int64_t max_age; /* seconds, with the client's limit; -1: none */
	struct strs resource;
	struct str hint_sub; /* whom id_token_hint names; empty: nobody */
	struct str hash;     /* of the request's parameters: names this request */
};

/* Finds client, redirect URI, state and response mode: what an answer needs. Refuses when there is
 * no address that can be trusted with an answer. */
MUST_USE enum err authz_read(struct request *rq, struct authz_request *out);

/* Checks all the rest and fills it in, or refuses. */
MUST_USE enum err authz_check(struct request *rq, struct authz_request *az);

#endif
