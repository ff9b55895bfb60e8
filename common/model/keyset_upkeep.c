/*
 * keyset_upkeep - rings brought up to date: successors announced, what is over deleted
 * SPDX-License-Identifier: ISC
 */
#include "base/clock.h"
#include "model/client.h"
#include "model/keyset.h"
#include "model/resource.h"

/* Which algorithms somebody asks for. */
static enum err
need_client(void *arg, struct arena *a, struct str key, const void *base, uint64_t version)
{
	const struct client *c = base;
	bool *need = arg;

	(void)a;
	(void)key;
	(void)version;
	if (c->access_token_alg > 0)
		need[c->access_token_alg - 1] = true;
	if (c->id_token_signed_response_alg > 0)
		need[c->id_token_signed_response_alg - 1] = true;
	return OK;
}

static enum err
needed_algs(struct store *db, struct arena *a, const struct authority *auth, bool need[ALG__MAX])
{
	struct resources all;
	enum err e;
	size_t i;

	need[auth->id_token_alg] = true;
	need[auth->access_token_alg] = true;
	e = record_each(db, KEY_CLIENT, &record_client, need_client, need);
	if (e == OK)
		e = resource_all(db, a, &all);
	for (i = 0; e == OK && i < all.n; i++)
		if (all.v[i].access_token_alg > 0)
			need[all.v[i].access_token_alg - 1] = true;
	return e;
}

/* Whether the ring's last key comes to its end soon enough that a successor must be announced. */
static bool
ring_ends(const struct signing_keys *keys, enum alg alg, const struct authority *auth)
{
	int64_t until = 0;
	size_t i;

	for (i = 0; i < keys->n; i++)
		if (keys->v[i].alg == (int)alg && !keys->v[i].revoked &&
			keys->v[i].active_until > until)
			until = keys->v[i].active_until;
	return until - auth->key_announced <= clock_now();
}

/* Nobody needs the key any more; a revoked one is kept, to be seen, as long as it would have been.
 */
static bool
is_over(const struct signing_keys *keys, size_t i, int64_t now)
{
	enum key_phase p = key_phase(keys, i, now);

	return p == KEY_DELETED || (p == KEY_REVOKED && now >= keys->v[i].published_until);
}

static enum err
delete_key(struct keyring *r, struct store *db, struct arena *a, const struct signing_key *k,
	const struct audit *who)
{
	struct batch b;
	enum err e;

	batch_init(&b, a);
	batch_del(&b, key_text(a, KEY_PRIVATE, k->kid));
	e = store_commit(keyring_store(r), &b);
	if (e != OK)
		return e;
	batch_init(&b, a);
	batch_del(&b, key_text(a, KEY_KEY, k->kid));
	audit_note_as(&b, a, who, AUDIT_KEY_DELETED, STR("key"), k->kid);
	return store_commit(db, &b);
}

enum err
keyset_upkeep(struct keyring *r, struct store *db, struct arena *a, const struct authority *auth,
	const struct audit *who, size_t *made, size_t *gone)
{
	bool need[ALG__MAX] = { false };
	struct key_options o = { 0 };
	struct signing_keys keys;
	struct signing_key k;
	enum err e;
	size_t i;

	*made = *gone = 0;
	e = keyset_all(db, a, &keys);
	if (e == OK)
		e = needed_algs(db, a, auth, need);
	for (i = 0; e == OK && i < ALG__MAX; i++) {
		o.alg = (enum alg)i;
		if (!need[i] || !ring_ends(&keys, o.alg, auth))
			continue;
		e = keyset_rotate(r, db, a, auth, &o, who, &k);
		*made += e == OK;
	}
	if (e == OK)
		e = keyset_all(db, a, &keys);
	for (i = 0; e == OK && i < keys.n; i++) {
		if (!is_over(&keys, i, clock_now()))
			continue;
		e = delete_key(r, db, a, &keys.v[i], who);
		*gone += e == OK;
	}
	return e;
}
