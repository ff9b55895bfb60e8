/*
 * private_key - private keys at rest: sealed again, counted, carried from one place to another
 * SPDX-License-Identifier: ISC
 */
#include "model/private_key.h"

#include "jose/jwk.h"

enum {
	TRIES = 8
};

struct each {
	private_key_fn *fn;
	void *arg;
};

static enum err
each_row(void *arg, struct arena *a, struct str key, const void *base, uint64_t version)
{
	const struct each *each = arg;

	(void)key;
	(void)version;
	return each->fn(each->arg, a, base);
}

enum err
private_key_each(struct store *keys, private_key_fn *fn, void *arg)
{
	struct each each = { fn, arg };

	return record_each(keys, KEY_PRIVATE, &record_private_key, each_row, &each);
}

enum err
private_key_get(struct store *keys, struct arena *a, struct str kid, struct private_key *out)
{
	return record_get(keys, a, &record_private_key, key_text(a, KEY_PRIVATE, kid), out, NULL);
}

static bool
is_newest(const struct seal *seal, struct str sealed)
{
	struct seal_version newest;
	uint32_t version;

	return seal_version(seal, 0, &newest) && seal_version_of(sealed, &version) == OK &&
		version == newest.version;
}

/* ERR_NOTFOUND: it was swept meanwhile. */
static enum err
reseal_once(struct store *keys, struct arena *a, struct seal *seal, struct str key, bool *changed)
{
	struct private_key stored;
	uint64_t version;
	struct str plain;
	struct batch b;
	enum err e;

	*changed = false;
	e = record_get(keys, a, &record_private_key, key, &stored, &version);
	if (e != OK || is_newest(seal, stored.sealed))
		return e;
	e = seal_reveal(seal, a, stored.kid, stored.sealed, &plain);
	if (e != OK)
		return e;
	stored.sealed = seal_close(seal, a, stored.kid, plain);
	batch_init(&b, a);
	e = record_put(&b, a, &record_private_key, key, &stored, version);
	if (e == OK)
		e = store_commit(keys, &b);
	*changed = e == OK;
	return e;
}

struct reseal {
	struct store *keys;
	struct seal *seal;
	size_t done, left;
	enum err e;
};

static enum err
reseal_row(void *arg, struct arena *a, const struct private_key *stored)
{
	struct str key = key_text(a, KEY_PRIVATE, stored->kid);
	enum err e = ERR_CONFLICT;
	struct reseal *r = arg;
	bool changed = false;
	int i;

	for (i = 0; i < TRIES && e == ERR_CONFLICT; i++)
		e = reseal_once(r->keys, a, r->seal, key, &changed);
	r->done += changed;
	if (e == OK || e == ERR_NOTFOUND)
		return OK;
	r->left++;
	r->e = e;
	return OK;
}

enum err
private_key_reseal(struct store *keys, struct seal *seal, size_t *done, size_t *left)
{
	struct reseal r = { .keys = keys, .seal = seal };
	enum err e;

	e = private_key_each(keys, reseal_row, &r);
	*done = r.done;
	*left = r.left;
	return e == OK ? r.e : e;
}

/* The kid is a name; that both halves are of one pair, their thumbprints say (RFC 7638). */
static bool
is_pair(const struct jwk *one, const struct jwk *other, struct arena *a)
{
	return str_eq(jwk_thumbprint(one, a), jwk_thumbprint(other, a));
}

enum err
private_key_add(struct batch *b, struct arena *a, struct seal *seal, const struct signing_key *half,
	struct str json)
{
	struct private_key stored = { .kid = half->kid };
	struct jwk *key, *public;
	enum err e;

	e = jwk_parse(a, json, &key);
	if (e != OK)
		return e;
	arena_defer(a, jwk_defer, key);
	e = jwk_parse(a, half->jwk, &public);
	if (e != OK)
		return e;
	arena_defer(a, jwk_defer, public);
	if (!jwk_is_private(key) || !is_pair(key, public, a) || !str_eq(jwk_kid(key), half->kid) ||
		!jwk_fits(key, (enum alg)half->alg))
		return ERR_CRYPTO;
	stored.sealed = seal_close(seal, a, half->kid, json);
	return record_put(
		b, a, &record_private_key, key_text(a, KEY_PRIVATE, half->kid), &stored, 0);
}
