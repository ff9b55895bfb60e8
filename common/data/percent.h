/*
 * percent - the percent escapes that form and url share (RFC 3986 section 2.1)
 * SPDX-License-Identifier: ISC
 */
#ifndef DATA_PERCENT_H
#define DATA_PERCENT_H

#include "base/buf.h"

/* Decodes into the arena, '+' being a blank when `plus`: ERR_SYNTAX for a bad escape. */
MUST_USE enum err percent_decode(struct arena *a, struct str text, bool plus, struct str *out);

/* Appends `s`, every byte escaped but ASCII letters, digits and those of `keep`. */
void percent_encode(struct buf *b, struct str s, struct str keep);

/* Whether every escape of `text` is whole. */
bool percent_is_valid(struct str text);

#endif
