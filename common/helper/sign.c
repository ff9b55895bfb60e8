/*
 * sign - orders of programs to the signer, carried out with the keys of their authorities
 * SPDX-License-Identifier: ISC
 */
#include "helper/sign.h"

#include "base/log.h"
#include "model/audit.h"
#include "model/keyset.h"
#include "model/sign_order.h"

static bool
may_sign(const struct privilege *who, enum sign_purpose purpose)
{
	return who != NULL && (who->signs & SIGNS(purpose)) != 0;
}

static enum err
sign(struct helper_process *p, struct arena *a, const struct sign_order *order, struct str *token)
{
	struct opened o;
	enum err e;

	e = authority_stores(p->deployment, a, order->name, &o);
	if (e != OK)
		return e;
	return keyset_sign(
		o.keyring, o.durable, a, order->purpose, order->alg, order->claims, token);
}

static void
log_refusal(struct helper_process *p, const struct message *m, const struct sign_order *order,
	enum err e)
{
	const struct privilege *who = m->who;

	if (!helper_may_log(p))
		return;
	log_begin(LOG_REFUSED);
	log_str("reason", str_of(err_text(e)));
	log_str("program", str_of(who == NULL ? "" : who->name));
	log_str("authority", order->name);
	log_int("bytes", (int64_t)m->bytes.n);
	log_end();
}

static void
take_one(struct helper_process *p, struct arena *a, const struct message *m)
{
	struct sign_order order = { 0 };
	struct str token = { 0 };
	enum err e;

	e = sign_order_parse(m->bytes, &order);
	if (e == OK)
		e = may_sign(m->who, order.purpose) ? sign(p, a, &order, &token) : ERR_DENIED;
	if (e != OK && helper_leaves(p, e))
		return;
	if (e != OK)
		log_refusal(p, m, &order, e);
	serve_answer(m, sign_order_answer(a, e, token));
}

void
sign_take(struct helper_process *p, struct arena *a, struct message *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		take_one(p, a, &v[i]);
}

enum err
sign_upkeep(struct helper_process *p, struct arena *a, struct str name, bool begins, bool *done)
{
	const struct audit who = { .actor = AUDIT_SYSTEM };
	struct authority auth;
	struct opened o;
	size_t made, gone;
	enum err e;

	(void)begins;
	*done = true;
	e = authority_open(p->deployment, a, name, &auth, &o);
	return e == OK ? keyset_upkeep(o.keyring, o.durable, a, &auth, &who, &made, &gone) : e;
}
