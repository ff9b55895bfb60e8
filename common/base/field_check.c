/*
 * field_check - whether a record is what its table says, and what that is in words
 * SPDX-License-Identifier: ISC
 */
#include "base/field.h"
#include "base/field_text.h"

/* The longest of a text or list: what the row says, else what everybody gets. */
static size_t
longest(const struct field *f)
{
	size_t most =
		f->type == FIELD_STRS || f->type == FIELD_LIST ? FIELD_LIST_MAX : FIELD_TEXT_MAX;

	return f->max > 0 ? (size_t)f->max : most;
}

static enum err
check_length(const struct field *f, size_t n)
{
	return n < (size_t)f->min || n > longest(f) ? ERR_RANGE : OK;
}

static enum err
check_text(const struct field *f, struct str s)
{
	if (!str_is_text(s))
		return ERR_SYNTAX;
	return f->check == NULL || f->check(s) ? OK : ERR_SYNTAX;
}

static enum err
check_str(const struct field *f, struct str s)
{
	enum err e = check_length(f, s.n);

	return e != OK ? e : check_text(f, s);
}

static enum err
check_strs(const struct field *f, struct strs list)
{
	enum err e = check_length(f, list.n);
	size_t i;

	for (i = 0; e == OK && i < list.n; i++)
		e = list.v[i].n > FIELD_TEXT_MAX ? ERR_RANGE : check_text(f, list.v[i]);
	return e;
}

/* Binary: the row's check alone knows more than its length. */
static enum err
check_bytes(const struct field *f, struct str s)
{
	enum err e = check_length(f, s.n);

	if (e != OK)
		return e;
	return f->check == NULL || f->check(s) ? OK : ERR_SYNTAX;
}

/* This floor has no JSON reader: it only refuses what cannot be an object. */
static enum err
check_json(const struct field *f, struct str s)
{
	if (!str_is_utf8(s) || s.p[0] != '{' || s.p[s.n - 1] != '}')
		return ERR_SYNTAX;
	return check_bytes(f, s);
}

static enum err
check_number(const struct field *f, int64_t v)
{
	return v < f->min || (f->max != 0 && v > f->max) ? ERR_RANGE : OK;
}

static enum err
check_choice(const struct field *f, int v)
{
	int n = 0;

	while (f->choices[n] != NULL)
		n++;
	return v < 0 || v >= n ? ERR_RANGE : OK;
}

static enum err
check_list(const struct field *f, const struct list *list)
{
	enum err e = check_length(f, list->n);
	const struct field *which;
	size_t i;

	for (i = 0; e == OK && i < list->n; i++)
		e = field_check_all(f->record, (const char *)list->v + i * f->record->size, &which);
	return e;
}

/* An absent time is 0 whatever the row's .min; other numbers have no absence. */
static bool
may_be_absent(enum field_type t)
{
	return t != FIELD_INT && t != FIELD_SIZE && t != FIELD_SPAN;
}

enum err
field_check(const struct field *f, const void *base)
{
	const void *at = (const char *)base + f->offset;
	bool empty = field_is_empty(f, base);

	if (empty && (f->flags & FIELD_REQUIRED) != 0)
		return ERR_NOTFOUND;
	if (empty && may_be_absent(f->type))
		return OK;
	switch (f->type) {
	case FIELD_STR:
		return check_str(f, *(const struct str *)at);
	case FIELD_STRS:
		return check_strs(f, *(const struct strs *)at);
	case FIELD_INT:
	case FIELD_SIZE:
	case FIELD_SPAN:
	case FIELD_TIME:
		return check_number(f, *(const int64_t *)at);
	case FIELD_CHOICE:
		return check_choice(f, *(const int *)at);
	case FIELD_BYTES:
		return check_bytes(f, *(const struct str *)at);
	case FIELD_JSON:
		return check_json(f, *(const struct str *)at);
	case FIELD_LIST:
		return check_list(f, at);
	case FIELD_BOOL:
	case FIELD__MAX:
		break;
	}
	return OK;
}

enum err
field_check_all(const struct record *rec, const void *base, const struct field **which)
{
	const struct field *f;
	enum err e;

	for (f = rec->fields; f < rec->fields + rec->nfields; f++) {
		e = field_check(f, base);
		if (e != OK) {
			*which = f;
			return e;
		}
	}
	return OK;
}

static struct str
number_range(const struct field *f, const char *unit, struct arena *a)
{
	if (f->max == 0)
		return arena_printf(a, "%lld or more%s", (long long)f->min, unit);
	return arena_printf(a, "%lld to %lld%s", (long long)f->min, (long long)f->max, unit);
}

static struct str
size_range(const struct field *f, struct arena *a)
{
	struct str min = field_number_text(FIELD_SIZE, f->min, a);
	struct str max = field_number_text(FIELD_SIZE, f->max, a);

	if (f->max == 0)
		return arena_printf(a, "%.*s bytes or more", STR_FMT(min));
	return arena_printf(a, "%.*s to %.*s bytes", STR_FMT(min), STR_FMT(max));
}

static struct str
length_range(const struct field *f, const char *of, struct arena *a)
{
	if (f->min > 0)
		return arena_printf(a, "%lld to %zu %s", (long long)f->min, longest(f), of);
	return arena_printf(a, "at most %zu %s", longest(f), of);
}

static struct str
choice_range(const char *const *choices, struct arena *a)
{
	struct str all = str_of(choices[0]);
	size_t i;

	for (i = 1; all.n > 0 && choices[i] != NULL; i++)
		all = arena_printf(a, "%.*s, %s", STR_FMT(all), choices[i]);
	return all;
}

struct str
field_range(const struct field *f, struct arena *a)
{
	switch (f->type) {
	case FIELD_STR:
	case FIELD_BYTES:
		return length_range(f, "bytes", a);
	case FIELD_STRS:
		return length_range(f, "words", a);
	case FIELD_LIST:
		return length_range(f, "entries", a);
	case FIELD_JSON:
		return length_range(f, "bytes of JSON", a);
	case FIELD_BOOL:
		return STR("true, false");
	case FIELD_INT:
		return number_range(f, "", a);
	case FIELD_SIZE:
		return size_range(f, a);
	case FIELD_SPAN:
		return number_range(f, " seconds", a);
	case FIELD_TIME:
		return STR("a time in UTC, such as 2026-01-02T03:04:05Z");
	case FIELD_CHOICE:
		return choice_range(f->choices, a);
	case FIELD__MAX:
		break;
	}
	bug("field type %d", (int)f->type);
}
