/*
 * upkeep - what has to be done now and then: sweep and key rings
 * SPDX-License-Identifier: ISC
 *
 * What is keyed by the hour of its expiry goes from the front. Sessions, and
 * grants that are over long before the hour in their id (a code that nobody
 * redeemed), are found by looking at each row.
 */
#include "model/upkeep.h"

#include <string.h>

#include "base/log.h"
#include "model/client.h"
#include "model/grant.h"
#include "model/keyset.h"
#include "model/session.h"
#include "store/codec.h"
#include "store/key.h"
#include "store/sweep.h"

#define REMOVED_MOST 100000 /* rows of a class in one run */
#define CHUNK 256	    /* rows in one commit */
#define SHOWN 86400	    /* seconds for which a revoked grant is kept, to be seen */

struct reaper {
	struct store *db;
	int64_t now;
	struct batch batch;
	size_t removed;
};

/* A class of which rows go: by the hour in their keys or, with `rec`, by what is in them. */
struct step {
	enum key_class class;
	size_t count; /* where in struct upkeep they are counted */
	bool is_volatile;
	const struct record *rec;
	bool (*is_over)(struct reaper *r, struct arena *a, const void *base);
};

static bool
session_is_over(struct reaper *r, struct arena *a, const void *base)
{
	const struct session *s = base;

	(void)a;
	return s->expires <= r->now;
}

/* The access tokens of the last refresh still name the grant. */
static bool
refresh_is_over(struct reaper *r, struct arena *a, const struct grant *g)
{
	struct client c;
	enum err e;

	if (g->refresh_expires == 0 || g->refresh_expires > r->now)
		return false;
	e = client_get(r->db, a, g->client_id, &c, NULL);
	if (e == OK)
		return g->refresh_expires + c.access_token_lifetime <= r->now;
	return e == ERR_NOTFOUND; /* what cannot be read now may be good */
}

static bool
grant_is_over(struct reaper *r, struct arena *a, const void *base)
{
	const struct grant *g = base;

	switch ((enum grant_state)g->state) {
	case GRANT_CODED:
		return g->code_expires <= r->now;
	case GRANT_REVOKED:
		return g->created + SHOWN <= r->now;
	case GRANT_ACTIVE:
		return refresh_is_over(r, a, g);
	case GRANT_PENDING:
		break;
	}
	return false;
}

static const struct audit swept = { .event = AUDIT_SWEPT, .actor = STR_INIT("system") };

static void
note(struct batch *b, struct arena *a, char class, size_t n)
{
	audit_note_as(b, a, &swept, AUDIT_SWEPT, str_of(key_class_name(class)),
		arena_printf(a, "%zu", n));
}

static enum err
reap_flush(struct reaper *r, struct arena *a, const struct step *step)
{
	size_t n = r->batch.n / 2; /* a guard and a delete each */
	enum err e;

	if (n == 0)
		return OK;
	note(&r->batch, a, (char)step->class, n);
	e = store_commit(r->db, &r->batch);
	if (e == OK)
		r->removed += n;
	/* Somebody changed one of them meanwhile: the next run will see. */
	return e == ERR_CONFLICT ? OK : e;
}

static enum err
reap_row(struct reaper *r, struct arena *a, const struct step *step, const struct store_row *row)
{
	void *base = arena_alloc(a, step->rec->size);
	enum err e;

	e = codec_read(step->rec, base, a, row->value);
	if (e == ERR_CORRUPT || e == ERR_UNSUPPORTED) {
		/* The others go all the same; `tessera check` names it. */
		log_reason(LOG_STORE, "a %s cannot be read: %s", step->rec->name, err_text(e));
		return OK;
	}
	if (e != OK || !step->is_over(r, a, base))
		return e;
	batch_guard(&r->batch, row->key, row->version);
	batch_del(&r->batch, row->key);
	return OK;
}

