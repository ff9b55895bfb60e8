/*
 * wire - the messages between programs and writer
 * SPDX-License-Identifier: ISC
 */
#include "store/wire.h"

#include <string.h>

enum {
	FORMAT = 1,
	DURABLE = 0,
	VOLATILE = 1
};

/* What an answer can be; a status is the index. New ones go to the end: the two sides may be of
 * different versions while one is being replaced. */
static const enum err statuses[] = {
	OK,
	ERR_CONFLICT,
	ERR_FULL,
	ERR_DENIED,
	ERR_SYSTEM,
	ERR_SYNTAX,
	ERR_RANGE,
	ERR_UNSUPPORTED,
	ERR_NOTFOUND,
	ERR_CORRUPT,
};

unsigned char
wire_status(enum err e)
{
	size_t i;

	for (i = 0; i < COUNT(statuses); i++)
		if (statuses[i] == e)
			return (unsigned char)i;
	return wire_status(ERR_SYSTEM);
}

enum err
wire_err(unsigned char status)
{
	return status < COUNT(statuses) ? statuses[status] : ERR_SYSTEM;
}

size_t
wire_head(const struct wire *w, unsigned char head[WIRE_HEAD_MAX])
{
	unsigned char *p = head;

	if (w->id.n != COMMIT_ID_LEN || w->name.n == 0 || w->name.n >= STORE_NAME_MAX)
		bug("a message of %zu and %zu bytes", w->id.n, w->name.n);
	*p++ = FORMAT;
	memcpy(p, w->id.p, w->id.n);
	p += w->id.n;
	*p++ = w->is_volatile ? VOLATILE : DURABLE;
	*p++ = (unsigned char)w->name.n;
	memcpy(p, w->name.p, w->name.n);
	return (size_t)(p - head) + w->name.n;
}

static enum err
take_byte(struct str *rest, unsigned char *out)
{
	struct str byte;
	enum err e;

	e = str_take(rest, 1, &byte);
	if (e == OK)
		*out = (unsigned char)byte.p[0];
	return e;
}

static enum err
parse_head(struct str *rest, struct wire *out)
{
	unsigned char kind, n;
	enum err e;

	e = str_take(rest, COMMIT_ID_LEN, &out->id);
	if (e == OK)
		e = take_byte(rest, &kind);
	if (e == OK)
		e = take_byte(rest, &n);
	if (e != OK)
		return e;
	if (kind > VOLATILE || n == 0 || n >= STORE_NAME_MAX)
		return ERR_SYNTAX;
	out->is_volatile = kind == VOLATILE;
	return str_take(rest, n, &out->name);
}

enum err
wire_parse(struct str message, struct wire *out)
{
	unsigned char format;
	enum err e;

	*out = (struct wire){ .ops = message };
	e = take_byte(&out->ops, &format);
	if (e != OK)
		return e;
	if (format != FORMAT)
		return ERR_UNSUPPORTED;
	e = parse_head(&out->ops, out);
	if (e != OK)
		return e;
	return out->ops.n > WIRE_OPS_MAX ? ERR_RANGE : OK;
}
