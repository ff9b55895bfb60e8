/*
 * master - tessera master: versions of the master key, and what is sealed with them
 * SPDX-License-Identifier: ISC
 *
 * What counts is which keys environments there are, not what the registry
 * says: an authority that was taken out of it may come back. The file of the
 * master key is used with the rights of whoever called, since the owner of
 * the data need not be allowed to change it.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "admin/commands.h"
#include "base/seal.h"
#include "model/private_key.h"
#include "store/env.h"

struct master {
	struct cli *c;
	char *path;
	struct seal *seal;
	size_t count[SEAL_VERSIONS_MAX]; /* private keys, by the place of their version */
	size_t unknown;			 /* sealed with a version that the file does not have */
};

static int
open_seal(struct master *m, struct cli *c)
{
	struct identity owner;
	enum err e;

	*m = (struct master){ .c = c, .path = arena_z(c->a, c->conf.master_key) };
	identity_caller(&owner);
	e = seal_open(m->path, &m->seal);
	identity_restore(&owner);
	return cli_error(c->conf.master_key, e);
}

/* Calls fn with the keys environment of each directory that has one; stops at the first failure
 * unless told to go on. The worst status. */
typedef int keys_fn(struct master *m, struct str name, struct store *keys);

static int
with_keys(struct master *m, const char *name, bool write, keys_fn *fn)
{
	struct cli *c = m->c;
	struct store_options o = { .flags = write ? 0 : STORE_READONLY,
		.readers = c->conf.readers };
	struct str dir = arena_printf(c->a, "%.*s/%s/keys", STR_FMT(c->conf.data), name);
	struct str file = arena_printf(c->a, "%.*s/data.mdb", STR_FMT(dir));
	struct store *keys;
	int status;
	enum err e;

	if (name[0] == '.' || access(arena_z(c->a, file), F_OK) != 0)
		return STATUS_DONE;
	e = store_open(arena_z(c->a, dir), &o, &keys);
	if (e != OK)
		return cli_error(dir, e);
	status = fn(m, arena_str(c->a, str_of(name)), keys);
	store_close(keys);
	return status;
}

static int
each_keys(struct master *m, bool write, keys_fn *fn)
{
	DIR *dir = opendir(arena_z(m->c->a, m->c->conf.data));
	int status, worst = STATUS_DONE;
	struct dirent *entry;

	if (dir == NULL)
		return cli_fail(STATUS_SYSTEM, m->c->conf.data, "%s", strerror(errno));
	while ((entry = readdir(dir)) != NULL) {
		status = with_keys(m, entry->d_name, write, fn);
		worst = status > worst ? status : worst;
	}
	closedir(dir);
	return worst;
}

static enum err
count_one(void *arg, struct arena *a, const struct private_key *stored)
{
	struct master *m = arg;
	struct seal_version v;
	uint32_t version;
	size_t i;

	(void)a;
	if (seal_version_of(stored->sealed, &version) != OK)
		return ERR_CORRUPT;
	for (i = 0; seal_version(m->seal, i, &v) && v.version != version; i++)
		continue;
	if (i < SEAL_VERSIONS_MAX && seal_version(m->seal, i, &v))
		m->count[i]++;
	else
		m->unknown++;
	return OK;
}

static int
count_keys(struct master *m, struct str name, struct store *keys)
{
	return cli_error(name, private_key_each(keys, count_one, m));
}

static const char *const columns[] = { "version", "created", "keys", "use", NULL };

static void
list_versions(struct master *m, struct listing *l)
{
	struct seal_version v;
	size_t i;

	for (i = 0; seal_version(m->seal, i, &v); i++) {
		list_int(l, "version", v.version);
		list_time(l, "created", v.created);
		list_int(l, "keys", (int64_t)m->count[i]);
		list_str(l, "use",
			i == 0			  ? STR("seals")
				: m->count[i] > 0 ? STR("opens")
						  : STR("none"));
		list_next(l);
	}
}

static int
warn_unknown(const struct master *m)
{
	if (m->unknown == 0)
		return STATUS_DONE;
	return cli_fail(STATUS_NO, m->c->conf.master_key,
		"%zu private key%s sealed with a version that is not in this file", m->unknown,
		m->unknown == 1 ? " is" : "s are");
}

