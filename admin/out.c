/*
 * out - answers, for people as text and for programs as JSON
 * SPDX-License-Identifier: ISC
 *
 * Lists are printed page by page, so their length does not matter; the width
 * of a column only grows from page to page.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "admin/cli.h"
#include "base/field_text.h"
#include "store/codec.h"

#define OBJECT_MAX ((size_t)1 << 20)
#define NAME_WIDTH 31 /* of the longest field */

static size_t
length_of(struct str s, size_t *bytes)
{
	size_t n = 0, width = 0, one;
	uint32_t point;

	for (; n < s.n; width++) {
		one = str_utf8(str_skip(s, n), &point);
		n += one == 0 ? 1 : one;
	}
	*bytes = n;
	return width;
}

struct str
out_clean(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t i = 0, n = 0, one;
	uint32_t point;

	while (i < s.n) {
		one = str_utf8(str_skip(s, i), &point);
		if (one == 0 || point < 0x20 || (point >= 0x7f && point < 0xa0)) {
			p[n++] = '?';
			i += one == 0 ? 1 : one;
			continue;
		}
		memcpy(p + n, s.p + i, one);
		n += one;
		i += one;
	}
	return str_bytes(p, n);
}

static void
put(struct str s)
{
	fwrite(s.p, 1, s.n, stdout);
}

static int
finish(void)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return cli_fail(STATUS_SYSTEM, STR("standard output"), "cannot be written");
	return STATUS_DONE;
}

/* A field in words; zero times and empty texts are a dash. */
static struct str
value_text(const struct field *f, const void *base, struct arena *a)
{
	bool zero = f->type != FIELD_BOOL && f->type != FIELD_CHOICE && f->type != FIELD_INT &&
		f->type != FIELD_SPAN && f->type != FIELD_SIZE;

	if (zero && field_is_empty(f, base))
		return STR("-");
	return out_clean(a, field_text(f, base, a));
}

static void
line(struct object *o, struct str name, struct str value)
{
	if (!o->c->json)
		printf("%-*.*s %.*s\n", NAME_WIDTH, STR_FMT(name), STR_FMT(value));
}

/* The members of a list, one a line, each as `field value, ...`. */
static void
member_lines(struct object *o, const struct field *f, const void *base)
{
	const struct list *l = (const void *)((const char *)base + f->offset);
	const struct field *g, *end = f->record->fields + f->record->nfields;
	struct str text, value;
	const char *member;
	size_t i;

	for (i = 0; i < l->n; i++) {
		member = (const char *)l->v + i * f->record->size;
		text = STR("");
		for (g = f->record->fields; g < end; g++) {
			if ((g->flags & (FIELD_HIDDEN | FIELD_SECRET)) != 0 ||
				field_is_empty(g, member))
				continue;
			value = value_text(g, member, o->a);
			text = arena_printf(o->a, "%.*s%s%s %.*s", STR_FMT(text),
				text.n > 0 ? ", " : "", g->name, STR_FMT(value));
		}
		line(o, i == 0 ? str_of(f->name) : STR(""), text);
	}
}

void
object_begin(struct object *o, const struct cli *c)
{
	o->c = c;
	o->a = arena_new(ARENA_CEILING);
	buf_init(&o->buf, o->a, OBJECT_MAX);
	js_start(&o->w, &o->buf);
	js_open(&o->w, NULL, '{');
}

void
object_record(struct object *o, const struct record *rec, const void *base)
{
	const struct field *f;

	if (o->c->json) {
		codec_json(rec, base, CODEC_EMPTY, &o->w);
		return;
	}
	for (f = rec->fields; f < rec->fields + rec->nfields; f++) {
		if ((f->flags & FIELD_HIDDEN) != 0)
			continue;
		if (f->type == FIELD_LIST && !field_is_empty(f, base))
			member_lines(o, f, base);
		else
			line(o, str_of(f->name), value_text(f, base, o->a));
	}
}

void
object_str(struct object *o, const char *name, struct str value)
{
	js_put_str(&o->w, name, value);
	line(o, str_of(name), out_clean(o->a, value));
}

void
object_int(struct object *o, const char *name, int64_t value)
{
	js_put_int(&o->w, name, value);
	line(o, str_of(name), arena_printf(o->a, "%lld", (long long)value));
}

void
object_time(struct object *o, const char *name, int64_t value)
{
	js_put_int(&o->w, name, value);
	line(o, str_of(name),
		value == 0 ? STR("never") : field_number_text(FIELD_TIME, value, o->a));
}

int
object_end(struct object *o)
{
	struct str json;

	js_close(&o->w, '}');
	if (buf_end(&o->buf, &json) != OK)
		bug("an object of more than %zu bytes", OBJECT_MAX);
	if (o->c->json) {
		put(json);
		putchar('\n');
	}
	arena_free(o->a);
	return finish();
}

