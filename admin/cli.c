/*
 * cli - configuration, data and authority of one run; reports
 * SPDX-License-Identifier: ISC
 *
 * Files of an LMDB environment belong to whoever opens it first, so root
 * works as the owner of the data directory; otherwise the programs could not
 * read what the administrator made.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/cli.h"
#include "base/clock.h"
#include "base/log.h"

static const int status_of[ERR__MAX] = {
	[OK] = STATUS_DONE,
	[ERR_REFUSED] = STATUS_NO,
	[ERR_NOTFOUND] = STATUS_NO,
	[ERR_EXISTS] = STATUS_NO,
	[ERR_CONFLICT] = STATUS_SYSTEM,
	[ERR_EXPIRED] = STATUS_NO,
	[ERR_SYNTAX] = STATUS_USAGE,
	[ERR_RANGE] = STATUS_USAGE,
	[ERR_DUPLICATE] = STATUS_USAGE,
	[ERR_TYPE] = STATUS_USAGE,
	[ERR_CRYPTO] = STATUS_SYSTEM,
	[ERR_UNSUPPORTED] = STATUS_SYSTEM,
	[ERR_DENIED] = STATUS_SYSTEM,
	[ERR_FULL] = STATUS_SYSTEM,
	[ERR_TOO_MANY] = STATUS_NO,
	[ERR_SYSTEM] = STATUS_SYSTEM,
	[ERR_CORRUPT] = STATUS_SYSTEM,
};

int
cli_fail(int status, struct str what, const char *why, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("tessera: ", stderr);
	if (what.n > 0)
		fprintf(stderr, "%.*s: ", STR_FMT(what));
	va_start(ap, why);
	vfprintf(stderr, why, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

int
cli_error(struct str what, enum err e)
{
	if (e == OK)
		return STATUS_DONE;
	return cli_fail(status_of[e], what, "%s", err_text(e));
}

void
cli_changed(const struct cli *c, struct str name)
{
	size_t i;

	log_begin(LOG_CHANGE);
	log_str("noun", str_of(c->cmd->noun));
	if (c->cmd->verb != NULL)
		log_str("verb", str_of(c->cmd->verb));
	if (c->auth.name.n > 0)
		log_str("authority", c->auth.name);
	log_str("name", name);
	for (i = 0; i < c->nsets; i++)
		log_str("field", c->sets[i].name);
	log_int("uid", (int64_t)getuid());
	log_end();
}

void
cli_warn_secret(void)
{
	struct stat st;

	if (fstat(STDOUT_FILENO, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IROTH) != 0)
		fputs("tessera: standard output: a secret goes to a file that everybody can read\n",
			stderr);
}

bool
cli_same_file(struct cli *c, struct str one, struct str other)
{
	struct stat s, t;

	return stat(arena_z(c->a, one), &s) == 0 && stat(arena_z(c->a, other), &t) == 0 &&
		s.st_dev == t.st_dev && s.st_ino == t.st_ino;
}

struct str
cli_conf_fault(struct cli *c, const struct conf_where *where)
{
	if (where->line == 0)
		return where->what;
	return arena_printf(c->a, "line %u: %.*s", where->line, STR_FMT(where->what));
}

/*
 * With --data DIR: the file in DIR; or the usual one, if that is about the
 * same directory; or none. So the command line never seals with a key that
 * the programs do not have.
 */
static enum err
load(struct cli *c, struct conf_where *where)
{
	struct str path;
	enum err e;

	if (c->data.n == 0)
		return conf_load(&c->conf, c->a, NULL, where);
	path = arena_printf(c->a, "%.*s/tessera.conf", STR_FMT(c->data));
	e = conf_load(&c->conf, c->a, arena_z(c->a, path), where);
	if (e != ERR_NOTFOUND)
		return e;
	e = conf_load(&c->conf, c->a, NULL, where);
	if (e == OK && cli_same_file(c, c->conf.data, c->data))
		return OK;
	return conf_parse(&c->conf, c->a, path, STR(""), where);
}

