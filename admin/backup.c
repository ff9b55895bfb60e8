/*
 * backup - tessera backup: a consistent copy of what cannot be made again
 * SPDX-License-Identifier: ISC
 *
 * Registry, the durable and the keys environment of each authority, and the
 * configuration. Not the volatile environments, and not the master key: with
 * it in the same place, the seal on the private keys would be worth nothing.
 * A copy is only a backup when it opens, so it is opened and looked at.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/check.h"
#include "admin/commands.h"
#include "admin/copy.h"

struct backup {
	struct copying k;
	struct strs names; /* of authorities that were copied */
	size_t problems;
};

/* An authority whose directory was removed is gone, whatever the registry says. */
static int
copy_authority(struct backup *b, struct str name)
{
	struct cli *c = b->k.c;
	int status;

	if (!cli_has_authority(c, name)) {
		cli_fail(STATUS_NO, name, "is in the registry, but its data is not there");
		return STATUS_DONE;
	}
	status = copy_directory(&b->k, name);
	if (status == STATUS_DONE)
		status = copy_environment(&b->k, name, "durable");
	if (status == STATUS_DONE)
		status = copy_environment(&b->k, name, "keys");
	arena_strs_add(c->a, &b->names, name);
	return status;
}

static bool
is_empty(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	size_t n = 0;

	if (d == NULL)
		return false;
	while ((entry = readdir(d)) != NULL)
		n += !str_eqz(str_of(entry->d_name), ".") && !str_eqz(str_of(entry->d_name), "..");
	closedir(d);
	return n == 0;
}

/* A new directory or an empty one, so that a backup is never mixed with another. */
static int
make_target(struct backup *b)
{
	char *to = arena_z(b->k.c->a, b->k.to);
	struct identity saved;
	int status = STATUS_DONE;

	copy_writing(&b->k, &saved);
	if (!is_empty(to) && mkdir(to, 0700) != 0)
		status = cli_fail(errno == EEXIST ? STATUS_NO : STATUS_SYSTEM, b->k.to, "%s",
			errno == EEXIST ? "is there already, and not empty" : strerror(errno));
	identity_restore(&saved);
	return status;
}

static struct str
in_target(struct backup *b, const char *name)
{
	return copy_path(b->k.c, b->k.to, str_of(name), "");
}

/* Only the conf and key files of the deployment; the environments come one by one. */
static int
copy_files(struct backup *b)
{
	struct cli *c = b->k.c;
	int status = STATUS_DONE;

	if (access(arena_z(c->a, c->conf.path), R_OK) == 0)
		status = copy_file(&b->k, c->conf.path, in_target(b, "tessera.conf"));
	if (status == STATUS_DONE && cli_has(c, "with-master-key"))
		status = copy_file(&b->k, c->conf.master_key, in_target(b, "master.key"));
	/* It may be kept elsewhere. */
	if (status == STATUS_DONE && cli_has(c, "with-master-key") &&
		access(arena_z(c->a, c->conf.audit_key), R_OK) == 0)
		status = copy_file(&b->k, c->conf.audit_key, in_target(b, "audit.key"));
	return status;
}

static void
unlock(struct backup *b)
{
	size_t i;

	copy_unlock(b->k.c, b->k.to, STR("registry"), "");
	for (i = 0; i < b->names.n; i++) {
		copy_unlock(b->k.c, b->k.to, b->names.v[i], "durable");
		copy_unlock(b->k.c, b->k.to, b->names.v[i], "keys");
	}
}

/* What is wrong with the data is wrong with the copy, and no reason to have none; but what cannot
 * be read is. */
static int
verify(struct backup *b)
{
	struct cli *c = b->k.c;
	struct str key = c->conf.master_key;
	struct identity saved;
	int status;

	if (cli_has(c, "with-master-key"))
		key = in_target(b, "master.key");
	copy_writing(&b->k, &saved);
	status = check_copy(c, b->k.to, key, &b->problems);
	unlock(b);
	identity_restore(&saved);
	return status;
}

static int
report(struct backup *b)
{
	struct cli *c = b->k.c;
	bool key = cli_has(c, "with-master-key");
	struct object o;

	object_begin(&o, c);
	object_str(&o, "backup", cli_word(c, 0));
	object_int(&o, "authorities", (int64_t)b->names.n);
	object_str(&o, "master_key", key ? STR("included") : STR("not included"));
	object_int(&o, "problems", (int64_t)b->problems);
	if (!key)
		out_note(c,
			"Without the file %.*s the private keys in it cannot be opened: keep "
			"a copy elsewhere.",
			STR_FMT(c->conf.master_key));
	return object_end(&o);
}

static int
copy_all(struct backup *b, const struct strs *names)
{
	int status;
	size_t i;

	status = copy_environment(&b->k, STR("registry"), "");
	for (i = 0; i < names->n && status == STATUS_DONE; i++)
		status = copy_authority(b, names->v[i]);
	if (status == STATUS_DONE)
		status = copy_files(b);
	return status == STATUS_DONE ? copy_sync(&b->k) : status;
}

int
cmd_backup(struct cli *c)
{
	struct backup b = { .k = { .c = c, .from = c->conf.data, .to = cli_word(c, 0) } };
	struct strs names = { NULL, 0 };
	int status;
	enum err e;

	e = authority_names(c->d, c->a, &names);
	if (e != OK)
		return cli_error(STR("registry"), e);
	cli_close(c); /* no environment may be open twice */
	status = make_target(&b);
	if (status == STATUS_DONE)
		status = copy_all(&b, &names);
	if (status == STATUS_DONE)
		status = verify(&b);
	return status == STATUS_DONE ? report(&b) : status;
}
