/*
 * buf - growable bytes with a ceiling
 * SPDX-License-Identifier: ISC
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

enum {
	FIRST_ROOM = 128
};

void
buf_init(struct buf *b, struct arena *a, size_t ceiling)
{
	*b = (struct buf){ .arena = a, .ceiling = ceiling };
}

/* Makes room for `n` bytes and a NUL that vsnprintf may write; false when the buf is full. */
static bool
reserve(struct buf *b, size_t n)
{
	size_t room;
	char *p;

	if (b->full || n > b->ceiling - b->n) {
		b->full = true;
		return false;
	}
	if (b->p != NULL && n <= b->room - b->n)
		return true;
	room = b->room < FIRST_ROOM ? FIRST_ROOM : b->room * 2;
	if (room < b->n + n)
		room = b->n + n;
	if (room > b->ceiling)
		room = b->ceiling;
	p = arena_alloc(b->arena, room + 1);
	if (b->n > 0)
		memcpy(p, b->p, b->n);
	b->p = p;
	b->room = room;
	return true;
}

void
buf_add(struct buf *b, struct str s)
{
	if (s.n == 0 || !reserve(b, s.n))
		return;
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
}

void
buf_byte(struct buf *b, unsigned char c)
{
	if (reserve(b, 1))
		b->p[b->n++] = (char)c;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		bug("buf_printf: bad format");
	if (n == 0 || !reserve(b, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

static void
add_be(struct buf *b, uint64_t v, size_t n)
{
	char bytes[8];
	size_t i;

	for (i = 0; i < n; i++)
		bytes[i] = (char)(unsigned char)(v >> (8 * (n - 1 - i)));
	buf_add(b, str_bytes(bytes, n));
}

void
buf_u32(struct buf *b, uint32_t v)
{
	add_be(b, v, 4);
}

void
buf_u64(struct buf *b, uint64_t v)
{
	add_be(b, v, 8);
}

struct str
buf_str(const struct buf *b)
{
	if (b->n == 0)
		return STR("");
	return str_bytes(b->p, b->n);
}

enum err
buf_end(struct buf *b, struct str *out)
{
	if (b->full)
		return ERR_FULL;
	*out = buf_str(b);
	return OK;
}

enum err
str_take(struct str *s, size_t n, struct str *out)
{
	if (n > s->n)
		return ERR_SYNTAX;
	*out = str_bytes(s->p, n);
	*s = str_skip(*s, n);
	return OK;
}

static enum err
take_be(struct str *s, size_t n, uint64_t *out)
{
	struct str bytes;
	uint64_t v = 0;
	enum err e;
	size_t i;

	e = str_take(s, n, &bytes);
	if (e != OK)
		return e;
	for (i = 0; i < n; i++)
		v = v << 8 | (unsigned char)bytes.p[i];
	*out = v;
	return OK;
}

enum err
str_take_u32(struct str *s, uint32_t *out)
{
	uint64_t v;
	enum err e;

	e = take_be(s, 4, &v);
	if (e != OK)
		return e;
	*out = (uint32_t)v;
	return OK;
}

enum err
str_take_u64(struct str *s, uint64_t *out)
{
	return take_be(s, 8, out);
}
