/*
 * deployment - the open environments of a process, a bounded number of them
 * SPDX-License-Identifier: ISC
 */
#include "model/deployment.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/call.h"
#include "base/limit.h"
#include "base/log.h"
#include "model/keyset.h"
#include "store/remote.h"

#define REGISTRY_SIZE ((int64_t)64 << 20)
#define KEYS_SIZE ((int64_t)16 << 20)

char *
deployment_path(const struct deployment *d, struct arena *a, const char *name, const char *file)
{
	struct str path = arena_printf(
		a, "%.*s/%s%s%s", STR_FMT(d->conf->data), name, *file == '\0' ? "" : "/", file);

	return arena_z(a, path);
}

char *
deployment_limits_path(const struct deployment *d, struct arena *a)
{
	return deployment_path(d, a, DEPLOYMENT_LIMITS, "");
}

struct limit_table *
deployment_limits(const struct deployment *d)
{
	return d == NULL ? NULL : d->limits;
}

/* People who cannot sign in are worse than tries that are not counted. */
static void
open_limits(struct deployment *d)
{
	struct arena *a = arena_new(ARENA_CEILING);
	enum err e = limit_open(deployment_limits_path(d, a), d->conf->limits_size, &d->limits);

	if (e != OK)
		log_reason(LOG_SYSTEM, "nothing is limited: %s", err_text(e));
	arena_free(a);
}

enum err
deployment_open(const struct conf *conf, unsigned rights, struct deployment **out)
{
	struct deployment *d = calloc(1, sizeof(*d));

	if (d == NULL)
		fatal("no memory for a deployment");
	d->conf = conf;
	d->rights = rights;
	d->program = "tessera";
	d->nslots = (size_t)(conf->open_authorities > 0 ? conf->open_authorities : 1);
	d->slots = calloc(d->nslots, sizeof(*d->slots));
	if (d->slots == NULL)
		fatal("no memory for %zu open authorities", d->nslots);
	if (rights & STORE_LIMIT)
		open_limits(d);
	*out = d;
	return OK;
}

void
deployment_program(struct deployment *d, const char *program)
{
	d->program = program;
}

/* The signer itself is who may change the keys. */
static bool
has_signer(const struct deployment *d)
{
	return d->conf->signer.n > 0 && d->rights & STORE_KEYS && !(d->rights & STORE_ROTATE);
}

enum err
deployment_confine(struct deployment *d, const char *program, const char *writes)
{
	enum err e = OK;

	d->program = program;
	d->writes = writes == NULL ? "" : writes;
	if (d->conf->writer.n > 0)
		e = call_open(d->conf->writer, "writer", &d->writer);
	if (e != OK || !has_signer(d))
		return e;
	d->rights &= ~(unsigned)STORE_KEYS;
	return call_open(d->conf->signer, "signer", &d->signer);
}

static void
slot_close(struct slot *s)
{
	keyring_close(s->keyring);
	store_close(s->keys);
	store_close(s->volatile_);
	store_close(s->durable);
	*s = (struct slot){ .name = "" };
}

void
deployment_close(struct deployment *d)
{
	size_t i;

	if (d == NULL)
		return;
	for (i = 0; i < d->nslots; i++)
		slot_close(&d->slots[i]);
	store_close(d->registry);
	limit_close(d->limits);
	call_close(d->writer);
	call_close(d->signer);
	free(d->slots);
	free(d->data);
	free(d->registry_file);
	free(d->master_key);
	free(d);
}

bool
deployment_reads_unlocked(const struct deployment *d)
{
	return d->rights & STORE_ROTATE && d->writer != NULL;
}

static enum err
open_registry(struct deployment *d, struct arena *a, unsigned flags)
{
	struct store_options o = {
		.flags = flags, .map_size = REGISTRY_SIZE, .readers = d->conf->readers
	};
	char *path = deployment_path(d, a, "registry", "");
	struct stat st = { .st_ino = 0 };
	enum err e;

	if (stat(path, &st) == 0 && d->registry != NULL && d->registry_ino == st.st_ino &&
		d->registry_dev == st.st_dev)
		return OK;
	store_close(d->registry);
	d->registry = NULL;
	e = store_open(path, &o, &d->registry);
	if (e != OK)
		return e;
	/* Not the one seen before, which may not have been there. */
	if (stat(path, &st) == 0) {
		d->registry_ino = st.st_ino;
		d->registry_dev = st.st_dev;
	}
	return OK;
}

enum err
deployment_registry(struct deployment *d, struct arena *a)
{
	if (d->rights & STORE_ADMIN)
		return open_registry(d, a, 0);
	return open_registry(d, a,
		STORE_READONLY | (deployment_reads_unlocked(d) ? (unsigned)STORE_UNLOCKED : 0));
}

enum err
deployment_init(struct deployment *d, struct arena *a)
{
	return open_registry(d, a, STORE_CREATE);
}

