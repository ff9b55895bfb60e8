/*
 * throttle - repeated failures are slowed down (volatile store)
 * SPDX-License-Identifier: ISC
 */
#include "model/throttle.h"

#include "base/log.h"
#include "base/secret.h"
#include "schema/throttle.h"

#define FIRST 4 /* seconds of the first pause, doubled by each failure after it */
#define LONGEST 900
#define ATTEMPTS 4 /* at a counter that others change too */

/* Counters live in the bucket of the hour after next, and are looked for there and in the one
 * before: they are swept, like all that expires, from the front. */
static struct str
bucket_key(struct arena *a, struct str what, int64_t now, uint32_t back)
{
	return key_hour(a, KEY_THROTTLE, key_hour_after(now) + 1 - back, hash_of(a, what));
}

/* The counter of now, or of the hour before; *version is that of the key to write. */
static enum err
throttle_get(struct store *counts, struct arena *a, struct str what, int64_t now,
	struct throttle *out, uint64_t *version)
{
	enum err e;

	*out = (struct throttle){ 0 };
	e = record_get(counts, a, &record_throttle, bucket_key(a, what, now, 0), out, version);
	if (e != ERR_NOTFOUND)
		return e;
	e = record_get(counts, a, &record_throttle, bucket_key(a, what, now, 1), out, NULL);
	return e == ERR_NOTFOUND ? OK : e;
}

int64_t
throttle_wait(struct store *counts, struct arena *a, struct str what, int64_t now)
{
	struct throttle t;
	uint64_t version;
	enum err e;

	e = throttle_get(counts, a, what, now, &t, &version);
	if (e != OK) {
		log_reason(LOG_STORE, "throttle cannot be read: %s", err_text(e));
		return 0;
	}
	return t.until > now ? t.until - now : 0;
}

static int64_t
pause_after(int64_t failures, int64_t free)
{
	int64_t over = failures - free;

	if (over <= 0)
		return 0;
	return over > 8 ? LONGEST : (int64_t)FIRST << (over - 1);
}

void
throttle_fail(struct store *counts, struct arena *a, struct str what, int64_t free, int64_t now)
{
	struct throttle t;
	uint64_t version;
	struct batch b;
	enum err e = ERR_CONFLICT;
	int i;

	for (i = 0; i < ATTEMPTS && e == ERR_CONFLICT; i++) {
		e = throttle_get(counts, a, what, now, &t, &version);
		if (e != OK)
			break;
		t.failures++;
		t.until = now + pause_after(t.failures, free);
		batch_init(&b, a);
		e = record_put(&b, a, &record_throttle, bucket_key(a, what, now, 0), &t, version);
		if (e == OK)
			e = store_commit(counts, &b);
	}
	if (e != OK)
		log_reason(LOG_STORE, "throttle cannot be counted: %s", err_text(e));
}

void
throttle_clear(struct store *counts, struct arena *a, struct str what, int64_t now)
{
	struct batch b;
	enum err e;

	batch_init(&b, a);
	batch_del(&b, bucket_key(a, what, now, 0));
	batch_del(&b, bucket_key(a, what, now, 1));
	e = store_commit(counts, &b);
	if (e != OK)
		log_reason(LOG_STORE, "throttle cannot be cleared: %s", err_text(e));
}
