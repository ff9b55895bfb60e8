/*
 * import - tessera import: an authority from the document of tessera export
 * SPDX-License-Identifier: ISC
 *
 * The directory is filled while nothing leads to it. Only when the document
 * has come to its end, every record was accepted by its table and model, and
 * the whole has passed what tessera check looks at, the registry gets its
 * entry; otherwise the directory is removed, also on SIGINT, SIGTERM and
 * SIGHUP.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "admin/check.h"
#include "admin/commands.h"
#include "admin/import.h"
#include "admin/record_cmd.h"
#include "base/clock.h"
#include "base/seal.h"
#include "model/private_key.h"

static ssize_t
read_file(void *arg, char *p, size_t n)
{
	struct import *m = arg;
	ssize_t got;

	do
		got = read(m->fd, p, n);
	while (got < 0 && errno == EINTR && !stop_is_asked());
	return got;
}

/* The settings; from then on there is a directory. */
static int
take_authority(struct import *m, const struct js *v)
{
	struct cli *c = m->c;
	struct beginning begin = { .key = c->audit_key };
	struct authority auth;
	int status;
	enum err e;

	status = import_record(m, c->a, &record_authority, v, &auth);
	if (status != STATUS_DONE)
		return status;
	if (cli_has(c, "name"))
		auth.name = cli_option(c, "name");
	if (cli_has(c, "issuer"))
		auth.issuer = cli_option(c, "issuer");
	if (auth.created == 0)
		auth.created = clock_now();
	status = assign_check(c, &record_authority, &auth);
	if (status == STATUS_DONE)
		status = kind_authority.check(c, &auth);
	if (status != STATUS_DONE)
		return status;
	begin.record =
		cli_audit(c, AUDIT_IMPORTED, kind_label(c, &kind_authority, auth.name), STR(""));
	e = authority_begin(c->d, c->a, &auth, &begin, &c->opened);
	if (e == ERR_EXISTS)
		return cli_fail(STATUS_NO, auth.name,
			"its name or issuer is taken; say --name or --issuer for another");
	if (e != OK)
		return cli_error(auth.name, e);
	c->auth = auth;
	m->begun = true;
	return STATUS_DONE;
}

static int
take_format(struct import *m, struct str name, const struct js *v)
{
	int64_t format;

	if (!str_eqz(name, TRANSFER_FORMAT) || js_int(v, &format) != OK)
		return import_refuse(m, "this is no document of tessera export");
	if (format != TRANSFER_VERSION)
		return import_refuse(m, "format %lld is not known here", (long long)format);
	m->has_format = true;
	return STATUS_DONE;
}

/* Turns to the section of that name, when it is one. */
static int
turn_to(struct import *m, struct str name)
{
	int status = STATUS_DONE;
	size_t i;

	if (m->section != NULL && str_eqz(name, m->section->name))
		return STATUS_DONE;
	if (m->section != NULL)
		status = import_flush(m);
	m->section = NULL;
	for (i = 0; sections[i].name != NULL; i++)
		if (str_eqz(name, sections[i].name))
			m->section = &sections[i];
	return status;
}

static int
take_piece(struct import *m, struct arena *a, struct str name, const struct js *v)
{
	int status;

	if (!m->has_format)
		return take_format(m, name, v);
	if (str_eqz(name, "version") || str_eqz(name, "exported"))
		return STATUS_DONE;
	if (str_eqz(name, "authority") && !m->begun)
		return take_authority(m, v);
	if (!m->begun)
		return import_refuse(m, "the authority does not come first");
	status = turn_to(m, name);
	if (status != STATUS_DONE)
		return status;
	if (m->section != NULL)
		return import_row(m, a, v);
	if (str_eqz(name, TRANSFER_PRIVATE))
		return import_private(m, a, v);
	return import_refuse(m, "there is no member of that name");
}

