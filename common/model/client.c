/*
 * client - registered clients
 * SPDX-License-Identifier: ISC
 */
#include "model/client.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/secret.h"
#include "data/url.h"
#include "model/resource.h"

enum err
client_get(struct store *db, struct arena *a, struct str client_id, struct client *out,
	uint64_t *version)
{
	if (version != NULL)
		*version = 0;
	if (client_id.n == 0 || client_id.n >= 256)
		return ERR_NOTFOUND;
	return record_get(db, a, &record_client, key_text(a, KEY_CLIENT, client_id), out, version);
}

bool
client_is_public(const struct client *c)
{
	return c->token_endpoint_auth_method == CLIENT_AUTH_NONE;
}

/* Rules that hold between fields; NULL when all do. */
static const char *
client_fault(const struct client *c)
{
	bool code = strs_has(c->grant_types, STR("authorization_code"));
	bool own = strs_has(c->grant_types, STR("client_credentials"));

	if (client_is_public(c) && own)
		return "client_credentials needs a client that authenticates (RFC 6749 section "
		       "4.4)";
	if (client_is_public(c) && !c->require_pkce)
		return "a public client must use PKCE (RFC 9700 section 2.1.1)";
	if (client_is_public(c) && c->refresh_token_usage == REFRESH_REUSE)
		return "refresh tokens of a public client must rotate (RFC 9700 section 2.2.2)";
	if (code && c->redirect_uris.n == 0)
		return "authorization_code needs redirect_uris";
	if (strs_has(c->grant_types, STR("refresh_token")) && !code)
		return "refresh_token needs authorization_code beside it";
	return NULL;
}

/* Adds or removes the index rows that CORS preflights are looked up in. */
static void
origin_index(struct batch *b, struct arena *a, const struct client *c, bool add)
{
	struct str key;
	size_t i;

	for (i = 0; i < c->allowed_cors_origins.n; i++) {
		key = key_pair(a, KEY_ORIGIN, c->allowed_cors_origins.v[i], c->client_id);
		if (add)
			batch_put(b, key, (struct str){ 0 });
		else
			batch_del(b, key);
	}
}

static enum err
client_check(const struct client *c, const char **why)
{
	const struct field *which = NULL;

	*why = NULL;
	if (field_check_all(&record_client, c, &which) != OK)
		*why = which->help;
	else
		*why = client_fault(c);
	return *why == NULL ? OK : ERR_RANGE;
}

enum err
client_add(struct batch *b, struct arena *a, const struct client *c, const char **why)
{
	enum err e = client_check(c, why);

	if (e != OK)
		return e;
	batch_guard(b, key_text(a, KEY_RESOURCE, c->client_id), 0); /* no API has its name */
	origin_index(b, a, c, c->enabled);
	return record_put(b, a, &record_client, key_text(a, KEY_CLIENT, c->client_id), c, 0);
}

enum err
client_put(struct store *db, struct arena *a, struct client *c, uint64_t version,
	const struct audit *done, const char **why)
{
	struct resource api;
	struct client old;
	uint64_t have;
	struct batch b;
	enum err e;

	e = client_check(c, why);
	if (e != OK)
		return e;
	if (version == 0 && resource_get(db, a, c->client_id, &api, NULL) != ERR_NOTFOUND) {
		*why = "an API has that name, by which it authenticates";
		return ERR_RANGE;
	}
	c->updated = clock_now();
	if (version == 0)
		c->created = c->updated;
	batch_init(&b, a);
	audit_note(&b, a, done);
	e = client_get(db, a, c->client_id, &old, &have);
	if (e == OK && version == 0)
		return ERR_EXISTS;
	if (e == OK)
		origin_index(&b, a, &old, false);
	origin_index(&b, a, c, c->enabled);
	e = record_put(&b, a, &record_client, key_text(a, KEY_CLIENT, c->client_id), c, version);
	return e == OK ? store_commit(db, &b) : e;
}

enum err
client_del(struct store *db, struct arena *a, struct str client_id, const struct audit *done)
{
	struct client old;
	uint64_t version;
	struct batch b;
	struct str key;
	enum err e;

	e = client_get(db, a, client_id, &old, &version);
	if (e != OK)
		return e;
	key = key_text(a, KEY_CLIENT, client_id);
	batch_init(&b, a);
	audit_note(&b, a, done);
	batch_guard(&b, key, version);
	batch_del(&b, key);
	origin_index(&b, a, &old, false);
	return store_commit(db, &b);
}

struct str
secret_add(struct arena *a, struct list *secrets, int64_t expires, struct str label)
{
	struct client_secret *v = arena_array(a, secrets->n + 1, sizeof(*v));
	const struct client_secret *old = secrets->v;
	struct str text = enc_b64url(a, secret_bytes(a, HANDLE_LEN));
	size_t i;

	for (i = 0; i < secrets->n; i++)
		v[i] = old[i];
	v[i] = (struct client_secret){ hash_of(a, text), clock_now(), expires, label };
	*secrets = (struct list){ v, secrets->n + 1 };
	return text;
}

enum err
secret_check(struct arena *a, struct list secrets, struct str text)
{
	const struct client_secret *v = secrets.v;
	struct str hash = hash_of(a, text);
	int64_t now = clock_now();
	enum err e = ERR_CRYPTO;
	size_t i;

	for (i = 0; i < secrets.n; i++) {
		if (!secret_eq(v[i].hash, hash))
			continue;
		if (v[i].expires == 0 || v[i].expires > now)
			return OK;
		e = ERR_EXPIRED;
	}
	return e;
}

bool
client_origin_allowed(struct store *db, struct arena *a, struct str origin)
{
	struct store_rows rows;
	struct str clean;

	/* What a browser sends is an origin in canonical form; `null` is none. */
	if (url_origin(a, origin, &clean) != OK || !str_eq(clean, origin) || origin.n > 256)
		return false;
	return store_scan(db, a, key_pair(a, KEY_ORIGIN, origin, (struct str){ 0 }),
		       (struct str){ 0 }, 1, &rows) == OK &&
		rows.n > 0;
}
