/*
 * authority - issuers, and which one a request belongs to
 * SPDX-License-Identifier: ISC
 */
#include "model/authority.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "data/url.h"
#include "model/deployment.h"
#include "model/keyset.h"
#include "model/resource.h"

struct str
issuer_path(const struct authority *auth)
{
	struct url u;

	if (url_parse(auth->issuer, &u) != OK)
		bug("issuer of %.*s is no URL", STR_FMT(auth->name));
	return u.path;
}

struct str
issuer_host(struct arena *a, const struct authority *auth)
{
	struct str origin;

	if (url_origin(a, auth->issuer, &origin) != OK)
		bug("issuer of %.*s is no URL", STR_FMT(auth->name));
	return str_skip(origin, str_find(origin, '/') + 2);
}

struct str
issuer_url(struct arena *a, const struct authority *auth, const char *path)
{
	return arena_printf(a, "%.*s%s", STR_FMT(auth->issuer), path);
}

static struct str
registry_key(struct arena *a, struct str host, struct str path)
{
	return key_text(a, KEY_ISSUER, arena_printf(a, "%.*s%.*s", STR_FMT(host), STR_FMT(path)));
}

enum err
authority_stores(struct deployment *d, struct arena *a, struct str name, struct opened *opened)
{
	struct slot *s;
	enum err e;

	e = deployment_slot(d, a, name, &s);
	if (e == OK)
		*opened = (struct opened){ s->durable, s->volatile_, s->keyring };
	return e;
}

enum err
authority_open(struct deployment *d, struct arena *a, struct str name, struct authority *auth,
	struct opened *opened)
{
	enum err e;

	e = authority_stores(d, a, name, opened);
	if (e != OK)
		return e;
	return record_get(
		opened->durable, a, &record_authority, key_class(a, KEY_AUTHORITY), auth, NULL);
}

enum err
authority_find(struct deployment *d, struct arena *a, struct str host, struct str path,
	struct authority *auth, struct opened *opened)
{
	struct issuer entry;
	struct str key;
	enum err e;

	e = deployment_registry(d, a);
	if (e != OK)
		return e;
	if (host.n + path.n >= KEY_MAX_LEN)
		return ERR_NOTFOUND;
	key = registry_key(a, host, path);
	e = record_get(d->registry, a, &record_issuer, key, &entry, NULL);
	if (e == OK)
		e = authority_open(d, a, entry.name, auth, opened);
	if (e != OK)
		return e;
	/* The directory may have been made anew for another issuer. */
	if (!str_eq(auth->issuer, entry.issuer) || !auth->enabled)
		return ERR_NOTFOUND;
	return OK;
}

static enum err
make_directory(const char *path, mode_t mode)
{
	if (mkdir(path, mode) == 0)
		return OK;
	if (errno == EEXIST)
		return ERR_EXISTS;
	log_errno("mkdir %s", path);
	return errno == EACCES || errno == EROFS ? ERR_DENIED : ERR_SYSTEM;
}

struct registry_scan {
	struct arena *arena;
	struct str name;	   /* empty: all */
	struct strs *keys, *names; /* keys may be NULL */
};

static enum err
registry_row(void *arg, struct arena *a, struct str key, const void *base, uint64_t version)
{
	struct registry_scan *scan = arg;
	const struct issuer *entry = base;

	(void)a;
	(void)version;
	if (scan->name.n != 0 && !str_eq(scan->name, entry->name))
		return OK;
	if (scan->keys != NULL)
		arena_strs_add(scan->arena, scan->keys, arena_str(scan->arena, key));
	arena_strs_add(scan->arena, scan->names, arena_str(scan->arena, entry->name));
	return OK;
}

/* Names and, unless NULL, keys of the registry's entries: all, or those of one authority. Of all
 * only the names: two lists that grow by turns take the square of their length (arena_strs_add). */
static enum err
registry_list(struct deployment *d, struct arena *a, struct str name, struct strs *keys,
	struct strs *names)
{
	struct registry_scan scan = { a, name, keys, names };
	enum err e;

	*names = (struct strs){ 0 };
	if (keys != NULL)
		*keys = *names;
	e = deployment_registry(d, a);
	if (e != OK)
		return e;
	return record_each(d->registry, KEY_ISSUER, &record_issuer, registry_row, &scan);
}

static enum err
registry_add(struct deployment *d, struct arena *a, const struct authority *auth)
{
	struct issuer entry = { auth->name, auth->issuer };
	struct batch b;
	enum err e;

	batch_init(&b, a);
	e = record_put(&b, a, &record_issuer,
		registry_key(a, issuer_host(a, auth), issuer_path(auth)), &entry, 0);
	if (e != OK)
		return e;
	e = store_commit(d->registry, &b);
	return e == ERR_CONFLICT ? ERR_EXISTS : e;
}

/* An entry may be older than the directory: it would lead to what is only half made. */
static enum err
check_free(struct deployment *d, struct arena *a, const struct authority *auth)
{
	struct str key = registry_key(a, issuer_host(a, auth), issuer_path(auth));
	struct issuer entry;
	struct strs names;
	enum err e;

	e = registry_list(d, a, auth->name, NULL, &names);
	if (e != OK)
		return e;
	if (names.n > 0)
		return ERR_EXISTS;
	e = record_get(d->registry, a, &record_issuer, key, &entry, NULL);
	if (e == ERR_NOTFOUND)
		return OK;
	return e == OK ? ERR_EXISTS : e;
}

