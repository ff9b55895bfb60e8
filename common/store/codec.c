/*
 * codec - records as bytes, by their field tables
 * SPDX-License-Identifier: ISC
 */
#include "store/codec.h"

#include <string.h>

#define DEPTH_MAX 4    /* of lists of records in records */
#define LENGTH_BYTES 3 /* of LEB128; more than CODEC_MAX takes */
#define NUMBER_LEN 8

static const void *
field_at(const struct field *f, const void *base)
{
	return (const char *)base + f->offset;
}

static bool
is_list(const struct field *f)
{
	return f->type == FIELD_STRS || f->type == FIELD_LIST;
}

static void
put_entry(struct buf *b, unsigned char tag, struct str bytes)
{
	size_t n = bytes.n;

	buf_byte(b, tag);
	for (; n >= 0x80; n >>= 7)
		buf_byte(b, (unsigned char)(n | 0x80));
	buf_byte(b, (unsigned char)n);
	buf_add(b, bytes);
}

static void
put_number(struct buf *b, unsigned char tag, int64_t v)
{
	unsigned char bytes[NUMBER_LEN];
	uint64_t n = (uint64_t)v;
	int i;

	for (i = NUMBER_LEN - 1; i >= 0; i--) {
		bytes[i] = (unsigned char)n;
		n >>= 8;
	}
	put_entry(b, tag, str_bytes(bytes, sizeof(bytes)));
}

/* An empty entry by itself says that the list is empty; so a member cannot be. */
static enum err
put_strs(struct buf *b, unsigned char tag, const struct strs *list)
{
	size_t i;

	if (list->n == 0)
		put_entry(b, tag, STR(""));
	for (i = 0; i < list->n; i++) {
		if (list->v[i].n == 0)
			return ERR_RANGE;
		put_entry(b, tag, list->v[i]);
	}
	return OK;
}

static enum err write_record(const struct record *rec, const void *base, struct buf *b, int depth);

static enum err
put_list(struct buf *b, const struct field *f, const struct list *list, int depth)
{
	const char *one = list->v;
	struct buf inner;
	enum err e;
	size_t i;

	buf_init(&inner, b->arena, CODEC_MAX);
	for (i = 0; i < list->n; i++, one += f->record->size) {
		inner.n = 0;
		e = write_record(f->record, one, &inner, depth + 1);
		if (e != OK)
			return e;
		if (inner.full)
			return ERR_RANGE;
		put_entry(b, f->tag, buf_str(&inner));
	}
	return OK;
}

static enum err
put_field(struct buf *b, const struct field *f, const void *base, int depth)
{
	const void *at = field_at(f, base);
	unsigned char flag;

	switch (f->type) {
	case FIELD_STR:
	case FIELD_BYTES:
	case FIELD_JSON:
		put_entry(b, f->tag, *(const struct str *)at);
		return OK;
	case FIELD_STRS:
		return put_strs(b, f->tag, at);
	case FIELD_BOOL:
		flag = *(const bool *)at ? 1 : 0;
		put_entry(b, f->tag, str_bytes(&flag, 1));
		return OK;
	case FIELD_INT:
	case FIELD_SIZE:
	case FIELD_SPAN:
	case FIELD_TIME:
		put_number(b, f->tag, *(const int64_t *)at);
		return OK;
	case FIELD_CHOICE:
		put_number(b, f->tag, *(const int *)at);
		return OK;
	case FIELD_LIST:
		return put_list(b, f, at, depth);
	case FIELD__MAX:
		break;
	}
	bug("codec: type of %s", f->name);
}

/* A field that is empty is left out, unless its default is not: then that it is empty is said. */
static enum err
write_record(const struct record *rec, const void *base, struct buf *b, int depth)
{
	const struct field *f;
	enum err e;

	if (depth >= DEPTH_MAX)
		bug("codec: %s is nested too deep", rec->name);
	buf_byte(b, rec->version);
	for (f = rec->fields; f < rec->fields + rec->nfields; f++) {
		if (field_is_empty(f, base) && f->value == NULL)
			continue;
		e = put_field(b, f, base, depth);
		if (e != OK)
			return e;
	}
	return OK;
}

enum err
codec_write(const struct record *rec, const void *base, struct arena *a, struct str *bytes)
{
	struct buf b;
	enum err e;

	buf_init(&b, a, CODEC_MAX);
	e = write_record(rec, base, &b, 0);
	if (e != OK)
		return e;
	return buf_end(&b, bytes) == OK ? OK : ERR_RANGE;
}

/* The row of each tag and how many entries have it. */
struct slot {
	const struct field *f;
	size_t n;
};

#define SLOTS 256

static enum err
take_byte(struct str *in, unsigned char *out)
{
	if (in->n == 0)
		return ERR_CORRUPT;
	*out = (unsigned char)in->p[0];
	*in = str_skip(*in, 1);
	return OK;
}

static enum err
take_length(struct str *in, size_t *out)
{
	unsigned char c;
	size_t n = 0;
	enum err e;
	int i;

	for (i = 0; i < LENGTH_BYTES; i++) {
		e = take_byte(in, &c);
		if (e != OK)
			return e;
		n |= (size_t)(c & 0x7F) << (7 * i);
		if (c & 0x80)
			continue;
		if (c == 0 && i > 0)
			return ERR_CORRUPT; /* there is a shorter form */
		*out = n;
		return OK;
	}
	return ERR_CORRUPT;
}

