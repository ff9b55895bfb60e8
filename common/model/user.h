/*
 * user - people who sign in
 * SPDX-License-Identifier: ISC
 */
#ifndef MODEL_USER_H
#define MODEL_USER_H

#include "base/password.h"
#include "model/audit.h"
#include "model/record.h"
#include "schema/user.h"

MUST_USE enum err
user_get(struct store *db, struct arena *a, struct str sub, struct user *out, uint64_t *version);

/* A user name in lower case: names differ in more than ASCII case, or are the same. The arena's. */
struct str user_name_fold(struct arena *a, struct str username);

/* By the name they type, without regard to ASCII case. */
MUST_USE enum err user_find(struct store *db, struct arena *a, struct str username,
	struct user *out, uint64_t *version);

/* Writes record and name index in one commit, with `done` for the audit, whose subject is set. An
 * empty sub is filled with a fresh one. ERR_EXISTS: the user name is another's. */
MUST_USE enum err user_put(struct store *db, struct arena *a, struct user *u, uint64_t version,
	const struct audit *done, const char **why);

/* Adds a new user as it is, with sub and dates, and the name index to a batch. ERR_RANGE. */
MUST_USE enum err
user_add(struct batch *b, struct arena *a, const struct user *u, const char **why);

/* Removes user, name and consents. Sessions and grants are dead from then on: each use looks the
 * user up. */
MUST_USE enum err
user_del(struct store *db, struct arena *a, struct str sub, const struct audit *done);

/* Whether the claims object is one: members known to schema/claim.h have their type (5.1, 5.1.1),
 * no member is null or empty; *why a sentence otherwise. */
MUST_USE enum err user_check_claims(struct arena *a, struct str json, const char **why);

#endif
