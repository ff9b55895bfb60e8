/*
 * wire - the messages between programs and writer
 * SPDX-License-Identifier: ISC
 *
 * A message is one packet: format byte, id of the batch, kind of environment
 * (0 durable, 1 volatile), length and bytes of the authority's name, and the
 * encoded batch to the end. An empty batch changes nothing, but makes the
 * volatile environment if it is not there. The answer is one byte.
 */
#ifndef STORE_WIRE_H
#define STORE_WIRE_H

#include "store/commit.h"

#define WIRE_OPS_MAX 65536 /* bytes of a batch */
#define WIRE_HEAD_MAX (1 + COMMIT_ID_LEN + 1 + 1 + STORE_NAME_MAX)
#define WIRE_MAX (WIRE_HEAD_MAX + WIRE_OPS_MAX)

struct wire {
	struct str id, name, ops;
	bool is_volatile;
};

/* Writes all that comes before the batch; returns its length. Id and name must fit. */
size_t wire_head(const struct wire *w, unsigned char head[WIRE_HEAD_MAX]);

/* Takes a message apart; the spans point into it. ERR_SYNTAX, ERR_UNSUPPORTED (format), ERR_RANGE
 * (batch too large). */
MUST_USE enum err wire_parse(struct str message, struct wire *out);

/* An error as the byte of an answer, and back; a byte that we do not know is ERR_SYSTEM. */
unsigned char wire_status(enum err e);
enum err wire_err(unsigned char status);

#endif
