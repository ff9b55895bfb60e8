/*
 * batch - a state change: guards, puts and deletes that happen together or not at all
 * SPDX-License-Identifier: ISC
 *
 * A batch is data, not code: its encoded form is all that a commit needs, so
 * it can be handed to another process. Decide first (read, check, hash,
 * sign), then commit once, last.
 *
 *	batch_init(&b, a);
 *	batch_guard(&b, key, version);
 *	batch_put(&b, key, value);
 *	e = store_commit(db, &b);
 */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include "base/buf.h"
#include "store/env.h"

#define BATCH_MAX ((size_t)1 << 20) /* bytes of an encoded batch */
#define KEY_MAX_LEN 511

#define NOTE_MAX 1024 /* bytes of a note */
#define NOTES_MAX 4   /* of a batch */

struct batch {
	struct buf ops; /* the encoded form */
	size_t n;	/* operations */
	size_t notes;	/* beside them */
};

/* An empty batch in arena `a`. */
void batch_init(struct batch *b, struct arena *a);

/* The commit happens only if the key has that version then (0: is absent). */
void batch_guard(struct batch *b, struct str key, uint64_t version);

/* Sets or removes a key; removing an absent one is no error. */
void batch_put(struct batch *b, struct str key, struct str value);
void batch_del(struct batch *b, struct str key);

/* Says what the change is; it becomes a record of the chain in the same commit (chain.h), without
 * which a chained environment takes none. 1 to NOTE_MAX bytes, NOTES_MAX at most. */
void batch_note(struct batch *b, struct str payload);

enum batch_kind {
	BATCH_GUARD = 1,
	BATCH_PUT,
	BATCH_DEL,
	BATCH_NOTE,
};

struct batch_op {
	enum batch_kind kind;
	struct str key, value; /* of a note the value alone */
	uint64_t version;
};

/* Takes the next operation off an encoded batch: ERR_NOTFOUND at its end, ERR_SYNTAX if malformed.
 */
MUST_USE enum err batch_next(struct str *ops, struct batch_op *op);

/* Whether an encoded batch can be committed by whoever may write the key classes `writes` (bytes of
 * enum key_class; NULL: all). ERR_RANGE, ERR_SYNTAX; ERR_DENIED for a put or delete of another
 * class. */
MUST_USE enum err batch_check(struct str ops, const char *writes);

/* The same about the chain: in an environment that is `chained` there is a note with every change
 * but that of marks (KEY_APPLIED), none without one, and rows of the chain are put once, when it
 * begins; elsewhere there is no note. ERR_DENIED. */
MUST_USE enum err batch_check_chain(struct str ops, bool chained);

#endif
