/*
 * audit - what was changed, by whom: notes for batches, and the records they became
 * SPDX-License-Identifier: ISC
 */
#include "model/audit.h"

#include <string.h>

#include "store/codec.h"
#include "store/key.h"

#define PAGE_ROWS 64

/* At a character's end, so that what is left is text. */
static struct str
cut(struct arena *a, struct str s, size_t most)
{
	size_t n = 0, one;
	uint32_t point;

	if (s.n <= most)
		return s;
	while ((one = str_utf8(str_skip(s, n), &point)) > 0 && n + one <= most - 3)
		n += one;
	return arena_printf(a, "%.*s...", (int)n, s.p);
}

static struct str *
text_of(const struct field *f, struct audit *what)
{
	return (struct str *)((char *)what + f->offset);
}

void
audit_note(struct batch *b, struct arena *a, const struct audit *what)
{
	const struct field *f, *end = record_audit.fields + record_audit.nfields;
	struct audit clean = *what;
	struct str bytes;

	for (f = record_audit.fields; f < end; f++)
		if (f->type == FIELD_STR)
			*text_of(f, &clean) = cut(a, *text_of(f, &clean), (size_t)f->max);
	if (codec_write(&record_audit, &clean, a, &bytes) != OK || bytes.n > NOTE_MAX)
		bug("an audit record that does not fit");
	batch_note(b, bytes);
}

void
audit_note_as(struct batch *b, struct arena *a, const struct audit *who, enum audit_event event,
	struct str subject, struct str detail)
{
	struct audit what = *who;

	what.event = (int)event;
	what.subject = subject;
	what.detail = detail;
	audit_note(b, a, &what);
}

static enum err
read_row(struct arena *a, const struct store_row *stored, struct audit_row *out)
{
	enum err e;

	e = chain_parse(stored->key, stored->value, &out->row);
	if (e != OK)
		return e;
	if (out->row.kind == CHAIN_NOTE)
		return codec_read(&record_audit, &out->audit, a, out->row.payload);
	out->audit = (struct audit){ .event = AUDIT_PRUNED,
		.actor = AUDIT_SYSTEM,
		.detail = arena_printf(a, "through %llu", (unsigned long long)out->row.through) };
	return OK;
}

enum err
audit_read(struct arena *a, const struct store_row *stored, struct audit_row *out)
{
	out->e = read_row(a, stored, out);
	return out->e;
}

/* Records may come and go between two pages; what has gone is counted. */
static void
count_missing(struct audit_row *row, uint64_t *last)
{
	uint64_t sequence = row->row.sequence;

	row->missing = sequence > *last ? sequence - *last - 1 : 0;
	if (sequence > *last)
		*last = sequence;
}

enum err
audit_each(struct store *db, uint64_t after, audit_fn *fn, void *arg)
{
	struct arena *a = arena_new(ARENA_CEILING);
	struct store_rows rows;
	struct audit_row row;
	char last[KEY_MAX_LEN];
	struct str from = chain_key(a, after);
	enum err e;
	size_t i;

	do {
		memcpy(last, from.p, from.n);
		from.p = last;
		arena_reset(a);
		e = store_scan(db, a, key_class(a, KEY_AUDIT), from, PAGE_ROWS, &rows);
		for (i = 0; e == OK && i < rows.n; i++) {
			from = rows.v[i].key;
			(void)!audit_read(a, &rows.v[i], &row);
			count_missing(&row, &after);
			e = fn(arg, a, &row);
		}
	} while (e == OK && rows.more);
	arena_free(a);
	return e;
}
