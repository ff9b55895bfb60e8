/*
 * session - signed-in browsers
 * SPDX-License-Identifier: ISC
 */
#ifndef MODEL_SESSION_H
#define MODEL_SESSION_H

#include "model/record.h"
#include "schema/session.h"

struct session_row {
	struct session s;
	struct str key; /* in the store; what a grant names */
	uint64_t version;
};

/* Makes a new session for `sub`, which session_put then writes: id and dates are filled in, *cookie
 * is its handle. */
void session_new(struct arena *a, struct str sub, int64_t lifetime, struct session_row *row,
	struct str *cookie);

/* The session of a cookie's value: ERR_NOTFOUND, ERR_SYNTAX, ERR_EXPIRED. */
MUST_USE enum err
session_get(struct store *db, struct arena *a, struct str cookie, struct session_row *out);

/* By its key. */
MUST_USE enum err
session_get_key(struct store *db, struct arena *a, struct str key, struct session_row *out);

/* Writes a changed one, guarded by row->version. */
MUST_USE enum err session_put(struct batch *b, struct arena *a, const struct session_row *row);

/* Ends the session by deleting its row; the grants that do not outlive it name that row, so they
 * end with it. ERR_NOTFOUND when somebody was faster. */
MUST_USE enum err session_end(struct store *db, struct arena *a, const struct session_row *row);

#endif
