/*
 * upkeep - what has to be done now and then: sweep and key rings
 * SPDX-License-Identifier: ISC
 *
 * What is keyed by the hour of its expiry goes from the front. Sessions, and
 * grants that are over long before the hour in their id (a code that nobody
 * redeemed), are found by looking at each row.
 */
#include "model/upkeep.h"

#include "model/client.h"
#include "model/grant.h"
#include "model/keyset.h"
#include "model/session.h"
#include "store/key.h"
#include "store/sweep.h"

#define SWEEP_MOST 100000 /* rows of a class in one run */
#define CHUNK 256	  /* rows in one commit */
#define SHOWN 86400	  /* seconds for which a revoked grant is kept, to be seen */

/* A walk over a class that removes what is over. */
struct reaper {
	struct store *db;
	int64_t now;
	bool (*is_over)(struct reaper *r, struct arena *a, const void *base);
	struct arena *arena; /* of the batch */
	struct batch batch;
	size_t *removed;
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

	if (g->refresh_expires == 0 || g->refresh_expires > r->now)
		return false;
	return client_get(r->db, a, g->client_id, &c, NULL) != OK ||
		g->refresh_expires + c.access_token_lifetime <= r->now;
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

static enum err
reap_flush(struct reaper *r)
{
	size_t n = r->batch.n / 2; /* a guard and a delete each */
	enum err e;

	if (n == 0)
		return OK;
	e = store_commit(r->db, &r->batch);
	if (e == OK)
		*r->removed += n;
	arena_reset(r->arena);
	batch_init(&r->batch, r->arena);
	/* Somebody changed one of them meanwhile: the next run will see. */
	return e == ERR_CONFLICT ? OK : e;
}

static enum err
reap_row(void *arg, struct arena *a, struct str key, const void *base, uint64_t version)
{
	struct reaper *r = arg;

	if (!r->is_over(r, a, base))
		return OK;
	batch_guard(&r->batch, key, version);
	batch_del(&r->batch, key);
	return r->batch.n / 2 < CHUNK ? OK : reap_flush(r);
}

static enum err
reap(struct reaper *r, enum key_class class, const struct record *rec)
{
	enum err e;

	r->arena = arena_new(ARENA_CEILING);
	batch_init(&r->batch, r->arena);
	e = record_each(r->db, class, rec, reap_row, r);
	if (e == OK)
		e = reap_flush(r);
	arena_free(r->arena);
	return e;
}

static enum err
sweep(const struct opened *o, int64_t now, struct upkeep *done)
{
	const struct {
		enum key_class class;
		struct store *store;
		size_t *removed;
	} classes[] = {
		{ KEY_GRANT, o->durable, &done->grants },
		{ KEY_TOKEN, o->durable, &done->tokens },
		{ KEY_DENIED, o->durable, &done->denied },
		{ KEY_THROTTLE, o->volatile_, &done->throttles },
	};
	enum err e = OK;
	size_t i;

	for (i = 0; i < COUNT(classes) && e == OK; i++)
		if (classes[i].store != NULL)
			e = sweep_class(classes[i].store, (char)classes[i].class, now, SWEEP_MOST,
				classes[i].removed);
	return e;
}

enum err
upkeep_run(struct arena *a, const struct authority *auth, const struct opened *o, int64_t now,
	struct upkeep *done)
{
	struct reaper sessions = {
		.db = o->durable, .now = now, .is_over = session_is_over, .removed = &done->sessions
	};
	struct reaper grants = {
		.db = o->durable, .now = now, .is_over = grant_is_over, .removed = &done->grants
	};
	enum err e;

	*done = (struct upkeep){ 0 };
	e = sweep(o, now, done);
	if (e == OK)
		e = reap(&sessions, KEY_SESSION, &record_session);
	if (e == OK)
		e = reap(&grants, KEY_GRANT, &record_grant);
	if (e == OK)
		e = store_clear_readers(o->durable, &done->readers);
	if (e == OK)
		e = keyset_upkeep(
			o->keyring, o->durable, a, auth, &done->keys_made, &done->keys_gone);
	return e;
}