enum err
cli_load(struct cli *c, struct conf_where *where)
{
	enum err e;

	e = load(c, where);
	if (e != OK)
		return e;
	if (c->data.n > 0)
		c->conf.data = c->data;
	clock_shift(c->conf.clock_offset);
	return OK;
}

static void
open_log(struct cli *c)
{
	bool shown = str_eqz(c->conf.log, "stderr") && isatty(STDERR_FILENO) == 1;
	struct identity owner;
	enum err e;

	identity_caller(&owner);
	e = log_open("tessera", arena_z(c->a, c->conf.log));
	identity_restore(&owner);
	if (e != OK)
		cli_fail(STATUS_SYSTEM, c->conf.log, "cannot write the log: %s", err_text(e));
	/* Who sits before it sees the answer already. */
	log_verbosity(shown ? 0 : (int)c->conf.verbosity);
}

int
cli_configure(struct cli *c)
{
	struct conf_where where;
	struct str fault;
	enum err e;

	e = cli_load(c, &where);
	if (e == ERR_NOTFOUND && c->data.n == 0)
		return cli_fail(STATUS_SYSTEM, where.file,
			"there is no configuration here; say --data DIR or set TESSERA_CONF");
	if (e == OK)
		return STATUS_DONE;
	fault = cli_conf_fault(c, &where);
	return cli_fail(STATUS_SYSTEM, where.file, "%.*s", STR_FMT(fault));
}

int
cli_become_owner(struct cli *c)
{
	struct stat st;

	if (stat(arena_z(c->a, c->conf.data), &st) != 0 || !S_ISDIR(st.st_mode))
		return cli_fail(STATUS_SYSTEM, c->conf.data,
			"there is no such directory; `tessera init` makes one");
	if (getuid() != 0 || geteuid() != 0)
		return STATUS_DONE;
	if (setegid(st.st_gid) != 0 || seteuid(st.st_uid) != 0)
		return cli_fail(STATUS_SYSTEM, c->conf.data, "cannot work as its owner: %s",
			strerror(errno));
	return STATUS_DONE;
}

void
identity_caller(struct identity *saved)
{
	*saved = (struct identity){ geteuid(), getegid() };
	if (saved->uid == getuid())
		return;
	if (seteuid(getuid()) != 0 || setegid(getgid()) != 0)
		fatal("cannot work as uid %u: %s", (unsigned)getuid(), strerror(errno));
}

void
identity_restore(const struct identity *saved)
{
	if (saved->uid == geteuid())
		return;
	if (setegid(saved->gid) != 0 || seteuid(saved->uid) != 0)
		fatal("cannot work as uid %u: %s", saved->uid, strerror(errno));
}

static unsigned
rights_of(unsigned needs)
{
	unsigned rights = STORE_READ;

	if (needs & NEEDS_WRITE)
		rights |= STORE_WRITE;
	if (needs & NEEDS_KEYS)
		rights |= STORE_KEYS | STORE_ADMIN;
	if (needs & NEEDS_SECRETS)
		rights |= STORE_KEYS;
	if (needs & NEEDS_COUNTS)
		rights |= STORE_COUNT;
	return rights;
}

/* Asked before opening, since with NEEDS_KEYS what is not there would be made. */
bool
cli_has_authority(struct cli *c, struct str name)
{
	struct str path;

	if (name.n == 0 || str_find(name, '/') < name.n)
		return false;
	path = arena_printf(
		c->a, "%.*s/%.*s/durable/data.mdb", STR_FMT(c->conf.data), STR_FMT(name));
	return access(arena_z(c->a, path), F_OK) == 0;
}

