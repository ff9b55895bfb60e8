/*
 * backup - tessera backup: a consistent copy of what cannot be made again
 * SPDX-License-Identifier: ISC
 *
 * Registry, the durable and the keys environment of each authority, and the
 * configuration. Not the volatile environments, and not the master key: with
 * it in the same place, the seal on the private keys would be worth nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/commands.h"
#include "store/env.h"

struct backup {
	struct cli *c;
	struct str to;
};

static struct str
path(struct cli *c, struct str base, struct str name, const char *part)
{
	return arena_printf(c->a, "%.*s/%.*s%s%s", STR_FMT(base), STR_FMT(name),
		*part == '\0' ? "" : "/", part);
}

static int
make_directory(struct cli *c, struct str dir)
{
	if (mkdir(arena_z(c->a, dir), 0700) == 0)
		return STATUS_DONE;
	if (errno == EEXIST)
		return cli_fail(STATUS_NO, dir, "is there already, and not empty");
	return cli_fail(STATUS_SYSTEM, dir, "%s", strerror(errno));
}

/* The environment is opened as the owner of the data, the copy belongs to whoever asked for it. */
static int
copy_env(struct backup *b, struct str name, const char *part)
{
	struct str from = path(b->c, b->c->conf.data, name, part),
		   to = path(b->c, b->to, name, part);
	struct store_options o = { .flags = STORE_READONLY };
	struct identity owner;
	struct store *s;
	int status;
	enum err e;

	e = store_open(arena_z(b->c->a, from), &o, &s);
	if (e != OK)
		return cli_error(from, e);
	identity_caller(&owner);
	status = make_directory(b->c, to);
	if (status == STATUS_DONE)
		status = cli_error(to, store_copy(s, arena_z(b->c->a, to)));
	identity_restore(&owner);
	store_close(s);
	return status;
}

static int
write_file(struct backup *b, const char *name, struct str text)
{
	struct str to = path(b->c, b->to, str_of(name), "");
	struct identity owner;
	bool done;
	int fd;

	identity_caller(&owner);
	fd = open(arena_z(b->c->a, to), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	identity_restore(&owner);
	if (fd < 0)
		return cli_fail(STATUS_SYSTEM, to, "%s", strerror(errno));
	done = write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
	if (close(fd) != 0 || !done)
		return cli_fail(STATUS_SYSTEM, to, "cannot be written: %s", strerror(errno));
	return STATUS_DONE;
}

/* Byte for byte, its last line break included. */
static int
copy_file(struct backup *b, struct str from, const char *name)
{
	char *p = arena_alloc(b->c->a, INPUT_MAX);
	int fd = open(arena_z(b->c->a, from), O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return cli_fail(STATUS_SYSTEM, from, "%s", strerror(errno));
	n = read(fd, p, INPUT_MAX);
	close(fd);
	if (n < 0 || n == INPUT_MAX)
		return cli_fail(STATUS_SYSTEM, from, "cannot be read whole");
	return write_file(b, name, str_bytes(p, (size_t)n));
}

static int
copy_authority(struct backup *b, struct str name)
{
	struct identity owner;
	int status;

	identity_caller(&owner);
	status = make_directory(b->c, path(b->c, b->to, name, ""));
	identity_restore(&owner);
	if (status == STATUS_DONE)
		status = copy_env(b, name, "durable");
	return status == STATUS_DONE ? copy_env(b, name, "keys") : status;
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
	struct identity owner;
	int status;

	identity_caller(&owner);
	if (is_empty(arena_z(b->c->a, b->to)))
		status = STATUS_DONE;
	else
		status = make_directory(b->c, b->to);
	identity_restore(&owner);
	return status;
}

/* Only the conf and key files of the deployment; the environments come one by one. */
static int
copy_files(struct backup *b)
{
	struct cli *c = b->c;
	int status = STATUS_DONE;

	if (access(arena_z(c->a, c->conf.path), R_OK) == 0)
		status = copy_file(b, c->conf.path, "tessera.conf");
	if (status == STATUS_DONE && cli_has(c, "with-master-key"))
		status = copy_file(b, c->conf.master_key, "master.key");
	return status;
}

static int
report(struct cli *c, const struct strs *names)
{
	bool key = cli_has(c, "with-master-key");
	struct object o;

	object_begin(&o, c);
	object_str(&o, "backup", cli_word(c, 0));
	object_int(&o, "authorities", (int64_t)names->n);
	object_str(&o, "master_key", key ? STR("included") : STR("not included"));
	if (!key)
		out_note(c,
			"Without the file %.*s the private keys in it cannot be opened: keep "
			"a copy elsewhere.",
			STR_FMT(c->conf.master_key));
	return object_end(&o);
}

int
cmd_backup(struct cli *c)
{
	struct backup b = { c, cli_word(c, 0) };
	struct strs names = { NULL, 0 };
	int status;
	enum err e;
	size_t i;

	e = authority_names(c->d, c->a, &names);
	if (e != OK)
		return cli_error(STR("registry"), e);
	cli_close(c); /* no environment may be open twice */
	status = make_target(&b);
	if (status == STATUS_DONE)
		status = copy_env(&b, STR("registry"), "");
	for (i = 0; i < names.n && status == STATUS_DONE; i++)
		status = copy_authority(&b, names.v[i]);
	if (status == STATUS_DONE)
		status = copy_files(&b);
	return status == STATUS_DONE ? report(c, &names) : status;
}
