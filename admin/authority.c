/*
 * authority - tessera init, and the particulars of tessera authority
 * SPDX-License-Identifier: ISC
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/commands.h"
#include "admin/record_cmd.h"
#include "base/audit_key.h"
#include "base/seal.h"
#include "endpoint/endpoint.h"

enum {
	NAME_MOST = 63
};

static enum err
get(struct cli *c, struct arena *a, struct str name, void *out, uint64_t *version)
{
	enum err e;

	if (!cli_has_authority(c, name))
		return ERR_NOTFOUND;
	e = authority_open(c->d, a, name, &c->auth, &c->opened);
	if (e != OK)
		return e == ERR_SYNTAX ? ERR_NOTFOUND : e;
	*(struct authority *)out = c->auth;
	if (version != NULL)
		*version = 1; /* authority_put guards by itself */
	return OK;
}

static enum err
put(struct cli *c, struct arena *a, void *base, uint64_t version, const char **why)
{
	const struct authority *auth = base;
	struct beginning begin = { .key = c->audit_key,
		.record = cli_audit_record(c, &kind_authority, auth->name) };
	enum err e;

	*why = NULL;
	if (version != 0)
		return authority_put(c->d, a, auth, &begin.record);
	begin.record.event = AUDIT_AUTHORITY_CREATED;
	e = authority_create(c->d, a, base, &begin);
	if (e == ERR_EXISTS && !cli_has_authority(c, auth->name))
		*why = "its name or issuer is taken";
	return e;
}

/* Only what is an authority is removed, not any directory of that name. */
static enum err
del(struct cli *c, struct str name)
{
	struct strs names = { NULL, 0 };
	enum err e;

	e = authority_names(c->d, c->a, &names);
	if (e != OK)
		return e;
	if (!strs_has(names, name) && !cli_has_authority(c, name))
		return ERR_NOTFOUND;
	return authority_remove(c->d, c->a, name);
}

bool
program_exists(struct str name)
{
	size_t i;

	for (i = 0; endpoint_rows[i] != NULL; i++)
		if (str_eqz(name, endpoint_rows[i]->name))
			return true;
	return false;
}

static int
check(struct cli *c, const void *base)
{
	const struct authority *auth = base;
	struct str name;
	size_t i;

	for (i = 0; i < auth->disabled.n; i++) {
		if (program_exists(auth->disabled.v[i]))
			continue;
		name = out_clean(c->a, auth->disabled.v[i]);
		return cli_fail(STATUS_USAGE, STR("disabled"), "there is no program named `%.*s`",
			STR_FMT(name));
	}
	return STATUS_DONE;
}

static const char *const columns[] = { "name", "issuer", "enabled", "title", NULL };

const struct kind kind_authority = {
	.noun = "authority",
	.plural = "authorities",
	.name = "name",
	.rec = &record_authority,
	.class = KEY_AUTHORITY,
	.columns = columns,
	.get = get,
	.put = put,
	.del = del,
	.check = check,
};

