/*
 * enc - base64url, base64 and hex, strictly (RFC 4648)
 * SPDX-License-Identifier: ISC
 *
 * Decoders take the one spelling the encoder writes: no blanks, no line
 * breaks, no stray bits in the last character (RFC 4648 section 3.5).
 * base64url has no padding (RFC 7515 section 2); base64 must have it.
 */
#ifndef BASE_ENC_H
#define BASE_ENC_H

#include "base/arena.h"

/* Encode into the arena. */
struct str enc_b64url(struct arena *a, struct str bytes);
struct str enc_b64(struct arena *a, struct str bytes);
struct str enc_hex(struct arena *a, struct str bytes);

/* Decode into the arena: ERR_SYNTAX for anything but the canonical form. */
MUST_USE enum err dec_b64url(struct arena *a, struct str text, struct str *bytes);
MUST_USE enum err dec_b64(struct arena *a, struct str text, struct str *bytes);
MUST_USE enum err dec_hex(struct arena *a, struct str text, struct str *bytes);

#endif
