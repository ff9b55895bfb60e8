/*
 * consent - what a user has allowed a client
 * SPDX-License-Identifier: ISC
 */
#include "model/consent.h"

#include "base/clock.h"

enum err
consent_get(struct store *db, struct arena *a, struct str sub, struct str client_id,
	struct consent *out, uint64_t *version)
{
	enum err e;

	e = record_get(
		db, a, &record_consent, key_pair(a, KEY_CONSENT, sub, client_id), out, version);
	if (e == OK && out->expires != 0 && out->expires <= clock_now())
		return ERR_NOTFOUND;
	return e;
}

enum err
consent_put(struct batch *b, struct arena *a, const struct consent *c, uint64_t version)
{
	return record_put(
		b, a, &record_consent, key_pair(a, KEY_CONSENT, c->sub, c->client_id), c, version);
}
