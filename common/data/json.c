/*
 * json - strict JSON, read (RFC 8259)
 * SPDX-License-Identifier: ISC
 *
 * json_scan says whether a text may be read at all; json-c then builds the
 * tree. json-c keeps the last of repeated members, so they show as members
 * that the scan counted and the tree does not have: that needs neither our
 * own unescaping of names nor comparing each with each.
 */
#include <json-c/json.h>

#include "base/secret.h"
#include "data/json.h"
#include "data/json_scan.h"

/* json-c's null is NULL, which here means that there is no value. */
static const char null_value;

static const struct js *
wrap(struct json_object *o)
{
	return o == NULL ? (const void *)&null_value : (const void *)o;
}

static struct json_object *
unwrap(const struct js *v)
{
	if ((const void *)v == (const void *)&null_value)
		return NULL;
	return (struct json_object *)(void *)(uintptr_t)v;
}

static size_t
count_members(struct json_object *o)
{
	size_t i, n = 0;

	if (json_object_is_type(o, json_type_object)) {
		n = (size_t)json_object_object_length(o);
		json_object_object_foreach(o, name, member)
		{
			(void)name;
			n += count_members(member);
		}
	} else if (json_object_is_type(o, json_type_array)) {
		for (i = 0; i < json_object_array_length(o); i++)
			n += count_members(json_object_array_get_idx(o, i));
	}
	return n;
}

/* As the arena does: what is given back is wiped. Names stay, they are no secrets. */
static void
wipe_strings(struct json_object *o)
{
	size_t i;

	if (json_object_is_type(o, json_type_string)) {
		secret_wipe((void *)(uintptr_t)json_object_get_string(o),
			(size_t)json_object_get_string_len(o));
	} else if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, name, member)
		{
			(void)name;
			wipe_strings(member);
		}
	} else if (json_object_is_type(o, json_type_array)) {
		for (i = 0; i < json_object_array_length(o); i++)
			wipe_strings(json_object_array_get_idx(o, i));
	}
}

static void
free_tree(void *p)
{
	wipe_strings(p);
	json_object_put(p);
}

/* A number is not over for json-c before something follows: the NUL of a second call. */
static enum err
build(struct str text, struct json_object **out)
{
	struct json_tokener *tok = json_tokener_new_ex(JS_DEPTH + 2);
	enum json_tokener_error why;

	if (tok == NULL)
		fatal("out of memory");
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	*out = json_tokener_parse_ex(tok, text.p, (int)text.n);
	why = json_tokener_get_error(tok);
	if (why == json_tokener_success && json_tokener_get_parse_end(tok) != text.n)
		why = json_tokener_error_parse_unexpected;
	if (why == json_tokener_continue) {
		*out = json_tokener_parse_ex(tok, "", 1);
		why = json_tokener_get_error(tok);
	}
	json_tokener_free(tok);
	if (why == json_tokener_success)
		return OK;
	json_object_put(*out);
	return ERR_SYNTAX;
}

enum err
js_parse(struct arena *a, struct str text, const struct js **out)
{
	struct json_object *o;
	struct str value;
	size_t members;
	enum err e;

	if (text.n > INT32_MAX)
		return ERR_RANGE;
	e = js_scan(text, &value, &members);
	if (e != OK)
		return e;
	e = build(value, &o);
	if (e != OK)
		return e;
	arena_defer(a, free_tree, o);
	if (count_members(o) != members)
		return ERR_DUPLICATE;
	*out = wrap(o);
	return OK;
}

enum js_type
js_type(const struct js *v)
{
	switch (json_object_get_type(unwrap(v))) {
	case json_type_boolean:
		return JS_BOOL;
	case json_type_double:
		return JS_REAL;
	case json_type_int:
		return JS_INT;
	case json_type_object:
		return JS_OBJECT;
	case json_type_array:
		return JS_ARRAY;
	case json_type_string:
		return JS_STR;
	case json_type_null:
		break;
	}
	return JS_NULL;
}

static bool
is(const struct js *v, enum js_type t)
{
	return v != NULL && js_type(v) == t;
}

const struct js *
js_get(const struct js *v, const char *name)
{
	struct json_object *o;

	if (!is(v, JS_OBJECT) || !json_object_object_get_ex(unwrap(v), name, &o))
		return NULL;
	return wrap(o);
}

size_t
js_count(const struct js *v)
{
	if (is(v, JS_OBJECT))
		return (size_t)json_object_object_length(unwrap(v));
	return is(v, JS_ARRAY) ? json_object_array_length(unwrap(v)) : 0;
}

const struct js *
js_at(const struct js *v, size_t i, struct str *name)
{
	if (i >= js_count(v))
		return NULL;
	if (js_type(v) == JS_ARRAY)
		return wrap(json_object_array_get_idx(unwrap(v), i));
	json_object_object_foreach(unwrap(v), key, member)
	{
		if (i-- > 0)
			continue;
		if (name != NULL)
			*name = str_of(key);
		return wrap(member);
	}
	return NULL;
}

static enum err
want(const struct js *v, enum js_type t)
{
	if (v == NULL)
		return ERR_NOTFOUND;
	return js_type(v) == t ? OK : ERR_TYPE;
}

enum err
js_str(const struct js *v, struct str *out)
{
	enum err e = want(v, JS_STR);

	if (e != OK)
		return e;
	*out = str_bytes(
		json_object_get_string(unwrap(v)), (size_t)json_object_get_string_len(unwrap(v)));
	return OK;
}

enum err
js_int(const struct js *v, int64_t *out)
{
	enum err e = want(v, JS_INT);

	if (e != OK)
		return e;
	*out = json_object_get_int64(unwrap(v));
	return OK;
}

enum err
js_bool(const struct js *v, bool *out)
{
	enum err e = want(v, JS_BOOL);

	if (e != OK)
		return e;
	*out = json_object_get_boolean(unwrap(v)) != 0;
	return OK;
}

enum err
js_strs(const struct js *v, struct arena *a, struct strs *out)
{
	enum err e = want(v, JS_ARRAY);
	struct strs list;
	size_t i;

	if (e != OK)
		return e;
	list.n = js_count(v);
	list.v = arena_array(a, list.n, sizeof(*list.v));
	for (i = 0; i < list.n; i++) {
		e = js_str(js_at(v, i, NULL), &list.v[i]);
		if (e != OK)
			return e;
	}
	*out = list;
	return OK;
}

enum err
js_get_str(const struct js *v, const char *name, struct str *out)
{
	return js_str(js_get(v, name), out);
}

enum err
js_get_int(const struct js *v, const char *name, int64_t *out)
{
	return js_int(js_get(v, name), out);
}

enum err
js_get_bool(const struct js *v, const char *name, bool *out)
{
	return js_bool(js_get(v, name), out);
}

struct str
js_text(const struct js *v, struct arena *a)
{
	int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	size_t n;
	const char *p = json_object_to_json_string_length(unwrap(v), flags, &n);

	if (p == NULL)
		fatal("out of memory");
	return arena_bytes(a, p, n);
}
