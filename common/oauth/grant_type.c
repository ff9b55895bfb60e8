/*
 * grant_type - the grants of the token endpoint: one file, one row each (RFC 6749 section 4)
 * SPDX-License-Identifier: ISC
 */
#include "oauth/grant_type.h"

#include "base/log.h"
#include "oauth/audit_by.h"
#include "schema/client.h"

const struct grant_type grant_types[] = {
	{ "authorization_code", grant_code },
	{ "refresh_token", grant_refresh },
	{ "client_credentials", grant_client },
	{ NULL, NULL },
};

enum err
grant_type_find(struct request *rq, const struct grant_type **out)
{
	struct str name = rq->param[TP_GRANT_TYPE];
	const struct grant_type *g;

	for (g = grant_types; g->name != NULL; g++)
		if (str_eqz(name, g->name))
			break;
	if (g->name == NULL)
		return oauth_fail(rq, OAUTH_UNSUPPORTED_GRANT_TYPE, "grant_type is not supported");
	if (!strs_has(rq->client->grant_types, name))
		return oauth_fail(
			rq, OAUTH_UNAUTHORIZED_CLIENT, "the client may not use %s", g->name);
	*out = g;
	return OK;
}

enum err
grant_type_resource(struct request *rq, struct strs granted, struct strs *out)
{
	*out = rq->param_all[TP_RESOURCE];
	if (out->n > 1)
		return oauth_fail(rq, OAUTH_INVALID_TARGET, "one resource at a time");
	if (out->n == 1 && granted.n > 0 && !strs_has(granted, out->v[0]))
		return oauth_fail(
			rq, OAUTH_INVALID_TARGET, "resource was not in the authorization request");
	if (out->n == 0)
		*out = granted;
	return OK;
}

enum err
grant_type_refuse(struct request *rq, const char *reason)
{
	enum err e = oauth_fail(rq, OAUTH_INVALID_GRANT, "the code or token is not valid");

	rq->fail.reason = str_of(reason);
	return e;
}

enum err
grant_type_reuse(struct request *rq, const struct grant_row *row, const char *reason)
{
	struct audit what = audit_by_client(rq, AUDIT_REUSED, row);
	enum err e;

	if (row->g.state == GRANT_REVOKED)
		return grant_type_refuse(rq, "the grant is revoked");
	what.result = AUDIT_REFUSED;
	what.detail = str_of(reason);
	e = grant_revoke(rq->db, rq->arena, row->id, &what);
	if (e != OK)
		return e;
	log_begin(LOG_REUSE);
	log_str("client", row->g.client_id);
	log_str("sub", row->g.sub);
	log_end();
	return grant_type_refuse(rq, reason);
}
