/*
 * private_key - private keys at rest: sealed again, counted, carried from one place to another
 * SPDX-License-Identifier: ISC
 *
 * For the command line. `keys` is the keys environment of an authority, see
 * keyring_store().
 */
#ifndef MODEL_PRIVATE_KEY_H
#define MODEL_PRIVATE_KEY_H

#include "base/seal.h"
#include "model/record.h"
#include "schema/key.h"

/* Calls fn for each private key as it is stored; it ends as record_each. */
typedef enum err private_key_fn(void *arg, struct arena *a, const struct private_key *stored);
MUST_USE enum err private_key_each(struct store *keys, private_key_fn *fn, void *arg);

MUST_USE enum err
private_key_get(struct store *keys, struct arena *a, struct str kid, struct private_key *out);

/* Seals with the newest version what is sealed with another, one guarded put each, so it can be
 * interrupted and called again, beside programs that sign. *done counts, *left counts those that
 * cannot be opened: they stay, and the error of the last is returned. */
MUST_USE enum err
private_key_reseal(struct store *keys, struct seal *seal, size_t *done, size_t *left);

/* Adds a private key given as JWK, sealed, to a batch of the keys environment; it must be new.
 * ERR_CRYPTO when it is not the private half of `half`, or as jwk_parse. */
MUST_USE enum err private_key_add(struct batch *b, struct arena *a, struct seal *seal,
	const struct signing_key *half, struct str json);

#endif
