/*
 * grant - authorizations: codes, refresh tokens, revocation (see schema/grant.h)
 * SPDX-License-Identifier: ISC
 */
#include "model/grant.h"

#include <string.h>

#include "base/clock.h"
#include "model/session.h"

static struct str
grant_key(struct arena *a, struct str id)
{
	return key_text(a, KEY_GRANT, id);
}

/* The hour in which the row may be swept, then 12 random bytes. */
static struct str
grant_new_id(struct arena *a, int64_t expires)
{
	struct buf id;

	buf_init(&id, a, GRANT_ID_LEN);
	buf_u32(&id, expires == 0 ? KEY_NEVER : key_hour_after(expires));
	buf_add(&id, secret_bytes(a, GRANT_ID_LEN - 4));
	return buf_str(&id);
}

enum err
grant_add(struct batch *b, struct arena *a, struct grant_row *row, struct str *code)
{
	struct str secret = secret_bytes(a, HANDLE_LEN);

	row->id = grant_new_id(a, row->g.expires);
	row->version = 0;
	row->g.state = GRANT_CODED;
	row->g.code_hash = hash_of(a, secret);
	row->g.created = clock_now();
	*code = handle_write(a, HANDLE_CODE, row->id, secret);
	return grant_put(b, a, row);
}

enum err
grant_get(struct store *db, struct arena *a, struct str id, struct grant_row *out)
{
	if (id.n != GRANT_ID_LEN)
		return ERR_NOTFOUND;
	out->id = id;
	return record_get(db, a, &record_grant, grant_key(a, id), &out->g, &out->version);
}

enum err
grant_put(struct batch *b, struct arena *a, const struct grant_row *row)
{
	return record_put(b, a, &record_grant, grant_key(a, row->id), &row->g, row->version);
}

enum err
grant_of_code(struct store *db, struct arena *a, struct str code, struct grant_row *out)
{
	struct handle h;
	enum err e;

	e = handle_parse(a, HANDLE_CODE, code, &h);
	if (e != OK)
		return ERR_NOTFOUND;
	e = grant_get(db, a, h.id, out);
	if (e != OK)
		return e;
	return secret_eq(out->g.code_hash, hash_of(a, h.secret)) ? OK : ERR_NOTFOUND;
}

/* The text of a refresh token. */
static struct str
refresh_write(
	struct arena *a, struct str id, int64_t generation, struct str family, struct str secret)
{
	struct buf who, what;

	buf_init(&who, a, GRANT_ID_LEN + 4);
	buf_add(&who, id);
	buf_u32(&who, (uint32_t)generation);
	buf_init(&what, a, FAMILY_LEN + HANDLE_LEN);
	buf_add(&what, family);
	buf_add(&what, secret);
	return handle_write(a, HANDLE_REFRESH, buf_str(&who), buf_str(&what));
}

struct refresh_parts {
	struct str id, family, secret;
	int64_t generation;
};

static enum err
refresh_parse(struct arena *a, struct str token, struct refresh_parts *out)
{
	struct handle h;
	uint32_t generation;
	enum err e;

	e = handle_parse(a, HANDLE_REFRESH, token, &h);
	if (e == OK)
		e = str_take(&h.id, GRANT_ID_LEN, &out->id);
	if (e == OK)
		e = str_take_u32(&h.id, &generation);
	if (e == OK)
		e = str_take(&h.secret, FAMILY_LEN, &out->family);
	if (e != OK)
		return e;
	out->generation = generation;
	out->secret = h.secret;
	return OK;
}

/*
 * A secret under a pad that only its predecessor gives: what the record has
 * helps nobody who does not hold the older token. Each predecessor pads one
 * secret, ever. The same call takes the pad off again.
 */
static struct str
successor_pad(struct arena *a, const struct refresh_parts *predecessor, struct str secret)
{
	char *out = arena_alloc(a, secret.n);
	struct str pad;
	struct buf b;
	size_t i;

	buf_init(&b, a, 64);
	buf_add(&b, STR("successor"));
	buf_add(&b, predecessor->id);
	buf_u32(&b, (uint32_t)predecessor->generation);
	pad = hash_hmac(a, predecessor->secret, buf_str(&b));
	if (secret.n != pad.n)
		bug("successor of %zu bytes", secret.n);
	for (i = 0; i < secret.n; i++)
		out[i] = (char)(secret.p[i] ^ pad.p[i]);
	return str_bytes(out, secret.n);
}

enum err
grant_rotate(struct arena *a, struct grant_row *row, const struct client *c, struct str presented,
	struct str *token)
{
	struct str family = secret_bytes(a, FAMILY_LEN), secret = secret_bytes(a, HANDLE_LEN);
	struct grant *g = &row->g;
	struct refresh_parts old;
	enum err e;

	if (presented.n > 0) {
		e = refresh_parse(a, presented, &old);
		if (e != OK)
			return e;
		family = old.family;
		g->previous_hash = g->refresh_hash;
		g->previous_until = clock_now() + c->refresh_token_grace;
		g->successor = successor_pad(a, &old, secret);
	}
	if (g->generation >= UINT32_MAX)
		return ERR_RANGE;
	g->generation++;
	g->family_hash = hash_of(a, family);
	g->refresh_hash = hash_of(a, secret);
	*token = refresh_write(a, row->id, g->generation, family, secret);
	return OK;
}

