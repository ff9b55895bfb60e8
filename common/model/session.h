/*
 * session - signed-in browsers
 * SPDX-License-Identifier: ISC
 *
 * A session is one row under its sid, which tokens and grants name; the
 * cookie has the sid and a secret whose hash the row has. Signing in again
 * gives a new secret and a new end to the same session, so what hangs on it
 * stays.
 */
#ifndef MODEL_SESSION_H
#define MODEL_SESSION_H

#include "model/audit.h"
#include "model/record.h"
#include "schema/session.h"
#include "schema/user.h"

struct session_row {
	struct session s;
	uint64_t version;
};

/* Makes a session for the user, with a fresh sid. session_sign_in() and session_put() follow. */
void session_new(struct arena *a, const struct user *u, struct session_row *row);

/* The user has signed in now: sets dates and a new cookie, whose value is *cookie. */
void
session_sign_in(struct arena *a, struct session_row *row, int64_t lifetime, struct str *cookie);

/* The session of a cookie's value: ERR_NOTFOUND, ERR_SYNTAX, ERR_EXPIRED. */
MUST_USE enum err
session_get(struct store *db, struct arena *a, struct str cookie, struct session_row *out);

/* By its sid: ERR_NOTFOUND, or ERR_EXPIRED (then *out is filled all the same). */
MUST_USE enum err
session_get_sid(struct store *db, struct arena *a, struct str sid, struct session_row *out);

/* Writes a new or changed one, guarded by row->version. */
MUST_USE enum err session_put(struct batch *b, struct arena *a, const struct session_row *row);

/* Forgets the request that sign-in and consent were for. */
void session_use_up(struct session_row *row);

/* Adds its end to a batch, guarded by row->version. */
void session_del(struct batch *b, struct arena *a, const struct session_row *row);

/* "session SID", for the detail of an audit record; the arena's. */
struct str session_label(struct arena *a, const struct session_row *row);

/* Ends the session, whatever others write to it meanwhile; grants that do not outlive it end with
 * it. ERR_NOTFOUND when somebody was faster. `done` says who does it; whose session it is, is
 * added. */
MUST_USE enum err
session_end(struct store *db, struct arena *a, struct str sid, const struct audit *done);

#endif
