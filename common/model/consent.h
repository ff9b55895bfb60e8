/*
 * consent - what a user has allowed a client
 * SPDX-License-Identifier: ISC
 */
#ifndef MODEL_CONSENT_H
#define MODEL_CONSENT_H

#include "model/record.h"
#include "schema/consent.h"

/* ERR_NOTFOUND also when it has run out (then *version is that of the old one). */
MUST_USE enum err consent_get(struct store *db, struct arena *a, struct str sub,
	struct str client_id, struct consent *out, uint64_t *version);

/* Adds the consent to a batch, over the one of that version. */
MUST_USE enum err
consent_put(struct batch *b, struct arena *a, const struct consent *c, uint64_t version);

#endif
