/*
 * fuzz_codec - any bytes as a stored record or as JSON of one; what is taken must survive a round
 * trip SPDX-License-Identifier: ISC
 *
 * The first byte says which record, and by its top bit whether JSON follows.
 */
#include "base/secret.h"
#include "store/codec.h"

#include "tests/fuzz/fuzz.h"
#include "tests/unit/records.h"

/* A record near the limit may pass it with the defaults of what was missing. */
#define ROOM 1024

static void
round_trip(const struct record *rec, const void *base, struct arena *a, size_t size)
{
	void *again = arena_alloc(a, rec->size);
	struct str first, second;
	enum err e;

	e = codec_write(rec, base, a, &first);
	if (e == ERR_RANGE && size > CODEC_MAX - ROOM)
		return;
	must(e == OK, "what was read can be written");
	must(codec_read(rec, again, a, first) == OK, "what was written can be read");
	must(codec_write(rec, again, a, &second) == OK, "and written again");
	must(str_eq(first, second), "it is the same");
}

static void
write_json(const struct record *rec, const void *base, struct arena *a)
{
	struct js_out w;
	struct buf b;

	buf_init(&b, a, ARENA_CEILING);
	js_start(&w, &b);
	js_open(&w, NULL, '{');
	codec_json(rec, base, CODEC_SECRETS | CODEC_EMPTY, &w);
	js_close(&w, '}');
}

static void
try_stored(const struct record *rec, struct arena *a, struct str in)
{
	void *base = arena_alloc(a, rec->size);

	if (codec_read(rec, base, a, in) != OK)
		return;
	round_trip(rec, base, a, in.n);
	write_json(rec, base, a);
}

static void
try_json(const struct record *rec, struct arena *a, struct str in)
{
	void *base = arena_alloc(a, rec->size);
	const struct field *which;
	const struct js *v;
	struct str member;

	if (js_parse(a, in, &v) != OK)
		return;
	field_defaults(rec, base, a);
	if (codec_from_json(rec, base, a, v, &member) != OK)
		return;
	if (field_check_all(rec, base, &which) == OK)
		round_trip(rec, base, a, in.n);
	write_json(rec, base, a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena *a;
	const struct record *rec;
	struct str in;

	if (a == NULL) {
		secret_init();
		a = arena_new(8 * ARENA_CEILING);
	}
	if (size == 0)
		return 0;
	rec = records[(data[0] & 0x7F) % COUNT(records)];
	in = str_bytes(data + 1, size - 1);
	if (data[0] & 0x80)
		try_json(rec, a, in);
	else
		try_stored(rec, a, in);
	arena_reset(a);
	return 0;
}