int
cli_use(struct cli *c, struct arena *a, struct str name)
{
	enum err e = ERR_NOTFOUND;

	if (cli_has_authority(c, name))
		e = authority_open(c->d, a, name, &c->auth, &c->opened);
	if (e == OK)
		return STATUS_DONE;
	c->auth.name = STR("");
	if (e == ERR_NOTFOUND || e == ERR_SYNTAX)
		return cli_fail(STATUS_NO, name, "there is no such authority");
	return cli_error(arena_printf(a, "authority %.*s", STR_FMT(name)), e);
}

static struct str
join(struct arena *a, struct strs list)
{
	struct str s = STR("");
	size_t i;

	for (i = 0; i < list.n && i < 20; i++)
		s = arena_printf(
			a, "%.*s%s%.*s", STR_FMT(s), i > 0 ? ", " : "", STR_FMT(list.v[i]));
	return list.n > 20 ? arena_printf(a, "%.*s, ...", STR_FMT(s)) : s;
}

static int
no_authority(struct cli *c)
{
	return cli_fail(STATUS_NO, c->conf.data,
		"there is no authority; `tessera authority add ISSUER` makes one");
}

/* Without --authority: the only one, or the one named "default". */
static int
use_default(struct cli *c)
{
	struct strs names = { NULL, 0 };
	struct str list;
	enum err e;

	e = authority_names(c->d, c->a, &names);
	if (e != OK && e != ERR_NOTFOUND)
		return cli_error(STR("registry"), e);
	if (names.n == 0)
		return no_authority(c);
	if (names.n == 1)
		return cli_use(c, c->a, names.v[0]);
	if (strs_has(names, STR("default")))
		return cli_use(c, c->a, STR("default"));
	list = join(c->a, names);
	return cli_fail(STATUS_USAGE, STR(""), "which authority? say --authority with one of %.*s",
		STR_FMT(list));
}

static int
open_deployment(struct cli *c)
{
	enum err e;

	e = deployment_open(&c->conf, rights_of(c->needs), &c->d);
	return cli_error(c->conf.data, e);
}

int
cli_open(struct cli *c)
{
	int status;

	c->needs = c->cmd->flags;
	open_log(c);
	if ((c->needs & NEEDS_DATA) == 0)
		return STATUS_DONE;
	status = cli_become_owner(c);
	if (status == STATUS_DONE)
		status = open_deployment(c);
	if (status != STATUS_DONE || (c->needs & NEEDS_AUTHORITY) == 0)
		return status;
	return c->authority.n > 0 ? cli_use(c, c->a, c->authority) : use_default(c);
}

int
cli_need(struct cli *c, unsigned needs)
{
	struct str name = c->auth.name;
	int status;

	if ((c->needs & needs) == needs)
		return STATUS_DONE;
	c->needs |= needs;
	cli_close(c);
	status = open_deployment(c);
	return status == STATUS_DONE ? cli_use(c, c->a, name) : status;
}

void
cli_close(struct cli *c)
{
	deployment_close(c->d);
	c->d = NULL;
}

static int
one_authority(struct cli *c, struct str name, int (*fn)(struct cli *, void *), void *arg)
{
	struct arena *whole = c->a;
	int status;

	c->a = arena_new(ARENA_CEILING);
	status = cli_use(c, c->a, name);
	if (status == STATUS_DONE)
		status = fn(c, arg);
	arena_free(c->a);
	c->a = whole;
	c->auth = (struct authority){ .name = STR("") };
	return status;
}

int
cli_each_authority(struct cli *c, int (*fn)(struct cli *c, void *arg), void *arg)
{
	struct strs names = { NULL, 0 };
	int status, worst = STATUS_DONE;
	enum err e = OK;
	size_t i;

	if (c->authority.n > 0)
		arena_strs_add(c->a, &names, c->authority);
	else
		e = authority_names(c->d, c->a, &names);
	if (e == ERR_NOTFOUND)
		return no_authority(c);
	if (e != OK)
		return cli_error(STR("registry"), e);
	for (i = 0; i < names.n; i++) {
		status = one_authority(c, names.v[i], fn, arg);
		worst = status > worst ? status : worst;
	}
	return worst;
}