int
cmd_master_list(struct cli *c)
{
	struct listing l;
	struct master m;
	int status, ended;

	status = open_seal(&m, c);
	if (status != STATUS_DONE)
		return status;
	status = each_keys(&m, false, count_keys);
	list_begin(&l, c, "versions", columns);
	list_versions(&m, &l);
	ended = list_end(&l);
	if (status == STATUS_DONE)
		status = warn_unknown(&m);
	seal_free(m.seal);
	return status == STATUS_DONE ? ended : status;
}

static int
reseal(struct master *m, struct str name, struct store *keys)
{
	size_t done, left;
	enum err e;

	e = private_key_reseal(keys, m->seal, &done, &left);
	m->count[0] += done;
	if (e == OK || left == 0)
		return cli_error(name, e);
	return cli_fail(STATUS_NO, name, "%zu private key%s cannot be opened and %s as before: %s",
		left, left == 1 ? "" : "s", left == 1 ? "is" : "are", err_text(e));
}

static int
add_version(struct cli *c)
{
	struct seal_version made;
	struct identity owner;
	enum err e;

	identity_caller(&owner);
	e = seal_rotate(arena_z(c->a, c->conf.master_key), &made);
	identity_restore(&owner);
	if (e == ERR_FULL)
		return cli_fail(STATUS_NO, c->conf.master_key,
			"has %d versions, no more are possible; see tessera master prune",
			SEAL_VERSIONS_MAX);
	if (e != OK)
		return cli_error(c->conf.master_key, e);
	cli_changed(c, arena_printf(c->a, "version %u", (unsigned)made.version));
	return STATUS_DONE;
}

static int
report(struct master *m)
{
	struct seal_version newest = { 0 };
	struct object o;

	(void)seal_version(m->seal, 0, &newest);
	object_begin(&o, m->c);
	object_str(&o, "master_key", m->c->conf.master_key);
	object_int(&o, "version", newest.version);
	object_int(&o, "resealed", (int64_t)m->count[0]);
	out_note(m->c,
		"Keep a copy of the file elsewhere; backups made before need its older "
		"versions.");
	return object_end(&o);
}

/* First the version, then the seals: whoever meets one made with a version it has not read reads
 * the file again. Interrupted in between, it is brought to its end by --reseal-only. */
int
cmd_master_rotate(struct cli *c)
{
	int status = STATUS_DONE, reported;
	struct master m;

	if (!cli_has(c, "reseal-only"))
		status = add_version(c);
	if (status == STATUS_DONE)
		status = open_seal(&m, c);
	if (status != STATUS_DONE)
		return status;
	status = each_keys(&m, true, reseal);
	reported = report(&m);
	seal_free(m.seal);
	return status == STATUS_DONE ? reported : status;
}

static int
drop(struct master *m, struct seal_version v, struct listing *l)
{
	struct identity owner;
	enum err e;

	identity_caller(&owner);
	e = seal_drop(m->path, v.version);
	identity_restore(&owner);
	if (e != OK)
		return cli_error(m->c->conf.master_key, e);
	cli_changed(m->c, arena_printf(m->c->a, "version %u", (unsigned)v.version));
	list_int(l, "version", v.version);
	list_time(l, "created", v.created);
	list_next(l);
	return STATUS_DONE;
}

/* Nothing is removed unless every environment could be read. The newest always stays, and only
 * with that one anything is sealed, so a version that is not used now will not be. */
int
cmd_master_prune(struct cli *c)
{
	static const char *const removed[] = { "version", "created", NULL };
	struct seal_version v;
	struct listing l;
	struct master m;
	int status, ended;
	size_t i;

	status = open_seal(&m, c);
	if (status != STATUS_DONE)
		return status;
	status = each_keys(&m, false, count_keys);
	if (status != STATUS_DONE) {
		seal_free(m.seal);
		return cli_fail(status, c->conf.master_key, "no version is removed");
	}
	list_begin(&l, c, "removed", removed);
	for (i = 1; status == STATUS_DONE && seal_version(m.seal, i, &v); i++)
		if (m.count[i] == 0)
			status = drop(&m, v, &l);
	ended = list_end(&l);
	seal_free(m.seal);
	return status == STATUS_DONE ? ended : status;
}
