/*
 * json_scan - the grammar of RFC 8259, and the limits on top of it
 * SPDX-License-Identifier: ISC
 *
 * json-c's strict mode takes more than JSON: single quotes, NaN, lone
 * surrogates, numbers that it clamps, \u0000 (which then ends a C string).
 * Hence nothing reaches it that did not pass here.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/json.h"
#include "data/json_scan.h"

struct scan {
	struct str rest;
	size_t depth, values, members;
};

static enum err scan_value(struct scan *s);

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
skip_blanks(struct scan *s)
{
	while (s->rest.n > 0 && is_blank(s->rest.p[0]))
		s->rest = str_skip(s->rest, 1);
}

/* Takes the byte `c` when it is next. */
static bool
take(struct scan *s, char c)
{
	if (s->rest.n == 0 || s->rest.p[0] != c)
		return false;
	s->rest = str_skip(s->rest, 1);
	return true;
}

static bool
take_digits(struct scan *s)
{
	size_t n = s->rest.n;

	while (s->rest.n > 0 && s->rest.p[0] >= '0' && s->rest.p[0] <= '9')
		s->rest = str_skip(s->rest, 1);
	return s->rest.n < n;
}

static enum err
check_integer(struct str text)
{
	bool minus = text.p[0] == '-';
	int64_t v;

	/* The one integer whose absolute value does not fit. */
	if (str_eq(text, STR("-9223372036854775808")))
		return OK;
	return str_int(str_skip(text, minus ? 1 : 0), &v);
}

static enum err
check_real(struct str text)
{
	char z[JS_NUMBER + 1];

	memcpy(z, text.p, text.n);
	z[text.n] = '\0';
	return isfinite(strtod(z, NULL)) ? OK : ERR_RANGE;
}

/* RFC 8259 section 6; integers must fit int64_t, others a finite double. */
static enum err
scan_number(struct scan *s)
{
	struct str text = s->rest;
	bool real = false;

	take(s, '-');
	if (!take(s, '0') && !take_digits(s))
		return ERR_SYNTAX;
	if (take(s, '.')) {
		real = true;
		if (!take_digits(s))
			return ERR_SYNTAX;
	}
	if (take(s, 'e') || take(s, 'E')) {
		real = true;
		if (!take(s, '-'))
			take(s, '+');
		if (!take_digits(s))
			return ERR_SYNTAX;
	}
	text.n -= s->rest.n;
	if (text.n > JS_NUMBER)
		return ERR_RANGE;
	return real ? check_real(text) : check_integer(text);
}

/* Four hexadecimal digits, as a UTF-16 unit; -1 when they are none. */
static long
take_unit(struct scan *s)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	long unit = 0;
	size_t i;

	if (s->rest.n < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		const char *at = memchr(digits, s->rest.p[i], sizeof(digits) - 1);

		if (at == NULL)
			return -1;
		unit = unit * 16 + ((at - digits) & 15);
	}
	s->rest = str_skip(s->rest, 4);
	return unit;
}

/* What follows a backslash (section 7). A surrogate stands in a pair, high before low (section 8.2
 * leaves the others undefined), and NUL would end the strings of C. */
static enum err
scan_escape(struct scan *s)
{
	static const char simple[] = "\"\\/bfnrt";
	long unit;

	if (s->rest.n > 0 && memchr(simple, s->rest.p[0], sizeof(simple) - 1) != NULL) {
		s->rest = str_skip(s->rest, 1);
		return OK;
	}
	if (!take(s, 'u'))
		return ERR_SYNTAX;
	unit = take_unit(s);
	if (unit <= 0 || (unit >= 0xdc00 && unit <= 0xdfff))
		return ERR_SYNTAX;
	if (unit < 0xd800 || unit > 0xdfff)
		return OK;
	if (!take(s, '\\') || !take(s, 'u'))
		return ERR_SYNTAX;
	unit = take_unit(s);
	return unit >= 0xdc00 && unit <= 0xdfff ? OK : ERR_SYNTAX;
}

/* A string after its opening quote. */
static enum err
scan_string(struct scan *s)
{
	uint32_t point;
	enum err e;
	size_t n;

	while (!take(s, '"')) {
		if (take(s, '\\')) {
			e = scan_escape(s);
			if (e != OK)
				return e;
			continue;
		}
		n = str_utf8(s->rest, &point);
		if (n == 0 || point < 0x20)
			return ERR_SYNTAX;
		s->rest = str_skip(s->rest, n);
	}
	return OK;
}

static enum err
scan_member(struct scan *s)
{
	enum err e;

	skip_blanks(s);
	if (!take(s, '"'))
		return ERR_SYNTAX;
	e = scan_string(s);
	if (e != OK)
		return e;
	skip_blanks(s);
	if (!take(s, ':'))
		return ERR_SYNTAX;
	s->members++;
	return scan_value(s);
}

/* An object or array after its opening bracket. */
static enum err
scan_list(struct scan *s, char end, size_t most, enum err (*one)(struct scan *))
{
	size_t n = 0;
	enum err e;

	if (++s->depth > JS_DEPTH)
		return ERR_RANGE;
	skip_blanks(s);
	if (!take(s, end)) {
		do {
			if (++n > most)
				return ERR_RANGE;
			e = one(s);
			if (e != OK)
				return e;
		} while (take(s, ','));
		if (!take(s, end))
			return ERR_SYNTAX;
	}
	s->depth--;
	return OK;
}

static bool
take_word(struct scan *s, struct str word)
{
	if (!str_has_prefix(s->rest, word))
		return false;
	s->rest = str_skip(s->rest, word.n);
	return true;
}

/* A value and the blanks around it. */
static enum err
scan_value(struct scan *s)
{
	enum err e = OK;

	if (++s->values > JS_VALUES)
		return ERR_RANGE;
	skip_blanks(s);
	if (take(s, '{'))
		e = scan_list(s, '}', JS_MEMBERS, scan_member);
	else if (take(s, '['))
		e = scan_list(s, ']', JS_VALUES, scan_value);
	else if (take(s, '"'))
		e = scan_string(s);
	else if (!take_word(s, STR("true")) && !take_word(s, STR("false")) &&
		!take_word(s, STR("null")))
		e = scan_number(s);
	if (e == OK)
		skip_blanks(s);
	return e;
}

enum err
js_scan(struct str text, struct str *value, size_t *members)
{
	struct scan s = { .rest = text };
	enum err e;

	e = scan_value(&s);
	if (e != OK)
		return e;
	if (s.rest.n > 0)
		return ERR_SYNTAX;
	while (is_blank(text.p[0]))
		text = str_skip(text, 1);
	while (is_blank(text.p[text.n - 1]))
		text.n--;
	*value = text;
	*members = s.members;
	return OK;
}