static void
item_begin(struct listing *l)
{
	if (!l->c->json)
		return;
	buf_init(&l->buf, l->a, OBJECT_MAX);
	js_start(&l->w, &l->buf);
	js_open(&l->w, NULL, '{');
}

void
list_begin(struct listing *l, const struct cli *c, const char *plural, const char *const *columns)
{
	size_t bytes;

	*l = (struct listing){ .c = c, .a = arena_new(ARENA_CEILING), .columns = columns };
	while (columns[l->ncolumns] != NULL && l->ncolumns < LIST_COLUMNS) {
		l->width[l->ncolumns] = length_of(str_of(columns[l->ncolumns]), &bytes);
		l->ncolumns++;
	}
	if (c->json)
		printf("{\"%s\":[", plural);
	item_begin(l);
}

static void
set_cell(struct listing *l, const char *name, struct str value)
{
	struct str *cell;
	size_t i, width, bytes;

	for (i = 0; i < l->ncolumns; i++) {
		if (!str_eqz(str_of(l->columns[i]), name))
			continue;
		cell = &l->cell[l->nrows][i];
		*cell = value.n == 0 ? STR("-") : out_clean(l->a, value);
		width = length_of(*cell, &bytes);
		if (width > l->width[i])
			l->width[i] = width;
	}
}

void
list_record(struct listing *l, const struct record *rec, const void *base)
{
	const struct field *f;
	size_t i;

	if (l->c->json) {
		codec_json(rec, base, CODEC_EMPTY, &l->w);
		return;
	}
	for (i = 0; i < l->ncolumns; i++) {
		f = field_find(rec, str_of(l->columns[i]));
		if (f != NULL)
			set_cell(l, f->name, value_text(f, base, l->a));
	}
}

void
list_str(struct listing *l, const char *name, struct str value)
{
	if (l->c->json)
		js_put_str(&l->w, name, value);
	else
		set_cell(l, name, value);
}

void
list_int(struct listing *l, const char *name, int64_t value)
{
	if (l->c->json)
		js_put_int(&l->w, name, value);
	else
		set_cell(l, name, arena_printf(l->a, "%lld", (long long)value));
}

void
list_time(struct listing *l, const char *name, int64_t value)
{
	if (l->c->json)
		js_put_int(&l->w, name, value);
	else if (value != 0)
		set_cell(l, name, field_number_text(FIELD_TIME, value, l->a));
	else
		set_cell(l, name, STR(""));
}

static void
print_row(const struct listing *l, const struct str *cells)
{
	size_t i, width, bytes;

	for (i = 0; i < l->ncolumns; i++) {
		width = length_of(cells[i], &bytes);
		put(cells[i]);
		if (i + 1 < l->ncolumns)
			printf("%*s", (int)(l->width[i] - width + 2), "");
	}
	putchar('\n');
}

static void
print_page(struct listing *l)
{
	struct str head[LIST_COLUMNS];
	size_t i;

	for (i = 0; i < l->ncolumns; i++)
		head[i] = str_of(l->columns[i]);
	if (l->total == l->nrows && l->nrows > 0)
		print_row(l, head);
	for (i = 0; i < l->nrows; i++)
		print_row(l, l->cell[i]);
	l->nrows = 0;
	memset(l->cell, 0, sizeof(l->cell));
	arena_reset(l->a);
}

void
list_next(struct listing *l)
{
	struct str json;

	l->total++;
	if (!l->c->json) {
		if (++l->nrows == LIST_PAGE)
			print_page(l);
		return;
	}
	js_close(&l->w, '}');
	if (buf_end(&l->buf, &json) != OK)
		bug("an object of more than %zu bytes", OBJECT_MAX);
	fputs(l->total > 1 ? ",\n" : "\n", stdout);
	put(json);
	arena_reset(l->a);
	item_begin(l);
}

int
list_end(struct listing *l)
{
	if (l->c->json)
		puts(l->total > 0 ? "\n]}" : "]}");
	else if (l->nrows > 0)
		print_page(l);
	arena_free(l->a);
	return finish();
}

static void put_formatted(const char *fmt, va_list ap) PRINTF(1, 0);

static void
put_formatted(const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) < 0)
		fatal("out of memory");
	puts(text);
	free(text);
}

int
out_done(const struct cli *c, const char *member, struct str value, const char *fmt, ...)
{
	struct object o;
	va_list ap;

	if (c->json) {
		object_begin(&o, c);
		object_str(&o, member, value);
		return object_end(&o);
	}
	va_start(ap, fmt);
	put_formatted(fmt, ap);
	va_end(ap);
	return finish();
}

void
out_note(const struct cli *c, const char *fmt, ...)
{
	va_list ap;

	if (c->json)
		return;
	va_start(ap, fmt);
	put_formatted(fmt, ap);
	va_end(ap);
}
