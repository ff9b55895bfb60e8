/*
 * limit - token buckets that all processes of a deployment share
 * SPDX-License-Identifier: ISC
 *
 * A table of fixed size in a file that is mapped by whoever counts: what is
 * counted is lost with the machine, not with a process, and no stranger makes
 * it grow. A bucket has `burst` tokens and is full again `span` seconds after
 * it was empty; a try takes one first and gets it back if it was right.
 *
 *	e = limit_open("/srv/tessera/limits.map", 1 << 20, &t);
 *	tag = limit_tag(t, LIMIT_LOGIN_PAIR, authority, address, user);
 *	wait = limit_take(t, tag, (struct limit_rate){ 5, 600 });
 *	if (wait > 0)
 *		... come again in `wait` seconds
 *	if (was_right)
 *		limit_give(t, tag, (struct limit_rate){ 5, 600 });
 *
 * There is no lock: a slot is a tag and one number, both changed by compare
 * and swap, so a process that is killed leaves nothing behind that others wait
 * for. Where two subjects meet in one slot, as one makes room for the other,
 * a race may cost a token or give one away.
 */
#ifndef BASE_LIMIT_H
#define BASE_LIMIT_H

#include "base/str.h"

struct limit_table;

/* `burst` tokens in `span` seconds; burst 0: no limit. */
struct limit_rate {
	int64_t burst, span;
};

#define LIMIT_BURST_MAX 10000
#define LIMIT_SPAN_MAX ((int64_t)30 * 86400)
#define LIMIT_SIZE_MIN 4096 /* bytes of a table */

/* What is in a table: buckets that are not full, and marks; each have slots of their own. */
struct limit_usage {
	size_t bucket_slots, buckets;
	size_t mark_slots, marks;
	size_t by_id[256]; /* of either, by the `id` of their tags */
};

/* Maps the table at `path`. Absent, of another size than `size` bytes, of another version or no
 * table, it is made anew, with mode 0660 and the group of its directory; after a boot it is
 * emptied. With `size` 0 it is taken as it is: ERR_NOTFOUND, ERR_CORRUPT. ERR_DENIED, ERR_FULL (the
 * file has all its blocks from the start), ERR_SYSTEM. The log has the reason. */
MUST_USE enum err limit_open(const char *path, int64_t size, struct limit_table **out);
void limit_close(struct limit_table *t);

/* The name of a bucket or mark in the table, never 0: `id` says what is counted, `scope` for whom,
 * and then there is one subject or two; empty: not there. A keyed hash: who does not read the file
 * cannot choose subjects that meet. */
uint64_t limit_tag(const struct limit_table *t, unsigned char id, struct str scope,
	struct str first, struct str second);

/* Takes a token: 0. None left: the seconds until there is one, and nothing changes. */
MUST_USE int64_t limit_take(struct limit_table *t, uint64_t tag, struct limit_rate rate);

/* The same seconds, or 0, without taking one. */
MUST_USE int64_t limit_wait(struct limit_table *t, uint64_t tag, struct limit_rate rate);

/* Gives it back. */
void limit_give(struct limit_table *t, uint64_t tag, struct limit_rate rate);

/* Remembers `tag` for `seconds`; whether it is remembered. Marks have slots of their own, so that
 * buckets, which any stranger can make, do not push them out, nor the other way round. */
void limit_mark(struct limit_table *t, uint64_t tag, int64_t seconds);
bool limit_is_marked(struct limit_table *t, uint64_t tag);

/* Makes full what has this first subject and this second one under `id` and `scope`; an empty one
 * is any. How many there were; rarely (one of 2^28) another's among them. */
size_t limit_reset(struct limit_table *t, unsigned char id, struct str scope, struct str first,
	struct str second);

/* Forgets everything, marks too. */
void limit_clear(struct limit_table *t);

/* Looks through the table. */
void limit_usage(struct limit_table *t, struct limit_usage *out);

#endif
