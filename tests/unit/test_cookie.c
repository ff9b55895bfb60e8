/*
 * test_cookie - cookies read and set (RFC 6265)
 * SPDX-License-Identifier: ISC
 */
#include "http/cookie.h"

#include "tests/unit/http_fixture.h"

static void
test_find(void **state)
{
	static const struct {
		struct str header;
		enum err e;
		struct str value;
	} rows[] = {
		{ STR_INIT("sid=abc"), OK, STR_INIT("abc") },
		{ STR_INIT("a=1; sid=abc; b=2"), OK, STR_INIT("abc") },
		{ STR_INIT("a=1, sid=abc"), OK, STR_INIT("abc") }, /* joined by Apache */
		{ STR_INIT(" sid = abc "), OK, STR_INIT("abc") },
		{ STR_INIT("sid=a=b="), OK, STR_INIT("a=b=") },
		{ STR_INIT("junk;;,=;sid=abc"), OK, STR_INIT("abc") },
		{ STR_INIT("x=\"\x01{}\"; sid=abc"), OK, STR_INIT("abc") },
		{ STR_INIT("sid=abc; sid=abc"), ERR_DUPLICATE, STR_INIT("") },
		{ STR_INIT("sid=abc, sid="), ERR_DUPLICATE, STR_INIT("") },
		{ STR_INIT("sid=\"abc\""), ERR_SYNTAX, STR_INIT("") },
		{ STR_INIT("sid=a b"), ERR_SYNTAX, STR_INIT("") },
		{ STR_INIT("sid=a\\b"), ERR_SYNTAX, STR_INIT("") },
		{ STR_INIT("sid=\xc3\xa4"), ERR_SYNTAX, STR_INIT("") },
		{ STR_INIT("sid="), ERR_NOTFOUND, STR_INIT("") },
		{ STR_INIT("sid"), ERR_NOTFOUND, STR_INIT("") },
		{ STR_INIT("SID=abc; xsid=abc; sidx=abc"), ERR_NOTFOUND, STR_INIT("") },
		{ STR_INIT(""), ERR_NOTFOUND, STR_INIT("") },
	};
	struct str value;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(cookie_find(rows[i].header, STR("sid"), &value), rows[i].e);
		if (rows[i].e == OK)
			assert_str(value, rows[i].value);
	}
}

static void
test_two_headers(void **state)
{
	struct request rq = fixture_request(state);
	struct str value;

	assert_int_equal(cookie_get(&rq, STR("sid"), &value), ERR_NOTFOUND);
	fixture_variable(&rq, "HTTP_COOKIE", STR("a=1"));
	fixture_variable(&rq, "HTTP_COOKIE", STR("sid=abc"));
	assert_int_equal(cookie_get(&rq, STR("sid"), &value), OK);
	assert_str(value, STR("abc"));
	fixture_variable(&rq, "HTTP_COOKIE", STR("sid=def"));
	assert_int_equal(cookie_get(&rq, STR("sid"), &value), ERR_DUPLICATE);
}

static void
check_set(void **state, const struct cookie *c, struct str want)
{
	struct request rq = fixture_request(state);

	cookie_set(&rq, c);
	assert_header(&rq, "Set-Cookie", want);
}

static void
test_set(void **state)
{
	struct cookie c = { .name = STR("sid"), .value = STR("abc"), .path = STR("/") };

	check_set(state, &c, STR("sid=abc; Path=/; HttpOnly; SameSite=Lax"));
	c.secure = true;
	check_set(state, &c, STR("sid=abc; Path=/; HttpOnly; SameSite=None; Secure"));
	c.strict = true;
	c.lifetime = 60;
	check_set(state, &c, STR("sid=abc; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=60"));
	c.value = STR("");
	check_set(state, &c,
		STR("sid=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0; "
		    "Expires=Thu, 01 Jan 1970 00:00:00 GMT"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(test_find),
		fixture_test(test_two_headers),
		fixture_test(test_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
