/*
 * chain - what was changed, in order, so that a record that was changed or removed shows
 * SPDX-License-Identifier: ISC
 *
 * In a chained environment every commit has notes (batch_note), and whoever
 * commits makes a record of each in the same transaction: its sequence, the
 * time, the program, the note, and a MAC over these and the MAC before. The
 * key is another for each record, the hash of the one before; only the next
 * is kept, in the head, so who takes over the store can make up records from
 * then on, but change, remove or cut off none that was there. Every
 * CHAIN_EPOCH records the key comes from another such row, of epochs, so that
 * a verifier need not hash its way through all. The first of both come from
 * the audit key, which is needed to begin a chain and to verify one, and
 * should be kept elsewhere.
 *
 * What that cannot do: who has an older head has the key of its time, and can
 * make up all that followed. Pages that LMDB has freed may have one until they
 * are used again, and each copy of the store, as a backup is, has one: a MAC
 * that was noted elsewhere shows that (chain_verify). And who has the store may
 * prune the oldest records, as a limit does: it shows in the first that is kept
 * only. What is to stay is exported.
 */
#ifndef STORE_CHAIN_H
#define STORE_CHAIN_H

#include "base/secret.h"
#include "store/batch.h"
#include "store/read.h"

#define CHAIN_ID_LEN 16
#define CHAIN_EPOCH 4096
#define CHAIN_KEY_LEN 32 /* of the audit key */
#define CHAIN_PROGRAM_MAX 31
#define CHAIN_PRUNE_MOST 128 /* records that one commit removes */

/* What a record is: a note, or one of the chain itself. */
enum chain_kind {
	CHAIN_NOTE = 1,
	CHAIN_PRUNED, /* older ones were removed because there are enough, or for their age; with a
			 MAC of zeros where one of them could not be read */
};

struct chain_row {
	uint64_t sequence; /* from 1 */
	enum chain_kind kind;
	int64_t time;
	struct str program;
	struct str payload;
	uint64_t through;   /* of CHAIN_PRUNED: the last that was removed */
	struct str signed_; /* the value without its MAC */
	struct str mac;
};

/* Where the chain has come to. */
struct chain_head {
	unsigned char id[CHAIN_ID_LEN]; /* random, another for each chain */
	uint64_t first, last;		/* records that are kept; last 0: there was none yet */
	unsigned char before[HASH_LEN]; /* MAC of the one before the first */
	unsigned char mac[HASH_LEN];	/* of the last */
	unsigned char key[HASH_LEN];	/* of the next record */
	unsigned char epoch[HASH_LEN];	/* of the next epoch */
};

/* What is kept: the oldest are removed when there are more, or when they are older. 0: no limit. */
struct chain_limit {
	int64_t records;
	int64_t lifetime; /* seconds */
};

/* Adds the beginning of a chain to the first batch of an environment. `name` is the authority's: a
 * chain of one is none of another. */
void chain_begin(struct batch *b, struct arena *a, struct str key, struct str name);

/* Adds what is to be kept to a batch. */
void chain_limit_put(struct batch *b, struct arena *a, const struct chain_limit *limit);

/* The head as it is: ERR_NOTFOUND, ERR_CORRUPT. */
MUST_USE enum err chain_head_get(struct store *s, struct arena *a, struct chain_head *out);

/* The key of a record, the arena's. */
struct str chain_key(struct arena *a, uint64_t sequence);

/* Takes a record apart; the spans point into it. ERR_CORRUPT, ERR_UNSUPPORTED (of a kind that is
 * not known here). */
MUST_USE enum err chain_parse(struct str key, struct str value, struct chain_row *out);

/* The head as bytes and back: ERR_CORRUPT. */
#define CHAIN_HEAD_LEN (1 + CHAIN_ID_LEN + 8 + 8 + 4 * HASH_LEN)
void chain_head_write(const struct chain_head *h, unsigned char out[CHAIN_HEAD_LEN]);
MUST_USE enum err chain_head_parse(struct str value, struct chain_head *out);

/* Removes records that are over their lifetime at `now`, at most CHAIN_PRUNE_MOST and never the
 * last; *removed counts. One that cannot be read, or is of a time to come, goes with those behind
 * it. */
MUST_USE enum err chain_expire(struct store *s, int64_t now, size_t *removed);

/* What a verifier was given, and found out. */
struct chain_report {
	struct str key, name; /* in: without a key only the order is looked at */
	uint64_t expect;      /* in: a sequence that was noted elsewhere, 0 for none */
	struct str expect_mac;
	struct chain_head head;
	uint64_t records;
	uint64_t at;	     /* the sequence at which something is wrong */
	const char *problem; /* what; NULL: the chain is sound */
	bool is_unknown;     /* only what was expected cannot be told any more */
};

/* Looks at every record, in one read transaction. An error is one of reading; what is wrong with
 * the chain is in the report. */
MUST_USE enum err chain_verify(struct store *s, struct chain_report *r);

#endif
