/*
 * limit - token buckets that all processes of a deployment share
 * SPDX-License-Identifier: ISC
 *
 * A bucket is one number, the time when it will be full again: each token
 * taken puts it off by the time that a token takes to come back. One that is
 * full needs no slot, and how empty two are can be compared whatever their
 * rates. (This is the Generic Cell Rate Algorithm, ITU-T I.371.)
 */
#include "base/limit.h"

#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/limit_file.h"

#define SECOND 1000000
#define BIAS INT64_C(4000000000000000) /* a time is more than 0, wherever a test sets the clock */
#define ID_SHIFT 56
#define SUBJECTS ((UINT64_C(1) << ID_SHIFT) - 1)
#define SECOND_HALF ((UINT64_C(1) << 28) - 1)
#define FIRST_HALF (SUBJECTS & ~SECOND_HALF)
#define SPREAD UINT64_C(0x9e3779b97f4a7c15) /* 2^64 over the golden ratio */

_Static_assert(LIMIT_KEY_LEN == crypto_shorthash_KEYBYTES, "the key is one of SipHash");

static int64_t
now_us(void)
{
	return clock_boot_us() + BIAS;
}

/* Each part under the hash of what came before it, so that parts cannot run into each other. */
static uint64_t
hash(const struct limit_table *t, uint64_t before, struct str s)
{
	unsigned char key[LIMIT_KEY_LEN], out[crypto_shorthash_BYTES];
	uint64_t h;
	size_t i;

	memcpy(key, t->key, sizeof(key));
	for (i = 0; i < sizeof(before); i++)
		key[i] ^= (unsigned char)(before >> (8 * i));
	crypto_shorthash(out, (const unsigned char *)s.p, s.n, key);
	memcpy(&h, out, sizeof(h));
	return h;
}

/* Alone a subject has all the bits, of two each has half of them. */
uint64_t
limit_tag(const struct limit_table *t, unsigned char id, struct str scope, struct str first,
	struct str second)
{
	uint64_t of = hash(t, id, scope), one, two, subjects;

	one = first.n == 0 ? 0 : hash(t, of, first);
	two = second.n == 0 ? 0 : hash(t, ~of, second);
	if (first.n > 0 && second.n > 0)
		subjects = (one & FIRST_HALF) | (two & SECOND_HALF);
	else
		subjects = (one | two) & SUBJECTS;
	return (uint64_t)id << ID_SHIFT | (subjects == 0 ? 1 : subjects);
}

static struct limit_slot *
set_of(const struct limit_table *t, uint64_t tag)
{
	return t->slots + (size_t)((tag * SPREAD >> 32) % t->sets) * LIMIT_SET;
}

static struct limit_slot *
find(struct limit_slot *from, size_t n, uint64_t tag)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (atomic_load(&from[i].tag) == tag)
			return &from[i];
	return NULL;
}

/* Who has least to lose: the first that is full, or the one that will be first. */
static struct limit_slot *
least(struct limit_slot *from, size_t n, int64_t now, int64_t *full)
{
	struct limit_slot *found = from;
	int64_t at, soonest = atomic_load(&from->full);
	size_t i;

	for (i = 1; i < n; i++) {
		if (soonest <= now)
			break;
		at = atomic_load(&from[i].full);
		if (at < soonest) {
			soonest = at;
			found = &from[i];
		}
	}
	*full = soonest;
	return found;
}

/* Two that bring the same subject at the same time settle on the first of their slots. */
static struct limit_slot *
settle(struct limit_slot *from, size_t n, struct limit_slot *mine, uint64_t tag)
{
	struct limit_slot *first = find(from, n, tag);

	if (first == NULL || first >= mine)
		return mine;
	atomic_compare_exchange_strong(&mine->tag, &tag, 0);
	return first;
}

/* The slot of a tag, made for it where there is none. Killed between the two steps we leave a
 * newcomer with what the former one had taken: it waits once for a token, at most. */
static struct limit_slot *
find_or_make(struct limit_slot *from, size_t n, uint64_t tag, int64_t now)
{
	struct limit_slot *s;
	uint64_t former;
	int64_t full;

	for (;;) {
		s = find(from, n, tag);
		if (s != NULL)
			return s;
		s = least(from, n, now, &full);
		former = atomic_load(&s->tag);
		if (former == tag || !atomic_compare_exchange_strong(&s->tag, &former, tag))
			continue; /* somebody was faster: look again */
		if (full > now)
			atomic_compare_exchange_strong(&s->full, &full, now);
		return settle(from, n, s, tag);
	}
}

