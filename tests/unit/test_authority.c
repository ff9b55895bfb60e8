/*
 * test_authority - the registry of a deployment with thousands of authorities
 * SPDX-License-Identifier: ISC
 */
#include "model/authority.h"
#include "model/record.h"

#include "tests/unit/store_fixture.h"

#define MANY 5000

/* Entries as they are after so many authorities were made; `s` is the registry. */
static void
fill_registry(void)
{
	struct issuer entry;
	struct batch b;
	int i;

	batch_init(&b, a);
	for (i = 0; i < MANY; i++) {
		entry.name = arena_printf(a, "a%04d", i);
		entry.issuer = arena_printf(a, "https://id.example/a%04d", i);
		assert_int_equal(
			record_put(&b, a, &record_issuer,
				key_text(a, KEY_ISSUER, str_skip(entry.issuer, 8)), &entry, 0),
			OK);
		if (i % 500 < 499)
			continue;
		assert_int_equal(store_commit(s, &b), OK);
		batch_init(&b, a);
	}
}

static void
names_of_many(void **state)
{
	struct conf conf = { .open_authorities = 1, .readers = 126 };
	struct arena *small = arena_new((size_t)1 << 20);
	struct deployment *d;
	struct strs names;
	int i;

	(void)state;
	store_close(s);
	conf.data = str_of(dir);
	assert_int_equal(deployment_open(&conf, STORE_ADMIN, &d), OK);
	assert_int_equal(deployment_init(d, a), OK);
	deployment_close(d);
	snprintf(dir + strlen(dir), sizeof(dir) - strlen(dir), "/registry");
	assert_int_equal(open_as(0, 0), OK);
	fill_registry();
	store_close(s);
	s = NULL;

	assert_int_equal(deployment_open(&conf, STORE_READ, &d), OK);
	assert_int_equal(authority_names(d, small, &names), OK);
	assert_int_equal(names.n, MANY);
	for (i = 0; i < MANY; i++)
		assert_str(names.v[i], arena_printf(a, "a%04d", i));
	deployment_close(d);
	arena_free(small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(names_of_many),
	};

	return cmocka_run_group_tests_name("authority", tests, NULL, NULL);
}
