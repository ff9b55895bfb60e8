/*
 * check_records - that every record of an authority decodes and refers to what exists
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "admin/check.h"
#include "admin/commands.h"
#include "base/clock.h"
#include "base/enc.h"
#include "jose/jws.h"
#include "model/client.h"
#include "model/resource.h"
#include "model/user.h"
#include "schema/consent.h"
#include "schema/grant.h"
#include "schema/session.h"
#include "schema/token.h"
#include "store/codec.h"

enum {
	PAGE = 64,
	FULL_PERCENT = 75
};

typedef void look_fn(struct check *k, struct arena *a, struct str where, const void *base);

static bool
scope_exists(struct check *k, struct arena *a, struct str name)
{
	struct scope s;

	return scope_get(k->c->opened.durable, a, name, &s, NULL) == OK;
}

static void
look_scopes(struct check *k, struct arena *a, struct str where, struct strs names)
{
	size_t i;

	for (i = 0; i < names.n; i++)
		if (!scope_exists(k, a, names.v[i]))
			check_problem(k, where, "names the scope %.*s, which does not exist",
				STR_FMT(names.v[i]));
}

/* Whether there is a secret that has not expired. */
static bool
has_secret(struct list secrets)
{
	const struct client_secret *v = secrets.v;
	size_t i;

	for (i = 0; i < secrets.n; i++)
		if (v[i].expires == 0 || v[i].expires > clock_now())
			return true;
	return false;
}

static void
need(struct check *k, int choice)
{
	if (choice > 0 && choice <= ALG__MAX)
		k->need[choice - 1] = true;
}

static void
look_client(struct check *k, struct arena *a, struct str where, const void *base)
{
	const struct client *c = base;

	look_scopes(k, a, where, c->scope);
	if (strs_has(c->grant_types, STR("authorization_code")) && c->redirect_uris.n == 0)
		check_problem(k, where, "may use authorization_code, but has no redirect_uris");
	if (!client_is_public(c) && !has_secret(c->secrets))
		check_problem(k, where, "has no secret that is good");
	if (c->grant_types.n == 0)
		check_problem(k, where, "has no grant_types");
	need(k, c->access_token_alg);
	need(k, c->id_token_signed_response_alg);
}

static void
look_resource(struct check *k, struct arena *a, struct str where, const void *base)
{
	const struct resource *r = base;

	look_scopes(k, a, where, r->scopes);
	if (r->enabled)
		need(k, r->access_token_alg);
}

static void
look_user(struct check *k, struct arena *a, struct str where, const void *base)
{
	const struct user *u = base;
	struct user named;
	const char *why = NULL;

	if (user_check_claims(a, u->claims, &why) != OK)
		check_problem(k, where, "%s", why);
	if (user_find(k->c->opened.durable, a, u->username, &named, NULL) != OK ||
		!str_eq(named.sub, u->sub))
		check_damage(k, where, "its user name does not lead to it");
}

/* One kind of record: how it is called, and what to look at beside its own table. */
static const struct {
	const char *name;
	enum key_class class;
	const struct record *rec;
	look_fn *look;
} rows[] = {
	{ "authority", KEY_AUTHORITY, &record_authority, NULL },
	{ "client", KEY_CLIENT, &record_client, look_client },
	{ "resource", KEY_RESOURCE, &record_resource, look_resource },
	{ "scope", KEY_SCOPE, &record_scope, NULL },
	{ "user", KEY_USER, &record_user, look_user },
	{ "consent", KEY_CONSENT, &record_consent, NULL },
	{ "key", KEY_KEY, &record_key, NULL },
	{ "session", KEY_SESSION, &record_session, NULL },
	{ "grant", KEY_GRANT, &record_grant, NULL },
	{ "token", KEY_TOKEN, &record_token, NULL },
};

/* Keys are texts, or hours and hashes that are shown in hex. */
static struct str
where_of(struct check *k, const char *kind, struct str key)
{
	struct str name = str_skip(key, 1);

	if (!str_is_text(name))
		name = enc_hex(k->c->a, name);
	return check_where(k, kind, name);
}

static void
look_row(struct check *k, struct arena *a, size_t i, const struct store_row *row)
{
	void *base = arena_alloc(a, rows[i].rec->size);
	const struct field *which = NULL;
	struct str where;
	enum err e;

	/* Only a problem needs the name, but the checks below name it themselves. */
	where = where_of(k, rows[i].name, row->key);
	e = codec_read(rows[i].rec, base, a, row->value);
	if (e != OK) {
		check_damage(k, where, "cannot be decoded: %s", err_text(e));
		return;
	}
	e = field_check_all(rows[i].rec, base, &which);
	if (e != OK)
		check_problem(k, where, "%s: %s", which->name, err_text(e));
	if (rows[i].look != NULL)
		rows[i].look(k, a, where, base);
}

