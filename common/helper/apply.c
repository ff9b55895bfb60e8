/*
 * apply - what programs send to the writer, applied to the environments of authorities
 * SPDX-License-Identifier: ISC
 */
#include "helper/apply.h"

#include "base/log.h"
#include "store/commit.h"
#include "store/wire.h"

/* One message. */
struct order {
	const struct message *message;
	struct wire wire;
	bool done;
};

static void
log_refusal(struct helper_process *p, const struct order *o, enum err e)
{
	const struct privilege *who = o->message->who;

	if (!helper_may_log(p))
		return;
	log_begin(LOG_REFUSED);
	log_str("reason", str_of(err_text(e)));
	log_str("authority", o->wire.name);
	log_str("program", str_of(who == NULL ? "" : who->name));
	log_int("bytes", (int64_t)o->message->bytes.n);
	log_end();
}

static void
answer(struct helper_process *p, const struct order *o, enum err e)
{
	unsigned char status = wire_status(e);

	if (e != OK && e != ERR_CONFLICT)
		log_refusal(p, o, e);
	serve_answer(o->message, str_bytes(&status, 1));
}

static bool
is_same_environment(const struct order *x, const struct order *y)
{
	return x->wire.is_volatile == y->wire.is_volatile && str_eq(x->wire.name, y->wire.name);
}

/* Never NULL, which would be everything. */
static const char *
writes_of(const struct message *m)
{
	const struct privilege *who = m->who;

	return who->writes == NULL ? "" : who->writes;
}

static const char *
program_of(const struct message *m)
{
	return ((const struct privilege *)m->who)->name;
}

/* The names in messages are from outside; deployment_slot() looks at them before they are paths. */
static enum err
open_environment(
	struct helper_process *p, struct arena *a, const struct wire *w, struct store **out)
{
	struct opened o;
	enum err e;

	e = authority_stores(p->deployment, a, w->name, &o);
	if (e != OK)
		return e;
	*out = w->is_volatile ? o.volatile_ : o.durable;
	return OK;
}

/* Commits all that is for the same environment as the first of `v`. */
static void
apply_group(struct helper_process *p, struct arena *a, struct order *v, size_t n)
{
	struct commit *commits = arena_array(a, n, sizeof(*commits));
	struct order **of = arena_array(a, n, sizeof(*of));
	struct store *store = NULL;
	size_t i, m = 0;
	enum err e;

	for (i = 0; i < n; i++) {
		if (v[i].done || !is_same_environment(&v[0], &v[i]))
			continue;
		of[m] = &v[i];
		commits[m++] = (struct commit){ .ops = v[i].wire.ops,
			.id = v[i].wire.id,
			.writes = writes_of(v[i].message),
			.program = program_of(v[i].message) };
	}
	e = open_environment(p, a, &v[0].wire, &store);
	if (e == OK)
		store_commit_many(store, commits, m);
	else if (helper_leaves(p, e))
		return;
	for (i = 0; i < m; i++) {
		of[i]->done = true;
		answer(p, of[i], e == OK ? commits[i].err : e);
	}
}

/* Takes a message apart; false when it was answered already. */
static bool
prepare(struct helper_process *p, const struct message *m, struct order *o)
{
	enum err e;

	*o = (struct order){ .message = m };
	if (m->who == NULL)
		e = ERR_DENIED;
	else if (m->bytes.n == 0)
		e = ERR_RANGE;
	else
		e = wire_parse(m->bytes, &o->wire);
	if (e != OK)
		answer(p, o, e);
	return e == OK;
}

void
apply_take(struct helper_process *p, struct arena *a, struct message *v, size_t n)
{
	struct order *orders = arena_array(a, n, sizeof(*orders));
	size_t i, m = 0;

	for (i = 0; i < n; i++)
		if (prepare(p, &v[i], &orders[m]))
			m++;
	for (i = 0; i < m; i++)
		if (!orders[i].done)
			apply_group(p, a, &orders[i], m - i);
}
