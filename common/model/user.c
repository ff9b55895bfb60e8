/*
 * user - people who sign in
 * SPDX-License-Identifier: ISC
 */
#include "model/user.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/secret.h"
#include "data/json.h"
#include "schema/claim.h"
#include "schema/consent.h"

enum err
user_get(struct store *db, struct arena *a, struct str sub, struct user *out, uint64_t *version)
{
	if (version != NULL)
		*version = 0;
	if (sub.n == 0 || sub.n > 255)
		return ERR_NOTFOUND;
	return record_get(db, a, &record_user, key_text(a, KEY_USER, sub), out, version);
}

struct str
user_name_fold(struct arena *a, struct str username)
{
	char *z = arena_z(a, username);
	size_t i;

	for (i = 0; i < username.n; i++)
		if (z[i] >= 'A' && z[i] <= 'Z')
			z[i] = (char)(z[i] + ('a' - 'A'));
	return str_bytes(z, username.n);
}

static struct str
name_key(struct arena *a, struct str username)
{
	return key_text(a, KEY_USERNAME, user_name_fold(a, username));
}

enum err
user_find(
	struct store *db, struct arena *a, struct str username, struct user *out, uint64_t *version)
{
	struct str sub;
	enum err e;

	if (username.n == 0 || username.n > 400)
		return ERR_NOTFOUND;
	e = store_get(db, a, name_key(a, username), &sub, NULL);
	return e == OK ? user_get(db, a, sub, out, version) : e;
}

static bool
is_full_text(const struct js *v)
{
	struct str s;

	return js_str(v, &s) == OK && s.n > 0;
}

/* An address is an object of texts (OpenID Connect Core 5.1.1). */
static bool
is_address(const struct js *v)
{
	size_t i;

	if (js_type(v) != JS_OBJECT || js_count(v) == 0)
		return false;
	for (i = 0; i < js_count(v); i++)
		if (!is_full_text(js_at(v, i, NULL)))
			return false;
	return true;
}

static bool
claim_fits(const struct claim_row *row, const struct js *v)
{
	if (row == NULL)
		return js_type(v) != JS_NULL && (js_type(v) != JS_STR || is_full_text(v));
	switch (row->type) {
	case CLAIM_STRING:
		return is_full_text(v);
	case CLAIM_BOOL:
		return js_type(v) == JS_BOOL;
	case CLAIM_NUMBER:
		return js_type(v) == JS_INT;
	case CLAIM_ADDRESS:
		return is_address(v);
	}
	return false;
}

enum err
user_check_claims(struct arena *a, struct str json, const char **why)
{
	const struct js *obj, *v;
	struct str name;
	size_t i;

	*why = "claims must be a JSON object";
	if (json.n == 0)
		return OK;
	if (js_parse(a, json, &obj) != OK || js_type(obj) != JS_OBJECT)
		return ERR_SYNTAX;
	for (i = 0; i < js_count(obj); i++) {
		v = js_at(obj, i, &name);
		if (!claim_is_reserved(name) && claim_fits(claim_find(name), v))
			continue;
		*why = arena_z(a,
			arena_printf(a,
				"claim \"%.*s\" is empty, of the wrong type or set by the program",
				STR_FMT(name)));
		return ERR_TYPE;
	}
	return OK;
}

/* What changes with the record: the name index, where the old name goes and the new one must be
 * free; and with disabling, the epoch. */
static enum err
user_changes(struct store *db, struct batch *b, struct arena *a, struct user *u, uint64_t version)
{
	struct str key = name_key(a, u->username), old_key, value;
	struct user old;
	enum err e;

	if (version != 0) {
		e = user_get(db, a, u->sub, &old, NULL);
		if (e != OK)
			return e;
		if (old.enabled && !u->enabled)
			u->epoch++;
		old_key = name_key(a, old.username);
		if (str_eq(old_key, key))
			return OK;
		batch_del(b, old_key);
	}
	e = store_get(db, a, key, &value, NULL);
	if (e != ERR_NOTFOUND)
		return e == OK ? ERR_EXISTS : e;
	batch_guard(b, key, 0);
	batch_put(b, key, u->sub);
	return OK;
}

static enum err
user_check(struct arena *a, const struct user *u, const char **why)
{
	const struct field *which = NULL;

	if (field_check_all(&record_user, u, &which) != OK) {
		*why = which->help;
		return ERR_RANGE;
	}
	if (user_check_claims(a, u->claims, why) != OK)
		return ERR_RANGE;
	*why = NULL;
	return OK;
}

enum err
user_add(struct batch *b, struct arena *a, const struct user *u, const char **why)
{
	enum err e = user_check(a, u, why);

	if (e != OK)
		return e;
	batch_guard(b, name_key(a, u->username), 0);
	batch_put(b, name_key(a, u->username), u->sub);
	return record_put(b, a, &record_user, key_text(a, KEY_USER, u->sub), u, 0);
}

enum err
user_put(struct store *db, struct arena *a, struct user *u, uint64_t version,
	const struct audit *done, const char **why)
{
	struct audit what = *done;
	struct batch b;
	enum err e;

	if (u->sub.n == 0)
		u->sub = enc_b64url(a, secret_bytes(a, 16));
	e = user_check(a, u, why);
	if (e != OK)
		return e;
	u->updated = clock_now();
	if (version == 0)
		u->created = u->updated;
	what.subject = u->sub;
	batch_init(&b, a);
	audit_note(&b, a, &what);
	e = user_changes(db, &b, a, u, version);
	if (e == OK)
		e = record_put(&b, a, &record_user, key_text(a, KEY_USER, u->sub), u, version);
	if (e == OK)
		e = store_commit(db, &b);
	return e == ERR_CONFLICT && version == 0 ? ERR_EXISTS : e;
}

/* Adds deletes of all consents of a user. */
static enum err
forget_consents(struct store *db, struct batch *b, struct arena *a, struct str sub)
{
	struct str prefix = key_pair(a, KEY_CONSENT, sub, (struct str){ 0 });
	struct str after = { 0 };
	struct store_rows rows;
	enum err e;
	size_t i;

	do {
		e = store_scan(db, a, prefix, after, 64, &rows);
		for (i = 0; e == OK && i < rows.n; i++) {
			batch_del(b, rows.v[i].key);
			after = rows.v[i].key;
		}
	} while (e == OK && rows.more);
	return e;
}

enum err
user_del(struct store *db, struct arena *a, struct str sub, const struct audit *done)
{
	struct audit what = *done;
	struct user old;
	uint64_t version;
	struct batch b;
	struct str key;
	enum err e;

	e = user_get(db, a, sub, &old, &version);
	if (e != OK)
		return e;
	key = key_text(a, KEY_USER, sub);
	what.subject = sub;
	batch_init(&b, a);
	audit_note(&b, a, &what);
	batch_guard(&b, key, version);
	batch_del(&b, key);
	batch_del(&b, name_key(a, old.username));
	e = forget_consents(db, &b, a, sub);
	return e == OK ? store_commit(db, &b) : e;
}
