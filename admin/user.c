/*
 * user - the particulars of tessera user: names, claims, passwords
 * SPDX-License-Identifier: ISC
 *
 * A user is named by user name or, where that is none, by sub.
 */
#include "model/user.h"
#include "admin/commands.h"
#include "admin/record_cmd.h"
#include "base/enc.h"
#include "base/secret.h"
#include "schema/claim.h"

enum {
	CLAIMS_MAX = 65536,
	SUB_BYTES = 16
};

enum err
user_lookup(struct store *db, struct arena *a, struct str name, struct user *out, uint64_t *version)
{
	enum err e;

	e = user_find(db, a, name, out, version);
	return e == ERR_NOTFOUND ? user_get(db, a, name, out, version) : e;
}

int
user_option(struct cli *c, struct str *sub)
{
	struct str name = cli_option(c, "user");
	struct user u;
	enum err e;

	if (name.n == 0)
		return STATUS_DONE;
	e = user_lookup(c->opened.durable, c->a, name, &u, NULL);
	if (e != OK)
		return cli_error(arena_printf(c->a, "user %.*s", STR_FMT(name)), e);
	*sub = u.sub;
	return STATUS_DONE;
}

struct str
user_name_of(struct store *db, struct arena *a, struct str sub)
{
	struct user u;

	return user_get(db, a, sub, &u, NULL) == OK ? u.username : STR("");
}

static enum err
get(struct cli *c, struct arena *a, struct str name, void *out, uint64_t *version)
{
	return user_lookup(c->opened.durable, a, name, out, version);
}

static enum err
put(struct cli *c, struct arena *a, void *base, uint64_t version, const char **why)
{
	struct audit done = cli_audit_record(c, &kind_user, STR(""));

	return user_put(c->opened.durable, a, base, version, &done, why);
}

static enum err
del(struct cli *c, struct str name)
{
	struct audit done = cli_audit_record(c, &kind_user, STR(""));
	struct user u;
	enum err e;

	e = user_lookup(c->opened.durable, c->a, name, &u, NULL);
	return e == OK ? user_del(c->opened.durable, c->a, u.sub, &done) : e;
}

/* Writes the member by the type of its row (OpenID Connect Core 5.1); others are texts. */
static int
put_claim(struct js_out *w, const char *name, struct str value)
{
	const struct claim_row *row = claim_find(str_of(name));
	enum claim_type type = row == NULL ? CLAIM_STRING : row->type;
	int64_t number;

	if (type == CLAIM_ADDRESS)
		return cli_fail(STATUS_USAGE, str_of(name),
			"is an object; give all claims as JSON, claims=@FILE or claims=-");
	if (type == CLAIM_BOOL && !str_eqz(value, "true") && !str_eqz(value, "false"))
		return cli_fail(STATUS_USAGE, str_of(name), "must be true or false");
	if (type == CLAIM_NUMBER && str_int(value, &number) != OK)
		return cli_fail(STATUS_USAGE, str_of(name), "must be a number");
	if (type == CLAIM_STRING)
		js_put_str(w, name, value);
	else
		js_put_raw(w, name, value); /* seen above to be one word of JSON */
	return STATUS_DONE;
}

/* The claims with one member put or, when its value is empty, left out. */
static int
merge_claim(struct cli *c, struct str claims, struct str name, struct str value, struct str *out)
{
	const struct js *old = NULL;
	struct str member;
	int status = STATUS_DONE;
	struct js_out w;
	struct buf b;
	size_t i;

	if (claims.n > 0 && js_parse(c->a, claims, &old) != OK)
		return cli_fail(STATUS_SYSTEM, STR("claims"), "what is stored is no JSON");
	buf_init(&b, c->a, CLAIMS_MAX);
	js_start(&w, &b);
	js_open(&w, NULL, '{');
	for (i = 0; i < js_count(old); i++) {
		(void)js_at(old, i, &member);
		if (!str_eq(member, name))
			js_put_raw(&w, arena_z(c->a, member), js_text(js_at(old, i, NULL), c->a));
	}
	if (value.n > 0)
		status = put_claim(&w, arena_z(c->a, name), value);
	js_close(&w, '}');
	if (status == STATUS_DONE && buf_end(&b, out) != OK)
		return cli_fail(STATUS_USAGE, STR("claims"), "are too long");
	return status;
}

