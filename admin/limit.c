/*
 * limit - tessera limit: how often somebody may be wrong, and being forgiven
 * SPDX-License-Identifier: ISC
 */
#include "admin/commands.h"
#include "model/attempt.h"
#include "model/user.h"

/* The table is taken as it is: what it should be like, programs see to when they start. */
static int
open_table(struct cli *c, struct limit_table **out)
{
	enum err e = limit_open(deployment_limits_path(c->d, c->a), 0, out);

	if (e == ERR_NOTFOUND)
		*out = NULL; /* nobody has counted anything yet */
	return e == ERR_NOTFOUND ? STATUS_DONE : cli_error(STR("limits"), e);
}

static const char *const per_names[] = {
	[PER_ADDRESS] = "address",
	[PER_SUBJECT] = "user, client or API",
	[PER_PAIR] = "both",
};

static void
list_row(struct listing *l, const struct limit_usage *usage, int id)
{
	const struct limit_row *row = &limit_rows[id];
	struct limit_rate rate = limit_rate(l->c->conf.limits, (enum limit_id)id);

	list_str(l, "name", str_of(row->name));
	list_str(l, "per", str_of(per_names[row->per]));
	list_str(l, "limit", limit_rate_text(l->a, rate));
	list_int(l, "tokens", rate.burst);
	list_int(l, "seconds", rate.span);
	list_int(l, "in_use", (int64_t)usage->by_id[id]);
	list_str(l, "help", str_of(row->help));
	list_next(l);
}

int
cmd_limit_list(struct cli *c)
{
	static const char *const columns[] = { "name", "limit", "in_use", "help", NULL };
	struct limit_usage usage = { 0 };
	struct limit_table *t;
	struct listing l;
	int id, status;

	status = open_table(c, &t);
	if (status != STATUS_DONE)
		return status;
	if (t != NULL)
		limit_usage(t, &usage);
	limit_close(t);
	list_begin(&l, c, "limits", columns);
	for (id = 0; id < LIMIT__MAX; id++)
		list_row(&l, &usage, id);
	status = list_end(&l);
	out_note(c, "%zu of %zu buckets and %zu of %zu marks are in use.", usage.buckets,
		usage.bucket_slots, usage.marks, usage.mark_slots);
	return status;
}

struct reset {
	struct limit_table *table;
	size_t n;
};

static int
reset_in(struct cli *c, void *arg)
{
	struct reset *r = arg;
	struct attempt_by user = { .authority = c->auth.name,
		.address = cli_option(c, "address"),
		.subject = user_name_fold(c->a, cli_option(c, "user")) };
	struct attempt_by client = user;

	client.subject = cli_option(c, "client");
	if (!cli_has(c, "client")) {
		r->n += attempt_reset(r->table, c->a, TRY_LOGIN, &user);
		r->n += attempt_reset(r->table, c->a, TRY_CODE, &user);
	}
	if (!cli_has(c, "user"))
		r->n += attempt_reset(r->table, c->a, TRY_SECRET, &client);
	return STATUS_DONE;
}

static int
reset_all(struct reset *r)
{
	struct limit_usage usage;

	limit_usage(r->table, &usage);
	r->n = usage.buckets + usage.marks;
	limit_clear(r->table);
	return STATUS_DONE;
}

static const char *const whose[] = { "user", "client", "address" };

/* An empty one would be anybody. */
static bool
has_empty(const struct cli *c)
{
	size_t i;

	for (i = 0; i < COUNT(whose); i++)
		if (cli_has(c, whose[i]) && cli_option(c, whose[i]).n == 0)
			return true;
	return false;
}

/* Nothing of it is in the database, so there is no audit record. */
static void
log_reset(struct cli *c)
{
	struct str who = STR("");
	size_t i;

	for (i = 0; i < COUNT(whose); i++)
		if (cli_has(c, whose[i]))
			who = arena_printf(c->a, "%.*s%s%.*s", STR_FMT(who), who.n > 0 ? " " : "",
				STR_FMT(cli_option(c, whose[i])));
	c->auth.name = who.n > 0 ? c->authority : STR(""); /* else in all of them */
	cli_changed(c, who.n > 0 ? who : STR("all"));
}

int
cmd_limit_reset(struct cli *c)
{
	bool all = cli_has(c, "all"),
	     some = cli_has(c, "user") || cli_has(c, "client") || cli_has(c, "address");
	struct reset r = { 0 };
	struct object o;
	int status;

	if (all == some || (cli_has(c, "user") && cli_has(c, "client")) || has_empty(c))
		return cli_fail(STATUS_USAGE, STR(""),
			"say --user NAME or --client ID, with or without --address A, "
			"--address A alone, or --all");
	status = open_table(c, &r.table);
	if (status == STATUS_DONE && r.table != NULL)
		status = all ? reset_all(&r) : cli_each_authority(c, reset_in, &r);
	limit_close(r.table);
	if (status != STATUS_DONE)
		return status;
	log_reset(c);
	object_begin(&o, c);
	object_int(&o, "reset", (int64_t)r.n);
	return object_end(&o);
}
