/*
 * chain_head - keys and MACs of a chain, and its head as bytes (RFC 2104)
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "store/chain_part.h"
#include "store/key.h"

#define FORMAT 1
#define SEQUENCES                                                                                  \
	((uint64_t)1 << 40) /* what a verifier steps through in minutes; never reached             \
			     */
#define MAC_IN_MAX (8 + CHAIN_SIGNED_MAX + HASH_LEN)

static struct str
hash(const unsigned char *p)
{
	return str_bytes(p, HASH_LEN);
}

unsigned char *
chain_u64(unsigned char *p, uint64_t v)
{
	int i;

	for (i = 56; i >= 0; i -= 8)
		*p++ = (unsigned char)(v >> i);
	return p;
}

/* An epoch gives the key of its first record, and then way to the next epoch. */
static void
begin_epoch(struct chain_head *h)
{
	hmac_sha256(hash(h->epoch), STR("record"), h->key);
	hmac_sha256(hash(h->epoch), STR("epoch"), h->epoch);
}

void
chain_head_init(
	struct chain_head *h, const unsigned char id[CHAIN_ID_LEN], struct str key, struct str name)
{
	unsigned char in[CHAIN_ID_LEN + STORE_NAME_MAX];

	if (name.n > STORE_NAME_MAX)
		bug("the chain of %.*s", STR_FMT(name));
	*h = (struct chain_head){ .first = 1 };
	memcpy(h->id, id, CHAIN_ID_LEN);
	memcpy(in, id, CHAIN_ID_LEN);
	memcpy(in + CHAIN_ID_LEN, name.p, name.n);
	hmac_sha256(key, str_bytes(in, CHAIN_ID_LEN + name.n), h->epoch);
	begin_epoch(h);
}

void
chain_head_step(struct chain_head *h)
{
	if (h->last % CHAIN_EPOCH == 0)
		begin_epoch(h);
	else
		hmac_sha256(hash(h->key), STR("next"), h->key);
}

void
chain_mac(const struct chain_head *h, uint64_t sequence, struct str signed_,
	unsigned char out[HASH_LEN])
{
	unsigned char in[MAC_IN_MAX], *p = chain_u64(in, sequence);

	if (signed_.n > CHAIN_SIGNED_MAX)
		bug("a record of %zu bytes", signed_.n);
	memcpy(p, signed_.p, signed_.n);
	memcpy(p + signed_.n, h->mac, HASH_LEN);
	hmac_sha256(hash(h->key), str_bytes(in, 8 + signed_.n + HASH_LEN), out);
}

/* The hashes of a head, in the order that they are stored in. */
static void
hashes(struct chain_head *h, unsigned char *v[4])
{
	v[0] = h->before;
	v[1] = h->mac;
	v[2] = h->key;
	v[3] = h->epoch;
}

void
chain_head_write(const struct chain_head *h, unsigned char out[CHAIN_HEAD_LEN])
{
	struct chain_head copy = *h;
	unsigned char *v[4], *p = out;
	size_t i;

	*p++ = FORMAT;
	memcpy(p, h->id, CHAIN_ID_LEN);
	p = chain_u64(chain_u64(p + CHAIN_ID_LEN, h->first), h->last);
	hashes(&copy, v);
	for (i = 0; i < COUNT(v); i++, p += HASH_LEN)
		memcpy(p, v[i], HASH_LEN);
	secret_wipe(&copy, sizeof(copy));
}

