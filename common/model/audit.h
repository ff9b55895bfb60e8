/*
 * audit - what was changed, by whom: notes for batches, and the records they became
 * SPDX-License-Identifier: ISC
 *
 * An authority's durable store takes no change without a note, so whoever
 * changes something says who and what, in the same batch:
 *
 *	struct audit done = { .event = AUDIT_LOGOUT, .actor = STR("user:x"), .subject = sub };
 *
 *	audit_note(&b, a, &done);
 *	e = store_commit(db, &b);
 */
#ifndef MODEL_AUDIT_H
#define MODEL_AUDIT_H

#include "schema/audit.h"
#include "store/chain.h"

/* Who acts when nobody does: sweep and upkeep of keys. */
#define AUDIT_SYSTEM STR("system")

/* Adds the note; texts that are longer than their row allows are cut, which "..." shows. */
void audit_note(struct batch *b, struct arena *a, const struct audit *what);

/* The same of an event with that detail, done by `who`. */
void audit_note_as(struct batch *b, struct arena *a, const struct audit *who,
	enum audit_event event, struct str subject, struct str detail);

/* One record as it is kept. */
struct audit_row {
	enum err e; /* not OK: somebody has meddled, and only row.sequence is there, or is 0 */
	uint64_t missing; /* so many in front of it are not there: pruned meanwhile, or by others */
	struct chain_row row;
	struct audit audit;
};

/* Takes a row of the store apart; returns out->e: OK, ERR_CORRUPT, ERR_UNSUPPORTED. What it holds
 * is the arena's. */
MUST_USE enum err
audit_read(struct arena *a, const struct store_row *stored, struct audit_row *out);

/* Calls fn for each record after `after`, oldest first, in pages, also for those that cannot be
 * read; it ends as record_each. All but those before head.first should be there, so begin at the
 * one before that. */
typedef enum err audit_fn(void *arg, struct arena *a, const struct audit_row *row);
MUST_USE enum err audit_each(struct store *db, uint64_t after, audit_fn *fn, void *arg);

#endif
