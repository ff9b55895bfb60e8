/*
 * keyset - the public side of signing keys: dates, phases, the published set (RFC 7517)
 * SPDX-License-Identifier: ISC
 */
#include "model/keyset.h"

#include "data/json.h"

#define SET_MAX 65536 /* bytes of a JWK set */
#define KNOWN 16      /* parsed public keys that a process keeps */

static const char *const phase_names[KEY_PHASE__MAX] = {
	[KEY_ANNOUNCED] = "announced",
	[KEY_ACTIVE] = "active",
	[KEY_RETIRED] = "retired",
	[KEY_DELETED] = "deleted",
	[KEY_REVOKED] = "revoked",
};

const char *
key_phase_name(enum key_phase p)
{
	return phase_names[p];
}

/* Whether the other one of its ring is there to go on when the key's time is over; between two that
 * end at once, the name says. */
static bool
succeeds(const struct signing_key *other, const struct signing_key *k)
{
	if (other == k || other->alg != k->alg || other->revoked)
		return false;
	if (other->active_until != k->active_until)
		return other->active_until > k->active_until;
	return str_cmp(other->kid, k->kid) > 0;
}

/* When the key stops to sign: at its date, or later when no other of its ring is there to go on. */
static int64_t
signs_until(const struct signing_keys *keys, size_t i)
{
	const struct signing_key *k = &keys->v[i];
	int64_t from = INT64_MAX;
	size_t j;

	for (j = 0; j < keys->n; j++)
		if (succeeds(&keys->v[j], k) && keys->v[j].active_from < from)
			from = keys->v[j].active_from;
	return from > k->active_until ? from : k->active_until;
}

enum key_phase
key_phase(const struct signing_keys *keys, size_t i, int64_t now)
{
	const struct signing_key *k = &keys->v[i];
	int64_t until = signs_until(keys, i);

	if (k->revoked)
		return KEY_REVOKED;
	if (now < k->active_from)
		return KEY_ANNOUNCED;
	if (now < until)
		return KEY_ACTIVE;
	return now - until < k->published_until - k->active_until ? KEY_RETIRED : KEY_DELETED;
}

struct collect {
	struct arena *arena;
	struct store *db;
	struct signing_keys *out;
};

/* Rows come in the order of kid, which is random: insert by age. */
static enum err
collect_row(void *arg, struct arena *a, struct str key, const void *base, uint64_t version)
{
	struct collect *c = arg;
	struct signing_key *v, k;
	enum err e;
	size_t i;

	(void)a;
	(void)base;
	(void)version;
	e = record_get(c->db, c->arena, &record_key, key, &k, NULL);
	if (e != OK)
		return e == ERR_NOTFOUND ? OK : e;
	v = arena_array(c->arena, c->out->n + 1, sizeof(*v));
	for (i = 0; i < c->out->n; i++)
		v[i] = c->out->v[i];
	for (; i > 0 && v[i - 1].created > k.created; i--)
		v[i] = v[i - 1];
	v[i] = k;
	*c->out = (struct signing_keys){ v, c->out->n + 1 };
	return OK;
}

enum err
keyset_all(struct store *db, struct arena *a, struct signing_keys *out)
{
	struct collect c = { a, db, out };

	*out = (struct signing_keys){ 0 };
	return record_each(db, KEY_KEY, &record_key, collect_row, &c);
}

static bool
is_published(const struct signing_keys *keys, size_t i, int64_t now)
{
	enum key_phase p = key_phase(keys, i, now);

	return p != KEY_DELETED && p != KEY_REVOKED;
}

enum err
keyset_public(struct store *db, struct arena *a, int64_t now, struct str *json)
{
	struct signing_keys keys;
	struct js_out w;
	struct buf b;
	enum err e;
	size_t i;

	e = keyset_all(db, a, &keys);
	if (e != OK)
		return e;
	buf_init(&b, a, SET_MAX);
	js_start(&w, &b);
	js_open(&w, NULL, '{');
	js_open(&w, "keys", '[');
	for (i = 0; i < keys.n; i++)
		if (is_published(&keys, i, now))
			js_put_raw(&w, NULL, keys.v[i].jwk);
	js_close(&w, ']');
	js_close(&w, '}');
	return buf_end(&b, json);
}

enum err
keyset_algs(struct store *db, struct arena *a, int64_t now, bool algs[ALG__MAX])
{
	struct signing_keys keys;
	enum err e;
	size_t i;

	for (i = 0; i < ALG__MAX; i++)
		algs[i] = false;
	e = keyset_all(db, a, &keys);
	for (i = 0; e == OK && i < keys.n; i++)
		if (is_published(&keys, i, now))
			algs[keys.v[i].alg] = true;
	return e;
}

/* Parsed keys by kid, which is a thumbprint: one kid, one key, whichever authority has it. */
static struct jwk *known[KNOWN];

static enum err
known_key(struct arena *a, const struct signing_key *k, struct jwk **out)
{
	static size_t next;
	enum err e;
	size_t i;

	for (i = 0; i < KNOWN; i++) {
		if (known[i] == NULL || !str_eq(jwk_kid(known[i]), k->kid))
			continue;
		*out = known[i];
		return OK;
	}
	e = jwk_parse(a, k->jwk, out);
	if (e != OK)
		return e;
	jwk_free(known[next]);
	known[next] = *out;
	next = (next + 1) % KNOWN;
	return OK;
}

/* A key past its own dates may still be the one that signs: its ring says. */
static enum err
find_late(struct store *db, struct arena *a, struct str kid, int64_t now)
{
	struct signing_keys keys;
	enum err e;
	size_t i;

	e = keyset_all(db, a, &keys);
	for (i = 0; e == OK && i < keys.n; i++)
		if (str_eq(keys.v[i].kid, kid) && is_published(&keys, i, now))
			return OK;
	return e == OK ? ERR_NOTFOUND : e;
}

enum err
keyset_find(
	struct store *db, struct arena *a, struct str kid, bool past, int64_t now, struct jwk **out)
{
	struct signing_key k;
	enum err e;

	if (kid.n == 0 || kid.n > 128)
		return ERR_NOTFOUND;
	e = record_get(db, a, &record_key, key_text(a, KEY_KEY, kid), &k, NULL);
	if (e != OK)
		return e;
	if (k.revoked)
		return ERR_NOTFOUND;
	if (now >= k.published_until && !past)
		e = find_late(db, a, kid, now);
	return e == OK ? known_key(a, &k, out) : e;
}
