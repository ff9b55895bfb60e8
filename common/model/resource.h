/*
 * resource - APIs and scopes
 * SPDX-License-Identifier: ISC
 */
#ifndef MODEL_RESOURCE_H
#define MODEL_RESOURCE_H

#include "model/audit.h"
#include "model/record.h"
#include "schema/resource.h"
#include "schema/scope.h"

/* Reads, writes (guarded by the version, 0: must be new; *why says what a check found) and deletes
 * one, with `done` for the audit. ERR_NOTFOUND, ERR_CONFLICT, ERR_EXISTS, ERR_RANGE. */
MUST_USE enum err resource_get(struct store *db, struct arena *a, struct str name,
	struct resource *out, uint64_t *version);
MUST_USE enum err resource_put(struct store *db, struct arena *a, struct resource *r,
	uint64_t version, const struct audit *done, const char **why);
MUST_USE enum err
resource_del(struct store *db, struct arena *a, struct str name, const struct audit *done);

/* All resources, enabled or not; there are tens of them, not thousands. */
struct resources {
	struct resource *v;
	size_t n;
};
MUST_USE enum err resource_all(struct store *db, struct arena *a, struct resources *out);

/* The same for scopes. */
MUST_USE enum err
scope_get(struct store *db, struct arena *a, struct str name, struct scope *out, uint64_t *version);
MUST_USE enum err scope_put(struct store *db, struct arena *a, struct scope *s, uint64_t version,
	const struct audit *done, const char **why);
MUST_USE enum err
scope_del(struct store *db, struct arena *a, struct str name, const struct audit *done);

/* Adds the standard scopes openid, profile, email, address, phone, offline_access to a batch. */
MUST_USE enum err scope_add_standard(struct batch *b, struct arena *a);

#endif