/* Looks at the next `most` rows; *more when others follow. */
static enum err
reap(struct reaper *r, struct arena *a, const struct step *step, size_t most,
	struct upkeep_place *at, bool *more)
{
	struct store_rows rows;
	enum err e;
	size_t i;

	batch_init(&r->batch, a);
	e = store_scan(r->db, a, key_class(a, step->class), str_bytes(at->key, at->n), most, &rows);
	for (i = 0; i < rows.n && e == OK; i++)
		e = reap_row(r, a, step, &rows.v[i]);
	if (e != OK)
		return e;
	*more = rows.more;
	if (rows.n > 0) {
		at->n = rows.v[rows.n - 1].key.n;
		memcpy(at->key, rows.v[rows.n - 1].key.p, at->n);
	}
	return reap_flush(r, a, step);
}

static enum err
sweep(struct reaper *r, const struct step *step, size_t most, bool *more)
{
	enum err e;

	/* Marks of batches are the store's own: their end says nothing. */
	e = sweep_class(r->db, (char)step->class, r->now, most,
		step->is_volatile || step->class == KEY_APPLIED ? NULL : note, &r->removed);
	*more = r->removed >= most;
	return e;
}

static const struct step steps[] = {
	{ KEY_GRANT, offsetof(struct upkeep, grants), .rec = NULL },
	{ KEY_TOKEN, offsetof(struct upkeep, tokens), .rec = NULL },
	{ KEY_DENIED, offsetof(struct upkeep, denied), .rec = NULL },
	{ KEY_APPLIED, offsetof(struct upkeep, applied), .rec = NULL },
	{ KEY_APPLIED, offsetof(struct upkeep, counted), .is_volatile = true },
	{ KEY_SESSION, offsetof(struct upkeep, sessions), false, &record_session, session_is_over },
	{ KEY_GRANT, offsetof(struct upkeep, grants), false, &record_grant, grant_is_over },
	{ KEY_AUDIT, offsetof(struct upkeep, audits), .rec = NULL },
};

/* Records of the chain are removed by the chain. */
static enum err
expire(struct reaper *r, bool *more)
{
	enum err e = chain_expire(r->db, r->now, &r->removed);

	*more = r->removed > 0;
	return e;
}

/* One piece of a step. */
static enum err
take(struct reaper *r, struct arena *a, const struct step *step, size_t most,
	struct upkeep_place *at, bool *more)
{
	if (step->class == KEY_AUDIT)
		return expire(r, more);
	return step->rec == NULL ? sweep(r, step, most, more) : reap(r, a, step, most, at, more);
}

enum err
upkeep_slice(const struct opened *o, int64_t now, size_t most, struct upkeep_place *at,
	struct upkeep *done)
{
	const struct step *step = &steps[at->step];
	struct reaper r = { .db = step->is_volatile ? o->volatile_ : o->durable, .now = now };
	struct arena *a = arena_new(ARENA_CEILING);
	bool more = false;
	enum err e = OK;

	if (r.db != NULL)
		e = take(&r, a, step, most, at, &more);
	arena_free(a);
	*(size_t *)((char *)done + step->count) += r.removed;
	at->removed += r.removed;
	if (e == OK && (!more || at->removed >= REMOVED_MOST))
		*at = (struct upkeep_place){ .step = at->step + 1 };
	at->done = at->step == COUNT(steps);
	return e;
}

enum err
upkeep_run(struct arena *a, const struct authority *auth, const struct opened *o, int64_t now,
	struct upkeep *done)
{
	struct upkeep_place at = { 0 };
	const struct audit who = { .actor = AUDIT_SYSTEM };
	enum err e = OK;

	*done = (struct upkeep){ 0 };
	while (e == OK && !at.done)
		e = upkeep_slice(o, now, CHUNK, &at, done);
	if (e == OK)
		e = store_clear_readers(o->durable, &done->readers);
	if (e == OK)
		e = keyset_upkeep(
			o->keyring, o->durable, a, auth, &who, &done->keys_made, &done->keys_gone);
	return e;
}
