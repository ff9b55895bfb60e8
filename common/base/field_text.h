/*
 * field_text - text forms of numbers and bytes; a part of field
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_FIELD_TEXT_H
#define BASE_FIELD_TEXT_H

#include "base/field.h"

/* A number, size, span or time from its text form: ERR_SYNTAX, ERR_RANGE. */
MUST_USE enum err field_number_parse(enum field_type t, struct str text, int64_t *out);

/* The text form of such a number, the arena's; the largest unit that divides it. */
struct str field_number_text(enum field_type t, int64_t v, struct arena *a);

#endif