static void
undo(struct deployment *d, struct arena *a, struct str name)
{
	if (authority_remove(d, a, name) != OK)
		log_reason(LOG_STORE, "what was made of %.*s is still there", STR_FMT(name));
}

static void
keep(struct batch *b, struct arena *a, const struct authority *auth)
{
	struct chain_limit limit = { auth->audit_records, auth->audit_lifetime };

	chain_limit_put(b, a, &limit);
}

static enum err
put_new(struct deployment *d, struct arena *a, const struct authority *auth,
	const struct beginning *begin, struct opened *opened)
{
	struct slot *s;
	struct batch b;
	enum err e;

	e = deployment_slot(d, a, auth->name, &s);
	if (e != OK)
		return e;
	*opened = (struct opened){ s->durable, s->volatile_, s->keyring };
	batch_init(&b, a);
	chain_begin(&b, a, begin->key, auth->name);
	keep(&b, a, auth);
	audit_note(&b, a, &begin->record);
	e = record_put(&b, a, &record_authority, key_class(a, KEY_AUTHORITY), auth, 0);
	return e == OK ? store_commit(s->durable, &b) : e;
}

enum err
authority_begin(struct deployment *d, struct arena *a, const struct authority *auth,
	const struct beginning *begin, struct opened *opened)
{
	const struct field *which;
	enum err e;

	e = field_check_all(&record_authority, auth, &which);
	if (e == OK)
		e = deployment_init(d, a);
	if (e == OK)
		e = check_free(d, a, auth);
	if (e != OK)
		return e;
	e = make_directory(deployment_path(d, a, arena_z(a, auth->name), ""), 02770);
	if (e != OK)
		return e;
	e = put_new(d, a, auth, begin, opened);
	if (e != OK)
		undo(d, a, auth->name);
	return e;
}

enum err
authority_publish(struct deployment *d, struct arena *a, const struct authority *auth)
{
	enum err e;

	e = deployment_registry(d, a);
	return e == OK ? registry_add(d, a, auth) : e;
}

/* The records beside its own that a new authority begins with, and its first keys. */
static enum err
authority_fill(struct arena *a, const struct authority *auth, const struct audit *who,
	const struct opened *opened)
{
	size_t made, gone;
	struct batch b;
	enum err e;

	batch_init(&b, a);
	audit_note_as(&b, a, who, AUDIT_RECORD_ADDED, STR("scopes"), STR("the standard ones"));
	e = scope_add_standard(&b, a);
	if (e == OK)
		e = store_commit(opened->durable, &b);
	if (e == OK)
		e = keyset_upkeep(opened->keyring, opened->durable, a, auth, who, &made, &gone);
	return e;
}

enum err
authority_create(struct deployment *d, struct arena *a, struct authority *auth,
	const struct beginning *begin)
{
	struct opened opened;
	enum err e;

	auth->created = clock_now();
	e = authority_begin(d, a, auth, begin, &opened);
	if (e != OK)
		return e;
	e = authority_fill(a, auth, &begin->record, &opened);
	/* Last of all the entry that makes it found, so that a half-made one never is. */
	if (e == OK)
		e = authority_publish(d, a, auth);
	if (e != OK)
		undo(d, a, auth->name);
	return e;
}

enum err
authority_names(struct deployment *d, struct arena *a, struct strs *names)
{
	return registry_list(d, a, (struct str){ 0 }, NULL, names);
}

enum err
authority_put(struct deployment *d, struct arena *a, const struct authority *auth,
	const struct audit *done)
{
	struct str key = key_class(a, KEY_AUTHORITY);
	const struct field *which;
	struct authority old;
	struct slot *s;
	struct batch b;
	uint64_t version;
	enum err e;

	e = field_check_all(&record_authority, auth, &which);
	if (e == OK)
		e = deployment_slot(d, a, auth->name, &s);
	if (e == OK)
		e = record_get(s->durable, a, &record_authority, key, &old, &version);
	if (e != OK)
		return e;
	if (!str_eq(old.issuer, auth->issuer))
		return ERR_DENIED;
	batch_init(&b, a);
	audit_note(&b, a, done);
	keep(&b, a, auth);
	e = record_put(&b, a, &record_authority, key, auth, version);
	return e == OK ? store_commit(s->durable, &b) : e;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

enum err
authority_remove(struct deployment *d, struct arena *a, struct str name)
{
	char *path = deployment_path(d, a, arena_z(a, name), "");
	struct strs keys, names;
	struct batch b;
	enum err e;
	size_t i;

	e = registry_list(d, a, name, &keys, &names);
	if (e != OK)
		return e;
	batch_init(&b, a);
	for (i = 0; i < keys.n; i++)
		batch_del(&b, keys.v[i]);
	e = keys.n == 0 ? OK : store_commit(d->registry, &b);
	if (e != OK)
		return e;
	deployment_forget(d, name);
	if (access(path, F_OK) == -1)
		return keys.n == 0 ? ERR_NOTFOUND : OK;
	if (nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0)
		return OK;
	log_errno("removing %s", path);
	return ERR_SYSTEM;
}
