/*
 * buf - growable bytes with a ceiling
 * SPDX-License-Identifier: ISC
 *
 * A buf grows in its arena up to a ceiling. A write that would pass the
 * ceiling makes the buf full, and every later write is dropped; buf_end()
 * tells, once, so a run of writes needs a single check:
 *
 *	buf_init(&b, a, 4096);
 *	buf_add(&b, STR("a="));
 *	buf_printf(&b, "%d", n);
 *	e = buf_end(&b, &out);
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/arena.h"

struct buf {
	struct arena *arena;
	char *p;
	size_t n, room, ceiling;
	bool full;
};

/* An empty buf in arena `a` that holds at most `ceiling` bytes. */
void buf_init(struct buf *b, struct arena *a, size_t ceiling);

/* Append: a span; a byte; a formatted text; integers, big-endian. */
void buf_add(struct buf *b, struct str s);
void buf_byte(struct buf *b, unsigned char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);

/* What was written so far, valid until the next write. */
struct str buf_str(const struct buf *b);

/* The whole, kept by the arena: OK, or ERR_FULL when something did not fit. */
MUST_USE enum err buf_end(struct buf *b, struct str *out);

/* Reads big-endian integers from the front of `s`: ERR_SYNTAX when it is too short. */
MUST_USE enum err str_take(struct str *s, size_t n, struct str *out);
MUST_USE enum err str_take_u32(struct str *s, uint32_t *out);
MUST_USE enum err str_take_u64(struct str *s, uint64_t *out);

#endif
