/*
 * audit - tessera audit list, follow and export: what was changed
 * SPDX-License-Identifier: ISC
 */
#include <unistd.h>

#include "admin/commands.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/field_text.h"
#include "store/codec.h"

#define POLL 300000 /* microseconds between two looks of `follow` */
#define LINE_MAX_BYTES 16384

struct walk {
	struct cli *c;
	struct str sub, client, event; /* empty: any */
	int64_t since;
	uint64_t after, skip; /* the first `skip` that fit are left out */
	uint64_t n;	      /* that fit */
	int status;	      /* STATUS_NO: one could not be read */
	struct listing *list; /* NULL: they are only counted */
	struct chain_head head;
	bool begun; /* the chain of the head was printed */
};

static const char *const columns[] = { "sequence", "time", "program", "event", "actor", "subject",
	"client_id", "detail", NULL };

static bool
is_about_user(const struct walk *w, const struct audit *what)
{
	struct str actor = what->actor;

	if (w->sub.n == 0 || str_eq(what->subject, w->sub))
		return true;
	return str_has_prefix(actor, STR("user:")) && str_eq(str_skip(actor, 5), w->sub);
}

static bool
fits(const struct walk *w, const struct audit_row *row)
{
	const char *event = audit_event_names[row->audit.event];

	return row->row.time >= w->since && is_about_user(w, &row->audit) &&
		(w->client.n == 0 || str_eq(w->client, row->audit.client_id)) &&
		(w->event.n == 0 || str_eqz(w->event, event));
}

/* Nobody should take what there is for all there was. */
static void
tell_gap(struct walk *w, const struct audit_row *row)
{
	unsigned long long to = row->row.sequence - 1;

	if (row->missing == 0)
		return;
	w->status = STATUS_NO;
	cli_fail(STATUS_NO, STR("audit"),
		"records %llu to %llu are not there: they were removed meanwhile, or somebody has "
		"meddled",
		to - row->missing + 1, to);
}

/* The others are shown all the same; what is wrong with it `verify` says. */
static enum err
complain(struct walk *w, const struct audit_row *row)
{
	w->status = STATUS_NO;
	cli_fail(STATUS_NO, STR("audit"), "record %llu: %s", (unsigned long long)row->row.sequence,
		err_text(row->e));
	return OK;
}

static enum err
list_one(void *arg, struct arena *a, const struct audit_row *row)
{
	struct walk *w = arg;

	(void)a;
	if (w->list != NULL)
		tell_gap(w, row);
	if (row->e != OK)
		return w->list == NULL ? OK : complain(w, row);
	if (!fits(w, row) || w->n++ < w->skip || w->list == NULL)
		return OK;
	list_int(w->list, "sequence", (int64_t)row->row.sequence);
	list_time(w->list, "time", row->row.time);
	list_str(w->list, "program", row->row.program);
	list_record(w->list, &record_audit, &row->audit);
	list_next(w->list);
	return OK;
}

/* A point in time, or how long ago. */
static int
since_option(struct cli *c, int64_t *since)
{
	struct str text = cli_option(c, "since");
	int64_t span;

	if (!cli_has(c, "since") || field_number_parse(FIELD_TIME, text, since) == OK)
		return STATUS_DONE;
	if (field_number_parse(FIELD_SPAN, text, &span) != OK || span < 0)
		return cli_fail(STATUS_USAGE, STR("--since"),
			"must be a time such as 2026-01-31T12:00:00Z, or how long ago: 2h, 30d");
	*since = clock_now() - span;
	return STATUS_DONE;
}

static int
event_option(struct cli *c, struct str *event)
{
	const char *const *name = audit_event_names;

	*event = cli_option(c, "event");
	while (event->n > 0 && *name != NULL && !str_eqz(*event, *name))
		name++;
	if (*name == NULL)
		return cli_fail(
			STATUS_USAGE, *event, "is no event; `tessera schema audit` lists them");
	return STATUS_DONE;
}

static int
last_option(struct cli *c, int64_t *last)
{
	*last = INT64_MAX;
	if (!cli_has(c, "last") || str_int(cli_option(c, "last"), last) == OK)
		return STATUS_DONE;
	return cli_fail(STATUS_USAGE, STR("--last"), "must be a number of records");
}

/* A user who was removed is named by sub. */
static void
find_user(struct walk *w)
{
	struct str name = cli_option(w->c, "user");
	struct user u;

	w->sub = name;
	if (name.n > 0 && user_lookup(w->c->opened.durable, w->c->a, name, &u, NULL) == OK)
		w->sub = u.sub;
}

static int
options(struct cli *c, struct walk *w, int64_t *last)
{
	int status;

	*w = (struct walk){ .c = c, .client = cli_option(c, "client") };
	find_user(w);
	status = event_option(c, &w->event);
	if (status == STATUS_DONE)
		status = since_option(c, &w->since);
	return status == STATUS_DONE ? last_option(c, last) : status;
}

static enum err
each(struct walk *w)
{
	w->n = 0;
	return audit_each(w->c->opened.durable, w->after, list_one, w);
}

int
cmd_audit_list(struct cli *c)
{
	struct listing l;
	struct chain_head head;
	struct walk w;
	int64_t last;
	int status;
	enum err e = OK;

	status = options(c, &w, &last);
	if (status != STATUS_DONE)
		return status;
	if (chain_head_get(c->opened.durable, c->a, &head) == OK)
		w.after = head.first - 1;
	if (last != INT64_MAX)
		e = each(&w);
	if (e == OK && w.n > (uint64_t)last)
		w.skip = w.n - (uint64_t)last;
	w.list = &l;
	list_begin(&l, c, "records", columns);
	if (e == OK)
		e = each(&w);
	status = list_end(&l);
	if (e != OK)
		return cli_error(STR("audit"), e);
	return status == STATUS_DONE ? w.status : status;
}

