/*
 * check - tessera check: what is wrong with configuration, files and records
 * SPDX-License-Identifier: ISC
 *
 * Reads everything once and changes nothing. One line a problem.
 */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/check.h"
#include "admin/commands.h"
#include "base/audit_key.h"
#include "base/clock.h"
#include "base/dial.h"
#include "base/sandbox.h"
#include "base/seal.h"
#include "endpoint/page.h"

static void report(struct check *k, struct str where, const char *fmt, va_list ap) PRINTF(3, 0);

static void
report(struct check *k, struct str where, const char *fmt, va_list ap)
{
	struct arena *a = arena_new(ARENA_CEILING);
	struct str clean = out_clean(a, where);
	char *what = NULL;

	if (vasprintf(&what, fmt, ap) < 0)
		fatal("out of memory");
	k->problems++;
	if (k->aside) {
		cli_fail(STATUS_NO, clean, "%s", what);
	} else if (k->c->json) {
		list_str(&k->list, "where", where);
		list_str(&k->list, "problem", str_of(what));
		list_next(&k->list);
	} else {
		printf("%.*s: %s\n", STR_FMT(clean), what);
	}
	free(what);
	arena_free(a);
}

void
check_problem(struct check *k, struct str where, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(k, where, fmt, ap);
	va_end(ap);
}

void
check_damage(struct check *k, struct str where, const char *fmt, ...)
{
	va_list ap;

	k->damage++;
	va_start(ap, fmt);
	report(k, where, fmt, ap);
	va_end(ap);
}

struct str
check_where(struct check *k, const char *kind, struct str name)
{
	struct cli *c = k->c;

	return arena_printf(c->a, "%.*s%s%s%s%.*s", STR_FMT(c->auth.name),
		c->auth.name.n > 0 ? ": " : "", kind, name.n > 0 ? " " : "", STR_FMT(name));
}

static void
check_owner(struct check *k, struct str path, const struct stat *data, int depth)
{
	char *z = arena_z(k->c->a, path);
	struct dirent *entry;
	struct stat st;
	DIR *dir;

	if (str_eq(path, k->c->conf.master_key) || str_eq(path, k->c->conf.audit_key) ||
		lstat(z, &st) != 0)
		return; /* keys are looked at more closely */
	if (st.st_uid != data->st_uid)
		check_problem(k, path, "belongs to uid %u, the data directory to uid %u",
			(unsigned)st.st_uid, (unsigned)data->st_uid);
	if ((st.st_mode & S_IRWXO) != 0 && !S_ISLNK(st.st_mode))
		check_problem(
			k, path, "is open to everybody (mode %04o)", (unsigned)st.st_mode & 07777);
	if (!S_ISDIR(st.st_mode) || depth == 0)
		return;
	dir = opendir(z);
	if (dir == NULL) {
		check_problem(k, path, "%s", strerror(errno));
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		if (!str_eqz(str_of(entry->d_name), ".") && !str_eqz(str_of(entry->d_name), ".."))
			check_owner(k,
				arena_printf(k->c->a, "%.*s/%s", STR_FMT(path), entry->d_name),
				data, depth - 1);
	closedir(dir);
}

static void
check_master_key(struct check *k)
{
	struct str path = k->c->conf.master_key;
	struct seal *s = NULL;
	struct stat st;
	enum err e;

	if (stat(arena_z(k->c->a, path), &st) != 0) {
		check_problem(k, path, "%s", strerror(errno));
		return;
	}
	if ((st.st_mode & (S_IWGRP | S_IRWXO)) != 0)
		check_problem(k, path, "others than its owner can change or read it (mode %04o)",
			(unsigned)st.st_mode & 07777);
	e = seal_open(arena_z(k->c->a, path), &s);
	k->has_key = e == OK;
	if (e != OK)
		check_problem(k, path, "cannot be used: %s", err_text(e));
	seal_free(s);
}

/* It need not be there. */
static void
check_audit_key(struct check *k)
{
	struct str path = k->c->conf.audit_key;
	struct stat st;

	if (stat(arena_z(k->c->a, path), &st) == 0 && (st.st_mode & AUDIT_KEY_OPEN) != 0)
		check_problem(k, path, "others than its owner can change or read it (mode %04o)",
			(unsigned)st.st_mode & 07777);
}

static void
check_templates(struct check *k)
{
	struct str which = STR("");
	enum err e;

	e = page_load(arena_z(k->c->a, k->c->conf.templates), &which);
	if (e != OK)
		check_problem(k, k->c->conf.templates, "%.*s: %s", STR_FMT(which), err_text(e));
}

/* Directories that look like an authority and that the registry does not lead to. */
static void
check_directories(struct check *k, struct strs names)
{
	DIR *dir = opendir(arena_z(k->c->a, k->c->conf.data));
	struct dirent *entry;
	struct str path, name;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		name = str_of(entry->d_name);
		path = arena_printf(
			k->c->a, "%.*s/%s/durable", STR_FMT(k->c->conf.data), entry->d_name);
		if (access(path.p, F_OK) == 0 && !strs_has(names, arena_str(k->c->a, name)))
			check_problem(
				k, name, "is a directory of an authority, but not in the registry");
	}
	closedir(dir);
}

