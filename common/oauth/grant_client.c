/*
 * grant_client - client_credentials: a service acts for itself (RFC 6749 section 4.4)
 * SPDX-License-Identifier: ISC
 */
#include "oauth/grant_type.h"
#include "oauth/issue.h"
#include "oauth/scope.h"
#include "store/commit.h"

/* What may be had without a user: no identity, nothing offline. */
static enum err
check_scopes(struct request *rq, struct strs scopes)
{
	struct scope s;
	enum err e;
	size_t i;

	for (i = 0; i < scopes.n; i++) {
		e = scope_get(rq->db, rq->arena, scopes.v[i], &s, NULL);
		if (e != OK)
			return e;
		if (s.identity || str_eqz(scopes.v[i], "offline_access"))
			return oauth_fail(rq, OAUTH_INVALID_SCOPE, "scope %.*s needs a user",
				STR_FMT(scopes.v[i]));
	}
	return OK;
}

/* Without a scope parameter: all that the client is allowed and that needs no user. */
static enum err
default_scopes(struct request *rq, struct strs *out)
{
	struct strs allowed = rq->client->scope;
	struct scope s;
	enum err e;
	size_t i;

	for (i = 0; i < allowed.n; i++) {
		e = scope_get(rq->db, rq->arena, allowed.v[i], &s, NULL);
		if (e != OK && e != ERR_NOTFOUND)
			return e;
		if (e == OK && s.enabled && !s.identity && !str_eqz(allowed.v[i], "offline_access"))
			arena_strs_add(rq->arena, out, allowed.v[i]);
	}
	return OK;
}

static enum err
read_scopes(struct request *rq, struct strs *out)
{
	enum err e;

	if (rq->param[TP_SCOPE].n == 0)
		return default_scopes(rq, out);
	if (scope_split(rq->arena, rq->param[TP_SCOPE], out) != OK || out->n == 0)
		return oauth_fail(rq, OAUTH_INVALID_SCOPE, "scope is malformed");
	e = scope_check(rq, rq->client, *out);
	return e == OK ? check_scopes(rq, *out) : e;
}

enum err
grant_client(struct request *rq, struct str *json)
{
	struct issue i = { .client = rq->client, .sub = rq->client->client_id };
	struct strs scopes = { 0 }, resource;
	struct batch b;
	enum err e;

	e = read_scopes(rq, &scopes);
	if (e == OK)
		e = grant_type_resource(rq, (struct strs){ 0 }, &resource);
	if (e == OK)
		e = resource_check(rq, resource, scopes);
	if (e == OK)
		e = audience_of(rq, rq->client, scopes, resource, &i.audience);
	if (e != OK)
		return e;
	batch_init(&b, rq->arena);
	e = issue_tokens(rq, &i, &b, json);
	return e == OK && b.n > 0 ? store_commit(rq->db, &b) : e;
}