static void
put_members(struct js_out *w, const struct audit_row *row)
{
	js_put_int(w, "sequence", (int64_t)row->row.sequence);
	js_put_int(w, "time", row->row.time);
	js_put_str(w, "program", row->row.program);
	codec_json(&record_audit, &row->audit, CODEC_EMPTY, w);
}

/* One object a line; with `whole` what its MAC is made over, too. */
static enum err
put_json(struct arena *a, const struct audit_row *row, bool whole)
{
	struct str json;
	struct js_out w;
	struct buf b;
	enum err e;

	buf_init(&b, a, LINE_MAX_BYTES);
	js_start(&w, &b);
	js_open(&w, NULL, '{');
	put_members(&w, row);
	if (whole) {
		js_put_str(&w, "bytes", enc_b64url(a, row->row.signed_));
		js_put_str(&w, "mac", enc_hex(a, row->row.mac));
	}
	js_close(&w, '}');
	e = buf_end(&b, &json);
	if (e == OK)
		printf("%.*s\n", STR_FMT(json));
	return e;
}

static void
put_text(struct arena *a, const struct audit_row *row)
{
	const struct audit *what = &row->audit;
	const struct str parts[] = { field_number_text(FIELD_TIME, row->row.time, a),
		row->row.program, str_of(audit_event_names[what->event]), what->actor,
		what->subject, what->client_id, what->detail };
	struct str clean;
	size_t i;

	printf("%llu", (unsigned long long)row->row.sequence);
	for (i = 0; i < COUNT(parts); i++) {
		clean = parts[i].n > 0 ? out_clean(a, parts[i]) : STR("-");
		printf("  %.*s", STR_FMT(clean));
	}
	putchar('\n');
}

/* A place where none can be is behind the end or, with a key that is none, nowhere. */
static enum err
follow_one(void *arg, struct arena *a, const struct audit_row *row)
{
	struct walk *w = arg;

	if (row->row.sequence <= w->after || row->row.sequence > w->head.last)
		return OK;
	tell_gap(w, row);
	w->after = row->row.sequence;
	if (row->e != OK)
		return complain(w, row);
	if (w->c->json)
		return put_json(a, row, false);
	put_text(a, row);
	return OK;
}

/* What came since the last look; a reader that has gone away ends it. */
static int
follow(struct walk *w)
{
	enum err e;

	e = chain_head_get(w->c->opened.durable, w->c->a, &w->head);
	if (e == OK)
		e = audit_each(w->c->opened.durable, w->after, follow_one, w);
	if (e != OK)
		return cli_error(STR("audit"), e);
	if (w->head.last < w->after)
		return cli_fail(STATUS_NO, STR("audit"),
			"the chain ends at record %llu, before what was there already",
			(unsigned long long)w->head.last);
	if (fflush(stdout) != 0)
		return cli_fail(STATUS_SYSTEM, STR("standard output"), "cannot be written");
	return STATUS_DONE;
}

int
cmd_audit_follow(struct cli *c)
{
	struct walk w = { .c = c };
	int status = STATUS_DONE;
	enum err e;

	e = chain_head_get(c->opened.durable, c->a, &w.head);
	if (e != OK)
		return cli_error(STR("audit"), e);
	w.after = w.head.last;
	stop_catch();
	while (status == STATUS_DONE && !stop_is_asked()) {
		status = follow(&w);
		usleep(POLL);
	}
	return status == STATUS_DONE ? w.status : status;
}

/* What is needed to make the MACs again. */
static void
put_chain(struct walk *w)
{
	struct arena *a = w->c->a;
	struct str id = enc_hex(a, str_bytes(w->head.id, CHAIN_ID_LEN));
	struct str before = enc_hex(a, str_bytes(w->head.before, HASH_LEN));

	printf("{\"authority\":\"%.*s\",\"chain\":\"%.*s\",\"first\":%llu,\"before\":\"%.*s\"}\n",
		STR_FMT(w->c->auth.name), STR_FMT(id), (unsigned long long)w->head.first,
		STR_FMT(before));
	w->begun = true;
}

static bool
has_moved(struct walk *w)
{
	struct chain_head now;

	return chain_head_get(w->c->opened.durable, w->c->a, &now) == OK &&
		now.first != w->head.first;
}

static enum err
export_one(void *arg, struct arena *a, const struct audit_row *row)
{
	struct walk *w = arg;

	if (!w->begun && row->missing > 0 && has_moved(w))
		return ERR_EXPIRED;
	if (!w->begun)
		put_chain(w);
	tell_gap(w, row);
	return row->e == OK ? put_json(a, row, true) : complain(w, row);
}

/* First the chain, then each record; again from the start where the first has gone in between. */
int
cmd_audit_export(struct cli *c)
{
	struct walk w = { .c = c };
	enum err e;

	do {
		e = chain_head_get(c->opened.durable, c->a, &w.head);
		if (e == OK)
			e = audit_each(c->opened.durable, w.head.first - 1, export_one, &w);
	} while (e == ERR_EXPIRED);
	if (e == OK && !w.begun)
		put_chain(&w);
	return e == OK ? w.status : cli_error(STR("audit"), e);
}
