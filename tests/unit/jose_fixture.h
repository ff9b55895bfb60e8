/*
 * jose_fixture - what the tests of jose share: an arena for each, and tests/vectors/jose.json
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_JOSE_FIXTURE_H
#define TESTS_JOSE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/enc.h"
#include "base/secret.h"
#include "data/json.h"
#include "jose/jwk.h"

#define VECTORS "tests/vectors/jose.json"

/* Spans differ in pointer and length, so this compares and shows them. */
#define assert_str(is, want) assert_int_equal(str_cmp((is), (want)), 0)

static inline int
fixture_setup(void **state)
{
	secret_init();
	*state = arena_new(ARENA_CEILING);
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* The value of a member of a vector: a text as it is, anything else as JSON. */
static inline struct str
vector(struct arena *a, const char *set, const char *member)
{
	char *text = arena_alloc(a, 65536);
	FILE *f = fopen(VECTORS, "r");
	const struct js *all, *v;
	struct str out;
	size_t n;

	if (f == NULL)
		fail_msg("%s: run from the top of the tree", VECTORS);
	n = fread(text, 1, 65536, f);
	fclose(f);
	assert_int_equal(js_parse(a, str_bytes(text, n), &all), OK);
	v = js_get(js_get(all, set), member);
	if (v == NULL)
		fail_msg("%s has no %s.%s", VECTORS, set, member);
	return js_str(v, &out) == OK ? out : js_text(v, a);
}

/* The key of a vector, freed with the arena. */
static inline struct jwk *
vector_key(struct arena *a, const char *set)
{
	struct jwk *key = NULL;

	assert_int_equal(jwk_parse(a, vector(a, set, "jwk"), &key), OK);
	arena_defer(a, jwk_defer, key);
	return key;
}

/* The same without its private part. */
static inline struct jwk *
vector_public(struct arena *a, const char *set)
{
	struct jwk *key = NULL;

	assert_int_equal(jwk_parse(a, jwk_public(vector_key(a, set), ALG__MAX, a), &key), OK);
	arena_defer(a, jwk_defer, key);
	return key;
}

/* A fresh key, freed with the arena. */
static inline struct jwk *
fresh_key(struct arena *a, enum alg alg)
{
	struct jwk *key = NULL;

	assert_int_equal(jwk_generate(alg, &key), OK);
	arena_defer(a, jwk_defer, key);
	return key;
}

#endif
