/*
 * sweep - tessera sweep: what has to be done now and then
 * SPDX-License-Identifier: ISC
 */
#include "admin/commands.h"
#include "base/clock.h"
#include "model/upkeep.h"

static const char *const columns[] = { "authority", "sessions", "grants", "tokens", "denied",
	"keys_made", "keys_gone", NULL };

static int
sweep(struct cli *c, void *arg)
{
	struct listing *l = arg;
	struct upkeep done = { 0 };
	enum err e;

	e = upkeep_run(c->a, &c->auth, &c->opened, clock_now(), &done);
	if (e != OK)
		return cli_error(c->auth.name, e);
	list_str(l, "authority", c->auth.name);
	list_int(l, "sessions", (int64_t)done.sessions);
	list_int(l, "grants", (int64_t)done.grants);
	list_int(l, "tokens", (int64_t)done.tokens);
	list_int(l, "denied", (int64_t)done.denied);
	list_int(l, "audits", (int64_t)done.audits);
	list_int(l, "keys_made", (int64_t)done.keys_made);
	list_int(l, "keys_gone", (int64_t)done.keys_gone);
	list_int(l, "readers", done.readers);
	list_next(l);
	return STATUS_DONE;
}

int
cmd_sweep(struct cli *c)
{
	struct listing l;
	int status, ended;

	list_begin(&l, c, "swept", columns);
	status = cli_each_authority(c, sweep, &l);
	ended = list_end(&l);
	return status == STATUS_DONE ? ended : status;
}