/* A name made from host and path: https://login.example.com/acme gives login-example-com-acme. */
static struct str
name_from(struct arena *a, struct str issuer)
{
	size_t colon = str_find(issuer, ':');
	struct str rest = colon < issuer.n ? str_skip(issuer, colon) : issuer;
	char *p = arena_alloc(a, NAME_MOST);
	size_t i, n = 0;
	char ch;

	for (i = 0; i < rest.n && n < NAME_MOST; i++) {
		ch = rest.p[i];
		if (ch >= 'A' && ch <= 'Z')
			ch = (char)(ch - 'A' + 'a');
		if ((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9'))
			p[n++] = ch;
		else if (n > 0 && p[n - 1] != '-')
			p[n++] = '-';
	}
	while (n > 0 && p[n - 1] == '-')
		n--;
	return str_bytes(p, n);
}

static int
prepare(struct cli *c, struct authority *auth, struct str fallback)
{
	int status;

	field_defaults(&record_authority, auth, c->a);
	auth->issuer = cli_word(c, 0);
	auth->name = cli_has(c, "name") ? cli_option(c, "name") : fallback;
	status = assign_all(c, &kind_authority, auth, true);
	return status == STATUS_DONE ? assign_check(c, &record_authority, auth) : status;
}

int
cmd_authority_add(struct cli *c)
{
	struct authority auth;
	struct object o;
	int status;

	status = prepare(c, &auth, name_from(c->a, cli_word(c, 0)));
	if (status == STATUS_DONE)
		status = cli_audit_key(c);
	if (status == STATUS_DONE)
		status = record_create(c, &kind_authority, &auth);
	if (status != STATUS_DONE)
		return status;
	object_begin(&o, c);
	object_record(&o, &record_authority, &auth);
	return object_end(&o);
}

static int
list_one(struct cli *c, void *arg)
{
	struct listing *l = arg;

	list_record(l, &record_authority, &c->auth);
	list_next(l);
	return STATUS_DONE;
}

int
cmd_authority_list(struct cli *c)
{
	struct listing l;
	int status, ended;

	list_begin(&l, c, kind_authority.plural, columns);
	status = cli_each_authority(c, list_one, &l);
	ended = list_end(&l);
	return status == STATUS_DONE ? ended : status;
}

/* An existing file stays as it is: its owner may have written it. */
static int
write_sample(struct cli *c)
{
	struct str text = conf_sample(c->a);
	int fd = open(arena_z(c->a, c->conf.path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0660);
	bool done;

	if (fd < 0 && errno == EEXIST)
		return STATUS_DONE;
	if (fd < 0)
		return cli_fail(STATUS_SYSTEM, c->conf.path, "%s", strerror(errno));
	done = write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
	if (close(fd) != 0 || !done)
		return cli_fail(
			STATUS_SYSTEM, c->conf.path, "cannot be written: %s", strerror(errno));
	return STATUS_DONE;
}

static int
make_data(struct cli *c)
{
	enum err e;
	int status;

	if (mkdir(arena_z(c->a, c->conf.data), 0770) != 0 && errno != EEXIST)
		return cli_fail(STATUS_SYSTEM, c->conf.data, "%s", strerror(errno));
	status = cli_become_owner(c);
	if (status == STATUS_DONE)
		status = write_sample(c);
	if (status != STATUS_DONE)
		return status;
	e = seal_create(arena_z(c->a, c->conf.master_key));
	return e == ERR_EXISTS ? STATUS_DONE : cli_error(c->conf.master_key, e);
}

static int
make_registry(struct cli *c)
{
	enum err e;

	e = deployment_open(&c->conf, STORE_WRITE | STORE_KEYS | STORE_ADMIN, &c->d);
	if (e != OK)
		return cli_error(c->conf.data, e);
	c->needs = NEEDS_DATA | NEEDS_WRITE | NEEDS_KEYS;
	return cli_error(STR("registry"), deployment_init(c->d, c->a));
}

/* Where there are authorities it was moved away, and another one could not verify their chains. */
static int
make_audit_key(struct cli *c)
{
	struct strs names;
	enum err e;

	e = authority_names(c->d, c->a, &names);
	if (e != OK)
		return cli_error(STR("registry"), e);
	if (names.n > 0)
		return STATUS_DONE;
	e = audit_key_create(arena_z(c->a, c->conf.audit_key));
	return e == ERR_EXISTS ? STATUS_DONE : cli_error(c->conf.audit_key, e);
}

static void
tell_audit_key(struct cli *c)
{
	if (access(arena_z(c->a, c->conf.audit_key), F_OK) != 0 && errno == ENOENT)
		cli_fail(STATUS_DONE, c->conf.audit_key,
			"is not there, and none was made: authorities that exist need the one that "
			"they were made with");
}

int
cmd_init(struct cli *c)
{
	bool first = c->words.n > 0;
	struct authority auth;
	struct object o;
	int status = STATUS_DONE;

	if (first)
		status = prepare(c, &auth, STR("default"));
	if (status == STATUS_DONE)
		status = make_data(c);
	if (status == STATUS_DONE)
		status = make_registry(c);
	if (status == STATUS_DONE)
		status = make_audit_key(c);
	if (status == STATUS_DONE && first)
		status = cli_audit_key(c);
	if (status == STATUS_DONE && first)
		status = record_create(c, &kind_authority, &auth);
	if (status != STATUS_DONE)
		return status;
	tell_audit_key(c);
	object_begin(&o, c);
	object_str(&o, "data", c->conf.data);
	object_str(&o, "conf", c->conf.path);
	object_str(&o, "master_key", c->conf.master_key);
	object_str(&o, "audit_key", c->conf.audit_key);
	if (first) {
		object_str(&o, "authority", auth.name);
		object_str(&o, "issuer", auth.issuer);
	}
	return object_end(&o);
}
