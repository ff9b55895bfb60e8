/*
 * session - tessera session: who is signed in, and ending it
 * SPDX-License-Identifier: ISC
 */
#include "model/session.h"
#include "admin/commands.h"
#include "base/clock.h"

struct walk {
	struct cli *c;
	struct str sub, sid; /* empty: any */
	int64_t now;
	struct listing *list; /* NULL: revoke */
	int64_t n;
};

static const char *const columns[] = { "sid", "username", "amr", "auth_time", "expires", NULL };

static void
list_session(struct walk *w, struct arena *a, const struct session *s)
{
	list_record(w->list, &record_session, s);
	list_str(w->list, "username", user_name_of(w->c->opened.durable, a, s->sub));
	list_next(w->list);
}

static enum err
end_session(struct walk *w, struct arena *a, struct str sid)
{
	struct audit done = cli_audit(w->c, AUDIT_SESSION_ENDED, STR(""), STR(""));
	enum err e;

	e = session_end(w->c->opened.durable, a, sid, &done);
	if (e == ERR_NOTFOUND)
		return OK; /* it ended by itself */
	if (e != OK)
		return e;
	cli_changed(w->c, sid);
	w->n++;
	return OK;
}

static enum err
each(void *arg, struct arena *a, struct str key, const void *base, uint64_t version)
{
	const struct session *s = base;
	struct walk *w = arg;

	(void)key;
	(void)version;
	if (s->expires <= w->now || (w->sub.n > 0 && !str_eq(s->sub, w->sub)) ||
		(w->sid.n > 0 && !str_eq(s->sid, w->sid)))
		return OK;
	if (w->list == NULL)
		return end_session(w, a, s->sid);
	list_session(w, a, s);
	return OK;
}

static int
walk(struct walk *w)
{
	enum err e;

	e = record_each(w->c->opened.durable, KEY_SESSION, &record_session, each, w);
	return cli_error(STR("sessions"), e);
}

static int
begin(struct cli *c, struct walk *w)
{
	*w = (struct walk){ .c = c, .now = clock_now() };
	return user_option(c, &w->sub);
}

int
cmd_session_list(struct cli *c)
{
	struct listing l;
	struct walk w;
	int status, ended;

	status = begin(c, &w);
	if (status != STATUS_DONE)
		return status;
	w.list = &l;
	list_begin(&l, c, "sessions", columns);
	status = walk(&w);
	ended = list_end(&l);
	return status == STATUS_DONE ? ended : status;
}

int
cmd_session_revoke(struct cli *c)
{
	struct str sid = cli_word(c, 0);
	struct object o;
	struct walk w;
	int status;

	if ((sid.n > 0) + cli_has(c, "user") + cli_has(c, "all") != 1)
		return cli_fail(STATUS_USAGE, STR(""), "say one of: a sid, --user NAME, --all");
	status = begin(c, &w);
	if (status != STATUS_DONE)
		return status;
	w.sid = sid;
	status = walk(&w);
	if (status != STATUS_DONE)
		return status;
	if (sid.n > 0 && w.n == 0)
		return cli_error(arena_printf(c->a, "session %.*s", STR_FMT(sid)), ERR_NOTFOUND);
	object_begin(&o, c);
	object_int(&o, "revoked", w.n);
	return object_end(&o);
}
