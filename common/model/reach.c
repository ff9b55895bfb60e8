/*
 * reach - which files of a deployment a sandboxed process gets at
 * SPDX-License-Identifier: ISC
 */
#include "model/reach.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "jose/jwk.h"
#include "model/deployment.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id" /* read when a volatile store is opened */
#define MINUTE ((int64_t)60 * 1000000)		  /* as clock_us() */
#define SHARE 20 /* a process is locked in for that many times what it took */
#define REACH_ARENA ((size_t)64 << 10)

/* Times of the data directory, which has one directory for each authority, of the registry, to
 * which a new authority is added when it is complete, and of the master key, whose file is another
 * when it gets a version. */
static void
read_marks(const struct deployment *d, struct timespec marks[REACH_MARKS])
{
	const char *const paths[REACH_MARKS] = { d->data, d->registry_file, d->master_key };
	struct stat st;
	size_t i;

	for (i = 0; i < REACH_MARKS; i++)
		marks[i] = stat(paths[i], &st) == 0 ? st.st_mtim : (struct timespec){ 0 };
}

/* With thousands of authorities it takes a while, and more of them may be coming one by one: what
 * goes into it is bounded. Who wants a new one meanwhile is told to come again. */
static bool
is_too_soon(const struct deployment *d)
{
	return clock_us() - d->locked_at < d->took * SHARE;
}

/* Without the table of limits nothing is limited, so another process has a try at it now and then.
 */
static bool
lacks_limits(const struct deployment *d)
{
	return d->rights & STORE_LIMIT && d->limits == NULL && clock_us() - d->locked_at > MINUTE;
}

bool
reach_is_outdated(const struct deployment *d)
{
	struct timespec now[REACH_MARKS];
	size_t i;

	if (d->data == NULL)
		return false;
	if (d->was_denied || lacks_limits(d))
		return true;
	if (is_too_soon(d))
		return false;
	read_marks(d, now);
	for (i = 0; i < REACH_MARKS; i++)
		if (now[i].tv_sec != d->marks[i].tv_sec || now[i].tv_nsec != d->marks[i].tv_nsec)
			return true;
	return false;
}

/* Who reads an environment writes its file of locks, unless it reads without. A rule names a file,
 * so that one has to be there; who restores a copy leaves it out. */
static void
allow_environment(struct deployment *d, struct sandbox *s, struct arena *a, const char *name,
	const char *file, bool writes)
{
	const char *dir = deployment_path(d, a, name, file), *locks;
	struct stat st;

	if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode))
		return;
	sandbox_allow(s, dir, SANDBOX_READ | (writes ? (unsigned)SANDBOX_WRITE : 0));
	if (deployment_reads_unlocked(d) && !str_eqz(str_of(file), "keys"))
		return;
	locks = arena_z(a, arena_printf(a, "%s/lock.mdb", dir));
	store_make_locks(dir, d->conf->readers);
	if (!writes)
		sandbox_allow(s, locks, SANDBOX_READ | SANDBOX_WRITE);
}

/* Made by whoever comes first, and made anew after each boot: before anybody is locked in, who
 * could not. A writer that is away is waited for once, not for each authority. */
static void
allow_volatile(struct deployment *d, struct sandbox *s, struct arena *a, const char *name)
{
	const char *dir = deployment_path(d, a, name, "volatile");
	enum err e = OK;

	if (!d->writer_away && !store_is_of_this_boot(dir))
		e = deployment_make_volatile(d, a, str_of(name));
	d->writer_away = d->writer_away || e == ERR_UNAVAILABLE;
	if (e != OK)
		log_reason(LOG_STORE, "%s is not there: %s", dir, err_text(e));
	allow_environment(d, s, a, name, "volatile", d->writer == NULL);
}

static void
allow_authority(struct deployment *d, struct sandbox *s, struct arena *a, const char *name)
{
	if (access(deployment_path(d, a, name, "durable"), F_OK) != 0)
		return;
	allow_environment(d, s, a, name, "durable", (d->rights & STORE_WRITE) && d->writer == NULL);
	if (d->rights & STORE_COUNT)
		allow_volatile(d, s, a, name);
	if (d->rights & STORE_KEYS)
		allow_environment(d, s, a, name, "keys", (d->rights & STORE_ROTATE) != 0);
}

static void
allow_authorities(struct deployment *d, struct sandbox *s)
{
	struct arena *a = arena_new(REACH_ARENA);
	DIR *dir = opendir(d->data);
	struct dirent *entry;

	if (dir == NULL)
		log_errno("%s", d->data);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		arena_reset(a);
		if (deployment_is_name(str_of(entry->d_name)))
			allow_authority(d, s, a, entry->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	arena_free(a);
}

/* The marks first: what changes in between is seen as a change. */
void
reach_allow(struct deployment *d, struct sandbox *s)
{
	struct arena *a = arena_new(REACH_ARENA);
	mode_t mask = umask(007);

	d->data = strndup(d->conf->data.p, d->conf->data.n);
	d->registry_file = strdup(deployment_path(d, a, "registry", "data.mdb"));
	d->master_key = strndup(d->conf->master_key.p, d->conf->master_key.n);
	if (d->data == NULL || d->registry_file == NULL || d->master_key == NULL)
		fatal("no memory for a deployment");
	read_marks(d, d->marks);
	d->allowed_at = clock_wall();
	allow_environment(d, s, a, "registry", "", false);
	allow_authorities(d, s);
	if (d->rights & STORE_KEYS)
		sandbox_allow(s, arena_z(a, d->conf->master_key), SANDBOX_READ);
	if (d->rights & STORE_COUNT)
		sandbox_allow(s, BOOT_ID, SANDBOX_READ);
	umask(mask);
	arena_free(a);
}

/* OpenSSL reads its own configuration when it is first used. */
static void
allow_libraries(struct sandbox *s)
{
	char *path = jwk_library_file();

	if (path != NULL)
		sandbox_allow(s, path, SANDBOX_READ);
	free(path);
}

enum err
reach_lock_in(struct deployment *d, enum sandbox_class class, int listen)
{
	struct sandbox *s = sandbox_new(class, str_eqz(d->conf->log, "syslog"));
	int64_t began = clock_us();
	enum err e;

	sandbox_share(s, listen);
	reach_allow(d, s);
	allow_libraries(s);
	e = sandbox_enter(s);
	d->locked_at = clock_us();
	d->took = d->locked_at - began;
	return e;
}
