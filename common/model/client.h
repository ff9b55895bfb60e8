/*
 * client - registered clients
 * SPDX-License-Identifier: ISC
 */
#ifndef MODEL_CLIENT_H
#define MODEL_CLIENT_H

#include "model/audit.h"
#include "model/record.h"
#include "schema/client.h"

/* ERR_NOTFOUND also for an id that cannot be one. A disabled client is found: look at .enabled. */
MUST_USE enum err client_get(struct store *db, struct arena *a, struct str client_id,
	struct client *out, uint64_t *version);

/* Checks the record as a whole and writes it with its origin index in one commit; `version` as
 * record_put, `done` for the audit. ERR_CONFLICT, ERR_EXISTS (version 0 and there is one),
 * ERR_RANGE with *why a sentence (never NULL then). */
MUST_USE enum err client_put(struct store *db, struct arena *a, struct client *c, uint64_t version,
	const struct audit *done, const char **why);

/* Adds a new client as it is, with its dates, and its index to a batch. ERR_RANGE as client_put. */
MUST_USE enum err
client_add(struct batch *b, struct arena *a, const struct client *c, const char **why);

/* Removes it with its index. Consents and grants that name it are dead from then on, also when a
 * client of the same name is made later: they are older than it. */
MUST_USE enum err
client_del(struct store *db, struct arena *a, struct str client_id, const struct audit *done);

/* A fresh secret of 256 bits: adds its hash to the list and returns the text, which is nowhere
 * else. `expires` 0: never. For clients and resources. */
struct str secret_add(struct arena *a, struct list *secrets, int64_t expires, struct str label);

/* Whether one of the secrets that have not expired is `text`: OK, ERR_CRYPTO, ERR_EXPIRED. */
MUST_USE enum err secret_check(struct arena *a, struct list secrets, struct str text);

/* Whether any enabled client allows the CORS origin. */
bool client_origin_allowed(struct store *db, struct arena *a, struct str origin);

/* Whether it has no secret to show: its authentication method is `none`. */
bool client_is_public(const struct client *c);

#endif
