/*
 * field - records described by tables: values, text forms, checks
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "base/buf.h"
#include "base/enc.h"
#include "base/field.h"
#include "base/field_text.h"

/* Any field by itself; what the row of offset 0 points to while its text is parsed. */
union value {
	struct str str;
	struct strs strs;
	struct list list;
	bool flag;
	int64_t number;
	int choice;
};

static const struct {
	const char *name;
	size_t size;
} types[FIELD__MAX] = {
	[FIELD_STR] = { "string", sizeof(struct str) },
	[FIELD_STRS] = { "strings", sizeof(struct strs) },
	[FIELD_BOOL] = { "boolean", sizeof(bool) },
	[FIELD_INT] = { "integer", sizeof(int64_t) },
	[FIELD_SIZE] = { "size", sizeof(int64_t) },
	[FIELD_SPAN] = { "duration", sizeof(int64_t) },
	[FIELD_TIME] = { "time", sizeof(int64_t) },
	[FIELD_CHOICE] = { "choice", sizeof(int) },
	[FIELD_BYTES] = { "bytes", sizeof(struct str) },
	[FIELD_JSON] = { "object", sizeof(struct str) },
	[FIELD_LIST] = { "objects", sizeof(struct list) },
};

const char *
field_type_name(enum field_type t)
{
	if ((unsigned)t >= FIELD__MAX)
		bug("field type %d", (int)t);
	return types[t].name;
}

const struct field *
field_find(const struct record *rec, struct str name)
{
	size_t i;

	for (i = 0; i < rec->nfields; i++)
		if (str_eqz(name, rec->fields[i].name))
			return &rec->fields[i];
	return NULL;
}

void
field_defaults(const struct record *rec, void *base, struct arena *a)
{
	const struct field *f;
	enum err e;

	memset(base, 0, rec->size);
	for (f = rec->fields; f < rec->fields + rec->nfields; f++) {
		if (f->value == NULL)
			continue;
		e = field_parse(f, base, a, str_of(f->value));
		if (e != OK)
			bug("default of %s.%s: %s", rec->name, f->name, err_text(e));
	}
}

static enum err
parse_strs(struct strs *out, struct arena *a, struct str text)
{
	struct str head;
	bool more;

	*out = (struct strs){ NULL, 0 };
	if (text.n == 0)
		return OK;
	do {
		more = str_cut(text, ',', &head, &text);
		head = str_trim(more ? head : text);
		if (head.n == 0)
			return ERR_SYNTAX;
		arena_strs_add(a, out, arena_str(a, head));
		if (out->n > FIELD_LIST_MAX)
			return ERR_RANGE;
	} while (more);
	return OK;
}

static enum err
parse_bool(struct str text, bool *out)
{
	*out = str_eqz(text, "true");
	return *out || str_eqz(text, "false") ? OK : ERR_SYNTAX;
}

static enum err
parse_choice(const char *const *choices, struct str text, int *out)
{
	int i;

	for (i = 0; choices[i] != NULL; i++)
		if (str_eqz(text, choices[i])) {
			*out = i;
			return OK;
		}
	return ERR_RANGE;
}

static enum err
parse_value(const struct field *f, union value *v, struct arena *a, struct str text)
{
	switch (f->type) {
	case FIELD_STR:
	case FIELD_JSON:
		v->str = arena_str(a, text);
		return OK;
	case FIELD_STRS:
		return parse_strs(&v->strs, a, text);
	case FIELD_BOOL:
		return parse_bool(text, &v->flag);
	case FIELD_INT:
	case FIELD_SIZE:
	case FIELD_SPAN:
	case FIELD_TIME:
		return field_number_parse(f->type, text, &v->number);
	case FIELD_CHOICE:
		return parse_choice(f->choices, text, &v->choice);
	case FIELD_BYTES:
		return dec_b64url(a, text, &v->str);
	case FIELD_LIST:
	case FIELD__MAX:
		break;
	}
	return ERR_TYPE;
}

enum err
field_parse(const struct field *f, void *base, struct arena *a, struct str text)
{
	struct field alone = *f;
	union value v;
	enum err e;

	memset(&v, 0, sizeof(v));
	alone.offset = 0;
	e = parse_value(f, &v, a, text);
	if (e != OK)
		return e;
	e = field_check(&alone, &v);
	if (e != OK)
		return e == ERR_NOTFOUND ? ERR_SYNTAX : e;
	memcpy((char *)base + f->offset, &v, types[f->type].size);
	return OK;
}

static struct str
join(struct strs list, struct arena *a)
{
	size_t i, n = 0;
	struct buf b;

	for (i = 0; i < list.n; i++)
		n += list.v[i].n + 1;
	buf_init(&b, a, n);
	for (i = 0; i < list.n; i++) {
		if (i > 0)
			buf_byte(&b, ',');
		buf_add(&b, list.v[i]);
	}
	return buf_str(&b);
}

struct str
field_text(const struct field *f, const void *base, struct arena *a)
{
	const void *at = (const char *)base + f->offset;

	if ((f->flags & FIELD_SECRET) != 0 && !field_is_empty(f, base))
		return STR("********");
	switch (f->type) {
	case FIELD_STR:
	case FIELD_JSON:
		return arena_str(a, *(const struct str *)at);
	case FIELD_STRS:
		return join(*(const struct strs *)at, a);
	case FIELD_BOOL:
		return *(const bool *)at ? STR("true") : STR("false");
	case FIELD_INT:
	case FIELD_SIZE:
	case FIELD_SPAN:
	case FIELD_TIME:
		return field_number_text(f->type, *(const int64_t *)at, a);
	case FIELD_CHOICE:
		return str_of(f->choices[*(const int *)at]);
	case FIELD_BYTES:
		return enc_b64url(a, *(const struct str *)at);
	case FIELD_LIST:
		return arena_printf(a, "%zu entries", ((const struct list *)at)->n);
	case FIELD__MAX:
		break;
	}
	bug("field type %d", (int)f->type);
}

bool
field_is_empty(const struct field *f, const void *base)
{
	const void *at = (const char *)base + f->offset;

	switch (f->type) {
	case FIELD_STR:
	case FIELD_JSON:
	case FIELD_BYTES:
		return ((const struct str *)at)->n == 0;
	case FIELD_STRS:
		return ((const struct strs *)at)->n == 0;
	case FIELD_BOOL:
		return !*(const bool *)at;
	case FIELD_INT:
	case FIELD_SIZE:
	case FIELD_SPAN:
	case FIELD_TIME:
		return *(const int64_t *)at == 0;
	case FIELD_CHOICE:
		return false; /* one of the choices is always made */
	case FIELD_LIST:
		return ((const struct list *)at)->n == 0;
	case FIELD__MAX:
		break;
	}
	bug("field type %d", (int)f->type);
}
