/*
 * keyring - the private side of signing keys: signing and rotation
 * SPDX-License-Identifier: ISC
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "jose/jws.h"
#include "model/keyset.h"
#include "model/sign_order.h"

#define LOADED 16      /* private keys that a process keeps */
#define REREAD 1000000 /* microseconds after which dates are read again */
#define RING_ARENA ((size_t)1 << 20)

struct keyring {
	struct call
		*signer; /* not NULL: who holds the keys of authority `name`; nothing else counts */
	struct str name;
	struct store *keys;
	char *master_key;
	struct seal *seal; /* opened when it is first needed */
	struct jwk *loaded[LOADED];
	size_t next;
	struct arena *arena; /* of the dates read last */
	struct signing_keys dates;
	int64_t read_at;
};

/* What each purpose puts into `typ`: the caller cannot choose it. */
static const struct str purpose_types[SIGN__MAX] = {
	[SIGN_ID_TOKEN] = STR_INIT("JWT"),
	[SIGN_ACCESS_TOKEN] = STR_INIT("at+jwt"),
};

const char *const sign_purpose_names[] = { "ID tokens", "access tokens", NULL };

static struct keyring *
ring_new(void)
{
	struct keyring *r = calloc(1, sizeof(*r));

	if (r == NULL)
		fatal("no memory for a key ring");
	r->arena = arena_new(RING_ARENA);
	return r;
}

struct keyring *
keyring_remote(struct call *signer, struct str name)
{
	struct keyring *r = ring_new();

	r->signer = signer;
	r->name = arena_str(r->arena, name);
	return r;
}

enum err
keyring_open(struct store *keys, struct str master_key, struct keyring **out)
{
	struct keyring *r = ring_new();

	r->master_key = strndup(master_key.p, master_key.n);
	if (r->master_key == NULL)
		fatal("no memory for a key ring");
	r->keys = keys;
	*out = r;
	return OK;
}

void
keyring_close(struct keyring *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < LOADED; i++)
		jwk_free(r->loaded[i]);
	seal_free(r->seal);
	arena_free(r->arena);
	free(r->master_key);
	free(r);
}

struct store *
keyring_store(struct keyring *r)
{
	if (r->signer != NULL)
		bug("the keys of another process");
	return r->keys;
}

static enum err
ring_seal(struct keyring *r)
{
	return r->seal != NULL ? OK : seal_open(r->master_key, &r->seal);
}

/* Reads the master key again. What was read before stays when that fails: most of what there is to
 * open will be sealed with it. */
static enum err
ring_seal_again(struct keyring *r)
{
	struct seal *fresh = NULL;
	enum err e;

	e = seal_open(r->master_key, &fresh);
	if (e != OK)
		return e;
	seal_free(r->seal);
	r->seal = fresh;
	return OK;
}

/* The master key may have got a version after we read it. */
static enum err
ring_reveal(struct keyring *r, struct arena *a, struct str kid, struct str sealed, struct str *json)
{
	enum err e;

	e = seal_reveal(r->seal, a, kid, sealed, json);
	if (e != ERR_UNSUPPORTED || ring_seal_again(r) != OK)
		return e;
	return seal_reveal(r->seal, a, kid, sealed, json);
}

/* Unseals and parses a private key. */
static enum err
ring_read(struct keyring *r, struct arena *a, struct str kid, struct jwk **out)
{
	struct private_key stored;
	struct str json;
	enum err e;

	e = ring_seal(r);
	if (e == OK)
		e = record_get(r->keys, a, &record_private_key, key_text(a, KEY_PRIVATE, kid),
			&stored, NULL);
	if (e == OK)
		e = ring_reveal(r, a, kid, stored.sealed, &json);
	return e == OK ? jwk_parse(a, json, out) : e;
}

static enum err
ring_load(struct keyring *r, struct arena *a, struct str kid, struct jwk **out)
{
	enum err e;
	size_t i;

	for (i = 0; i < LOADED; i++) {
		if (r->loaded[i] == NULL || !str_eq(jwk_kid(r->loaded[i]), kid))
			continue;
		*out = r->loaded[i];
		return OK;
	}
	e = ring_read(r, a, kid, out);
	if (e != OK) {
		log_begin(LOG_KEY);
		log_str("kid", kid);
		log_str("reason", str_of(err_text(e)));
		log_end();
		return e;
	}
	jwk_free(r->loaded[r->next]);
	r->loaded[r->next] = *out;
	r->next = (r->next + 1) % LOADED;
	return OK;
}

static enum err
ring_dates(struct keyring *r, struct store *db, bool again)
{
	int64_t now = clock_us();
	enum err e;

	if (!again && r->dates.n > 0 && now - r->read_at < REREAD)
		return OK;
	arena_reset(r->arena);
	e = keyset_all(db, r->arena, &r->dates);
	if (e != OK)
		r->dates = (struct signing_keys){ 0 };
	r->read_at = now;
	return e;
}

/* The key that signs: the oldest active one; only announced ones make a ring sign early. */
static const struct signing_key *
ring_choose(const struct signing_keys *keys, enum alg alg, int64_t now)
{
	const struct signing_key *announced = NULL;
	enum key_phase p;
	size_t i;

	for (i = 0; i < keys->n; i++) {
		if (keys->v[i].alg != (int)alg)
			continue;
		p = key_phase(keys, i, now);
		if (p == KEY_ACTIVE)
			return &keys->v[i];
		if (p == KEY_ANNOUNCED && announced == NULL)
			announced = &keys->v[i];
	}
	return announced;
}

