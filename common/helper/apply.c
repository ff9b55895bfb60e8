/*
 * apply - what programs send to the writer, applied to the environments of authorities
 * SPDX-License-Identifier: ISC
 */
#include "helper/apply.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/commit.h"
#include "store/wire.h"

#define REFUSALS 30 /* logged each minute: who misbehaves is not to fill the disk */

/* One message. */
struct order {
	const struct message *message;
	struct wire wire;
	bool done;
};

static bool
may_log(struct applier *ap)
{
	int64_t minute = clock_now() / 60;

	if (minute != ap->minute)
		ap->refusals = 0;
	ap->minute = minute;
	return ap->refusals++ < REFUSALS;
}

const void *
apply_admit(struct applier *ap, const struct peer *p)
{
	const char *writes = NULL;
	struct str name;

	if (peer_program(p, ap->programs, &name))
		writes = ap->writes_of(name);
	if (writes == NULL && may_log(ap)) {
		log_begin(LOG_REFUSED);
		log_str("reason",
			p->exe[0] != '\0' ? STR("no program of ours")
					  : STR("a user who is not allowed, or an executable that "
						"the kernel does not tell"));
		log_int("pid", p->pid);
		log_int("uid", p->uid);
		log_str("exe", str_of(p->exe));
		log_end();
	}
	return writes;
}

static void
answer(struct applier *ap, const struct order *o, enum err e)
{
	serve_answer(o->message, wire_status(e));
	if (e == OK || e == ERR_CONFLICT || !may_log(ap))
		return;
	log_begin(LOG_REFUSED);
	log_str("reason", str_of(err_text(e)));
	log_str("authority", o->wire.name);
	log_str("writes", str_of(o->message->who));
	log_int("bytes", (int64_t)o->message->bytes.n);
	log_end();
}

static bool
is_same_environment(const struct order *x, const struct order *y)
{
	return x->wire.is_volatile == y->wire.is_volatile && str_eq(x->wire.name, y->wire.name);
}

/* The names in messages are from outside; deployment_slot() looks at them before they are paths. */
static enum err
open_environment(struct applier *ap, struct arena *a, const struct wire *w, struct store **out)
{
	struct opened o;
	enum err e;

	e = authority_stores(ap->deployment, a, w->name, &o);
	if (e != OK)
		return e;
	*out = w->is_volatile ? o.volatile_ : o.durable;
	return OK;
}

/* Commits all that is for the same environment as the first of `v`. */
static void
apply_group(struct applier *ap, struct arena *a, struct order *v, size_t n)
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
		commits[m++] = (struct commit){
			.ops = v[i].wire.ops, .id = v[i].wire.id, .writes = v[i].message->who
		};
	}
	e = open_environment(ap, a, &v[0].wire, &store);
	if (e == OK)
		store_commit_many(store, commits, m);
	for (i = 0; i < m; i++) {
		of[i]->done = true;
		answer(ap, of[i], e == OK ? commits[i].err : e);
	}
}

/* Takes a message apart; false when it was answered already. */
static bool
prepare(struct applier *ap, const struct message *m, struct order *o)
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
		answer(ap, o, e);
	return e == OK;
}

void
apply_take(struct applier *ap, struct arena *a, struct message *v, size_t n)
{
	struct order *orders = arena_array(a, n, sizeof(*orders));
	size_t i, m = 0;

	for (i = 0; i < n; i++)
		if (prepare(ap, &v[i], &orders[m]))
			m++;
	for (i = 0; i < m; i++)
		if (!orders[i].done)
			apply_group(ap, a, &orders[i], m - i);
}
