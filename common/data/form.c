/*
 * form - application/x-www-form-urlencoded (WHATWG URL section 5, RFC 6749 appendix B)
 * SPDX-License-Identifier: ISC
 */
#include "data/form.h"
#include "data/percent.h"

enum err
form_unescape(struct arena *a, struct str text, struct str *out)
{
	struct str decoded;
	enum err e;

	e = percent_decode(a, text, true, &decoded);
	if (e != OK)
		return e;
	if (!str_is_utf8(decoded) || str_find(decoded, '\0') < decoded.n)
		return ERR_SYNTAX;
	*out = decoded;
	return OK;
}

static enum err
add_pair(struct arena *a, struct str text, struct form *f)
{
	struct form_pair pair;
	struct str name = text, value = STR("");
	enum err e;

	if (!str_cut(text, '=', &name, &value))
		value = STR("");
	e = form_unescape(a, name, &pair.name);
	if (e == OK)
		e = form_unescape(a, value, &pair.value);
	if (e != OK)
		return e;
	if (pair.name.n == 0)
		return OK;
	if (f->n == FORM_PAIRS)
		return ERR_RANGE;
	f->v[f->n++] = pair;
	return OK;
}

enum err
form_parse(struct arena *a, struct str text, struct form *out)
{
	struct form f = { .n = 0 };
	struct str pair;
	enum err e;

	f.v = arena_array(a, FORM_PAIRS, sizeof(*f.v));
	while (str_word(&text, '&', &pair)) {
		e = add_pair(a, pair, &f);
		if (e != OK)
			return e;
	}
	*out = f;
	return OK;
}

enum err
form_get(const struct form *f, struct str name, struct str *value)
{
	const struct form_pair *found = NULL;
	size_t i;

	for (i = 0; i < f->n; i++) {
		if (!str_eq(f->v[i].name, name))
			continue;
		if (found != NULL)
			return ERR_DUPLICATE;
		found = &f->v[i];
	}
	if (found == NULL)
		return ERR_NOTFOUND;
	*value = found->value;
	return OK;
}

/* The urlencoded byte serializer: a blank is '+', and only *-._ stay besides letters and digits. */
static void
add_escaped(struct buf *b, struct str s)
{
	size_t at;

	while ((at = str_find(s, ' ')) < s.n) {
		percent_encode(b, str_bytes(s.p, at), STR("*-._"));
		buf_byte(b, '+');
		s = str_skip(s, at + 1);
	}
	percent_encode(b, s, STR("*-._"));
}

void
form_add(struct buf *b, struct str name, struct str value)
{
	struct str before = buf_str(b);

	if (before.n > 0 && str_find(STR("?&#"), before.p[before.n - 1]) == 3)
		buf_byte(b, '&');
	add_escaped(b, name);
	buf_byte(b, '=');
	add_escaped(b, value);
}
