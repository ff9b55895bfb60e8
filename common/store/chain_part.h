/*
 * chain_part - what the files of the chain share; private to store/
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_CHAIN_PART_H
#define STORE_CHAIN_PART_H

#include "store/chain.h"
#include "store/lmdb.h"

#define CHAIN_KEY_BYTES 9 /* of a record's key */
#define CHAIN_SIGNED_MAX (1 + 8 + 1 + CHAIN_PROGRAM_MAX + NOTE_MAX)

/* Appends a record for each note of a batch, in the transaction that applies it. MDB_CORRUPTED
 * where the chain has no head. */
MUST_USE int chain_append(struct store *s, MDB_txn *txn, struct str ops, const char *program);

/* Logs what was removed, once it is committed; nothing is logged in a transaction. */
void chain_tell(struct store *s);

/* The head of a chain that has no record yet. */
void chain_head_init(struct chain_head *h, const unsigned char id[CHAIN_ID_LEN], struct str key,
	struct str name);

/* To the key of the record after the last, which the caller has counted. */
void chain_head_step(struct chain_head *h);

/* The MAC of a record that follows one with the MAC h->mac, under h->key. */
void chain_mac(const struct chain_head *h, uint64_t sequence, struct str signed_,
	unsigned char out[HASH_LEN]);

/* Big-endian bytes of a number; returns what comes behind them. */
unsigned char *chain_u64(unsigned char *p, uint64_t v);

/* A row as it is in the transaction, without its version. */
MUST_USE int chain_fetch(struct store *s, MDB_txn *txn, struct str key, struct str *value);

/* The keys of head and limit. */
#define CHAIN_HEAD_KEY STR("H")
#define CHAIN_LIMIT_KEY STR("Hlimit")

#endif
