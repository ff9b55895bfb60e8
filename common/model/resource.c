/*
 * resource - APIs and scopes
 * SPDX-License-Identifier: ISC
 */
#include "model/resource.h"

#include "base/clock.h"
#include "model/client.h"
#include "schema/claim.h"

/* Checks a record by its table, sets its dates and writes it; the key names the record. */
static enum err
named_put(struct store *db, struct arena *a, const struct record *rec, struct str key, void *base,
	uint64_t version, const struct audit *done, const char **why)
{
	const struct field *which = NULL;
	struct batch b;
	enum err e;

	*why = NULL;
	e = field_check_all(rec, base, &which);
	if (e != OK) {
		*why = which->help;
		return ERR_RANGE;
	}
	batch_init(&b, a);
	audit_note(&b, a, done);
	e = record_put(&b, a, rec, key, base, version);
	if (e == OK)
		e = store_commit(db, &b);
	return e == ERR_CONFLICT && version == 0 ? ERR_EXISTS : e;
}

static enum err
named_del(struct store *db, struct arena *a, struct str key, const struct audit *done)
{
	struct str value;
	struct batch b;
	uint64_t version;
	enum err e;

	e = store_get(db, a, key, &value, &version);
	if (e != OK)
		return e;
	batch_init(&b, a);
	audit_note(&b, a, done);
	batch_guard(&b, key, version);
	batch_del(&b, key);
	return store_commit(db, &b);
}

enum err
resource_get(
	struct store *db, struct arena *a, struct str name, struct resource *out, uint64_t *version)
{
	if (version != NULL)
		*version = 0;
	if (name.n == 0 || name.n >= KEY_MAX_LEN)
		return ERR_NOTFOUND;
	return record_get(db, a, &record_resource, key_text(a, KEY_RESOURCE, name), out, version);
}

enum err
resource_put(struct store *db, struct arena *a, struct resource *r, uint64_t version,
	const struct audit *done, const char **why)
{
	struct client c;

	if (version == 0 && client_get(db, a, r->name, &c, NULL) != ERR_NOTFOUND) {
		*why = "a client has that name, by which it authenticates";
		return ERR_RANGE;
	}
	r->updated = clock_now();
	if (version == 0)
		r->created = r->updated;
	return named_put(
		db, a, &record_resource, key_text(a, KEY_RESOURCE, r->name), r, version, done, why);
}

enum err
resource_del(struct store *db, struct arena *a, struct str name, const struct audit *done)
{
	return named_del(db, a, key_text(a, KEY_RESOURCE, name), done);
}

struct collect {
	struct arena *arena;
	struct store *db;
	struct resources *out;
};

/* Rows are decoded once more into the arena that stays. */
static enum err
collect_row(void *arg, struct arena *a, struct str key, const void *base, uint64_t version)
{
	struct collect *c = arg;
	struct resource *v;
	enum err e;
	size_t i;

	(void)a;
	(void)base;
	(void)version;
	v = arena_array(c->arena, c->out->n + 1, sizeof(*v));
	for (i = 0; i < c->out->n; i++)
		v[i] = c->out->v[i];
	e = record_get(c->db, c->arena, &record_resource, key, &v[i], NULL);
	if (e == ERR_NOTFOUND)
		return OK;
	if (e == OK)
		*c->out = (struct resources){ v, c->out->n + 1 };
	return e;
}

enum err
resource_all(struct store *db, struct arena *a, struct resources *out)
{
	struct collect c = { a, db, out };

	*out = (struct resources){ 0 };
	return record_each(db, KEY_RESOURCE, &record_resource, collect_row, &c);
}

enum err
scope_get(struct store *db, struct arena *a, struct str name, struct scope *out, uint64_t *version)
{
	if (version != NULL)
		*version = 0;
	if (name.n == 0 || name.n > 256)
		return ERR_NOTFOUND;
	return record_get(db, a, &record_scope, key_text(a, KEY_SCOPE, name), out, version);
}

enum err
scope_put(struct store *db, struct arena *a, struct scope *s, uint64_t version,
	const struct audit *done, const char **why)
{
	s->updated = clock_now();
	if (version == 0)
		s->created = s->updated;
	return named_put(
		db, a, &record_scope, key_text(a, KEY_SCOPE, s->name), s, version, done, why);
}

enum err
scope_del(struct store *db, struct arena *a, struct str name, const struct audit *done)
{
	return named_del(db, a, key_text(a, KEY_SCOPE, name), done);
}

static const struct standard {
	const char *name, *title, *description;
	bool identity, required;
} standard[] = {
	{ "openid", "Sign you in", "Know who you are when you come back", true, true },
	{ "profile", "Your profile", "Your name, picture, language and the like", true, false },
	{ "email", "Your e-mail address", "And whether it has been verified", true, false },
	{ "address", "Your postal address", "", true, false },
	{ "phone", "Your telephone number", "And whether it has been verified", true, false },
	{ "offline_access", "Stay connected", "Use what you allow here while you are away", false,
		false },
};

enum err
scope_add_standard(struct batch *b, struct arena *a)
{
	struct scope s;
	enum err e = OK;
	size_t i, j;

	for (i = 0; e == OK && i < COUNT(standard); i++) {
		field_defaults(&record_scope, &s, a);
		s.name = str_of(standard[i].name);
		s.title = str_of(standard[i].title);
		s.description = str_of(standard[i].description);
		s.identity = standard[i].identity;
		s.required = standard[i].required;
		s.created = s.updated = clock_now();
		for (j = 0; j < claim_count; j++)
			if (str_eqz(s.name, claim_rows[j].scope))
				arena_strs_add(a, &s.claims, str_of(claim_rows[j].name));
		e = record_put(b, a, &record_scope, key_text(a, KEY_SCOPE, s.name), &s, 0);
	}
	return e;
}