static enum err
slot_open_keys(struct deployment *d, struct arena *a, struct slot *s)
{
	struct store_options o = { .map_size = KEYS_SIZE, .readers = d->conf->readers };
	enum err e;

	if (d->rights & STORE_ADMIN)
		o.flags = STORE_CREATE;
	else if (!(d->rights & STORE_ROTATE))
		o.flags = STORE_READONLY;
	e = store_open(deployment_path(d, a, s->name, "keys"), &o, &s->keys);
	if (e != OK)
		return e;
	return keyring_open(s->keys, d->conf->master_key, &s->keyring);
}

/* Anybody makes the volatile environment who comes first; when we may not, the writer does. */
static enum err
slot_open_volatile(struct deployment *d, struct arena *a, struct slot *s)
{
	struct store_options o = { .flags = STORE_CREATE | STORE_VOLATILE,
		.map_size = d->conf->volatile_size,
		.readers = d->conf->readers,
		.writes = d->writes,
		.writer = d->writer,
		.name = str_of(s->name) };
	const char *path = deployment_path(d, a, s->name, "volatile");
	enum err e;

	e = store_open(path, &o, &s->volatile_);
	if (e != ERR_NOTFOUND || d->writer == NULL)
		return e;
	e = remote_commit(d->writer, o.name, true, (struct str){ 0 });
	return e == OK ? store_open(path, &o, &s->volatile_) : e;
}

enum err
deployment_make_volatile(struct deployment *d, struct arena *a, struct str name)
{
	struct slot slot = { .name = "" };
	enum err e;

	if (!deployment_is_name(name))
		return ERR_SYNTAX;
	memcpy(slot.name, name.p, name.n);
	e = slot_open_volatile(d, a, &slot);
	store_close(slot.volatile_);
	return e;
}

static enum err
slot_open_durable(struct deployment *d, struct arena *a, struct slot *s)
{
	struct store_options o = { .flags = STORE_CHAINED,
		.map_size = d->conf->map_size,
		.readers = d->conf->readers,
		.writes = d->writes,
		.name = str_of(s->name),
		.program = d->program };

	if (d->rights & STORE_ADMIN)
		o.flags |= STORE_CREATE;
	else if (d->rights & STORE_WRITE)
		o.writer = d->writer;
	else
		o.flags |= STORE_READONLY;
	if (deployment_reads_unlocked(d))
		o.flags |= STORE_UNLOCKED;
	return store_open(deployment_path(d, a, s->name, "durable"), &o, &s->durable);
}

static enum err
slot_open(struct deployment *d, struct arena *a, struct slot *s)
{
	enum err e;

	e = slot_open_durable(d, a, s);
	if (e == OK && (d->rights & STORE_COUNT))
		e = slot_open_volatile(d, a, s);
	if (e == OK && d->signer != NULL)
		s->keyring = keyring_remote(d->signer, str_of(s->name));
	else if (e == OK && (d->rights & (STORE_KEYS | STORE_ADMIN)))
		e = slot_open_keys(d, a, s);
	return e;
}

/* The slot to use for a name: its own, a free one, or the one that was not used for longest. */
static struct slot *
slot_choose(struct deployment *d, struct str name)
{
	struct slot *oldest = &d->slots[0];
	size_t i;

	for (i = 0; i < d->nslots; i++) {
		if (str_eqz(name, d->slots[i].name))
			return &d->slots[i];
		if (d->slots[i].used < oldest->used)
			oldest = &d->slots[i];
	}
	return oldest;
}

/* Names become paths, so they are looked at here once more, whoever wrote them. */
bool
deployment_is_name(struct str name)
{
	size_t i;

	if (name.n == 0 || name.n >= sizeof(((struct slot *)0)->name))
		return false;
	for (i = 0; i < name.n; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-", name.p[i]) == NULL)
			return false;
	return true;
}

enum err
deployment_slot(struct deployment *d, struct arena *a, struct str name, struct slot **out)
{
	struct slot *s;
	struct stat st;
	enum err e;

	if (!deployment_is_name(name))
		return ERR_SYNTAX;
	s = slot_choose(d, name);
	if (stat(deployment_path(d, a, arena_z(a, name), ""), &st) == -1) {
		if (str_eqz(name, s->name))
			slot_close(s);
		return ERR_NOTFOUND;
	}
	if (!str_eqz(name, s->name) || s->ino != st.st_ino || s->dev != st.st_dev) {
		slot_close(s);
		memcpy(s->name, name.p, name.n);
		s->name[name.n] = '\0';
		s->ino = st.st_ino;
		s->dev = st.st_dev;
		e = slot_open(d, a, s);
		if (e != OK) {
			log_reason(LOG_STORE, "authority %.*s does not open: %s", STR_FMT(name),
				err_text(e));
			slot_close(s);
			d->was_denied = d->data != NULL && e == ERR_DENIED &&
				st.st_ctime >= d->allowed_at - 1;
			return d->was_denied ? ERR_UNAVAILABLE : e;
		}
	}
	s->used = ++d->uses;
	*out = s;
	return OK;
}

void
deployment_forget(struct deployment *d, struct str name)
{
	struct slot *s = slot_choose(d, name);

	if (str_eqz(name, s->name))
		slot_close(s);
}
