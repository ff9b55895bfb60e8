/*
 * str - spans: a pointer and a length
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "base/str.h"

struct str
str_of(const char *z)
{
	if (z == NULL)
		return STR("");
	return (struct str){ z, strlen(z) };
}

struct str
str_bytes(const void *p, size_t n)
{
	return (struct str){ p, n };
}

bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
str_eqz(struct str a, const char *z)
{
	return str_eq(a, str_of(z));
}

static unsigned char
lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Not strncasecmp: that one asks the locale and stops at NUL. */
bool
str_ieq(struct str a, struct str b)
{
	size_t i;

	if (a.n != b.n)
		return false;
	for (i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n == 0 ? 0 : memcmp(a.p, b.p, n);

	if (order != 0)
		return order;
	return (a.n > b.n) - (a.n < b.n);
}

bool
str_has_prefix(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq((struct str){ s.p, prefix.n }, prefix);
}

bool
str_has_suffix(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_skip(s, s.n - suffix.n), suffix);
}

struct str
str_skip(struct str s, size_t n)
{
	if (n > s.n)
		n = s.n;
	if (n == 0) /* the empty span may be NULL, to which nothing may be added */
		return s;
	return (struct str){ s.p + n, s.n - n };
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct str
str_trim(struct str s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = str_skip(s, 1);
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

size_t
str_find(struct str s, char c)
{
	const char *at = s.n == 0 ? NULL : memchr(s.p, c, s.n);

	return at == NULL ? s.n : (size_t)(at - s.p);
}

bool
str_cut(struct str s, char c, struct str *head, struct str *tail)
{
	size_t at = str_find(s, c);

	if (at == s.n)
		return false;
	*head = (struct str){ s.p, at };
	*tail = str_skip(s, at + 1);
	return true;
}

bool
str_word(struct str *rest, char sep, struct str *word)
{
	size_t n;

	while (rest->n > 0 && rest->p[0] == sep)
		*rest = str_skip(*rest, 1);
	if (rest->n == 0)
		return false;
	n = str_find(*rest, sep);
	*word = (struct str){ rest->p, n };
	*rest = str_skip(*rest, n);
	return true;
}

bool
strs_has(struct strs list, struct str s)
{
	size_t i;

	for (i = 0; i < list.n; i++)
		if (str_eq(list.v[i], s))
			return true;
	return false;
}

enum err
str_int(struct str s, int64_t *out)
{
	int64_t v = 0;
	size_t i;

	if (s.n == 0 || (s.n > 1 && s.p[0] == '0'))
		return ERR_SYNTAX;
	for (i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return ERR_SYNTAX;
	for (i = 0; i < s.n; i++) {
		int digit = s.p[i] - '0';

		if (v > (INT64_MAX - digit) / 10)
			return ERR_RANGE;
		v = v * 10 + digit;
	}
	*out = v;
	return OK;
}

static bool
all_within(struct str s, unsigned char first, unsigned char last)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < first || (unsigned char)s.p[i] > last)
			return false;
	return true;
}

bool
str_is_vschar(struct str s)
{
	return all_within(s, 0x20, 0x7e);
}

bool
str_is_token(struct str s)
{
	return all_within(s, 0x21, 0x7e);
}

/* What a first byte announces: how many bytes there are, and the least code point of that length.
 */
static size_t
utf8_lead(unsigned char c, uint32_t *point, uint32_t *least)
{
	if (c < 0x80) {
		*point = c;
		*least = 0;
		return 1;
	}
	if (c >= 0xc0 && c < 0xe0) {
		*point = c & 0x1fu;
		*least = 0x80;
		return 2;
	}
	if (c >= 0xe0 && c < 0xf0) {
		*point = c & 0x0fu;
		*least = 0x800;
		return 3;
	}
	if (c >= 0xf0 && c < 0xf8) {
		*point = c & 0x07u;
		*least = 0x10000;
		return 4;
	}
	return 0;
}

size_t
str_utf8(struct str s, uint32_t *point)
{
	uint32_t v, least;
	size_t i, n;

	if (s.n == 0)
		return 0;
	n = utf8_lead((unsigned char)s.p[0], &v, &least);
	if (n == 0 || n > s.n)
		return 0;
	for (i = 1; i < n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c & 0xc0u) != 0x80)
			return 0;
		v = v << 6 | (c & 0x3fu);
	}
	if (v < least || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return 0;
	*point = v;
	return n;
}

bool
str_is_utf8(struct str s)
{
	uint32_t point;
	size_t n;

	for (; s.n > 0; s = str_skip(s, n)) {
		n = str_utf8(s, &point);
		if (n == 0)
			return false;
	}
	return true;
}

bool
str_is_text(struct str s)
{
	uint32_t point;
	size_t n;

	for (; s.n > 0; s = str_skip(s, n)) {
		n = str_utf8(s, &point);
		if (n == 0 || point < 0x20 || (point >= 0x7f && point < 0xa0))
			return false;
	}
	return true;
}
