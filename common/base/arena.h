/*
 * arena - the memory of one request
 * SPDX-License-Identifier: ISC
 *
 * Everything a request needs lives in one arena; the accept loop resets it,
 * so most functions own nothing and free nothing. What is given back is wiped
 * first: tokens and passwords pass through here. Under sanitizers each
 * allocation is a malloc of its own, so that overruns and leaks are seen.
 *
 *	a = arena_new(ARENA_CEILING);
 *	key = arena_str(a, str);
 *	arena_defer(a, free_foreign, object);
 *	arena_reset(a);
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

/* What one request may take; bounded input never comes near it. */
#define ARENA_CEILING ((size_t)8 << 20)

struct arena;

/* A new arena that gives out at most `ceiling` bytes between two resets; never NULL. */
struct arena *arena_new(size_t ceiling);

/* Runs what was deferred, last first, wipes and frees all; NULL is allowed. */
void arena_free(struct arena *a);

/* As arena_free, but the arena can be used again; keeps its first block. */
void arena_reset(struct arena *a);

/* `n` zeroed bytes, aligned for any type, the arena's; never NULL: over the ceiling is fatal(). */
void *arena_alloc(struct arena *a, size_t n);

/* `count` zeroed elements of `size` bytes; an overflow of the product is fatal(). */
void *arena_array(struct arena *a, size_t count, size_t size);

/* A copy of `s`, of `n` bytes at `p`; a NUL-terminated copy; a formatted text. The arena's. */
struct str arena_str(struct arena *a, struct str s);
struct str arena_bytes(struct arena *a, const void *p, size_t n);
char *arena_z(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);

/* Appends `s` to the list, whose old array stays as it was until the reset. */
void arena_strs_add(struct arena *a, struct strs *list, struct str s);

/* Calls fn(p) at the next reset or free. */
void arena_defer(struct arena *a, void (*fn)(void *), void *p);

#endif
