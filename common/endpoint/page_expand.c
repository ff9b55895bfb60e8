/*
 * page_expand - the template language of page.h
 * SPDX-License-Identifier: ISC
 */
#include "endpoint/page_expand.h"

#define DEPTH_MAX 8 /* sections within sections */

struct expansion {
	const struct page *page;
	const struct parts *parts;
	const struct page_item *item; /* of the list being repeated, or NULL */
	struct buf *out;	      /* NULL: only check */
	int depth;
};

struct tag {
	char kind; /* one of # ^ * = / > !, or 0: a value */
	struct str name;
};

/* Where `needle` begins in `s`, or s.n. */
static size_t
find_pair(struct str s, char c)
{
	size_t i;

	for (i = 0; i + 1 < s.n; i++)
		if (s.p[i] == c && s.p[i + 1] == c)
			return i;
	return s.n;
}

/* Cuts at the next tag: text before it, the tag, what follows. False without one: what is open but
 * not closed by }} is text. */
static bool
next_tag(struct str *rest, struct str *before, struct tag *tag)
{
	size_t open = find_pair(*rest, '{'), end;
	struct str inside = str_skip(*rest, open + 2);

	end = find_pair(inside, '}');
	if (open == rest->n || end == inside.n)
		return false;
	*before = (struct str){ rest->p, open };
	*rest = str_skip(inside, end + 2);
	inside.n = end;
	*tag = (struct tag){ 0, inside };
	if (inside.n > 0 && str_find(STR("#^*=/>!"), inside.p[0]) < 7) {
		tag->kind = inside.p[0];
		tag->name = str_trim(str_skip(inside, 1));
	} else {
		tag->name = str_trim(inside);
	}
	return true;
}

static bool
is_section(char kind)
{
	return kind == '#' || kind == '^' || kind == '*' || kind == '=';
}

/* Takes the inside of a section from `rest`, up to the tag that closes it: sections of the same
 * name may be within. */
static enum err
take_section(struct str *rest, struct str name, struct str *inside)
{
	const char *start = rest->p;
	struct str before;
	struct tag tag;
	int open = 1;

	while (next_tag(rest, &before, &tag)) {
		if (!str_eq(tag.name, name))
			continue;
		if (is_section(tag.kind))
			open++;
		if (tag.kind == '/' && --open == 0) {
			*inside = str_bytes(start, (size_t)(before.p + before.n - start));
			return OK;
		}
	}
	return ERR_SYNTAX;
}

static const struct page_value *
find_value(const struct page_value *v, struct str name)
{
	while (v != NULL && !str_eqz(name, v->name))
		v = v->next;
	return v;
}

static struct str
get_value(const struct expansion *x, struct str name)
{
	const struct page_value *v = NULL;

	if (x->item != NULL)
		v = find_value(x->item->values, name);
	if (v == NULL)
		v = find_value(x->page->values, name);
	return v == NULL ? (struct str){ 0 } : v->value;
}

static const struct page_item *
get_list(const struct expansion *x, struct str name)
{
	const struct page_list *list = x->page->lists;

	while (list != NULL && !str_eqz(name, list->name))
		list = list->next;
	return list == NULL ? NULL : list->first;
}

/* Five characters have a meaning in text or in a quoted attribute; control characters have none in
 * HTML and are shown as such. */
void
page_escape(struct buf *out, struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '&')
			buf_add(out, STR("&amp;"));
		else if (c == '<')
			buf_add(out, STR("&lt;"));
		else if (c == '>')
			buf_add(out, STR("&gt;"));
		else if (c == '"')
			buf_add(out, STR("&quot;"));
		else if (c == '\'')
			buf_add(out, STR("&#39;"));
		else if ((c < ' ' && c != '\t' && c != '\n') || c == 0x7f)
			buf_add(out, STR("&#65533;"));
		else
			buf_byte(out, c);
	}
}

static enum err expand(const struct expansion *x, struct str text);

static enum err
expand_list(const struct expansion *x, struct str name, struct str inside)
{
	struct expansion deeper = *x;
	enum err e;

	for (deeper.item = get_list(x, name); deeper.item != NULL;
		deeper.item = deeper.item->next) {
		e = expand(&deeper, inside);
		if (e != OK)
			return e;
	}
	return OK;
}

static enum err
expand_section(const struct expansion *x, struct tag tag, struct str inside)
{
	struct expansion deeper = *x;
	bool is_there;

	deeper.depth++;
	if (deeper.depth > DEPTH_MAX)
		return ERR_SYNTAX;
	if (x->out == NULL)
		return expand(&deeper, inside);
	if (tag.kind == '=')
		return OK;
	if (tag.kind == '*')
		return expand_list(&deeper, tag.name, inside);
	is_there = get_value(x, tag.name).n > 0 || get_list(x, tag.name) != NULL;
	return is_there == (tag.kind == '#') ? expand(&deeper, inside) : OK;
}

/* The piece {{=name}} of the page. */
static struct str
find_piece(struct str content, struct str name)
{
	struct str before, inside;
	struct tag tag;

	while (next_tag(&content, &before, &tag))
		if (tag.kind == '=' && str_eq(tag.name, name) &&
			take_section(&content, name, &inside) == OK)
			return inside;
	return (struct str){ 0 };
}

static enum err
expand_part(const struct expansion *x, struct str name)
{
	static const struct parts none;
	struct expansion within = *x;
	struct str piece;

	if (str_eq(name, STR("style"))) {
		buf_add(x->out, x->parts->style);
		return OK;
	}
	if (str_eq(name, STR("script"))) {
		buf_add(x->out, x->parts->script);
		return OK;
	}
	piece = x->parts->content;
	if (!str_eq(name, STR("content")))
		piece = find_piece(piece, name);
	within.parts = &none;
	return expand(&within, piece);
}

static enum err
expand_tag(const struct expansion *x, struct tag tag, struct str *rest)
{
	struct str inside;
	enum err e;

	if (tag.kind == '/')
		return ERR_SYNTAX;
	if (is_section(tag.kind)) {
		e = take_section(rest, tag.name, &inside);
		return e == OK ? expand_section(x, tag, inside) : e;
	}
	if (x->out == NULL || tag.kind == '!')
		return OK;
	if (tag.kind == '>')
		return expand_part(x, tag.name);
	page_escape(x->out, get_value(x, tag.name));
	return OK;
}

static enum err
expand(const struct expansion *x, struct str text)
{
	struct str before;
	struct tag tag;
	enum err e;

	while (next_tag(&text, &before, &tag)) {
		if (x->out != NULL)
			buf_add(x->out, before);
		e = expand_tag(x, tag, &text);
		if (e != OK)
			return e;
	}
	if (x->out != NULL)
		buf_add(x->out, text);
	return OK;
}

enum err
page_write(const struct page *p, const struct parts *parts, struct str text, struct buf *out)
{
	const struct expansion x = { .page = p, .parts = parts, .out = out };

	return expand(&x, text);
}

enum err
page_check(struct str text)
{
	const struct expansion x = { 0 };

	return expand(&x, text);
}