static void
look_class(struct check *k, size_t i)
{
	struct arena *a = arena_new(ARENA_CEILING), *whole = k->c->a;
	char last[KEY_MAX_LEN];
	struct str after = { last, 0 };
	struct store_rows page;
	size_t j;
	enum err e;

	do {
		arena_reset(a);
		k->c->a = a; /* names of a page go with the page */
		e = store_scan(
			k->c->opened.durable, a, key_class(a, rows[i].class), after, PAGE, &page);
		if (e != OK)
			check_damage(k, check_where(k, rows[i].name, STR("")), "cannot be read: %s",
				err_text(e));
		for (j = 0; e == OK && j < page.n; j++)
			look_row(k, a, i, &page.v[j]);
		if (e == OK && page.n > 0) {
			after.n = page.v[page.n - 1].key.n;
			memcpy(last, page.v[page.n - 1].key.p, after.n);
		}
	} while (e == OK && page.more);
	k->c->a = whole;
	arena_free(a);
}

/* Signs with the ring and verifies with what is published: both halves are there and fit. */
static void
look_ring(struct check *k, enum alg alg, bool active)
{
	struct cli *c = k->c;
	struct str where = check_where(k, "keys", str_of(alg_names[alg])), token;
	struct jws jws;
	struct jwk *key;
	enum err e;

	e = keyset_sign(c->opened.keyring, c->opened.durable, c->a, SIGN_ACCESS_TOKEN, alg,
		STR("{}"), &token);
	if (e == ERR_NOTFOUND && active)
		check_damage(
			k, where, "the private key is not there; tessera key rotate makes another");
	else if (e == ERR_NOTFOUND)
		check_problem(k, where, "there is no key that signs; tessera sweep makes one");
	else if (e != OK)
		check_damage(k, where, "the private key cannot be used: %s", err_text(e));
	if (e != OK)
		return;
	e = jws_parse(c->a, token, &jws);
	if (e == OK)
		e = keyset_find(c->opened.durable, c->a, jws.kid, false, clock_now(), &key);
	if (e == OK)
		e = jws_verify(&jws, key);
	if (e != OK)
		check_damage(k, where, "what is signed cannot be verified: %s", err_text(e));
}

static void
look_keys(struct check *k)
{
	bool active[ALG__MAX] = { false };
	struct signing_keys keys;
	enum err e;
	size_t i;

	e = keyset_all(k->c->opened.durable, k->c->a, &keys);
	if (e != OK)
		return; /* the records were looked at before */
	for (i = 0; i < keys.n; i++)
		if (key_phase(&keys, i, clock_now()) == KEY_ACTIVE &&
			clock_now() < keys.v[i].active_until)
			active[keys.v[i].alg] = true;
	k->need[k->c->auth.id_token_alg] = true;
	k->need[k->c->auth.access_token_alg] = true;
	for (i = 0; i < ALG__MAX; i++) {
		if (k->has_key && (k->need[i] || active[i]))
			look_ring(k, (enum alg)i, active[i]);
		if (k->need[i] && !active[i])
			check_problem(k, check_where(k, "keys", str_of(alg_names[i])),
				"no key is active; run tessera sweep regularly");
	}
}

static void
look_usage(struct check *k)
{
	struct store_usage u;
	enum err e;

	e = store_usage(k->c->opened.durable, &u);
	if (e != OK)
		check_damage(k, check_where(k, "durable", STR("")), "%s", err_text(e));
	else if (u.used > u.map_size / 100 * FULL_PERCENT)
		check_problem(k, check_where(k, "durable", STR("")),
			"%lld of %lld bytes are used; raise map_size", (long long)u.used,
			(long long)u.map_size);
}

/* Without the audit key: that no record is missing, not that none was changed. */
static void
look_chain(struct check *k)
{
	struct chain_report r = { .name = k->c->auth.name };
	struct str where = check_where(k, "audit", STR(""));
	enum err e;

	e = chain_verify(k->c->opened.durable, &r);
	if (e != OK)
		check_damage(k, where, "cannot be read: %s", err_text(e));
	else if (r.problem != NULL)
		check_damage(k, where, "record %llu: %s", (unsigned long long)r.at, r.problem);
}

void
check_authority(struct check *k)
{
	const struct authority *auth = &k->c->auth;
	size_t i;

	memset(k->need, 0, sizeof(k->need));
	for (i = 0; i < auth->disabled.n; i++)
		if (!program_exists(auth->disabled.v[i]))
			check_problem(k, auth->name, "disables %.*s, which is no program",
				STR_FMT(auth->disabled.v[i]));
	for (i = 0; i < COUNT(rows); i++)
		look_class(k, i);
	look_chain(k);
	look_keys(k);
	look_usage(k);
}
