/*
 * id_token - ID tokens, made and taken back as hints (OpenID Connect Core section 2)
 * SPDX-License-Identifier: ISC
 */
#include "oauth/id_token.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/secret.h"
#include "data/json.h"
#include "jose/jwt.h"
#include "model/keyset.h"

#define TOKEN_MAX 8192 /* bytes of claims */

/* The left half of the hash that the signature uses, SHA-256 for all but EdDSA (section 3.1.3.6);
 * at_hash is optional here, so with EdDSA it is left out. */
static struct str
half_hash(struct arena *a, struct str token, enum alg alg)
{
	struct str hash;

	if (token.n == 0 || alg == ALG_EDDSA)
		return (struct str){ 0 };
	hash = hash_of(a, token);
	return enc_b64url(a, str_bytes(hash.p, hash.n / 2));
}

enum err
id_token_write(
	struct request *rq, const struct client *c, const struct id_token *t, struct str *out)
{
	int64_t now = clock_now();
	enum alg alg =
		(enum alg)(c->id_token_signed_response_alg > 0 ? c->id_token_signed_response_alg - 1
							       : rq->authority->id_token_alg);
	struct js_out w;
	struct str claims;
	struct buf b;
	enum err e;

	buf_init(&b, rq->arena, TOKEN_MAX);
	js_start(&w, &b);
	js_open(&w, NULL, '{');
	js_put_str(&w, "iss", rq->authority->issuer);
	js_put_str(&w, "sub", t->sub);
	js_put_str(&w, "aud", c->client_id);
	js_put_int(&w, "exp", now + c->identity_token_lifetime);
	js_put_int(&w, "iat", now);
	js_put_int(&w, "auth_time", t->auth_time);
	js_put_some(&w, "nonce", t->nonce);
	js_put_some(&w, "at_hash", half_hash(rq->arena, t->access_token, alg));
	js_put_some(&w, "sid", t->sid);
	if (t->amr.n > 0)
		js_put_strs(&w, "amr", t->amr);
	js_close(&w, '}');
	e = buf_end(&b, &claims);
	if (e != OK)
		return e;
	return keyset_sign(rq->keyring, rq->db, rq->arena, SIGN_ID_TOKEN, alg, claims, out);
}

enum err
hint_read(struct request *rq, struct str text, struct hint *out)
{
	struct jwt_rules rules = {
		.iss = rq->authority->issuer, .now = clock_now(), .ignore_expiry = true
	};
	struct jwk *key;
	struct jwt jwt;
	enum err e;

	e = jwt_parse(rq->arena, text, &jwt);
	if (e != OK)
		return e;
	/* An access token is signed by the same keys but is no ID token. */
	if (jwt.jws.typ.n > 0 && !str_ieq(jwt.jws.typ, STR("JWT")))
		return ERR_TYPE;
	e = keyset_find(rq->db, rq->arena, jwt.jws.kid, true, rules.now, &key);
	if (e == OK)
		e = jws_verify(&jwt.jws, key);
	if (e == OK)
		e = jwt_check(&jwt, &rules);
	if (e != OK)
		return e;
	if (jwt.sub.n == 0 || jwt.aud.n != 1)
		return ERR_SYNTAX;
	*out = (struct hint){ .sub = jwt.sub, .client_id = jwt.aud.v[0] };
	e = js_get_str(jwt.claims, "sid", &out->sid);
	return e == ERR_NOTFOUND ? OK : e;
}
