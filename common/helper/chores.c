/*
 * chores - what a helper does every hour for each authority, a little at a time between two rounds
 * SPDX-License-Identifier: ISC
 */
#include "helper/chores.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"

#define HOUR ((int64_t)3600 * 1000000) /* microseconds, as clock_us() */
#define MINUTE (HOUR / 60)
#define SECOND (MINUTE / 60)
#define NAMES_MAX (64 << 20) /* memory for the names of all authorities */

/* Up to a tenth more than `us`, so that deployments on one machine do not work together. */
static int64_t
soon_after(int64_t us)
{
	uint16_t random;

	secret_random(&random, sizeof(random));
	return us + us / 10 * random / UINT16_MAX;
}

void
chores_init(struct helper_process *p)
{
	p->names_arena = arena_new(NAMES_MAX);
	p->slice_arena = arena_new(ARENA_CEILING);
	p->due = clock_us() + (clock_us() - p->began < SECOND ? SECOND : soon_after(MINUTE));
}

/* Those who came after we were locked in are for another process. */
static void
begin(struct helper_process *p)
{
	enum err e;

	arena_reset(p->names_arena);
	p->names = (struct strs){ 0 };
	p->next = 0;
	p->begins = true;
	p->due = clock_us() + soon_after(HOUR);
	if (helper_leaves(p, ERR_DENIED))
		return;
	e = authority_names(p->deployment, p->names_arena, &p->names);
	if (e != OK && !helper_leaves(p, e))
		log_reason(LOG_STORE, "the names of authorities cannot be read");
}

static void
do_slice(struct helper_process *p)
{
	struct str name = p->names.v[p->next];
	bool done = false;
	enum err e;

	e = p->helper->upkeep(p, p->slice_arena, name, p->begins, &done);
	p->begins = false;
	if (e != OK && e != ERR_NOTFOUND && !helper_leaves(p, e))
		log_reason(LOG_STORE, "upkeep of %.*s: %s", STR_FMT(name), err_text(e));
	if (e != OK || done) {
		p->next++;
		p->begins = true;
	}
	arena_reset(p->slice_arena);
}

int
chores_idle(void *arg)
{
	struct helper_process *p = arg;
	int64_t left = p->due - clock_us();

	if (left <= 0)
		begin(p);
	if (p->next < p->names.n)
		do_slice(p);
	if (p->next < p->names.n)
		return 0;
	return left <= 0 ? 0 : (int)(left / 1000) + 1;
}
