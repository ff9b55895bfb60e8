/*
 * json_write - JSON, written (RFC 8259)
 * SPDX-License-Identifier: ISC
 */
#include "data/json.h"

void
js_start(struct js_out *w, struct buf *b)
{
	*w = (struct js_out){ .buf = b };
}

/* Short escapes where section 7 has them; control characters must be escaped, nothing else is. */
static bool
put_escape(struct buf *b, uint32_t point)
{
	static const struct str from = STR_INIT("\"\\\b\f\n\r\t"), to = STR_INIT("\"\\bfnrt");
	size_t at = point < 0x80 ? str_find(from, (char)point) : from.n;

	if (at < from.n) {
		buf_byte(b, '\\');
		buf_byte(b, (unsigned char)to.p[at]);
		return true;
	}
	if (point >= 0x20)
		return false;
	buf_printf(b, "\\u%04x", (unsigned)point);
	return true;
}

/* Bytes that are no UTF-8 become U+FFFD: what is written is JSON whatever was put in. */
static void
put_quoted(struct buf *b, struct str s)
{
	uint32_t point;
	size_t n;

	buf_byte(b, '"');
	for (; s.n > 0; s = str_skip(s, n)) {
		n = str_utf8(s, &point);
		if (n == 0) {
			buf_add(b, STR("\xef\xbf\xbd"));
			n = 1;
		} else if (!put_escape(b, point)) {
			buf_add(b, str_bytes(s.p, n));
		}
	}
	buf_byte(b, '"');
}

/* What stands before a value: the comma and, in an object, the name. */
static void
lead(struct js_out *w, const char *name)
{
	if (w->comma)
		buf_byte(w->buf, ',');
	w->comma = true;
	if (name == NULL)
		return;
	put_quoted(w->buf, str_of(name));
	buf_byte(w->buf, ':');
}

void
js_open(struct js_out *w, const char *name, char bracket)
{
	lead(w, name);
	buf_byte(w->buf, (unsigned char)bracket);
	w->comma = false;
}

void
js_close(struct js_out *w, char bracket)
{
	buf_byte(w->buf, (unsigned char)bracket);
	w->comma = true;
}

void
js_put_str(struct js_out *w, const char *name, struct str s)
{
	lead(w, name);
	put_quoted(w->buf, s);
}

void
js_put_int(struct js_out *w, const char *name, int64_t v)
{
	lead(w, name);
	buf_printf(w->buf, "%lld", (long long)v);
}

void
js_put_bool(struct js_out *w, const char *name, bool v)
{
	lead(w, name);
	buf_add(w->buf, v ? STR("true") : STR("false"));
}

void
js_put_strs(struct js_out *w, const char *name, struct strs list)
{
	size_t i;

	js_open(w, name, '[');
	for (i = 0; i < list.n; i++)
		js_put_str(w, NULL, list.v[i]);
	js_close(w, ']');
}

void
js_put_raw(struct js_out *w, const char *name, struct str json)
{
	lead(w, name);
	buf_add(w->buf, json);
}

void
js_put_some(struct js_out *w, const char *name, struct str s)
{
	if (s.n > 0)
		js_put_str(w, name, s);
}
