/*
 * json_stream - a JSON document of any length, a piece at a time (RFC 8259)
 * SPDX-License-Identifier: ISC
 *
 * Only the outermost object and the arrays in it are read here. Of a piece no
 * more is looked at than where it ends: brackets outside of strings. Whether
 * it is JSON, js_parse() says.
 */
#include "data/json_stream.h"

#include <string.h>

#include "base/secret.h"

void
js_stream_init(struct js_stream *s, js_read_fn *fn, void *arg)
{
	memset(s, 0, sizeof(*s));
	s->read = fn;
	s->arg = arg;
	s->line = 1;
}

void
js_stream_wipe(struct js_stream *s)
{
	secret_wipe(s->in, sizeof(s->in));
	s->next = s->have = 0;
}

/* The next byte, which stays: ERR_NOTFOUND at the end. */
static enum err
peek(struct js_stream *s, char *c)
{
	ssize_t n;

	if (s->next == s->have) {
		if (s->eof)
			return ERR_NOTFOUND;
		n = s->read(s->arg, s->in, sizeof(s->in));
		if (n < 0)
			return ERR_SYSTEM;
		s->next = 0;
		s->have = (size_t)n;
		s->eof = n == 0;
		if (s->eof)
			return ERR_NOTFOUND;
	}
	*c = s->in[s->next];
	return OK;
}

static void
skip(struct js_stream *s)
{
	s->line += s->in[s->next] == '\n';
	s->next++;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static enum err
peek_solid(struct js_stream *s, char *c)
{
	enum err e;

	while ((e = peek(s, c)) == OK && is_blank(*c))
		skip(s);
	return e;
}

/* As peek_solid where something has to follow. */
static enum err
need(struct js_stream *s, char *c)
{
	enum err e = peek_solid(s, c);

	return e == ERR_NOTFOUND ? ERR_SYNTAX : e;
}

/* Takes the byte when it is the next that is no blank. */
static enum err
expect(struct js_stream *s, char want)
{
	enum err e;
	char c;

	e = need(s, &c);
	if (e != OK)
		return e;
	if (c != want)
		return ERR_SYNTAX;
	skip(s);
	return OK;
}

/* Where in a piece we are. */
struct place {
	size_t depth;
	bool string, escaped;
};

/* Whether the piece goes on with `c`; *last: it ends with it. */
static bool
goes_on(struct place *p, char c, bool *last)
{
	*last = false;
	if (p->string) {
		if (!p->escaped && c == '"') {
			p->string = false;
			*last = p->depth == 0;
		}
		p->escaped = !p->escaped && c == '\\';
		return true;
	}
	if (c == '"') {
		p->string = true;
	} else if (c == '{' || c == '[') {
		p->depth++;
	} else if (c == '}' || c == ']') {
		if (p->depth == 0)
			return false;
		*last = --p->depth == 0;
	} else if (p->depth == 0 && (c == ',' || c == ':' || is_blank(c))) {
		return false;
	}
	return true;
}

/* Reads one value, from its first byte to its last. */
static enum err
take_piece(struct js_stream *s, struct arena *a, const struct js **value)
{
	struct place p = { 0 };
	bool last = false;
	struct str text;
	struct buf b;
	enum err e;
	char c;

	buf_init(&b, a, JS_PIECE);
	e = need(s, &c);
	while (e == OK && !last && goes_on(&p, c, &last)) {
		buf_byte(&b, (unsigned char)c);
		skip(s);
		if (b.full)
			return ERR_RANGE;
		e = last ? OK : peek(s, &c);
	}
	if (e != OK)
		return e == ERR_NOTFOUND ? ERR_SYNTAX : e;
	e = buf_end(&b, &text);
	return e == OK ? js_parse(a, text, value) : e;
}

static enum err
keep_name(struct js_stream *s, struct str name)
{
	size_t i;

	if (name.n == 0 || name.n >= JS_STREAM_NAME || s->nnames == JS_STREAM_NAMES)
		return ERR_RANGE;
	for (i = 0; i < s->nnames; i++)
		if (str_eqz(name, s->names[i]))
			return ERR_DUPLICATE;
	memcpy(s->names[s->nnames], name.p, name.n);
	s->names[s->nnames++][name.n] = '\0';
	return OK;
}

/* Takes the name of a member, and the opening bracket when it is an array. */
static enum err
take_name(struct js_stream *s, struct arena *a)
{
	const struct js *v;
	struct str name;
	enum err e;
	char c;

	e = need(s, &c);
	if (e == OK && c != '"')
		e = ERR_SYNTAX;
	if (e == OK)
		e = take_piece(s, a, &v);
	if (e == OK)
		e = js_str(v, &name);
	if (e == OK)
		e = keep_name(s, name);
	if (e == OK)
		e = expect(s, ':');
	if (e == OK)
		e = need(s, &c);
	if (e != OK || c != '[')
		return e;
	skip(s);
	s->at = JS_AT_ELEMENT;
	s->first = true;
	return OK;
}

/* Takes the end of an object or array that is empty so far. */
static enum err
take_end(struct js_stream *s, char bracket, bool *ended)
{
	enum err e;
	char c;

	*ended = false;
	e = need(s, &c);
	if (e != OK || !s->first || c != bracket)
		return e;
	skip(s);
	*ended = true;
	return OK;
}

/* Behind a member there is another, or the end of all; behind an element the same of its array. */
static enum err
take_comma(struct js_stream *s, char bracket, bool *ended)
{
	enum err e;
	char c;

	*ended = false;
	e = need(s, &c);
	if (e != OK)
		return e;
	if (c != ',' && c != bracket)
		return ERR_SYNTAX;
	*ended = c == bracket;
	skip(s);
	return OK;
}

static enum err
next_element(struct js_stream *s, struct arena *a, const struct js **value, bool *ended)
{
	enum err e;

	if (s->first)
		e = take_end(s, ']', ended);
	else
		e = take_comma(s, ']', ended);
	s->first = false;
	if (*ended)
		s->at = JS_AT_NEXT;
	if (e != OK || *ended)
		return e;
	return take_piece(s, a, value);
}

/* The next member, up to its value. */
static enum err
next_member(struct js_stream *s, struct arena *a, bool *ended)
{
	enum err e = OK;

	*ended = false;
	if (s->at == JS_AT_START) {
		e = expect(s, '{');
		s->first = true;
		if (e == OK)
			e = take_end(s, '}', ended);
	} else {
		e = take_comma(s, '}', ended);
	}
	s->at = *ended ? JS_AT_END : JS_AT_MEMBER;
	return e != OK || *ended ? e : take_name(s, a);
}

/* Nothing but blanks may follow. */
static enum err
check_end(struct js_stream *s)
{
	enum err e;
	char c;

	e = peek_solid(s, &c);
	return e == OK ? ERR_SYNTAX : e;
}

enum err
js_stream_next(struct js_stream *s, struct arena *a, struct str *name, const struct js **value)
{
	bool ended = false;
	enum err e = OK;

	while (e == OK) {
		if (s->at == JS_AT_END)
			return check_end(s);
		if (s->at == JS_AT_ELEMENT) {
			e = next_element(s, a, value, &ended);
			if (e == OK && ended)
				continue;
			break;
		}
		e = next_member(s, a, &ended);
		if (e != OK || s->at != JS_AT_MEMBER)
			continue;
		e = take_piece(s, a, value);
		s->at = JS_AT_NEXT;
		break;
	}
	if (e == OK)
		*name = str_of(s->names[s->nnames - 1]);
	return e;
}
