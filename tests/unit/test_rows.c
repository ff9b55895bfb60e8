/*
 * test_rows - what the programs declare fits together
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "endpoint/endpoint.h"
#include "store/key.h"

#include "tests/unit/base_fixture.h"

/* Settings, clients, scopes, keys and issuers are the administrator's: no program changes them. */
static void
what_programs_write(void **state)
{
	const struct endpoint *ep;
	const char *p;
	unsigned needs;
	size_t i;

	(void)state;
	for (i = 0; endpoint_rows[i] != NULL; i++) {
		ep = endpoint_rows[i];
		needs = 0;
		for (p = ep->writes == NULL ? "" : ep->writes; *p != '\0'; p++) {
			assert_non_null(key_class_name(*p));
			assert_null(strchr("ACRPOKQIBLH", *p));
			needs |= STORE_WRITE;
		}
		assert_int_equal(ep->store & (STORE_WRITE | STORE_COUNT), needs);
	}
}

/* Who looks at a secret or a password counts how often it was wrong. */
static void
what_programs_count(void **state)
{
	const struct endpoint *ep;
	bool looks;
	size_t i;

	(void)state;
	for (i = 0; endpoint_rows[i] != NULL; i++) {
		ep = endpoint_rows[i];
		looks = ep->auth == AUTH_CLIENT || ep->auth == AUTH_CALLER ||
			str_eqz(str_of(ep->name), "login");
		assert_int_equal((ep->store & STORE_LIMIT) != 0, looks);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(what_programs_write),
		fixture_test(what_programs_count),
	};

	return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
