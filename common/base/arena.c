/*
 * arena - the memory of one request
 * SPDX-License-Identifier: ISC
 *
 * Blocks of zeroed memory, the newest first, from which allocations are cut.
 * With ARENA_MALLOC every allocation is a block of exactly its size.
 */
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/secret.h"

/* Most requests fit the first block, which is kept. */
#define BLOCK_ROOM ((size_t)16 << 10)

struct block {
	struct block *next;
	size_t used, room;
	alignas(max_align_t) char bytes[];
};

struct deferred {
	struct deferred *next;
	void (*fn)(void *);
	void *p;
};

struct arena {
	struct block *blocks;
	struct deferred *deferred;
	size_t given, ceiling;
	struct strs growing; /* the list that was added to last ... */
	size_t growing_room; /* ... and how many its array can hold */
};

struct arena *
arena_new(size_t ceiling)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a == NULL)
		fatal("out of memory");
	a->ceiling = ceiling;
	return a;
}

static void
run_deferred(struct arena *a)
{
	struct deferred *d;

	while ((d = a->deferred) != NULL) {
		a->deferred = d->next;
		d->fn(d->p);
	}
}

#ifdef ARENA_MALLOC
static size_t
block_room(size_t n)
{
	return n;
}

static struct block *
kept(struct block *last)
{
	free(last);
	return NULL;
}
#else
static size_t
block_room(size_t n)
{
	return n > BLOCK_ROOM ? n : BLOCK_ROOM;
}

/* A first block that was made for one large allocation is not worth keeping. */
static struct block *
kept(struct block *last)
{
	if (last->room == BLOCK_ROOM)
		return last;
	free(last);
	return NULL;
}
#endif

void
arena_reset(struct arena *a)
{
	struct block *b, *next;

	run_deferred(a);
	for (b = a->blocks; b != NULL; b = next) {
		next = b->next;
		secret_wipe(b->bytes, b->used);
		b->used = 0;
		if (next != NULL)
			free(b);
		else
			a->blocks = kept(b);
	}
	a->given = 0;
	a->growing = (struct strs){ NULL, 0 };
	a->growing_room = 0;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	free(a->blocks);
	free(a);
}

static struct block *
block_new(struct arena *a, size_t n)
{
	size_t room = block_room(n);
	struct block *b = calloc(1, sizeof(*b) + room);

	if (b == NULL)
		fatal("out of memory");
	b->room = room;
	b->next = a->blocks;
	a->blocks = b;
	return b;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	struct block *b = a->blocks;
	size_t at;

	if (n > a->ceiling - a->given)
		fatal("arena: %zu bytes more than the ceiling of %zu", n, a->ceiling);
	a->given += n;
#ifdef ARENA_MALLOC
	b = NULL;
#endif
	at = b == NULL ? 0 : (b->used + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (b == NULL || at > b->room || n > b->room - at) {
		b = block_new(a, n);
		at = 0;
	}
	b->used = at + n;
	return b->bytes + at;
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n))
		fatal("arena: an array of %zu times %zu bytes", count, size);
	return arena_alloc(a, n);
}

struct str
arena_bytes(struct arena *a, const void *p, size_t n)
{
	char *copy;

	if (n == 0)
		return STR("");
	copy = arena_alloc(a, n);
	memcpy(copy, p, n);
	return str_bytes(copy, n);
}

struct str
arena_str(struct arena *a, struct str s)
{
	return arena_bytes(a, s.p, s.n);
}

char *
arena_z(struct arena *a, struct str s)
{
	char *copy = arena_alloc(a, s.n + 1);

	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	return copy;
}

struct str
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		bug("arena_printf: bad format");
	text = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return str_bytes(text, (size_t)n);
}

/*
 * Grows in place only the list that was grown last and only at its end, so
 * that two copies of a list never share a new element; without it a hostile
 * list of a thousand words would cost the square of that in memory.
 */
void
arena_strs_add(struct arena *a, struct strs *list, struct str s)
{
	bool last = list->n > 0 && list->v == a->growing.v && list->n == a->growing.n;
	struct str *v;

	if (!last || list->n == a->growing_room) {
		a->growing_room = list->n < 4 ? 8 : list->n * 2;
		v = arena_array(a, a->growing_room, sizeof(*v));
		if (list->n > 0)
			memcpy(v, list->v, list->n * sizeof(*v));
		list->v = v;
	}
	list->v[list->n++] = s;
	a->growing = *list;
}

void
arena_defer(struct arena *a, void (*fn)(void *), void *p)
{
	struct deferred *d = arena_alloc(a, sizeof(*d));

	d->fn = fn;
	d->p = p;
	d->next = a->deferred;
	a->deferred = d;
}
