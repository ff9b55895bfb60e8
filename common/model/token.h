/*
 * token - reference access tokens, and JWTs revoked on their own
 * SPDX-License-Identifier: ISC
 */
#ifndef MODEL_TOKEN_H
#define MODEL_TOKEN_H

#include "model/audit.h"
#include "model/handle.h"
#include "model/record.h"
#include "schema/token.h"

/* Adds a reference token to the batch; *text is the handle. */
MUST_USE enum err
token_add(struct batch *b, struct arena *a, const struct token *t, struct str *text);

/* The record of a handle, and its key: ERR_SYNTAX (no reference token), ERR_NOTFOUND, ERR_EXPIRED.
 */
MUST_USE enum err token_get(struct store *db, struct arena *a, struct str text, int64_t now,
	struct token *out, struct str *key);

/* Denies the JWT with that jti until it expires, in a commit of its own; one that is denied already
 * stays so without one. */
MUST_USE enum err token_deny(struct store *db, struct arena *a, struct str jti, int64_t expires,
	const struct audit *done);

/* OK when it was denied, else ERR_NOTFOUND. */
MUST_USE enum err token_denied(struct store *db, struct arena *a, struct str jti, int64_t expires);

#endif