static int
assign(struct cli *c, const struct assignment *s, void *base, bool *taken)
{
	struct str name = str_skip(s->name, sizeof("claim:") - 1), claims;
	struct user *u = base;
	int status;

	*taken = str_has_prefix(s->name, STR("claim:"));
	if (!*taken)
		return STATUS_DONE;
	if (name.n == 0 || !str_is_text(name) || !str_is_utf8(s->value) || s->op != '=')
		return cli_fail(STATUS_USAGE, s->name, "must be claim:name=text");
	status = merge_claim(c, u->claims, name, s->value, &claims);
	if (status == STATUS_DONE)
		u->claims = str_eqz(claims, "{}") ? STR("") : claims;
	return status;
}

static const char *const columns[] = { "username", "sub", "enabled", "created", "updated", NULL };

const struct kind kind_user = {
	.noun = "user",
	.plural = "users",
	.name = "username",
	.rec = &record_user,
	.class = KEY_USER,
	.columns = columns,
	.free = "sub",
	.get = get,
	.put = put,
	.del = del,
	.assign = assign,
};

/* Asks for the password and hashes it; none with --no-password. */
static int
take_password(struct cli *c, struct str *hash)
{
	struct password_cost cost = { c->conf.password_memory, c->conf.password_passes };
	struct str password;
	int status;

	*hash = STR("");
	if (cli_has(c, "no-password") && cli_has(c, "password-file"))
		return cli_fail(STATUS_USAGE, STR(""),
			"--no-password and --password-file exclude each other");
	if (cli_has(c, "no-password"))
		return STATUS_DONE;
	status = input_password(c, cli_option(c, "password-file"), &password);
	if (status != STATUS_DONE)
		return status;
	return cli_error(STR("password"), password_hash(c->a, password, &cost, hash));
}

int
cmd_user_add(struct cli *c)
{
	struct user u, other;
	struct object o;
	int status;

	status = record_prepare(c, &kind_user, &u);
	if (status != STATUS_DONE)
		return status;
	if (user_find(c->opened.durable, c->a, u.username, &other, NULL) == OK)
		return cli_error(kind_label(c, &kind_user, u.username), ERR_EXISTS);
	if (u.sub.n == 0)
		u.sub = enc_b64url(c->a, secret_bytes(c->a, SUB_BYTES));
	status = take_password(c, &u.password);
	if (status == STATUS_DONE)
		status = record_create(c, &kind_user, &u);
	if (status != STATUS_DONE)
		return status;
	object_begin(&o, c);
	object_record(&o, &record_user, &u);
	return object_end(&o);
}

static int
set_password(struct cli *c, const struct kind *k, void *base, void *arg)
{
	struct user *u = base;

	(void)c;
	(void)k;
	u->password = *(const struct str *)arg;
	u->epoch++;
	return STATUS_DONE;
}

int
cmd_user_password(struct cli *c)
{
	struct str name = cli_word(c, 0), label = kind_label(c, &kind_user, name), hash;
	struct user u;
	int status;
	enum err e;

	e = user_lookup(c->opened.durable, c->a, name, &u, NULL);
	if (e != OK)
		return cli_error(label, e);
	status = take_password(c, &hash);
	if (status == STATUS_DONE)
		status = record_change(c, &kind_user, name, set_password, &hash, &u);
	if (status != STATUS_DONE)
		return status;
	return out_done(c, "username", u.username, "%.*s has %s password%s", STR_FMT(label),
		hash.n > 0 ? "a new" : "no", hash.n > 0 ? "" : " any more");
}