static int
take_all(struct import *m)
{
	struct arena *a = arena_new(4 * ARENA_CEILING);
	int status = STATUS_DONE;
	const struct js *v;
	struct str name;
	enum err e = OK;

	while (status == STATUS_DONE && e == OK && !stop_is_asked()) {
		arena_reset(a);
		e = js_stream_next(&m->in, a, &name, &v);
		if (e == OK)
			status = take_piece(m, a, name, v);
	}
	arena_free(a);
	if (stop_is_asked())
		return cli_fail(STATUS_SYSTEM, m->file, "interrupted");
	if (status != STATUS_DONE)
		return status;
	if (e == ERR_SYSTEM)
		return cli_fail(STATUS_SYSTEM, m->file, "cannot be read");
	if (e != ERR_NOTFOUND)
		return import_refuse(m, "%s", err_text(e));
	return m->begun ? import_flush(m) : import_refuse(m, "there is no authority in it");
}

/* The same as tessera check; what only has to be looked after is said and no obstacle. */
static int
look(struct import *m)
{
	struct check k = { .c = m->c, .aside = true, .has_key = true };

	check_authority(&k);
	m->problems = k.problems;
	if (k.damage == 0)
		return STATUS_DONE;
	return cli_fail(STATUS_USAGE, m->file, "what it makes cannot be used");
}

static int
finish(struct import *m)
{
	struct cli *c = m->c;
	struct audit who = cli_audit(c, AUDIT_KEY_MADE, STR(""), STR(""));
	size_t made, gone;
	int status;
	enum err e;

	e = keyset_upkeep(c->opened.keyring, c->opened.durable, c->a, &c->auth, &who, &made, &gone);
	if (e != OK)
		return cli_error(STR("keys"), e);
	status = look(m);
	if (status != STATUS_DONE)
		return status;
	if (stop_is_asked())
		return cli_fail(STATUS_SYSTEM, m->file, "interrupted");
	return cli_error(c->auth.name, authority_publish(c->d, c->a, &c->auth));
}

static int
report(struct import *m)
{
	struct object o;
	size_t i;

	object_begin(&o, m->c);
	object_str(&o, "authority", m->c->auth.name);
	object_str(&o, "issuer", m->c->auth.issuer);
	for (i = 0; sections[i].name != NULL; i++)
		object_int(&o, sections[i].name, (int64_t)m->count[i]);
	object_int(&o, TRANSFER_PRIVATE, (int64_t)m->private_keys);
	object_int(&o, "problems", (int64_t)m->problems);
	return object_end(&o);
}

static int
open_file(struct import *m)
{
	struct cli *c = m->c;
	struct identity owner;
	enum err e;

	identity_caller(&owner);
	m->fd = STDIN_FILENO;
	if (!str_eqz(m->file, "-"))
		m->fd = open(arena_z(c->a, m->file), O_RDONLY | O_CLOEXEC);
	e = seal_open(arena_z(c->a, c->conf.master_key), &m->seal);
	identity_restore(&owner);
	if (m->fd < 0)
		return cli_fail(STATUS_NO, m->file, "%s", strerror(errno));
	if (str_eqz(m->file, "-"))
		m->file = STR("standard input");
	return cli_error(c->conf.master_key, e);
}

static void
undo(struct import *m)
{
	struct cli *c = m->c;
	struct str name = c->auth.name;

	if (m->begun && authority_remove(c->d, c->a, name) != OK)
		cli_fail(STATUS_SYSTEM, name, "what was made of it is still there");
}

static int
run(struct import *m)
{
	int status = open_file(m);

	if (status != STATUS_DONE)
		return status;
	stop_catch();
	js_stream_init(&m->in, read_file, m);
	batch_init(&m->batch, m->pending);
	status = take_all(m);
	if (status == STATUS_DONE)
		status = finish(m);
	if (status != STATUS_DONE)
		undo(m);
	js_stream_wipe(&m->in);
	if (m->fd != STDIN_FILENO)
		close(m->fd);
	return status;
}

int
cmd_import(struct cli *c)
{
	struct import *m = arena_alloc(c->a, sizeof(*m));
	int status;

	m->c = c;
	m->file = cli_word(c, 0);
	if (c->authority.n > 0)
		return cli_fail(
			STATUS_USAGE, STR("--authority"), "is for what is there; say --name");
	status = cli_audit_key(c);
	if (status != STATUS_DONE)
		return status;
	m->pending = arena_new(ARENA_CEILING);
	status = run(m);
	seal_free(m->seal);
	arena_free(m->pending);
	if (status != STATUS_DONE)
		return status;
	cli_changed(c, c->auth.name);
	return report(m);
}
