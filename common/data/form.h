/*
 * form - application/x-www-form-urlencoded (WHATWG URL section 5, RFC 6749 appendix B)
 * SPDX-License-Identifier: ISC
 *
 *	e = form_parse(a, body, &form);
 *	e = form_get(&form, STR("grant_type"), &value);
 *
 * A name or value with a bad percent escape, a NUL or bytes that are not
 * UTF-8 makes the whole form ERR_SYNTAX. A pair without a name is passed over
 * (`?&` is an empty form).
 */
#ifndef DATA_FORM_H
#define DATA_FORM_H

#include "base/buf.h"

#define FORM_PAIRS 96

struct form_pair {
	struct str name, value;
};

struct form {
	struct form_pair *v;
	size_t n;
};

/* Decodes into the arena: ERR_SYNTAX, or ERR_RANGE with more than FORM_PAIRS pairs. */
MUST_USE enum err form_parse(struct arena *a, struct str text, struct form *out);

/* The value of the one pair of that name: ERR_NOTFOUND, or ERR_DUPLICATE when it is there twice. */
MUST_USE enum err form_get(const struct form *f, struct str name, struct str *value);

/* Appends `name=value`, escaped, after an `&` unless the buf is empty or ends in '?', '&' or '#'.
 */
void form_add(struct buf *b, struct str name, struct str value);

/* Decodes one escaped component ('+' is a blank): ERR_SYNTAX. For HTTP Basic (RFC 6749 2.3.1). */
MUST_USE enum err form_unescape(struct arena *a, struct str text, struct str *out);

#endif
