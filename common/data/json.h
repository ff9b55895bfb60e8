/*
 * json - strict JSON (RFC 8259), read and written
 * SPDX-License-Identifier: ISC
 *
 * The reader takes one value, UTF-8, to a depth of 16, and refuses what
 * parsers disagree about: repeated members, lone surrogates, \u0000, numbers
 * that do not fit, anything after the value. A parsed value is the arena's.
 *
 *	e = js_parse(a, text, &obj);
 *	e = js_get_str(obj, "iss", &iss);
 *
 * The writer appends to a buf; the buf's ceiling is the only failure:
 *
 *	struct js_out w;
 *
 *	js_start(&w, &b);
 *	js_open(&w, NULL, '{');
 *	js_put_str(&w, "iss", iss);
 *	js_close(&w, '}');
 */
#ifndef DATA_JSON_H
#define DATA_JSON_H

#include "base/buf.h"

#define JS_DEPTH 16
#define JS_VALUES 4096 /* of all depths, in one text */
#define JS_MEMBERS 256 /* of one object */
#define JS_NUMBER 64   /* bytes of a number's text */

enum js_type {
	JS_NULL,
	JS_BOOL,
	JS_INT, /* an integer that fits int64_t */
	JS_REAL,
	JS_STR,
	JS_ARRAY,
	JS_OBJECT,
};

struct js; /* a parsed value */

/* Parses all of `text`: ERR_SYNTAX, ERR_DUPLICATE, ERR_RANGE (depth, number, one of the limits
 * above). */
MUST_USE enum err js_parse(struct arena *a, struct str text, const struct js **out);

enum js_type js_type(const struct js *v);

/* The member of an object, or NULL: absent, or `v` is no object. */
const struct js *js_get(const struct js *v, const char *name);

/* The number of members or elements (0 for other types), and the i-th; `name` may be NULL. */
size_t js_count(const struct js *v);
const struct js *js_at(const struct js *v, size_t i, struct str *name);

/* The value itself: ERR_TYPE when it is another type (v NULL: ERR_NOTFOUND). */
MUST_USE enum err js_str(const struct js *v, struct str *out);
MUST_USE enum err js_int(const struct js *v, int64_t *out);
MUST_USE enum err js_bool(const struct js *v, bool *out);
MUST_USE enum err js_strs(const struct js *v, struct arena *a, struct strs *out);

/* A member of an object: ERR_NOTFOUND, ERR_TYPE; then *out is as it was. */
MUST_USE enum err js_get_str(const struct js *v, const char *name, struct str *out);
MUST_USE enum err js_get_int(const struct js *v, const char *name, int64_t *out);
MUST_USE enum err js_get_bool(const struct js *v, const char *name, bool *out);

/* The text of a value, compact, the arena's. */
struct str js_text(const struct js *v, struct arena *a);

struct js_out {
	struct buf *buf;
	bool comma; /* the next value needs one before it */
};

/* Begins a document at the end of `b`. */
void js_start(struct js_out *w, struct buf *b);

/* Opens '{' or '['; closes '}' or ']'. `name` is the member's name, NULL within an array. */
void js_open(struct js_out *w, const char *name, char bracket);
void js_close(struct js_out *w, char bracket);

/* A value of each type; a text is escaped where it must be. */
void js_put_str(struct js_out *w, const char *name, struct str s);
void js_put_int(struct js_out *w, const char *name, int64_t v);
void js_put_bool(struct js_out *w, const char *name, bool v);
void js_put_strs(struct js_out *w, const char *name, struct strs list);

/* A value that is JSON already; it is not checked. */
void js_put_raw(struct js_out *w, const char *name, struct str json);

/* As js_put_str, and nothing at all when `s` is empty. */
void js_put_some(struct js_out *w, const char *name, struct str s);

#endif