static void
check_one(struct check *k, struct str name)
{
	struct cli *c = k->c;
	struct authority found;
	struct opened opened;
	enum err e;

	e = authority_open(c->d, c->a, name, &c->auth, &c->opened);
	if (e == ERR_NOTFOUND) {
		check_problem(k, name, "is in the registry, but its data is not there");
		return;
	}
	if (e != OK) {
		check_damage(k, name, "cannot be opened: %s", err_text(e));
		return;
	}
	if (c->auth.enabled) {
		e = authority_find(c->d, c->a, issuer_host(c->a, &c->auth), issuer_path(&c->auth),
			&found, &opened);
		if (e != OK || !str_eq(found.name, name))
			check_damage(k, name, "the registry does not lead from its issuer to it");
	}
	check_authority(k);
}

static void
check_all(struct check *k)
{
	struct cli *c = k->c;
	struct strs names = { NULL, 0 };
	struct arena *whole = c->a;
	enum err e;
	size_t i;

	e = authority_names(c->d, c->a, &names);
	if (e != OK) {
		check_damage(k, STR("registry"), "cannot be read: %s", err_text(e));
		return;
	}
	if (names.n == 0)
		check_problem(k, STR("registry"), "there is no authority");
	check_directories(k, names);
	for (i = 0; i < names.n; i++) {
		if (c->authority.n > 0 && !str_eq(c->authority, names.v[i]))
			continue;
		c->a = arena_new(ARENA_CEILING);
		check_one(k, names.v[i]);
		c->auth = (struct authority){ .name = STR("") };
		arena_free(c->a);
		c->a = whole;
	}
}

/* false: there is no telling what data is meant. */
static bool
check_conf(struct check *k)
{
	struct conf_where where;
	struct str fault;
	enum err e;

	e = cli_load(k->c, &where);
	k->has_conf = e == OK;
	if (e == OK)
		return true;
	fault = cli_conf_fault(k->c, &where);
	check_problem(k, where.file, "%.*s", STR_FMT(fault));
	return false;
}

/* What can be seen before anything is opened; false: there is no data to open. */
static bool
check_files(struct check *k)
{
	struct cli *c = k->c;
	struct stat st;

	if (stat(arena_z(c->a, c->conf.data), &st) != 0) {
		check_problem(k, c->conf.data, "%s", strerror(errno));
		return false;
	}
	check_owner(k, c->conf.data, &st, 2);
	return true;
}

/* No problem of the deployment's, but somebody may want another kernel. */
static void
note_sandbox(struct check *k)
{
	struct str missing = sandbox_missing(k->c->a);

	if (!k->c->conf.sandbox)
		out_note(k->c, "The sandbox is switched off.");
	else if (missing.n > 0)
		out_note(k->c, "This kernel has no sandbox for: %.*s.", STR_FMT(missing));
}

/* Whether somebody is at a helper's socket, if there is to be one. */
static void
check_helper(struct check *k, const char *name, struct str path)
{
	enum err e = OK;
	int fd = -1;

	if (path.n > 0)
		e = dial(path, clock_us(), &fd);
	if (e != OK)
		check_problem(k, path, "%s cannot be reached: %s", name,
			e == ERR_UNAVAILABLE ? "it does not run" : err_text(e));
	if (fd >= 0)
		close(fd);
}

static void
check_data(struct check *k)
{
	struct cli *c = k->c;
	enum err e;

	check_master_key(k);
	check_audit_key(k);
	e = deployment_open(&c->conf, STORE_READ | STORE_KEYS, &c->d);
	if (e != OK)
		check_damage(k, c->conf.data, "%s", err_text(e));
	else
		check_all(k);
}

static int
end(struct check *k)
{
	int status = list_end(&k->list);

	if (k->has_conf)
		note_sandbox(k);
	if (k->problems == 0)
		out_note(k->c, "No problem was found.");
	if (status != STATUS_DONE)
		return status;
	return k->problems == 0 ? STATUS_DONE : STATUS_NO;
}

int
cmd_check(struct cli *c)
{
	static const char *const none[] = { NULL };
	struct check k = { .c = c };
	int status;

	list_begin(&k.list, c, "problems", none);
	if (!check_conf(&k) || !check_files(&k))
		return end(&k);
	check_templates(&k);
	status = cli_become_owner(c);
	if (status != STATUS_DONE)
		return status;
	check_data(&k);
	check_helper(&k, "tessera-writer(8)", c->conf.writer);
	check_helper(&k, "tessera-signer(8)", c->conf.signer);
	return end(&k);
}

int
check_copy(struct cli *c, struct str data, struct str master_key, size_t *problems)
{
	struct cli *copy = arena_alloc(c->a, sizeof(*copy));
	struct check k = { .c = copy, .aside = true };

	*copy = *c;
	copy->d = NULL;
	copy->authority = STR(""); /* all of them */
	copy->auth = (struct authority){ .name = STR("") };
	copy->conf.data = data;
	copy->conf.master_key = master_key;
	copy->conf.audit_key = arena_printf(c->a, "%.*s/audit.key", STR_FMT(data));
	if (check_files(&k))
		check_data(&k);
	else
		k.damage++;
	cli_close(copy);
	*problems = k.problems;
	if (k.damage == 0)
		return STATUS_DONE;
	return cli_fail(STATUS_SYSTEM, data, "the copy is damaged");
}
