/*
 * issue - tokens are made here, whatever grant they come from
 * SPDX-License-Identifier: ISC
 */
#include "oauth/issue.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/secret.h"
#include "data/json.h"
#include "model/keyset.h"
#include "model/token.h"
#include "oauth/audit_by.h"
#include "oauth/id_token.h"

#define CLAIMS_MAX 12000 /* in base64 still a token that can be read back, JWS_MAX */
#define RESPONSE_MAX 32768
#define JTI_RANDOM 16

/* Random, after the id of the grant where there is one: who sees the token finds the grant. */
static struct str
new_jti(struct arena *a, struct str grant)
{
	struct buf b;

	buf_init(&b, a, 64);
	buf_add(&b, grant);
	buf_add(&b, secret_bytes(a, JTI_RANDOM));
	return enc_b64url(a, buf_str(&b));
}

/* RFC 9068 section 2.2. */
static enum err
write_jwt(struct request *rq, const struct issue *i, int64_t now, struct str jti, struct str *out)
{
	struct strs aud = i->audience.aud;
	struct js_out w;
	struct str claims;
	struct buf b;
	enum err e;

	buf_init(&b, rq->arena, CLAIMS_MAX);
	js_start(&w, &b);
	js_open(&w, NULL, '{');
	js_put_str(&w, "iss", rq->authority->issuer);
	js_put_str(&w, "sub", i->sub);
	if (aud.n == 1)
		js_put_str(&w, "aud", aud.v[0]);
	else
		js_put_strs(&w, "aud", aud);
	js_put_str(&w, "client_id", i->client->client_id);
	js_put_some(&w, "scope", scope_join(rq->arena, i->audience.scope));
	js_put_int(&w, "iat", now);
	js_put_int(&w, "exp", now + i->client->access_token_lifetime);
	js_put_str(&w, "jti", jti);
	if (i->auth_time != 0)
		js_put_int(&w, "auth_time", i->auth_time);
	js_put_some(&w, "sid", i->sid);
	js_close(&w, '}');
	e = buf_end(&b, &claims);
	if (e != OK)
		return e;
	return keyset_sign(rq->keyring, rq->db, rq->arena, SIGN_ACCESS_TOKEN,
		(enum alg)i->audience.alg, claims, out);
}

static enum err
write_reference(struct request *rq, const struct issue *i, int64_t now, struct str jti,
	struct batch *b, struct str *out)
{
	struct token t = { .grant = i->grant,
		.client_id = i->client->client_id,
		.sub = i->sub,
		.sid = i->sid,
		.scope = i->audience.scope,
		.aud = i->audience.aud,
		.jti = jti,
		.auth_time = i->auth_time,
		.issued = now,
		.expires = now + i->client->access_token_lifetime };
	struct audit what = audit_by_client(rq, AUDIT_TOKEN_ISSUED, NULL);

	what.subject = i->sub;
	what.grant = i->grant;
	what.detail = scope_join(rq->arena, i->audience.scope);
	audit_note(b, rq->arena, &what);
	return token_add(b, rq->arena, &t, out);
}

static enum err
write_access(struct request *rq, const struct issue *i, struct batch *b, struct str *out)
{
	struct str jti = new_jti(rq->arena, i->grant);
	int64_t now = clock_now();

	if (i->client->access_token_type == ACCESS_TOKEN_REFERENCE)
		return write_reference(rq, i, now, jti, b, out);
	return write_jwt(rq, i, now, jti, out);
}

static enum err
write_id_token(struct request *rq, const struct issue *i, struct str access, struct str *out)
{
	struct id_token t = { .sub = i->sub,
		.sid = i->sid,
		.nonce = i->nonce,
		.auth_time = i->auth_time,
		.amr = i->amr,
		.access_token = access };

	return i->id_token ? id_token_write(rq, i->client, &t, out) : OK;
}

enum err
issue_tokens(struct request *rq, const struct issue *i, struct batch *b, struct str *json)
{
	struct str access, id_token = { 0 };
	struct js_out w;
	struct buf out;
	enum err e;

	e = write_access(rq, i, b, &access);
	if (e == OK)
		e = write_id_token(rq, i, access, &id_token);
	if (e != OK)
		return e;
	buf_init(&out, rq->arena, RESPONSE_MAX);
	js_start(&w, &out);
	js_open(&w, NULL, '{');
	js_put_str(&w, "access_token", access);
	js_put_str(&w, "token_type", STR("Bearer"));
	js_put_int(&w, "expires_in", i->client->access_token_lifetime);
	js_put_some(&w, "refresh_token", i->refresh_token);
	js_put_some(&w, "id_token", id_token);
	js_put_some(&w, "scope", scope_join(rq->arena, i->audience.scope));
	js_close(&w, '}');
	return buf_end(&out, json);
}
