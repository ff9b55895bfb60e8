/*
 * json_stream - a JSON document of any length, a piece at a time
 * SPDX-License-Identifier: ISC
 *
 * The document is one object. A member that is an array comes as its
 * elements, one after the other; any other member comes whole. Each piece is
 * bounded and goes through js_parse(), so what is read is as strict as there,
 * while the number of elements is not limited.
 *
 *	js_stream_init(&s, read_fn, arg);
 *	while ((e = js_stream_next(&s, a, &name, &value)) == OK)
 *		...
 *	if (e == ERR_NOTFOUND) the document is over and was whole
 */
#ifndef DATA_JSON_STREAM_H
#define DATA_JSON_STREAM_H

#include <sys/types.h>

#include "data/json.h"

#define JS_PIECE ((size_t)1 << 20) /* bytes of one piece */
#define JS_STREAM_NAMES 32	   /* members of the document */
#define JS_STREAM_NAME 64	   /* bytes of the name of one */

/* Reads as read(2): the number of bytes, 0 at the end, -1 on failure. */
typedef ssize_t js_read_fn(void *arg, char *p, size_t n);

enum js_stream_at {
	JS_AT_START,
	JS_AT_MEMBER, /* behind a brace or comma of the object */
	JS_AT_ELEMENT,
	JS_AT_NEXT, /* behind a member */
	JS_AT_END,
};

struct js_stream {
	js_read_fn *read;
	void *arg;
	enum js_stream_at at;
	bool first; /* the object or array may end here, before anything is in it */
	size_t line;
	char names[JS_STREAM_NAMES][JS_STREAM_NAME];
	size_t nnames;
	char in[8192];
	size_t next, have;
	bool eof;
};

/* Begins at what `fn` reads first. */
void js_stream_init(struct js_stream *s, js_read_fn *fn, void *arg);

/* The next piece and the name of the member it is, or is of, good until the next call; the value is
 * the arena's. ERR_NOTFOUND at the end of a whole document; ERR_SYNTAX, ERR_DUPLICATE, ERR_RANGE;
 * ERR_SYSTEM when reading failed. s->line tells where. */
MUST_USE enum err
js_stream_next(struct js_stream *s, struct arena *a, struct str *name, const struct js **value);

/* Wipes what was read. */
void js_stream_wipe(struct js_stream *s);

#endif
