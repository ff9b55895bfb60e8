/*
 * audit - tessera audit: what was changed, and whether the record of it is whole
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
	struct walk w;
	int64_t last;
	int status;
	enum err e = OK;

	status = options(c, &w, &last);
	if (status != STATUS_DONE)
		return status;
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

static enum err
follow_one(void *arg, struct arena *a, const struct audit_row *row)
{
	struct walk *w = arg;

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

	e = audit_each(w->c->opened.durable, w->after, follow_one, w);
	if (e != OK)
		return cli_error(STR("audit"), e);
	if (fflush(stdout) != 0)
		return cli_fail(STATUS_SYSTEM, STR("standard output"), "cannot be written");
	return STATUS_DONE;
}

int
cmd_audit_follow(struct cli *c)
{
	struct walk w = { .c = c };
	struct chain_head head;
	int status = STATUS_DONE;
	enum err e;

	e = chain_head_get(c->opened.durable, c->a, &head);
	if (e != OK)
		return cli_error(STR("audit"), e);
	w.after = head.last;
	stop_catch();
	while (status == STATUS_DONE && !stop_is_asked()) {
		status = follow(&w);
		usleep(POLL);
	}
	return status;
}

static enum err
export_one(void *arg, struct arena *a, const struct audit_row *row)
{
	return row->e == OK ? put_json(a, row, true) : complain(arg, row);
}

/* First what is needed to make the MACs again, then each record. */
int
cmd_audit_export(struct cli *c)
{
	struct walk w = { .c = c };
	struct chain_head head;
	struct str id, before;
	enum err e;

	e = chain_head_get(c->opened.durable, c->a, &head);
	if (e != OK)
		return cli_error(STR("audit"), e);
	id = enc_hex(c->a, str_bytes(head.id, CHAIN_ID_LEN));
	before = enc_hex(c->a, str_bytes(head.before, HASH_LEN));
	printf("{\"authority\":\"%.*s\",\"chain\":\"%.*s\",\"first\":%llu,\"before\":\"%.*s\"}\n",
		STR_FMT(c->auth.name), STR_FMT(id), (unsigned long long)head.first,
		STR_FMT(before));
	e = audit_each(c->opened.durable, 0, export_one, &w);
	return e == OK ? w.status : cli_error(STR("audit"), e);
}

/* SEQ:MAC, as verify prints it. */
static int
head_option(struct cli *c, struct chain_report *r)
{
	struct str text = cli_option(c, "head"), sequence, mac;
	int64_t n = 0;

	if (!cli_has(c, "head"))
		return STATUS_DONE;
	if (!str_cut(text, ':', &sequence, &mac) || str_int(sequence, &n) != OK || n == 0 ||
		dec_hex(c->a, mac, &r->expect_mac) != OK || r->expect_mac.n != HASH_LEN)
		return cli_fail(STATUS_USAGE, STR("--head"),
			"must be SEQUENCE:MAC as `tessera audit verify` has printed it");
	r->expect = (uint64_t)n;
	return STATUS_DONE;
}

static int
report(struct cli *c, const struct chain_report *r)
{
	struct str mac = enc_hex(c->a, str_bytes(r->head.mac, HASH_LEN));
	struct object o;

	object_begin(&o, c);
	object_str(&o, "result", r->problem == NULL ? STR("sound") : STR("broken"));
	if (r->problem != NULL) {
		object_int(&o, "sequence", (int64_t)r->at);
		object_str(&o, "problem", str_of(r->problem));
	}
	object_int(&o, "records", (int64_t)r->records);
	object_int(&o, "first", (int64_t)r->head.first);
	object_int(&o, "last", (int64_t)r->head.last);
	object_str(&o, "head",
		arena_printf(c->a, "%llu:%.*s", (unsigned long long)r->head.last, STR_FMT(mac)));
	return object_end(&o);
}

int
cmd_audit_verify(struct cli *c)
{
	struct chain_report r = { .name = c->auth.name };
	int status;
	enum err e;

	status = head_option(c, &r);
	if (status == STATUS_DONE)
		status = cli_audit_key(c);
	if (status != STATUS_DONE)
		return status;
	r.key = c->audit_key;
	e = chain_verify(c->opened.durable, &r);
	if (e != OK)
		return cli_error(STR("audit"), e);
	status = report(c, &r);
	if (status != STATUS_DONE || r.problem == NULL)
		return status;
	return cli_fail(STATUS_NO, c->auth.name, "audit record %llu: %s", (unsigned long long)r.at,
		r.problem);
}