void
grant_slide(struct grant *g, const struct client *c, int64_t now)
{
	if (g->generation == 0 && c->absolute_refresh_token_lifetime > 0)
		g->refresh_until = now + c->absolute_refresh_token_lifetime;
	g->refresh_expires = g->refresh_until;
	if (c->refresh_token_expiration != REFRESH_SLIDING)
		return;
	if (g->refresh_until == 0 || now + c->sliding_refresh_token_lifetime < g->refresh_until)
		g->refresh_expires = now + c->sliding_refresh_token_lifetime;
}

/* What a token of an older generation is; the family part has been checked. */
static enum err
refresh_of_past(struct arena *a, const struct grant_row *row, const struct refresh_parts *p,
	enum refresh_is *is, struct str *successor)
{
	const struct grant *g = &row->g;
	struct str secret;

	*is = REFRESH_REUSED;
	if (p->generation != g->generation - 1)
		return OK;
	if (!secret_eq(g->previous_hash, hash_of(a, p->secret)))
		return ERR_NOTFOUND;
	if (clock_now() >= g->previous_until)
		return OK;
	secret = successor_pad(a, p, g->successor);
	if (!secret_eq(g->refresh_hash, hash_of(a, secret)))
		return ERR_CORRUPT;
	*is = REFRESH_PREVIOUS;
	*successor = refresh_write(a, row->id, g->generation, p->family, secret);
	return OK;
}

enum err
grant_of_refresh(struct store *db, struct arena *a, struct str token, struct grant_row *out,
	enum refresh_is *is, struct str *successor)
{
	struct refresh_parts p;
	enum err e;

	e = refresh_parse(a, token, &p);
	if (e != OK)
		return ERR_NOTFOUND;
	e = grant_get(db, a, p.id, out);
	if (e != OK)
		return e;
	/* The id is in every access token; only the family part shows that a refresh token was
	 * ours, so that nobody can have a family revoked by making up an old one. */
	if (out->g.generation == 0 || p.generation == 0 || p.generation > out->g.generation ||
		!secret_eq(out->g.family_hash, hash_of(a, p.family)))
		return ERR_NOTFOUND;
	if (p.generation < out->g.generation)
		return refresh_of_past(a, out, &p, is, successor);
	*is = REFRESH_CURRENT;
	return secret_eq(out->g.refresh_hash, hash_of(a, p.secret)) ? OK : ERR_NOTFOUND;
}

void
grant_audit(struct audit *what, const struct grant_row *row)
{
	what->grant = row->id;
	what->subject = row->g.sub;
	what->client_id = row->g.client_id;
}

enum err
grant_revoke(struct store *db, struct arena *a, struct str id, const struct audit *done)
{
	struct audit what = *done;
	struct grant_row row;
	struct batch b;
	enum err e;

	do {
		e = grant_get(db, a, id, &row);
		if (e != OK || row.g.state == GRANT_REVOKED)
			return e;
		row.g.state = GRANT_REVOKED;
		row.g.reason = done->detail;
		grant_audit(&what, &row);
		batch_init(&b, a);
		audit_note(&b, a, &what);
		e = grant_put(&b, a, &row);
		if (e == OK)
			e = store_commit(db, &b);
	} while (e == ERR_CONFLICT);
	return e;
}

enum err
grant_check(struct store *db, struct arena *a, const struct grant_row *row, int64_t now)
{
	struct session_row session;
	enum err e;

	if (row->g.state == GRANT_REVOKED)
		return ERR_DENIED;
	if (row->g.expires != 0 && row->g.expires <= now)
		return ERR_EXPIRED;
	if (!row->g.online)
		return OK;
	e = session_get_sid(db, a, row->g.sid, &session);
	return e == ERR_NOTFOUND || e == ERR_EXPIRED ? ERR_DENIED : e;
}

struct revocation {
	struct store *db;
	const struct grant_filter *filter;
	const struct audit *done;
	size_t n;
};

bool
grant_is_taken(const struct grant_filter *f, const struct grant *g)
{
	return (f->sub.n == 0 || str_eq(f->sub, g->sub)) &&
		(f->client_id.n == 0 || str_eq(f->client_id, g->client_id)) &&
		(f->sid.n == 0 || str_eq(f->sid, g->sid));
}

static enum err
revoke_row(void *arg, struct arena *a, struct str key, const void *base, uint64_t version)
{
	struct revocation *r = arg;
	const struct grant *g = base;
	enum err e;

	(void)version;
	if (g->state == GRANT_REVOKED || !grant_is_taken(r->filter, g))
		return OK;
	e = grant_revoke(r->db, a, str_skip(key, 1), r->done);
	if (e == OK)
		r->n++;
	return e == ERR_NOTFOUND ? OK : e;
}

enum err
grant_revoke_all(
	struct store *db, const struct grant_filter *filter, const struct audit *done, size_t *n)
{
	struct revocation r = { db, filter, done, 0 };
	enum err e;

	e = record_each(db, KEY_GRANT, &record_grant, revoke_row, &r);
	*n = r.n;
	return e;
}
