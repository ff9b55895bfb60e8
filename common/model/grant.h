/*
 * grant - authorizations: codes, refresh tokens, revocation (see schema/grant.h)
 * SPDX-License-Identifier: ISC
 *
 * Each step changes one record by one guarded put. The functions decide and
 * fill a batch; the caller signs what it has to sign and commits last. A
 * conflict means that somebody else was faster: read again, decide again.
 */
#ifndef MODEL_GRANT_H
#define MODEL_GRANT_H

#include "model/audit.h"
#include "model/handle.h"
#include "model/record.h"
#include "schema/client.h"
#include "schema/grant.h"

#define GRANT_STRIKES 3 /* wrong redemptions after which a code is dead */

struct grant_row {
	struct grant g;
	struct str id;
	uint64_t version;
};

/* Adds a new grant with a code; the caller has filled in who, what and the dates of row->g, the id
 * is made here from g.expires. *code is the handle. */
MUST_USE enum err
grant_add(struct batch *b, struct arena *a, struct grant_row *row, struct str *code);

/* By id: ERR_NOTFOUND. */
MUST_USE enum err
grant_get(struct store *db, struct arena *a, struct str id, struct grant_row *out);

/* Writes it, guarded by its version. */
MUST_USE enum err grant_put(struct batch *b, struct arena *a, const struct grant_row *row);

/* The grant of a code, whatever its state: ERR_NOTFOUND when there is none with that secret. */
MUST_USE enum err
grant_of_code(struct store *db, struct arena *a, struct str code, struct grant_row *out);

/* Makes the first refresh token, or the next: the record then knows the new generation, and the one
 * before for client->refresh_token_grace seconds. *token is the handle. `presented` is the handle
 * that is replaced, empty for the first. */
MUST_USE enum err grant_rotate(struct arena *a, struct grant_row *row, const struct client *c,
	struct str presented, struct str *token);

/* Sets when the refresh token ends, as the client's settings say for one used at `now`: sliding,
 * and never past the end that was set with the first one. */
void grant_slide(struct grant *g, const struct client *c, int64_t now);

enum refresh_is {
	REFRESH_CURRENT,  /* may be used, and rotated */
	REFRESH_PREVIOUS, /* in its grace: *successor is the current token */
	REFRESH_REUSED,	  /* older: the family has to be revoked */
};

/* The grant of a refresh token and what the token is to it; ERR_NOTFOUND when it belongs to none.
 */
MUST_USE enum err grant_of_refresh(struct store *db, struct arena *a, struct str token,
	struct grant_row *out, enum refresh_is *is, struct str *successor);

/* Adds to an audit record which grant it is about, and whose. */
void grant_audit(struct audit *what, const struct grant_row *row);

/* Marks it revoked, by a guarded put in a commit of its own, tried again on conflict. `done` says
 * who does it and, as its detail, why. */
MUST_USE enum err
grant_revoke(struct store *db, struct arena *a, struct str id, const struct audit *done);

/* Whether tokens of the grant are good at `now`: OK, ERR_EXPIRED (over), ERR_DENIED (revoked, or
 * its session has ended). */
MUST_USE enum err
grant_check(struct store *db, struct arena *a, const struct grant_row *row, int64_t now);

struct grant_filter {
	struct str sub, client_id, sid; /* empty: any */
};

/* Whether the filter takes the grant. */
bool grant_is_taken(const struct grant_filter *f, const struct grant *g);

/* Marks all grants that the filter takes; reads every grant, so it is for the command line. *n
 * counts. */
MUST_USE enum err grant_revoke_all(
	struct store *db, const struct grant_filter *filter, const struct audit *done, size_t *n);

#endif
