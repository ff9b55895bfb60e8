/*
 * restore - tessera restore: a backup becomes the data again
 * SPDX-License-Identifier: ISC
 *
 * Only into a directory that is absent or has nothing but configuration and
 * keys, which stay. The registry comes last, since without it nothing
 * is served; then all is looked at, and if it cannot be used, nothing of it
 * remains.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/check.h"
#include "admin/commands.h"
#include "admin/copy.h"
#include "base/audit_key.h"
#include "base/secret.h"
#include "schema/check.h"

struct restore {
	struct copying k;
	struct strs names;
	bool made;		/* the data directory */
	bool has_conf, has_key; /* they came with the backup */
	const char *audit_key;	/* what became of it */
	size_t problems;
};

static bool
in_backup(struct restore *r, struct str name, const char *part)
{
	char *path = arena_z(r->k.c->a, copy_path(r->k.c, r->k.from, name, part));
	struct identity saved;
	bool found;

	copy_reading(&r->k, &saved);
	found = access(path, F_OK) == 0;
	identity_restore(&saved);
	return found;
}

/* What is in the backup is the directories with a durable environment, as in the data. */
static int
look_into(struct restore *r)
{
	struct cli *c = r->k.c;
	struct identity saved;
	struct dirent *entry;
	struct str name;
	DIR *dir;

	copy_reading(&r->k, &saved);
	dir = opendir(arena_z(c->a, r->k.from));
	identity_restore(&saved);
	if (dir == NULL)
		return cli_fail(errno == ENOENT ? STATUS_NO : STATUS_SYSTEM, r->k.from, "%s",
			strerror(errno));
	while ((entry = readdir(dir)) != NULL) {
		name = arena_str(c->a, str_of(entry->d_name));
		if (check_name(name) && in_backup(r, name, "durable/data.mdb"))
			arena_strs_add(c->a, &r->names, name);
	}
	closedir(dir);
	if (!in_backup(r, STR("registry"), "data.mdb"))
		return cli_fail(STATUS_NO, r->k.from, "is no backup: it has no registry");
	return STATUS_DONE;
}

/* Whether the entry may be there before: it is no data, and is not written over. */
static bool
may_stay(struct cli *c, const char *entry)
{
	struct str path = copy_path(c, c->conf.data, str_of(entry), "");

	return str_eqz(str_of(entry), ".") || str_eqz(str_of(entry), "..") ||
		str_eqz(str_of(entry), "lost+found") || str_eqz(str_of(entry), DEPLOYMENT_LIMITS) ||
		cli_same_file(c, path, c->conf.path) ||
		cli_same_file(c, path, c->conf.master_key) ||
		cli_same_file(c, path, c->conf.audit_key);
}

static int
check_empty(struct cli *c)
{
	DIR *dir = opendir(arena_z(c->a, c->conf.data));
	int status = STATUS_DONE;
	struct dirent *entry;

	if (dir == NULL)
		return cli_fail(STATUS_SYSTEM, c->conf.data, "%s", strerror(errno));
	while ((entry = readdir(dir)) != NULL && status == STATUS_DONE)
		if (!may_stay(c, entry->d_name))
			status = cli_fail(STATUS_NO, c->conf.data,
				"is not empty: it has %s; nothing is overwritten", entry->d_name);
	closedir(dir);
	return status;
}

static int
make_target(struct restore *r)
{
	struct cli *c = r->k.c;
	int status;

	r->made = mkdir(arena_z(c->a, c->conf.data), 0770) == 0;
	if (!r->made && errno != EEXIST)
		return cli_fail(STATUS_SYSTEM, c->conf.data, "%s", strerror(errno));
	status = cli_become_owner(c);
	return status == STATUS_DONE ? check_empty(c) : status;
}

static bool
is_there(struct cli *c, struct str path)
{
	return access(arena_z(c->a, path), F_OK) == 0;
}

/* The settings of the backup are in force from here on, unless there were some. One that is about
 * another directory would lead the programs there. */
static int
restore_conf(struct restore *r)
{
	struct cli *c = r->k.c;
	struct str from = copy_path(c, r->k.from, STR("tessera.conf"), "");
	struct conf_where where;
	struct conf own;
	int status;

	if (is_there(c, c->conf.path) || !in_backup(r, STR("tessera.conf"), ""))
		return STATUS_DONE;
	status = copy_file(&r->k, from, c->conf.path);
	if (status != STATUS_DONE)
		return status;
	r->has_conf = true;
	if (chmod(arena_z(c->a, c->conf.path), 0660) != 0)
		return cli_fail(STATUS_SYSTEM, c->conf.path, "%s", strerror(errno));
	status = cli_configure(c);
	if (status != STATUS_DONE)
		return status;
	if (conf_load(&own, c->a, arena_z(c->a, c->conf.path), &where) == OK &&
		!cli_same_file(c, own.data, r->k.to))
		out_note(c, "The file %.*s names another directory, %.*s: change it.",
			STR_FMT(c->conf.path), STR_FMT(own.data));
	return STATUS_DONE;
}