static enum err
take_entry(struct str *in, unsigned char *tag, struct str *bytes)
{
	size_t n;
	enum err e;

	e = take_byte(in, tag);
	if (e != OK)
		return e;
	e = take_length(in, &n);
	if (e != OK)
		return e;
	return str_take(in, n, bytes) == OK ? OK : ERR_CORRUPT;
}

/* Walks over the whole once, so that arrays are made in one piece, and nothing is made of what
 * turns out to be broken. */
static enum err
count_entries(struct str in, struct slot *slots)
{
	unsigned char tag;
	struct str bytes;
	enum err e;

	while (in.n > 0) {
		e = take_entry(&in, &tag, &bytes);
		if (e != OK)
			return e;
		slots[tag].n++;
		if (slots[tag].f != NULL && slots[tag].n > 1 && !is_list(slots[tag].f))
			return ERR_CORRUPT;
	}
	return OK;
}

static void
prepare_field(const struct field *f, void *base, struct arena *a, size_t n)
{
	char *at = (char *)base + f->offset;
	enum err e;

	if (n == 0 && f->value != NULL) {
		e = field_parse(f, base, a, str_of(f->value));
		if (e != OK)
			bug("default of %s: %s", f->name, err_text(e));
	} else if (n > 0 && f->type == FIELD_STRS) {
		((struct strs *)at)->v = arena_array(a, n, sizeof(struct str));
	} else if (n > 0 && f->type == FIELD_LIST) {
		((struct list *)at)->v = arena_array(a, n, f->record->size);
	}
}

static enum err
get_number(struct str bytes, int64_t *out)
{
	uint64_t v;

	if (bytes.n != NUMBER_LEN || str_take_u64(&bytes, &v) != OK)
		return ERR_CORRUPT;
	*out = (int64_t)v;
	return OK;
}

static enum err
get_choice(const struct field *f, struct str bytes, int *out)
{
	int64_t v, n = 0;
	enum err e;

	e = get_number(bytes, &v);
	if (e != OK)
		return e;
	while (f->choices[n] != NULL)
		n++;
	if (v < 0 || v >= n)
		return ERR_CORRUPT;
	*out = (int)v;
	return OK;
}

static enum err
get_bool(struct str bytes, bool *out)
{
	if (bytes.n != 1 || (unsigned char)bytes.p[0] > 1)
		return ERR_CORRUPT;
	*out = bytes.p[0] == 1;
	return OK;
}

static enum err
add_str(struct strs *list, struct arena *a, struct str bytes, size_t of)
{
	if (bytes.n == 0)
		return of == 1 ? OK : ERR_CORRUPT;
	list->v[list->n++] = arena_str(a, bytes);
	return OK;
}

static enum err
read_record(const struct record *rec, void *base, struct arena *a, struct str in, int depth);

static enum err
get_field(const struct slot *slot, void *base, struct arena *a, struct str bytes, int depth)
{
	const struct field *f = slot->f;
	void *at = (char *)base + f->offset;
	struct list *list;

	switch (f->type) {
	case FIELD_STR:
	case FIELD_BYTES:
	case FIELD_JSON:
		*(struct str *)at = arena_str(a, bytes);
		return OK;
	case FIELD_STRS:
		return add_str(at, a, bytes, slot->n);
	case FIELD_BOOL:
		return get_bool(bytes, at);
	case FIELD_INT:
	case FIELD_SIZE:
	case FIELD_SPAN:
	case FIELD_TIME:
		return get_number(bytes, at);
	case FIELD_CHOICE:
		return get_choice(f, bytes, at);
	case FIELD_LIST:
		list = at;
		at = (char *)list->v + list->n++ * f->record->size;
		return read_record(f->record, at, a, bytes, depth + 1);
	case FIELD__MAX:
		break;
	}
	bug("codec: type of %s", f->name);
}

static enum err
take_version(const struct record *rec, struct str *in)
{
	unsigned char version;
	enum err e;

	e = take_byte(in, &version);
	if (e != OK)
		return e;
	if (version == 0)
		return ERR_CORRUPT;
	return version > rec->version ? ERR_UNSUPPORTED : OK;
}

static enum err
read_entries(struct slot *slots, void *base, struct arena *a, struct str in, int depth)
{
	unsigned char tag;
	struct str bytes;
	enum err e;

	while (in.n > 0) {
		e = take_entry(&in, &tag, &bytes);
		if (e != OK)
			return e;
		if (slots[tag].f == NULL)
			continue;
		e = get_field(&slots[tag], base, a, bytes, depth);
		if (e != OK)
			return e;
	}
	return OK;
}

static enum err
read_record(const struct record *rec, void *base, struct arena *a, struct str in, int depth)
{
	struct slot slots[SLOTS] = { 0 };
	const struct field *f;
	enum err e;

	memset(base, 0, rec->size);
	if (depth >= DEPTH_MAX)
		return ERR_CORRUPT;
	e = take_version(rec, &in);
	if (e != OK)
		return e;
	for (f = rec->fields; f < rec->fields + rec->nfields; f++)
		slots[f->tag].f = f;
	e = count_entries(in, slots);
	if (e != OK)
		return e;
	for (f = rec->fields; f < rec->fields + rec->nfields; f++)
		prepare_field(f, base, a, slots[f->tag].n);
	return read_entries(slots, base, a, in, depth);
}

enum err
codec_read(const struct record *rec, void *base, struct arena *a, struct str bytes)
{
	if (bytes.n > CODEC_MAX) {
		memset(base, 0, rec->size);
		return ERR_CORRUPT;
	}
	return read_record(rec, base, a, bytes, 0);
}
