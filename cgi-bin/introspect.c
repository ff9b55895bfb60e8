/*
 * introspect - POST /introspect: OAuth 2.0 Token Introspection (RFC 7662)
 * SPDX-License-Identifier: ISC
 *
 * An API sees the scopes that are its own, and nothing of tokens that have
 * none of them; a client sees its own tokens, refresh tokens too. Whatever
 * else is asked about is inactive, without a reason (section 2.2).
 */
#include "base/clock.h"
#include "data/json.h"
#include "endpoint/endpoint.h"
#include "oauth/access.h"
#include "oauth/scope.h"

enum {
	P_TOKEN,
	P_HINT,
	P_CLIENT_ID,
	P_CLIENT_SECRET,
	P__MAX
};

#define ANSWER_MAX 32768

static const struct param params[P__MAX] = {
	[P_TOKEN] = { "token", PARAM_REQUIRED | PARAM_BODY | PARAM_SECRET, 16384, param_vschar },
	[P_HINT] = { "token_type_hint", PARAM_BODY, 100, param_vschar },
	[P_CLIENT_ID] = { "client_id", PARAM_BODY, 512, param_vschar },
	[P_CLIENT_SECRET] = { "client_secret", PARAM_BODY | PARAM_SECRET, 512, param_vschar },
};

/* Whether the token is the caller's business, and which of its scopes the caller may know of. */
static bool
is_visible(struct request *rq, const struct access *t, struct strs *scopes)
{
	const struct caller *caller = rq->caller;
	size_t i;

	*scopes = t->scope;
	if (caller->client != NULL)
		return str_eq(caller->id, t->client_id);
	*scopes = (struct strs){ 0 };
	for (i = 0; strs_has(t->aud, caller->id) && i < t->scope.n; i++)
		if (strs_has(caller->resource->scopes, t->scope.v[i]))
			arena_strs_add(rq->arena, scopes, t->scope.v[i]);
	return scopes->n > 0;
}

static enum err
answer(struct request *rq, const struct access *t, struct strs scopes, struct str type)
{
	struct js_out w;
	struct str json;
	struct buf b;
	enum err e;

	buf_init(&b, rq->arena, ANSWER_MAX);
	js_start(&w, &b);
	js_open(&w, NULL, '{');
	js_put_bool(&w, "active", true);
	js_put_some(&w, "scope", scope_join(rq->arena, scopes));
	js_put_str(&w, "client_id", t->client_id);
	js_put_some(&w, "username", t->user.username);
	js_put_some(&w, "token_type", type);
	if (t->expires != 0)
		js_put_int(&w, "exp", t->expires);
	js_put_int(&w, "iat", t->issued);
	js_put_str(&w, "sub", t->sub);
	if (t->aud.n == 1)
		js_put_str(&w, "aud", t->aud.v[0]);
	else if (t->aud.n > 1)
		js_put_strs(&w, "aud", t->aud);
	js_put_str(&w, "iss", rq->authority->issuer);
	js_put_some(&w, "jti", t->jti);
	js_put_some(&w, "sid", t->sid);
	if (t->auth_time != 0)
		js_put_int(&w, "auth_time", t->auth_time);
	js_close(&w, '}');
	e = buf_end(&b, &json);
	return e == OK ? reply_json(rq, 200, json) : e;
}

static enum err
answer_inactive(struct request *rq)
{
	return reply_json(rq, 200, STR("{\"active\":false}"));
}

/* A refresh token, for the client that has it. */
static enum err
introspect_refresh(struct request *rq)
{
	struct grant_row row;
	struct str successor;
	enum refresh_is is;
	struct access t = { 0 };
	struct client c;
	enum err e;

	e = grant_of_refresh(rq->db, rq->arena, rq->param[P_TOKEN], &row, &is, &successor);
	if (e == ERR_NOTFOUND)
		return answer_inactive(rq);
	if (e == OK)
		e = access_grant(rq, &row, &c, &t.user);
	if (e == ERR_DENIED || e == ERR_EXPIRED)
		return answer_inactive(rq);
	if (e != OK)
		return e;
	if (is != REFRESH_CURRENT || !str_eq(row.g.client_id, rq->caller->id) ||
		rq->caller->client == NULL ||
		(row.g.refresh_expires != 0 && row.g.refresh_expires <= clock_now()))
		return answer_inactive(rq);
	t.client_id = row.g.client_id;
	t.sub = row.g.sub;
	t.sid = row.g.sid;
	t.issued = row.g.created;
	t.auth_time = row.g.auth_time;
	t.expires = row.g.refresh_expires != 0 ? row.g.refresh_expires : row.g.expires;
	return answer(rq, &t, row.g.scope, (struct str){ 0 });
}

static enum err
introspect(struct request *rq)
{
	struct access t;
	struct strs scopes;
	enum err e;

	e = access_check(rq, rq->param[P_TOKEN], &t);
	if (e == ERR_SYSTEM || e == ERR_CORRUPT)
		return e;
	if (e != OK)
		return introspect_refresh(rq);
	if (!is_visible(rq, &t, &scopes))
		return answer_inactive(rq);
	return answer(rq, &t, scopes, STR("Bearer"));
}

const struct endpoint endpoint_introspect = {
	.name = "introspect",
	.path = "/introspect",
	.spec = "RFC 7662",
	.help = "tells an API whether a token is active and what it allows",
	.metadata = "introspection_endpoint",
	.methods = METHOD_POST,
	.auth = AUTH_CALLER,
	.form_id = P_CLIENT_ID,
	.form_secret = P_CLIENT_SECRET,
	.answer = ANSWER_JSON,
	.store = STORE_LIMIT,
	.params = params,
	.nparams = P__MAX,
	.handle = introspect,
};

int
main(void)
{
	return endpoint_run(&endpoint_introspect);
}
