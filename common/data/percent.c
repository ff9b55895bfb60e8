/*
 * percent - percent escapes (RFC 3986 section 2.1)
 * SPDX-License-Identifier: ISC
 */
#include "data/percent.h"

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte that `s`, which begins with '%', stands for; -1 for a bad escape. */
static int
escape_value(struct str s)
{
	int high = s.n < 3 ? -1 : hex_value(s.p[1]);
	int low = s.n < 3 ? -1 : hex_value(s.p[2]);

	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

enum err
percent_decode(struct arena *a, struct str text, bool plus, struct str *out)
{
	char *p = arena_alloc(a, text.n);
	size_t n = 0;
	int c;

	while (text.n > 0) {
		c = (unsigned char)text.p[0];
		if (c == '%') {
			c = escape_value(text);
			if (c < 0)
				return ERR_SYNTAX;
			text = str_skip(text, 2);
		} else if (c == '+' && plus) {
			c = ' ';
		}
		text = str_skip(text, 1);
		p[n++] = (char)c;
	}
	*out = str_bytes(p, n);
	return OK;
}

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void
percent_encode(struct buf *b, struct str s, struct str keep)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (is_alnum(s.p[i]) || str_find(keep, s.p[i]) < keep.n) {
			buf_byte(b, c);
			continue;
		}
		buf_byte(b, '%');
		buf_byte(b, (unsigned char)digits[c >> 4]);
		buf_byte(b, (unsigned char)digits[c & 15]);
	}
}

bool
percent_is_valid(struct str text)
{
	size_t at;

	while ((at = str_find(text, '%')) < text.n) {
		text = str_skip(text, at);
		if (escape_value(text) < 0)
			return false;
		text = str_skip(text, 3);
	}
	return true;
}
