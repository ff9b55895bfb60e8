/*
 * access - access tokens taken back: what a token says, if it still holds (RFC 7662, RFC 9068)
 * SPDX-License-Identifier: ISC
 */
#include "oauth/access.h"

#include "base/clock.h"
#include "base/enc.h"
#include "data/json.h"
#include "jose/jwt.h"
#include "model/keyset.h"
#include "model/token.h"
#include "oauth/scope.h"

/* The jti of a grant's token begins with the grant's id (issue.c); that of a client's own does not
 * have the length. */
static struct str
grant_of_jti(struct arena *a, struct str jti)
{
	struct str bytes;

	if (dec_b64url(a, jti, &bytes) != OK || bytes.n <= GRANT_ID_LEN)
		return (struct str){ 0 };
	return str_bytes(bytes.p, GRANT_ID_LEN);
}

static void
from_record(const struct token *t, struct access *out)
{
	out->client_id = t->client_id;
	out->sub = t->sub;
	out->sid = t->sid;
	out->jti = t->jti;
	out->scope = t->scope;
	out->aud = t->aud;
	out->grant = t->grant;
	out->issued = t->issued;
	out->expires = t->expires;
	out->auth_time = t->auth_time;
}

static enum err
from_claims(struct request *rq, const struct jwt *jwt, struct access *out)
{
	struct str scope = { 0 };
	enum err e;

	out->sub = jwt->sub;
	out->jti = jwt->jti;
	out->aud = jwt->aud;
	out->issued = jwt->iat;
	out->expires = jwt->exp;
	out->grant = grant_of_jti(rq->arena, jwt->jti);
	e = js_get_str(jwt->claims, "client_id", &out->client_id);
	if (e != OK)
		return ERR_SYNTAX;
	if (js_get_str(jwt->claims, "scope", &scope) == ERR_TYPE ||
		js_get_str(jwt->claims, "sid", &out->sid) == ERR_TYPE ||
		js_get_int(jwt->claims, "auth_time", &out->auth_time) == ERR_TYPE)
		return ERR_SYNTAX;
	return scope_split(rq->arena, scope, &out->scope);
}

static enum err
read_jwt(struct request *rq, struct str token, struct access *out)
{
	struct jwt_rules rules = {
		.typ = STR("at+jwt"), .iss = rq->authority->issuer, .now = clock_now()
	};
	struct jwk *key;
	struct jwt jwt;
	enum err e;

	e = jwt_parse(rq->arena, token, &jwt);
	if (e == OK)
		e = keyset_find(rq->db, rq->arena, jwt.jws.kid, false, rules.now, &key);
	if (e == OK)
		e = jws_verify(&jwt.jws, key);
	if (e == OK)
		e = jwt_check(&jwt, &rules);
	return e == OK ? from_claims(rq, &jwt, out) : e;
}

enum err
access_read(struct request *rq, struct str token, struct access *out)
{
	struct token record;
	enum err e;

	*out = (struct access){ 0 };
	if (str_find(token, '.') < token.n)
		return read_jwt(rq, token, out);
	e = token_get(rq->db, rq->arena, token, clock_now(), &record, &out->key);
	if (e == OK)
		from_record(&record, out);
	return e;
}

/* A record that has gone or is switched off makes what hangs on it void. */
static enum err
void_if_absent(enum err e, bool enabled)
{
	return e == ERR_NOTFOUND || (e == OK && !enabled) ? ERR_DENIED : e;
}

enum err
access_grant(struct request *rq, const struct grant_row *row, struct client *c, struct user *u)
{
	enum err e;

	e = grant_check(rq->db, rq->arena, row, clock_now());
	if (e != OK)
		return e;
	e = client_get(rq->db, rq->arena, row->g.client_id, c, NULL);
	e = void_if_absent(e, e == OK && c->enabled && c->created <= row->g.created);
	if (e != OK)
		return e;
	e = user_get(rq->db, rq->arena, row->g.sub, u, NULL);
	return void_if_absent(e,
		e == OK && u->enabled && u->epoch == row->g.epoch && u->created <= row->g.created);
}

enum err
access_check(struct request *rq, struct str token, struct access *out)
{
	struct grant_row row;
	struct client c;
	enum err e;

	e = access_read(rq, token, out);
	if (e != OK)
		return e;
	e = token_denied(rq->db, rq->arena, out->jti, out->expires);
	if (e != ERR_NOTFOUND)
		return e == OK ? ERR_DENIED : e;
	if (out->grant.n == 0) {
		e = client_get(rq->db, rq->arena, out->client_id, &c, NULL);
		return void_if_absent(e, e == OK && c.enabled && c.created <= out->issued);
	}
	e = grant_get(rq->db, rq->arena, out->grant, &row);
	e = void_if_absent(e, true);
	return e == OK ? access_grant(rq, &row, &c, &out->user) : e;
}