/* What one token takes to come back, and the whole bucket. */
static int64_t
token_us(struct limit_rate r)
{
	return r.span * SECOND / r.burst;
}

/* Other settings, or a clock that was set back in a test, must not make it emptier than empty. */
static int64_t
between(int64_t at, int64_t least_, int64_t most)
{
	if (at < least_)
		return least_;
	return at > most ? most : at;
}

/* Seconds until there is a token, where `full` is when the bucket is full without it. */
static int64_t
wait_of(int64_t full, int64_t latest)
{
	return full <= latest ? 0 : (full - latest + SECOND - 1) / SECOND;
}

int64_t
limit_wait(struct limit_table *t, uint64_t tag, struct limit_rate rate)
{
	int64_t now = now_us(), one, latest;
	struct limit_slot *s;

	s = rate.burst <= 0 ? NULL : find(set_of(t, tag), LIMIT_BUCKETS, tag);
	if (s == NULL)
		return 0;
	one = token_us(rate);
	latest = now + one * rate.burst;
	return wait_of(between(atomic_load(&s->full), now, latest) + one, latest);
}

int64_t
limit_take(struct limit_table *t, uint64_t tag, struct limit_rate rate)
{
	int64_t now = now_us(), one, latest, seen, full;
	struct limit_slot *s;

	if (rate.burst <= 0)
		return 0;
	one = token_us(rate);
	latest = now + one * rate.burst;
	s = find_or_make(set_of(t, tag), LIMIT_BUCKETS, tag, now);
	seen = atomic_load(&s->full);
	do {
		full = between(seen, now, latest) + one;
		if (full > latest)
			return wait_of(full, latest);
	} while (!atomic_compare_exchange_weak(&s->full, &seen, full));
	return 0;
}

void
limit_give(struct limit_table *t, uint64_t tag, struct limit_rate rate)
{
	struct limit_slot *s;

	if (rate.burst <= 0)
		return;
	s = find(set_of(t, tag), LIMIT_BUCKETS, tag);
	if (s != NULL)
		atomic_fetch_sub(&s->full, token_us(rate));
}

void
limit_mark(struct limit_table *t, uint64_t tag, int64_t seconds)
{
	int64_t now = now_us();
	struct limit_slot *s =
		find_or_make(set_of(t, tag) + LIMIT_BUCKETS, LIMIT_SET - LIMIT_BUCKETS, tag, now);

	atomic_store(&s->full, now + seconds * SECOND);
}

bool
limit_is_marked(struct limit_table *t, uint64_t tag)
{
	struct limit_slot *s = find(set_of(t, tag) + LIMIT_BUCKETS, LIMIT_SET - LIMIT_BUCKETS, tag);

	return s != NULL && atomic_load(&s->full) > now_us();
}

size_t
limit_reset(struct limit_table *t, unsigned char id, struct str scope, struct str first,
	struct str second)
{
	uint64_t tag = limit_tag(t, id, scope, first, second), mask = ~SUBJECTS;
	size_t i, n = 0, all = (size_t)t->sets * LIMIT_SET;
	int64_t now = now_us();

	mask |= (first.n > 0 ? FIRST_HALF : 0) | (second.n > 0 ? SECOND_HALF : 0);
	for (i = 0; i < all; i++)
		if (((atomic_load(&t->slots[i].tag) ^ tag) & mask) == 0)
			n += atomic_exchange(&t->slots[i].full, 0) > now;
	return n;
}

void
limit_clear(struct limit_table *t)
{
	size_t i, all = (size_t)t->sets * LIMIT_SET;

	for (i = 0; i < all; i++) {
		atomic_store(&t->slots[i].tag, 0);
		atomic_store(&t->slots[i].full, 0);
	}
}

void
limit_usage(struct limit_table *t, struct limit_usage *out)
{
	size_t i, all = (size_t)t->sets * LIMIT_SET;
	int64_t now = now_us();

	*out = (struct limit_usage){ .bucket_slots = (size_t)t->sets * LIMIT_BUCKETS };
	out->mark_slots = all - out->bucket_slots;
	for (i = 0; i < all; i++) {
		if (atomic_load(&t->slots[i].full) <= now)
			continue;
		if (i % LIMIT_SET < LIMIT_BUCKETS)
			out->buckets++;
		else
			out->marks++;
		out->by_id[atomic_load(&t->slots[i].tag) >> ID_SHIFT]++;
	}
}
