/*
 * transfer - the document that export writes and import reads
 * SPDX-License-Identifier: ISC
 *
 * One JSON object: TRANSFER_FORMAT first, then the authority, then a list for
 * each kind of record, in the order of the table, and last the private keys.
 * Records have the members of their tables, secrets' hashes included.
 */
#ifndef ADMIN_TRANSFER_H
#define ADMIN_TRANSFER_H

#include "admin/cli.h"

#define TRANSFER_FORMAT "tessera_export"
#define TRANSFER_VERSION 1
#define TRANSFER_PRIVATE "private_keys"

struct section {
	const char *name;
	enum key_class class;
	const struct record *rec;
	/* Adds a record that was read to a batch; *why a sentence, or NULL. */
	enum err (*add)(struct batch *b, struct arena *a, const void *base, const char **why);
};

/* NULL at the end. */
extern const struct section sections[];

/* A private key on its way: sealed as it is stored, or plain. */
struct carried_key {
	struct str kid;
	struct str sealed;
	struct str jwk;
};

extern const struct record record_carried_key;

#endif
