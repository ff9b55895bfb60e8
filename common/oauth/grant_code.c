/*
 * grant_code - authorization_code: a code becomes tokens, once (RFC 6749 4.1.3, RFC 7636 4.6)
 * SPDX-License-Identifier: ISC
 */
#include "base/clock.h"
#include "oauth/access.h"
#include "oauth/audit_by.h"
#include "oauth/grant_type.h"
#include "oauth/issue.h"
#include "oauth/pkce.h"
#include "store/commit.h"

/* Who has a live code but is not its client, or cannot prove to be the one who asked for it, leaves
 * a mark; a few marks and the code is dead. */
static enum err
refuse_strike(struct request *rq, struct grant_row *row, const char *reason)
{
	struct audit what = audit_by_client(rq, AUDIT_CODE_REFUSED, row);
	struct batch b;
	enum err e;

	what.result = AUDIT_REFUSED;
	what.detail = str_of(reason);
	row->g.strikes++;
	if (row->g.strikes >= GRANT_STRIKES) {
		row->g.state = GRANT_REVOKED;
		row->g.reason = STR("too many wrong redemptions");
	}
	batch_init(&b, rq->arena);
	audit_note(&b, rq->arena, &what);
	e = grant_put(&b, rq->arena, row);
	if (e == OK)
		e = store_commit(rq->db, &b);
	return e == OK ? grant_type_refuse(rq, reason) : e;
}

static enum err
check_pkce(struct request *rq, struct grant_row *row)
{
	struct str verifier = rq->param[TP_CODE_VERIFIER];

	/* A verifier without a challenge is a downgrade (RFC 9700 section 2.1.1). */
	if (row->g.code_challenge.n == 0)
		return verifier.n == 0
			? OK
			: grant_type_refuse(rq, "verifier, but there was no challenge");
	if (!pkce_is_verifier(verifier) ||
		pkce_check(rq->arena, row->g.code_challenge, verifier) != OK)
		return refuse_strike(rq, row, "code_verifier missing or wrong");
	return OK;
}

/* The redirect URI of the authorization request, which may be left out only if it was then, too
 * (RFC 6749 section 4.1.3). */
static enum err
check_redirect(struct request *rq, struct grant_row *row)
{
	struct str uri = rq->param[TP_REDIRECT_URI];

	if (uri.n == 0)
		return row->g.redirect_given ? grant_type_refuse(rq, "redirect_uri missing") : OK;
	if (!str_eq(uri, row->g.redirect_uri))
		return refuse_strike(
			rq, row, "redirect_uri differs from the authorization request");
	return OK;
}

static enum err
find_code(struct request *rq, struct grant_row *row, struct user *u)
{
	struct client c;
	enum err e;

	if (rq->param[TP_CODE].n == 0)
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "code missing");
	e = grant_of_code(rq->db, rq->arena, rq->param[TP_CODE], row);
	if (e == ERR_NOTFOUND)
		return grant_type_refuse(rq, "unknown code");
	if (e != OK)
		return e;
	if (!str_eq(row->g.client_id, rq->client->client_id))
		return row->g.state == GRANT_CODED
			? refuse_strike(rq, row, "code of another client")
			: grant_type_refuse(rq, "code of another client");
	if (row->g.state != GRANT_CODED) /* RFC 6749 section 4.1.2 */
		return grant_type_reuse(rq, row, "code used again");
	if (row->g.code_expires <= clock_now())
		return grant_type_refuse(rq, "code has expired");
	e = access_grant(rq, row, &c, u);
	return e == ERR_DENIED || e == ERR_EXPIRED
		? grant_type_refuse(rq, "user or session has ended")
		: e;
}

/* Marks the code used and makes the first refresh token, if the client may have one. */
static enum err
activate(struct request *rq, struct grant_row *row, struct batch *b, struct str *refresh)
{
	struct audit what = audit_by_client(rq, AUDIT_REDEEMED, row);
	enum err e = OK;

	audit_note(b, rq->arena, &what);
	row->g.state = GRANT_ACTIVE;
	if (strs_has(rq->client->grant_types, STR("refresh_token"))) {
		grant_slide(&row->g, rq->client, clock_now());
		e = grant_rotate(rq->arena, row, rq->client, (struct str){ 0 }, refresh);
	}
	return e == OK ? grant_put(b, rq->arena, row) : e;
}

enum err
grant_code(struct request *rq, struct str *json)
{
	struct issue i = { .client = rq->client };
	struct grant_row row;
	struct strs resource, scopes;
	struct user u;
	struct batch b;
	enum err e;

	e = find_code(rq, &row, &u);
	if (e == OK)
		e = check_redirect(rq, &row);
	if (e == OK)
		e = check_pkce(rq, &row);
	if (e == OK)
		e = grant_type_resource(rq, row.g.resource, &resource);
	if (e == OK)
		e = scope_still(rq, rq->client, row.g.scope, &scopes);
	if (e == OK)
		e = resource_check(rq, rq->param_all[TP_RESOURCE], scopes);
	if (e == OK)
		e = audience_of(rq, rq->client, scopes, resource, &i.audience);
	if (e != OK)
		return e;
	batch_init(&b, rq->arena);
	e = activate(rq, &row, &b, &i.refresh_token);
	if (e != OK)
		return e;
	i.sub = row.g.sub;
	i.grant = row.id;
	i.auth_time = row.g.auth_time;
	i.sid = row.g.sid;
	i.id_token = strs_has(i.audience.scope, STR("openid"));
	i.nonce = row.g.nonce;
	i.amr = row.g.amr;
	e = issue_tokens(rq, &i, &b, json);
	return e == OK ? store_commit(rq->db, &b) : e;
}
