/*
 * codec_json - records as JSON, by their field tables
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "base/enc.h"
#include "store/codec.h"

/* As in the stored form, what is empty against its default is said, or reading it back would set
 * the default. */
static bool
is_shown(const struct field *f, const void *base, unsigned flags)
{
	if (f->flags & FIELD_HIDDEN)
		return false;
	if ((f->flags & FIELD_SECRET) && !(flags & CODEC_SECRETS))
		return false;
	return (flags & CODEC_EMPTY) || f->value != NULL || !field_is_empty(f, base);
}

static void
json_list(const struct field *f, const struct list *list, unsigned flags, struct js_out *w)
{
	const char *one = list->v;
	size_t i;

	js_open(w, f->name, '[');
	for (i = 0; i < list->n; i++, one += f->record->size) {
		js_open(w, NULL, '{');
		codec_json(f->record, one, flags, w);
		js_close(w, '}');
	}
	js_close(w, ']');
}

static void
json_field(const struct field *f, const void *base, unsigned flags, struct js_out *w)
{
	const void *at = (const char *)base + f->offset;
	struct str s;

	switch (f->type) {
	case FIELD_STR:
		js_put_str(w, f->name, *(const struct str *)at);
		break;
	case FIELD_STRS:
		js_put_strs(w, f->name, *(const struct strs *)at);
		break;
	case FIELD_BOOL:
		js_put_bool(w, f->name, *(const bool *)at);
		break;
	case FIELD_INT:
	case FIELD_SIZE:
	case FIELD_SPAN:
	case FIELD_TIME:
		js_put_int(w, f->name, *(const int64_t *)at);
		break;
	case FIELD_CHOICE:
		js_put_str(w, f->name, str_of(f->choices[*(const int *)at]));
		break;
	case FIELD_BYTES:
		js_put_str(w, f->name, enc_b64url(w->buf->arena, *(const struct str *)at));
		break;
	case FIELD_JSON:
		s = *(const struct str *)at;
		js_put_raw(w, f->name, s.n > 0 ? s : STR("{}"));
		break;
	case FIELD_LIST:
		json_list(f, at, flags, w);
		break;
	case FIELD__MAX:
		bug("codec: type of %s", f->name);
	}
}

void
codec_json(const struct record *rec, const void *base, unsigned flags, struct js_out *w)
{
	const struct field *f;

	for (f = rec->fields; f < rec->fields + rec->nfields; f++)
		if (is_shown(f, base, flags))
			json_field(f, base, flags, w);
}

static enum err
set_str(struct str *out, struct arena *a, const struct js *v)
{
	struct str s;
	enum err e;

	e = js_str(v, &s);
	if (e == OK)
		*out = arena_str(a, s);
	return e;
}

static enum err
set_strs(struct strs *out, struct arena *a, const struct js *v)
{
	struct strs list;
	enum err e;
	size_t i;

	e = js_strs(v, a, &list);
	for (i = 0; e == OK && i < list.n; i++) {
		if (list.v[i].n == 0)
			return ERR_RANGE;
		list.v[i] = arena_str(a, list.v[i]);
	}
	if (e == OK)
		*out = list;
	return e;
}

static enum err
set_choice(const struct field *f, int *out, const struct js *v)
{
	struct str name;
	enum err e;
	int i;

	e = js_str(v, &name);
	if (e != OK)
		return e;
	for (i = 0; f->choices[i] != NULL; i++) {
		if (!str_eqz(name, f->choices[i]))
			continue;
		*out = i;
		return OK;
	}
	return ERR_RANGE;
}

static enum err
set_bytes(struct str *out, struct arena *a, const struct js *v)
{
	struct str text;
	enum err e;

	e = js_str(v, &text);
	return e != OK ? e : dec_b64url(a, text, out);
}

static enum err
set_list(const struct field *f, struct list *out, struct arena *a, const struct js *v,
	struct str *member)
{
	const struct js *object;
	struct list list = { 0 };
	enum err e;
	char *one;

	if (js_type(v) != JS_ARRAY)
		return ERR_TYPE;
	one = list.v = arena_array(a, js_count(v), f->record->size);
	for (; list.n < js_count(v); list.n++, one += f->record->size) {
		object = js_at(v, list.n, NULL);
		field_defaults(f->record, one, a);
		e = codec_from_json(f->record, one, a, object, member);
		if (e != OK)
			return e;
	}
	*out = list;
	return OK;
}

static enum err
set_field(
	const struct field *f, void *base, struct arena *a, const struct js *v, struct str *member)
{
	void *at = (char *)base + f->offset;

	switch (f->type) {
	case FIELD_STR:
		return set_str(at, a, v);
	case FIELD_STRS:
		return set_strs(at, a, v);
	case FIELD_BOOL:
		return js_bool(v, at);
	case FIELD_INT:
	case FIELD_SIZE:
	case FIELD_SPAN:
	case FIELD_TIME:
		return js_int(v, at);
	case FIELD_CHOICE:
		return set_choice(f, at, v);
	case FIELD_BYTES:
		return set_bytes(at, a, v);
	case FIELD_JSON:
		if (js_type(v) != JS_OBJECT)
			return ERR_TYPE;
		*(struct str *)at = js_text(v, a);
		return OK;
	case FIELD_LIST:
		return set_list(f, at, a, v, member);
	case FIELD__MAX:
		break;
	}
	bug("codec: type of %s", f->name);
}

/* ERR_NOTFOUND is for a name that no field has, so a required field that is set to nothing is out
 * of range. */
static enum err
check_field(const struct field *f, const void *base)
{
	enum err e;

	e = field_check(f, base);
	return e == ERR_NOTFOUND ? ERR_RANGE : e;
}

enum err
codec_from_json(const struct record *rec, void *base, struct arena *a, const struct js *object,
	struct str *member)
{
	const struct field *f;
	const struct js *v;
	struct str name;
	enum err e;
	size_t i;

	if (js_type(object) != JS_OBJECT)
		return ERR_TYPE;
	for (i = 0; i < js_count(object); i++) {
		v = js_at(object, i, &name);
		*member = name;
		f = field_find(rec, name);
		if (f == NULL || (f->flags & FIELD_HIDDEN))
			return ERR_NOTFOUND;
		e = set_field(f, base, a, v, member);
		if (e != OK)
			return e;
		*member = name; /* not the one of a record within it */
		e = check_field(f, base);
		if (e != OK)
			return e;
	}
	return OK;
}
