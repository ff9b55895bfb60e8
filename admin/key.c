/*
 * key - tessera key: signing keys and their rotation
 * SPDX-License-Identifier: ISC
 */
#include "admin/commands.h"
#include "admin/record_cmd.h"
#include "base/clock.h"

int
key_upkeep(struct cli *c)
{
	struct audit who = cli_audit(c, AUDIT_KEY_MADE, STR(""), STR(""));
	size_t made = 0, gone = 0;
	int status = cli_need(c, NEEDS_KEYS);
	enum err e;

	if (status != STATUS_DONE)
		return status;
	e = keyset_upkeep(c->opened.keyring, c->opened.durable, c->a, &c->auth, &who, &made, &gone);
	if (e != OK)
		return cli_error(STR("keys"), e);
	if (made > 0)
		out_note(c, "%zu signing key%s made.", made, made == 1 ? "" : "s");
	return STATUS_DONE;
}

static const char *const columns[] = { "kid", "alg", "phase", "active_from", "active_until",
	"published_until", NULL };

static void
list_key(struct listing *l, const struct signing_keys *keys, size_t i)
{
	list_record(l, &record_key, &keys->v[i]);
	list_str(l, "phase", str_of(key_phase_name(key_phase(keys, i, clock_now()))));
	list_next(l);
}

int
cmd_key_list(struct cli *c)
{
	struct signing_keys keys;
	struct listing l;
	enum err e;
	size_t i;

	e = keyset_all(c->opened.durable, c->a, &keys);
	if (e != OK)
		return cli_error(STR("keys"), e);
	list_begin(&l, c, "keys", columns);
	for (i = 0; i < keys.n; i++)
		list_key(&l, &keys, i);
	return list_end(&l);
}

/* The rings to turn: the one of --alg, or all that have a key which signs or will. */
static int
rings(struct cli *c, bool want[ALG__MAX])
{
	struct str name = cli_option(c, "alg");
	struct signing_keys keys;
	enum key_phase phase;
	enum alg alg;
	enum err e;
	size_t i;

	if (name.n > 0) {
		if (alg_find(name, &alg) != OK)
			return cli_fail(STATUS_USAGE, name, "is no algorithm we have");
		want[alg] = true;
		return STATUS_DONE;
	}
	e = keyset_all(c->opened.durable, c->a, &keys);
	if (e != OK)
		return cli_error(STR("keys"), e);
	for (i = 0; i < keys.n; i++) {
		phase = key_phase(&keys, i, clock_now());
		if (phase == KEY_ACTIVE || phase == KEY_ANNOUNCED)
			want[keys.v[i].alg] = true;
	}
	return STATUS_DONE;
}

static enum err
list_made(struct cli *c, struct listing *l, struct str kid)
{
	struct signing_keys keys;
	enum err e;
	size_t i;

	e = keyset_all(c->opened.durable, c->a, &keys);
	for (i = 0; e == OK && i < keys.n; i++)
		if (str_eq(keys.v[i].kid, kid))
			list_key(l, &keys, i);
	return e;
}

static int
rotate(struct cli *c, enum alg alg, struct listing *l)
{
	struct key_options o = {
		.alg = alg, .at_once = cli_has(c, "at-once"), .revoke = cli_has(c, "revoke")
	};
	struct audit who = cli_audit(c, AUDIT_KEY_MADE, STR(""), STR(""));
	struct signing_key made;
	enum err e;

	e = keyset_rotate(c->opened.keyring, c->opened.durable, c->a, &c->auth, &o, &who, &made);
	if (e != OK)
		return cli_error(str_of(alg_names[alg]), e);
	cli_changed(c, made.kid);
	e = list_made(c, l, made.kid);
	return e == OK ? STATUS_DONE : cli_error(STR("keys"), e);
}

int
cmd_key_rotate(struct cli *c)
{
	bool want[ALG__MAX] = { false };
	struct listing l;
	int status, ended;
	size_t i;

	status = rings(c, want);
	if (status != STATUS_DONE)
		return status;
	list_begin(&l, c, "keys", columns);
	for (i = 0; i < ALG__MAX && status == STATUS_DONE; i++)
		if (want[i])
			status = rotate(c, (enum alg)i, &l);
	ended = list_end(&l);
	return status == STATUS_DONE ? ended : status;
}
