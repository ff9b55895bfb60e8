/*
 * token - reference access tokens, and JWTs revoked on their own
 * SPDX-License-Identifier: ISC
 */
#include "model/token.h"

enum err
token_add(struct batch *b, struct arena *a, const struct token *t, struct str *text)
{
	uint32_t hour = key_hour_after(t->expires);
	struct str secret = secret_bytes(a, HANDLE_LEN);
	struct buf id;

	buf_init(&id, a, 4);
	buf_u32(&id, hour);
	*text = handle_write(a, HANDLE_TOKEN, buf_str(&id), secret);
	return record_put(
		b, a, &record_token, key_hour(a, KEY_TOKEN, hour, hash_of(a, secret)), t, 0);
}

enum err
token_get(struct store *db, struct arena *a, struct str text, int64_t now, struct token *out,
	struct str *key)
{
	struct handle h;
	uint32_t hour;
	enum err e;

	e = handle_parse(a, HANDLE_TOKEN, text, &h);
	if (e == OK)
		e = str_take_u32(&h.id, &hour);
	if (e != OK)
		return ERR_SYNTAX;
	*key = key_hour(a, KEY_TOKEN, hour, hash_of(a, h.secret));
	e = record_get(db, a, &record_token, *key, out, NULL);
	if (e == OK && out->expires <= now)
		return ERR_EXPIRED;
	return e;
}

static struct str
denied_key(struct arena *a, struct str jti, int64_t expires)
{
	return key_hour(a, KEY_DENIED, key_hour_after(expires), hash_of(a, jti));
}

enum err
token_deny(struct store *db, struct arena *a, struct str jti, int64_t expires,
	const struct audit *done)
{
	struct batch b;
	enum err e;

	e = token_denied(db, a, jti, expires);
	if (e != ERR_NOTFOUND)
		return e;
	batch_init(&b, a);
	batch_put(&b, denied_key(a, jti, expires), (struct str){ 0 });
	audit_note(&b, a, done);
	return store_commit(db, &b);
}

enum err
token_denied(struct store *db, struct arena *a, struct str jti, int64_t expires)
{
	struct str value;

	return store_get(db, a, denied_key(a, jti, expires), &value, NULL);
}