static int
restore_key(struct restore *r)
{
	struct cli *c = r->k.c;
	struct str from = copy_path(c, r->k.from, STR("master.key"), "");

	if (is_there(c, c->conf.master_key))
		return STATUS_DONE;
	if (!in_backup(r, STR("master.key"), ""))
		return cli_fail(STATUS_NO, c->conf.master_key,
			"is not there, and not in the backup: put the file in its place first, "
			"since without it the private keys cannot be opened");
	r->has_key = true;
	return copy_file(&r->k, from, c->conf.master_key);
}

/* What is there stays, as the master key does; whether it is the one that verifies these chains
 * nobody sees before it is too late. */
static void
compare_audit_keys(struct restore *r, struct str from)
{
	struct cli *c = r->k.c;
	struct str key, kept;
	struct identity saved;
	enum err e;

	copy_reading(&r->k, &saved);
	e = audit_key_read(arena_z(c->a, from), c->a, &kept);
	if (e == OK)
		e = audit_key_read(arena_z(c->a, c->conf.audit_key), c->a, &key);
	identity_restore(&saved);
	if (e != OK || !secret_eq(key, kept))
		cli_fail(STATUS_DONE, c->conf.audit_key,
			"is another than that of the backup, or cannot be used: the restored "
			"audit chains can only be verified by the other one");
}

/* Nothing of what is served needs it. */
static int
restore_audit_key(struct restore *r)
{
	struct cli *c = r->k.c;
	struct str from = copy_path(c, r->k.from, STR("audit.key"), "");
	bool is_kept = is_there(c, c->conf.audit_key), has = in_backup(r, STR("audit.key"), "");

	r->audit_key = is_kept ? "as it was" : has ? "restored" : "not there";
	if (is_kept && has)
		compare_audit_keys(r, from);
	return is_kept || !has ? STATUS_DONE : copy_file(&r->k, from, c->conf.audit_key);
}

static int
restore_authority(struct restore *r, struct str name)
{
	int status = copy_directory(&r->k, name);

	if (status == STATUS_DONE)
		status = copy_environment(&r->k, name, "durable");
	return status == STATUS_DONE ? copy_environment(&r->k, name, "keys") : status;
}

static int
restore_all(struct restore *r)
{
	int status = restore_conf(r);
	size_t i;

	if (status == STATUS_DONE)
		status = restore_key(r);
	if (status == STATUS_DONE)
		status = restore_audit_key(r);
	for (i = 0; i < r->names.n && status == STATUS_DONE; i++)
		status = restore_authority(r, r->names.v[i]);
	if (status == STATUS_DONE)
		status = copy_environment(&r->k, STR("registry"), "");
	if (status == STATUS_DONE)
		status = copy_sync(&r->k);
	if (status == STATUS_DONE)
		status = check_copy(r->k.c, r->k.to, r->k.c->conf.master_key, &r->problems);
	return status;
}

static void
undo(struct restore *r)
{
	struct identity saved;

	copy_undo(&r->k);
	identity_caller(&saved);
	if (r->made && rmdir(arena_z(r->k.c->a, r->k.to)) != 0)
		cli_fail(STATUS_SYSTEM, r->k.to, "%s", strerror(errno));
	identity_restore(&saved);
}

static int
report(struct restore *r)
{
	struct cli *c = r->k.c;
	struct object o;

	object_begin(&o, c);
	object_str(&o, "restored", r->k.from);
	object_str(&o, "data", r->k.to);
	object_int(&o, "authorities", (int64_t)r->names.n);
	object_str(&o, "conf", r->has_conf ? STR("restored") : STR("as it was"));
	object_str(&o, "master_key", r->has_key ? STR("restored") : STR("as it was"));
	object_str(&o, "audit_key", str_of(r->audit_key));
	object_int(&o, "problems", (int64_t)r->problems);
	return object_end(&o);
}

int
cmd_restore(struct cli *c)
{
	struct restore r = {
		.k = { .c = c, .from = cli_word(c, 0), .to = c->conf.data, .restoring = true }
	};
	int status = look_into(&r);

	if (status == STATUS_DONE)
		status = make_target(&r);
	if (status == STATUS_DONE)
		status = restore_all(&r);
	if (status != STATUS_DONE) {
		undo(&r);
		return status;
	}
	cli_changed(c, r.k.from);
	return report(&r);
}
