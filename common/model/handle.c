/*
 * handle - the form of codes, refresh tokens, reference tokens and cookies
 * SPDX-License-Identifier: ISC
 */
#include "model/handle.h"

#include "base/buf.h"
#include "base/enc.h"

static const struct layout {
	enum handle_kind kind;
	size_t id, secret;
} layouts[] = {
	{ HANDLE_CODE, GRANT_ID_LEN, HANDLE_LEN },
	{ HANDLE_REFRESH, GRANT_ID_LEN + 4, FAMILY_LEN + HANDLE_LEN },
	{ HANDLE_TOKEN, 4, HANDLE_LEN },
	{ HANDLE_SESSION, SID_LEN, HANDLE_LEN },
};

static const struct layout *
layout_of(enum handle_kind kind)
{
	size_t i;

	for (i = 0; i < COUNT(layouts); i++)
		if (layouts[i].kind == kind)
			return &layouts[i];
	bug("no handle of kind %d", (int)kind);
}

struct str
handle_write(struct arena *a, enum handle_kind kind, struct str id, struct str secret)
{
	const struct layout *l = layout_of(kind);
	struct buf b;

	if (id.n != l->id || secret.n != l->secret)
		bug("handle of kind %c with %zu and %zu bytes", (char)kind, id.n, secret.n);
	buf_init(&b, a, 128);
	buf_byte(&b, (unsigned char)kind);
	buf_add(&b, id);
	buf_add(&b, secret);
	return enc_b64url(a, buf_str(&b));
}

enum err
handle_parse(struct arena *a, enum handle_kind kind, struct str text, struct handle *out)
{
	const struct layout *l = layout_of(kind);
	struct str bytes;
	enum err e;

	if (text.n > 128)
		return ERR_SYNTAX;
	e = dec_b64url(a, text, &bytes);
	if (e != OK)
		return e;
	if (bytes.n != 1 + l->id + l->secret || bytes.p[0] != (char)kind)
		return ERR_SYNTAX;
	out->id = str_bytes(bytes.p + 1, l->id);
	out->secret = str_bytes(bytes.p + 1 + l->id, l->secret);
	return OK;
}