/* The key that signs now, and that nobody has revoked since the dates were read. */
static enum err
ring_current(struct keyring *r, struct store *db, struct arena *a, enum alg alg, struct str *kid)
{
	const struct signing_key *k;
	struct signing_key now = { 0 };
	bool again = false;
	enum err e;

	for (;;) {
		e = ring_dates(r, db, again);
		if (e != OK)
			return e;
		k = ring_choose(&r->dates, alg, clock_now());
		e = ERR_NOTFOUND;
		if (k != NULL)
			e = record_get(
				db, a, &record_key, key_text(a, KEY_KEY, k->kid), &now, NULL);
		if ((e == OK && !now.revoked) || again)
			break;
		again = true;
	}
	*kid = now.kid;
	return e;
}

enum err
keyset_sign(struct keyring *r, struct store *db, struct arena *a, enum sign_purpose purpose,
	enum alg alg, struct str payload, struct str *token)
{
	struct sign_order order = { purpose, alg, r->name, payload };
	struct str kid;
	struct jwk *key;
	enum err e;

	if (r->signer != NULL)
		return sign_order_ask(r->signer, a, &order, token);
	e = ring_current(r, db, a, alg, &kid);
	if (e == OK)
		e = ring_load(r, a, kid, &key);
	return e == OK ? jws_sign(key, alg, purpose_types[purpose], a, payload, token) : e;
}

/* Stores the private half, sealed and bound to its kid: with the newest version there is now, since
 * the one we have read may be on its way out. */
static enum err
ring_store(struct keyring *r, struct arena *a, struct str kid, struct str json)
{
	struct private_key stored = { .kid = kid };
	struct batch b;
	enum err e;

	e = ring_seal_again(r);
	if (e != OK)
		return e;
	stored.sealed = seal_close(r->seal, a, kid, json);
	batch_init(&b, a);
	e = record_put(&b, a, &record_private_key, key_text(a, KEY_PRIVATE, kid), &stored, 0);
	return e == OK ? store_commit(r->keys, &b) : e;
}

/* Makes a key pair and stores the private half; `made` is the public one, without dates. */
static enum err
ring_generate(struct keyring *r, struct arena *a, enum alg alg, struct signing_key *made)
{
	struct jwk *key;
	struct str json;
	enum err e;

	e = jwk_generate(alg, &key);
	if (e != OK)
		return e;
	arena_defer(a, jwk_defer, key);
	*made = (struct signing_key){ .kid = arena_str(a, jwk_kid(key)),
		.alg = (int)alg,
		.jwk = jwk_public(key, alg, a),
		.created = clock_now() };
	e = jwk_private(key, a, &json);
	return e == OK ? ring_store(r, a, made->kid, json) : e;
}

static enum err
put_key(struct batch *b, struct arena *a, struct store *db, const struct signing_key *k)
{
	struct str key = key_text(a, KEY_KEY, k->kid), value;
	uint64_t version;
	enum err e;

	e = store_get(db, a, key, &value, &version);
	if (e != OK && e != ERR_NOTFOUND)
		return e;
	return record_put(b, a, &record_key, key, k, version);
}

/* Ends the time of the keys that sign now; a leak takes the whole ring. */
static enum err
retire(struct batch *b, struct arena *a, struct store *db, const struct authority *auth,
	const struct key_options *o, const struct signing_keys *keys, const struct audit *who)
{
	struct str kids = STR("");
	int64_t now = clock_now();
	struct signing_key k;
	enum key_phase p;
	enum err e = OK;
	size_t i;

	for (i = 0; i < keys->n && e == OK; i++) {
		k = keys->v[i];
		p = key_phase(keys, i, now);
		if (k.alg != (int)o->alg || p == KEY_REVOKED || (p != KEY_ACTIVE && !o->revoke))
			continue;
		k.active_until = now;
		k.published_until = now + auth->key_retired;
		k.revoked = o->revoke;
		e = put_key(b, a, db, &k);
		kids = arena_printf(
			a, "%.*s%s%.*s", STR_FMT(kids), kids.n > 0 ? " " : "", STR_FMT(k.kid));
	}
	if (kids.n > 0)
		audit_note_as(b, a, who, o->revoke ? AUDIT_KEY_REVOKED : AUDIT_KEY_RETIRED,
			STR("key"), kids);
	return e;
}

enum err
keyset_rotate(struct keyring *r, struct store *db, struct arena *a, const struct authority *auth,
	const struct key_options *o, const struct audit *who, struct signing_key *made)
{
	struct signing_keys keys;
	struct batch b;
	bool at_once;
	enum err e;

	if (r->signer != NULL)
		return ERR_DENIED;
	e = keyset_all(db, a, &keys);
	if (e == OK)
		e = ring_generate(r, a, o->alg, made);
	if (e != OK)
		return e;
	at_once = o->at_once || o->revoke || ring_choose(&keys, o->alg, made->created) == NULL;
	made->active_from = made->created + (at_once ? 0 : auth->key_announced);
	made->active_until = made->created + auth->key_active;
	made->published_until = made->active_until + auth->key_retired;
	batch_init(&b, a);
	audit_note_as(&b, a, who, AUDIT_KEY_MADE, STR("key"), made->kid);
	e = put_key(&b, a, db, made);
	if (e == OK && (o->at_once || o->revoke))
		e = retire(&b, a, db, auth, o, &keys, who);
	if (e == OK)
		e = store_commit(db, &b);
	r->dates.n = 0; /* read them again */
	if (e != OK)
		return e;
	log_begin(LOG_KEY);
	log_str("made", made->kid);
	log_str("alg", str_of(alg_names[o->alg]));
	log_end();
	return OK;
}