enum err
chain_head_parse(struct str value, struct chain_head *out)
{
	struct str format, id, part;
	unsigned char *v[4];
	size_t i;

	if (value.n != CHAIN_HEAD_LEN)
		return ERR_CORRUPT;
	*out = (struct chain_head){ 0 };
	if (str_take(&value, 1, &format) != OK || format.p[0] != FORMAT ||
		str_take(&value, CHAIN_ID_LEN, &id) != OK ||
		str_take_u64(&value, &out->first) != OK || str_take_u64(&value, &out->last) != OK)
		return ERR_CORRUPT;
	memcpy(out->id, id.p, CHAIN_ID_LEN);
	hashes(out, v);
	for (i = 0; i < COUNT(v); i++) {
		if (str_take(&value, HASH_LEN, &part) != OK)
			return ERR_CORRUPT;
		memcpy(v[i], part.p, HASH_LEN);
	}
	return out->first >= 1 && out->first - 1 <= out->last && out->last < SEQUENCES
		? OK
		: ERR_CORRUPT;
}

void
chain_begin(struct batch *b, struct arena *a, struct str key, struct str name)
{
	unsigned char id[CHAIN_ID_LEN], *bytes = arena_alloc(a, CHAIN_HEAD_LEN);
	struct chain_head h;

	secret_random(id, sizeof(id));
	chain_head_init(&h, id, key, name);
	chain_head_write(&h, bytes);
	secret_wipe(&h, sizeof(h));
	batch_guard(b, CHAIN_HEAD_KEY, 0);
	batch_put(b, CHAIN_HEAD_KEY, str_bytes(bytes, CHAIN_HEAD_LEN));
}

void
chain_limit_put(struct batch *b, struct arena *a, const struct chain_limit *limit)
{
	unsigned char *bytes = arena_alloc(a, 16);

	chain_u64(chain_u64(bytes, (uint64_t)limit->records), (uint64_t)limit->lifetime);
	batch_put(b, CHAIN_LIMIT_KEY, str_bytes(bytes, 16));
}

enum err
chain_head_get(struct store *s, struct arena *a, struct chain_head *out)
{
	struct str value;
	enum err e;

	e = store_get(s, a, CHAIN_HEAD_KEY, &value, NULL);
	return e == OK ? chain_head_parse(value, out) : e;
}

struct str
chain_key(struct arena *a, uint64_t sequence)
{
	unsigned char *bytes = arena_alloc(a, CHAIN_KEY_BYTES);

	bytes[0] = KEY_AUDIT;
	chain_u64(bytes + 1, sequence);
	return str_bytes(bytes, CHAIN_KEY_BYTES);
}

/* What was removed, and the MAC of the last of that. */
static enum err
parse_pruned(struct chain_row *row)
{
	struct str rest = row->payload;

	if (rest.n != 8 + HASH_LEN || str_take_u64(&rest, &row->through) != OK)
		return ERR_CORRUPT;
	return OK;
}

static enum err
parse_signed(struct str rest, struct chain_row *out)
{
	struct str kind, length;
	uint64_t time;

	if (str_take(&rest, 1, &kind) != OK || str_take_u64(&rest, &time) != OK ||
		str_take(&rest, 1, &length) != OK ||
		str_take(&rest, (unsigned char)length.p[0], &out->program) != OK)
		return ERR_CORRUPT;
	if (time > INT64_MAX || out->program.n > CHAIN_PROGRAM_MAX || rest.n > NOTE_MAX)
		return ERR_CORRUPT;
	out->time = (int64_t)time;
	out->payload = rest;
	out->kind = (enum chain_kind)(unsigned char)kind.p[0];
	if (out->kind == CHAIN_PRUNED)
		return parse_pruned(out);
	return out->kind == CHAIN_NOTE ? OK : ERR_UNSUPPORTED;
}

enum err
chain_parse(struct str key, struct str value, struct chain_row *out)
{
	struct str rest = str_skip(key, 1);

	*out = (struct chain_row){ 0 };
	if (key.n != CHAIN_KEY_BYTES || str_take_u64(&rest, &out->sequence) != OK ||
		str_take(&value, value.n < HASH_LEN ? 0 : value.n - HASH_LEN, &out->signed_) !=
			OK ||
		str_take(&value, HASH_LEN, &out->mac) != OK)
		return ERR_CORRUPT;
	return parse_signed(out->signed_, out);
}
