/*
 * settings - the configuration of a process that lives on, and its log
 * SPDX-License-Identifier: ISC
 */
#include "base/settings.h"

#include "base/log.h"

static void
open_log(const char *program, struct arena *a, const struct conf *conf)
{
	if (log_open(program, arena_z(a, conf->log)) != OK)
		log_reason(LOG_SYSTEM, "the log goes to standard error");
	log_verbosity((int)conf->verbosity);
}

enum err
settings_read(
	const char *program, const char *path, bool first, struct conf *conf, struct arena **a)
{
	struct arena *fresh = arena_new(ARENA_CEILING);
	struct conf_where where = { 0 };
	enum err e;

	e = conf_load(conf, fresh, path, &where);
	if (e == OK || first)
		open_log(program, fresh, conf);
	if (e == OK) {
		*a = fresh;
		return OK;
	}
	log_reason(LOG_FAILED, "%.*s:%u: %.*s: %s", STR_FMT(where.file), where.line,
		STR_FMT(where.what), err_text(e));
	arena_free(fresh);
	return e;
}
