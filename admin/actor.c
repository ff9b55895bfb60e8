/*
 * actor - who runs the command, for the audit record of what it changes
 * SPDX-License-Identifier: ISC
 */
#include <pwd.h>
#include <unistd.h>

#include "admin/record_cmd.h"
#include "base/audit_key.h"

/* What a verb does to a record. */
static const struct {
	const char *verb;
	enum audit_event event;
} verbs[] = {
	{ "add", AUDIT_RECORD_ADDED },
	{ "set", AUDIT_RECORD_CHANGED },
	{ "remove", AUDIT_RECORD_REMOVED },
	{ "secret", AUDIT_SECRET_ADDED },
	{ "password", AUDIT_PASSWORD_CHANGED },
};

/* The user whose process it is: what the environment says can be said by anybody. */
static struct str
actor(struct cli *c)
{
	const struct passwd *pw = getpwuid(getuid());

	if (pw == NULL)
		return arena_printf(c->a, "admin:%u", (unsigned)getuid());
	return arena_printf(c->a, "admin:%s", pw->pw_name);
}

struct audit
cli_audit(struct cli *c, enum audit_event event, struct str subject, struct str detail)
{
	return (struct audit){
		.event = (int)event, .actor = actor(c), .subject = subject, .detail = detail
	};
}

static struct str
add_word(struct cli *c, struct str list, const char *mark, struct str word)
{
	return arena_printf(
		c->a, "%.*s%s%s%.*s", STR_FMT(list), list.n > 0 ? " " : "", mark, STR_FMT(word));
}

/* The names of fields and options, never what they were set to. */
static struct str
names_of(struct cli *c)
{
	struct str list = STR("");
	bool takes_value;
	size_t i;

	for (i = 0; i < c->nsets; i++)
		list = add_word(c, list, "", c->sets[i].name);
	for (i = 0; i < c->noptions; i++)
		if (args_has_option(c->cmd->args, c->options[i].name, &takes_value))
			list = add_word(c, list, "--", c->options[i].name);
	return list;
}

struct audit
cli_audit_record(struct cli *c, const struct kind *k, struct str name)
{
	struct audit what = cli_audit(c, AUDIT_RECORD_CHANGED, kind_label(c, k, name), names_of(c));
	size_t i;

	for (i = 0; i < COUNT(verbs); i++)
		if (c->cmd->verb != NULL && str_eqz(str_of(c->cmd->verb), verbs[i].verb))
			what.event = (int)verbs[i].event;
	if (k == &kind_client)
		what.client_id = name;
	return what;
}

int
cli_audit_key(struct cli *c)
{
	struct str path = c->conf.audit_key;
	struct identity owner;
	enum err e;

	identity_caller(&owner);
	e = audit_key_read(arena_z(c->a, path), c->a, &c->audit_key);
	identity_restore(&owner);
	if (e == ERR_NOTFOUND)
		return cli_fail(STATUS_NO, path,
			"the audit key is not there: bring it from where it is kept");
	return e == OK ? STATUS_DONE : cli_error(path, e);
}
