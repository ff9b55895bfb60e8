/*
 * sign_order - what is asked of the signer process (sbin/signer), and its answer
 * SPDX-License-Identifier: ISC
 *
 * An order is one packet: format byte, purpose, algorithm, length and bytes of
 * the authority's name, and the claims to the end. The signer chooses the key
 * and writes the header by itself, and does not look into the claims: it is
 * the one process where a mistake in reading would be next to the keys. The
 * answer is a status byte (store/wire.h) and, when that is OK, the token.
 */
#ifndef MODEL_SIGN_ORDER_H
#define MODEL_SIGN_ORDER_H

#include "base/call.h"
#include "model/keyset.h"

#define SIGN_CLAIMS_MAX 8192
#define SIGN_HEAD_MAX (1 + 1 + 1 + 1 + STORE_NAME_MAX)
#define SIGN_ORDER_MAX (SIGN_HEAD_MAX + SIGN_CLAIMS_MAX)
#define SIGN_ANSWER_MAX 16384

struct sign_order {
	enum sign_purpose purpose;
	enum alg alg;
	struct str name, claims;
};

/* Writes all that comes before the claims; returns its length. The name must fit. */
size_t sign_order_head(const struct sign_order *o, unsigned char head[SIGN_HEAD_MAX]);

/* Takes a packet apart; the spans point into it. ERR_SYNTAX, ERR_UNSUPPORTED (format, purpose or
 * algorithm), ERR_RANGE (claims too long). */
MUST_USE enum err sign_order_parse(struct str packet, struct sign_order *out);

/* Has the signer sign; the token is the arena's. Its answer, or as call_ask(). */
MUST_USE enum err
sign_order_ask(struct call *signer, struct arena *a, const struct sign_order *o, struct str *token);

/* The packet that answers an order, the arena's. */
struct str sign_order_answer(struct arena *a, enum err e, struct str token);

#endif
