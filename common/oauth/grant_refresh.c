/*
 * grant_refresh - refresh_token: rotation, grace and reuse (RFC 6749 section 6, RFC 9700 4.14)
 * SPDX-License-Identifier: ISC
 */
#include "base/clock.h"
#include "oauth/access.h"
#include "oauth/audit_by.h"
#include "oauth/grant_type.h"
#include "oauth/issue.h"
#include "store/commit.h"

struct refresh {
	struct grant_row row;
	enum refresh_is is;
	struct str successor;
	struct user user;
};

static enum err
find_token(struct request *rq, struct refresh *r)
{
	struct client c;
	enum err e;

	if (rq->param[TP_REFRESH_TOKEN].n == 0)
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "refresh_token missing");
	e = grant_of_refresh(
		rq->db, rq->arena, rq->param[TP_REFRESH_TOKEN], &r->row, &r->is, &r->successor);
	if (e == ERR_NOTFOUND)
		return grant_type_refuse(rq, "unknown token");
	if (e != OK)
		return e;
	if (!str_eq(r->row.g.client_id, rq->client->client_id))
		return grant_type_refuse(rq, "token of another client");
	if (r->is == REFRESH_REUSED) /* RFC 9700 section 4.14.2 */
		return grant_type_reuse(rq, &r->row, "refresh token used again");
	if (r->row.g.refresh_expires != 0 && r->row.g.refresh_expires <= clock_now())
		return grant_type_refuse(rq, "token has expired");
	if (strs_has(r->row.g.scope, STR("offline_access")) &&
		!strs_has(rq->client->scope, STR("offline_access")))
		return grant_type_refuse(rq, "client lost offline_access");
	e = access_grant(rq, &r->row, &c, &r->user);
	return e == ERR_DENIED || e == ERR_EXPIRED ? grant_type_refuse(rq, "revoked or ended") : e;
}

/* Scopes can be left out at a refresh, never added (RFC 6749 section 6). */
static enum err
narrow_scope(struct request *rq, struct strs granted, struct strs *out)
{
	*out = granted;
	if (rq->param[TP_SCOPE].n == 0)
		return OK;
	if (scope_split(rq->arena, rq->param[TP_SCOPE], out) != OK || out->n == 0 ||
		!scope_is_subset(*out, granted))
		return oauth_fail(rq, OAUTH_INVALID_SCOPE, "scope was not granted");
	return OK;
}

/* What the refresh changes in the record: the generation, or how long it lasts, or nothing. */
static enum err
advance(struct request *rq, struct refresh *r, struct batch *b, struct str *token)
{
	const struct client *c = rq->client;
	struct str presented = rq->param[TP_REFRESH_TOKEN];
	struct audit what = audit_by_client(rq, AUDIT_REFRESHED, &r->row);
	bool slides = c->refresh_token_expiration == REFRESH_SLIDING;
	enum err e = OK;

	*token = presented;
	if (r->is == REFRESH_PREVIOUS) {
		*token = r->successor;
		return OK;
	}
	if (slides)
		grant_slide(&r->row.g, c, clock_now());
	if (c->refresh_token_usage == REFRESH_ROTATE)
		e = grant_rotate(rq->arena, &r->row, c, presented, token);
	else if (!slides)
		return OK;
	audit_note(b, rq->arena, &what);
	return e == OK ? grant_put(b, rq->arena, &r->row) : e;
}

static enum err
issue_refreshed(struct request *rq, struct refresh *r, struct issue *i, struct str *json)
{
	struct batch b;
	enum err e;

	batch_init(&b, rq->arena);
	e = advance(rq, r, &b, &i->refresh_token);
	if (e != OK)
		return e;
	i->sub = r->row.g.sub;
	i->grant = r->row.id;
	i->auth_time = r->row.g.auth_time;
	i->sid = r->row.g.sid;
	i->id_token = strs_has(i->audience.scope, STR("openid"));
	i->amr = r->row.g.amr;
	e = issue_tokens(rq, i, &b, json);
	return e == OK && b.n > 0 ? store_commit(rq->db, &b) : e;
}

enum err
grant_refresh(struct request *rq, struct str *json)
{
	struct issue i = { .client = rq->client };
	struct strs resource, scopes;
	struct refresh r = { 0 };
	enum err e;

	e = find_token(rq, &r);
	if (e == OK)
		e = scope_still(rq, rq->client, r.row.g.scope, &scopes);
	if (e == OK)
		e = narrow_scope(rq, scopes, &scopes);
	if (e == OK)
		e = grant_type_resource(rq, r.row.g.resource, &resource);
	if (e == OK)
		e = resource_check(rq, rq->param_all[TP_RESOURCE], scopes);
	if (e == OK)
		e = audience_of(rq, rq->client, scopes, resource, &i.audience);
	return e == OK ? issue_refreshed(rq, &r, &i, json) : e;
}
