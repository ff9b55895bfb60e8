/*
 * revoke - POST /revoke: OAuth 2.0 Token Revocation (RFC 7009)
 * SPDX-License-Identifier: ISC
 *
 * A token we do not know, and one of another client, is answered like one we
 * revoked (section 2.2), so a caller learns nothing by guessing. A refresh
 * token takes its whole family along: all that came of the authorization.
 */
#include "base/log.h"
#include "endpoint/endpoint.h"
#include "model/token.h"
#include "oauth/access.h"
#include "oauth/audit_by.h"
#include "store/commit.h"

enum {
	P_TOKEN,
	P_HINT,
	P_CLIENT_ID,
	P_CLIENT_SECRET,
	P__MAX
};

static const struct param params[P__MAX] = {
	[P_TOKEN] = { "token", PARAM_REQUIRED | PARAM_BODY | PARAM_SECRET, 16384, param_vschar },
	[P_HINT] = { "token_type_hint", PARAM_BODY, 100, param_vschar },
	[P_CLIENT_ID] = { "client_id", PARAM_BODY, 512, param_vschar },
	[P_CLIENT_SECRET] = { "client_secret", PARAM_BODY | PARAM_SECRET, 512, param_vschar },
};

static enum err
revoke_refresh(struct request *rq)
{
	struct grant_row row;
	struct str successor;
	enum refresh_is is;
	struct audit what;
	enum err e;

	e = grant_of_refresh(rq->db, rq->arena, rq->param[P_TOKEN], &row, &is, &successor);
	if (e != OK)
		return e;
	if (!str_eq(row.g.client_id, rq->client->client_id))
		return ERR_NOTFOUND;
	what = audit_by_client(rq, AUDIT_GRANT_REVOKED, &row);
	what.detail = STR("revoked by the client");
	return grant_revoke(rq->db, rq->arena, row.id, &what);
}

static enum err
revoke_access(struct request *rq)
{
	struct audit what = audit_by_client(rq, AUDIT_TOKEN_REVOKED, NULL);
	struct access t;
	struct batch b;
	enum err e;

	e = access_read(rq, rq->param[P_TOKEN], &t);
	if (e == ERR_SYSTEM || e == ERR_CORRUPT)
		return e;
	if (e != OK || !str_eq(t.client_id, rq->client->client_id))
		return ERR_NOTFOUND;
	what.subject = t.sub;
	what.grant = t.grant;
	if (t.key.n == 0)
		return token_deny(rq->db, rq->arena, t.jti, t.expires, &what);
	batch_init(&b, rq->arena);
	audit_note(&b, rq->arena, &what);
	batch_del(&b, t.key);
	return store_commit(rq->db, &b);
}

static enum err
revoke(struct request *rq)
{
	enum err e;

	/* The hint only says where to look first, so it need not be believed (section 2.1). */
	e = revoke_refresh(rq);
	if (e == ERR_NOTFOUND)
		e = revoke_access(rq);
	if (e == OK) {
		log_begin(LOG_REVOKED);
		log_str("client", rq->client->client_id);
		log_end();
	}
	return e == OK || e == ERR_NOTFOUND ? reply_empty(rq, 200) : e;
}

const struct endpoint endpoint_revoke = {
	.name = "revoke",
	.path = "/revoke",
	.spec = "RFC 7009",
	.help = "ends a token, and with a refresh token all that came of it",
	.metadata = "revocation_endpoint",
	.methods = METHOD_POST,
	.auth = AUTH_CLIENT,
	.form_id = P_CLIENT_ID,
	.form_secret = P_CLIENT_SECRET,
	.answer = ANSWER_JSON,
	.store = STORE_WRITE | STORE_LIMIT,
	.sandbox = SANDBOX_CHANNEL,
	.writes = "DGT",
	.cors = true,
	.params = params,
	.nparams = P__MAX,
	.handle = revoke,
};

int
main(void)
{
	return endpoint_run(&endpoint_revoke);
}
