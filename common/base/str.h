/*
 * str - spans: a pointer and a length
 * SPDX-License-Identifier: ISC
 *
 * All bytes from outside are `struct str`; they may hold NUL. Nothing here
 * owns memory: a span lives as long as what it points into, mostly the arena
 * of the request. The empty span (n == 0) also means "absent".
 *
 *	struct str rest = STR("openid profile"), word;
 *
 *	while (str_word(&rest, ' ', &word))
 *		printf("%.*s\n", STR_FMT(word));
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct str {
	const char *p;
	size_t n;
};

/* A list of spans. */
struct strs {
	struct str *v;
	size_t n;
};

/* A span of a string literal: as an expression, and as an initialiser. */
#define STR(lit) ((struct str){ "" lit, sizeof(lit) - 1 })
#define STR_INIT(lit)                                                                              \
	{                                                                                          \
		"" lit, sizeof(lit) - 1                                                            \
	}

/* The two arguments of "%.*s". */
#define STR_FMT(s) (int)(s).n, (s).p

/* The number of elements of an array. */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The span of a NUL-terminated string; NULL gives the empty span. */
struct str str_of(const char *z);

/* The span of `n` bytes at `p`. */
struct str str_bytes(const void *p, size_t n);

/* Equality: byte for byte; with a C string; and without regard to ASCII case. Not for secrets. */
bool str_eq(struct str a, struct str b);
bool str_eqz(struct str a, const char *z);
bool str_ieq(struct str a, struct str b);

/* Order as memcmp, the shorter first: <0, 0, >0. Not for secrets. */
int str_cmp(struct str a, struct str b);

/* Whether `s` begins or ends with the other. */
bool str_has_prefix(struct str s, struct str prefix);
bool str_has_suffix(struct str s, struct str suffix);

/* `s` without its first `n` bytes (at most all of them). */
struct str str_skip(struct str s, size_t n);

/* `s` without blanks and tabs at both ends. */
struct str str_trim(struct str s);

/* Cuts `s` at the first `c`: true sets both parts (c in neither), false leaves them. */
bool str_cut(struct str s, char c, struct str *head, struct str *tail);

/* Takes the next non-empty word from `rest`, words being parted by `sep`; false at the end. */
bool str_word(struct str *rest, char sep, struct str *word);

/* The first place of byte `c` in `s`, or s.n. */
size_t str_find(struct str s, char c);

/* Whether the list has `s`, byte for byte. */
bool strs_has(struct strs list, struct str s);

/* Decimal digits only, no sign, no leading zero but "0" itself: ERR_SYNTAX, ERR_RANGE above
 * INT64_MAX. */
MUST_USE enum err str_int(struct str s, int64_t *out);

/* The length of the UTF-8 character that `s` begins with (RFC 3629: no overlong form, no surrogate)
 * and its code point; 0 when `s` is empty or malformed there. */
size_t str_utf8(struct str s, uint32_t *point);

/* Whether all of `s` is UTF-8, control characters included. */
bool str_is_utf8(struct str s);

/* Whether every byte is VSCHAR (%x20-7E, RFC 6749 appendix A), printable without blank, or UTF-8
 * without control characters. */
bool str_is_vschar(struct str s);
bool str_is_token(struct str s);
bool str_is_text(struct str s);

#endif
