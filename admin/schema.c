/*
 * schema - tessera schema: the tables of all records
 * SPDX-License-Identifier: ISC
 */
#include "admin/commands.h"
#include "schema/audit.h"
#include "schema/authority.h"
#include "schema/client.h"
#include "schema/consent.h"
#include "schema/grant.h"
#include "schema/key.h"
#include "schema/resource.h"
#include "schema/scope.h"
#include "schema/session.h"
#include "schema/token.h"
#include "schema/user.h"

const struct record *const records[] = {
	&record_conf,
	&record_authority,
	&record_client,
	&record_client_secret,
	&record_resource,
	&record_scope,
	&record_user,
	&record_session,
	&record_grant,
	&record_consent,
	&record_token,
	&record_key,
	&record_audit,
	NULL,
};

const struct record *
records_find(struct str name)
{
	size_t i;

	for (i = 0; records[i] != NULL; i++)
		if (str_eqz(name, records[i]->name))
			return records[i];
	return NULL;
}

static const struct {
	unsigned flag;
	const char *name;
} flag_names[] = {
	{ FIELD_REQUIRED, "required" },
	{ FIELD_SECRET, "secret" },
	{ FIELD_FIXED, "fixed" },
	{ FIELD_RESTART, "restart" },
};

static struct str
flags_text(struct arena *a, unsigned flags)
{
	struct str s = STR("");
	size_t i;

	for (i = 0; i < COUNT(flag_names); i++)
		if ((flags & flag_names[i].flag) != 0)
			s = arena_printf(
				a, "%.*s%s%s", STR_FMT(s), s.n > 0 ? " " : "", flag_names[i].name);
	return s;
}

static int
list_fields(struct cli *c, const struct record *rec)
{
	static const char *const columns[] = { "field", "type", "default", "range", "flags", "help",
		NULL };
	const struct field *f;
	struct listing l;

	list_begin(&l, c, "fields", columns);
	for (f = rec->fields; f < rec->fields + rec->nfields; f++) {
		if ((f->flags & FIELD_HIDDEN) != 0)
			continue;
		list_str(&l, "field", str_of(f->name));
		list_str(&l, "type", str_of(field_type_name(f->type)));
		list_str(&l, "default", str_of(f->value));
		list_str(&l, "range", field_range(f, c->a));
		list_str(&l, "flags", flags_text(c->a, f->flags));
		list_str(&l, "help", str_of(f->help));
		list_next(&l);
	}
	return list_end(&l);
}

int
cmd_schema(struct cli *c)
{
	static const char *const columns[] = { "record", "fields", NULL };
	const struct record *rec = records_find(cli_word(c, 0));
	struct listing l;
	size_t i;

	if (rec != NULL)
		return list_fields(c, rec);
	if (cli_word(c, 0).n > 0)
		return cli_fail(
			STATUS_NO, cli_word(c, 0), "there is no such record; see tessera schema");
	list_begin(&l, c, "records", columns);
	for (i = 0; records[i] != NULL; i++) {
		list_str(&l, "record", str_of(records[i]->name));
		list_int(&l, "fields", (int64_t)records[i]->nfields);
		list_next(&l);
	}
	return list_end(&l);
}
