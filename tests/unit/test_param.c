/*
 * test_param - parameters against a table (RFC 6749 sections 3.1 and 3.2)
 * SPDX-License-Identifier: ISC
 */
#include "http/param.h"

#include "tests/unit/http_fixture.h"

enum {
	P_CLIENT,
	P_SECRET,
	P_STATE,
	P_RESOURCE,
	P_CSRF,
	P__MAX
};

static const struct param table[P__MAX] = {
	[P_CLIENT] = { "client_id", PARAM_REQUIRED, 8, param_vschar },
	[P_SECRET] = { "client_secret", PARAM_SECRET | PARAM_BODY, 8, param_vschar },
	[P_STATE] = { "state", PARAM_OPTIONAL, 16, NULL },
	[P_RESOURCE] = { "resource", PARAM_MULTI, 32, param_token },
	[P_CSRF] = { "csrf", PARAM_LOCAL, 8, param_text },
};

static struct request
get(void **state, struct str query)
{
	struct request rq = fixture_request(state);

	rq.query = query;
	return rq;
}

static struct request
post(void **state, struct str query, struct str type, struct str body)
{
	struct request rq = fixture_request(state);

	rq.method = METHOD_POST;
	rq.query = query;
	rq.body = body;
	fixture_variable(&rq, "CONTENT_TYPE", type);
	return rq;
}

static const struct str form = STR_INIT("application/x-www-form-urlencoded");

static void
test_get(void **state)
{
	struct request rq = get(state, STR("state=a+b&unknown=1&unknown=2&client_id=c&csrf=x"));
	size_t at;

	assert_int_equal(param_read(&rq, table, P__MAX, &at), OK);
	assert_str(rq.param[P_CLIENT], STR("c"));
	assert_str(rq.param[P_STATE], STR("a b"));
	assert_str(rq.param[P_CSRF], STR("x"));
	assert_int_equal(rq.param[P_SECRET].n, 0);
	assert_str(rq.canonical, STR("client_id=c&state=a+b"));
}

static void
test_types(void **state)
{
	static const struct {
		struct str type;
		enum err e;
	} rows[] = {
		{ STR_INIT("application/x-www-form-urlencoded"), OK },
		{ STR_INIT("Application/X-WWW-Form-Urlencoded ; charset=UTF-8"), OK },
		{ STR_INIT("application/json"), ERR_SYNTAX },
		{ STR_INIT("application/x-www-form-urlencoded, text/plain"), ERR_SYNTAX },
		{ STR_INIT("multipart/form-data; boundary=x"), ERR_SYNTAX },
		{ STR_INIT(""), ERR_SYNTAX },
	};
	struct request rq;
	size_t i, at;

	for (i = 0; i < COUNT(rows); i++) {
		rq = post(state, STR(""), rows[i].type, STR("client_id=c"));
		assert_int_equal(param_read(&rq, table, P__MAX, &at), rows[i].e);
		if (rows[i].e == OK)
			assert_str(rq.param[P_CLIENT], STR("c"));
		else
			assert_true(at == PARAM_WHOLE);
	}
}

static void
test_no_body(void **state)
{
	struct request rq = post(state, STR("client_id=c"), STR("text/plain"), STR(""));
	size_t at;

	assert_int_equal(param_read(&rq, table, P__MAX, &at), OK);
	rq = get(state, STR(""));
	rq.body = STR("client_id=c");
	assert_int_equal(param_read(&rq, table, P__MAX, &at), ERR_NOTFOUND);
	assert_int_equal(at, P_CLIENT);
	assert_int_equal(param_read(&rq, NULL, 0, &at), OK);
}

static void
check_refused(struct request rq, enum err want, size_t row)
{
	size_t at;

	assert_int_equal(param_read(&rq, table, P__MAX, &at), want);
	assert_int_equal(at, row);
	if (row < P__MAX)
		assert_int_equal(rq.param[row].n, 0);
}

static void
test_refused(void **state)
{
	check_refused(get(state, STR("client_id=a&client_id=a")), ERR_DUPLICATE, P_CLIENT);
	check_refused(get(state, STR("client_id=a&state=&state=b")), ERR_DUPLICATE, P_STATE);
	check_refused(
		post(state, STR("client_id=a"), form, STR("client_id=a")), ERR_DUPLICATE, P_CLIENT);
	check_refused(get(state, STR("client_id=")), ERR_NOTFOUND, P_CLIENT);
	check_refused(get(state, STR("client_id=123456789")), ERR_RANGE, P_CLIENT);
	check_refused(get(state, STR("client_id=a%0a")), ERR_RANGE, P_CLIENT);
	check_refused(get(state, STR("client_id=a%zz")), ERR_SYNTAX, PARAM_WHOLE);
	check_refused(get(state, STR("client_id=a&state=%ff")), ERR_SYNTAX, PARAM_WHOLE);
	check_refused(get(state, STR("client_id=a&client_secret=s")), ERR_RANGE, P_SECRET);
	check_refused(
		post(state, STR(""), form, STR("client_id=a&resource=a+b")), ERR_RANGE, P_RESOURCE);
}

/* An error about one parameter can be sent where the others say. */
static void
test_others_set(void **state)
{
	struct request rq = get(state, STR("state=s&client_id=a&client_id=b&resource=r"));
	size_t at;

	assert_int_equal(param_read(&rq, table, P__MAX, &at), ERR_DUPLICATE);
	assert_str(rq.param[P_STATE], STR("s"));
	assert_str(rq.param[P_RESOURCE], STR("r"));
	assert_str(rq.canonical, STR("state=s&resource=r"));
	rq = post(state, STR("state=s"), STR("application/json"), STR("{}"));
	assert_int_equal(param_read(&rq, table, P__MAX, &at), ERR_SYNTAX);
	assert_str(rq.param[P_STATE], STR("s"));
}

/* RFC 8707 section 2 */
static void
test_multi(void **state)
{
	struct request rq = post(
		state, STR("client_id=c&resource=a&resource="), form, STR("resource=b&resource=c"));
	struct buf b;
	size_t at, i;

	assert_int_equal(param_read(&rq, table, P__MAX, &at), OK);
	assert_int_equal(rq.param_all[P_RESOURCE].n, 3);
	assert_str(rq.param[P_RESOURCE], STR("a"));
	assert_str(rq.param_all[P_RESOURCE].v[2], STR("c"));
	assert_str(rq.canonical, STR("client_id=c&resource=a&resource=b&resource=c"));
	buf_init(&b, *state, 1024);
	buf_add(&b, STR("client_id=c"));
	for (i = 0; i <= PARAM_MULTI_MAX; i++)
		buf_add(&b, STR("&resource=x"));
	check_refused(get(state, buf_str(&b)), ERR_RANGE, P_RESOURCE);
}

static void
test_canonical_escapes(void **state)
{
	struct request rq = get(state, STR("client_id=%26%3D&state=%C3%A4%2B%23"));
	struct request again;
	size_t at;

	assert_int_equal(param_read(&rq, table, P__MAX, &at), OK);
	again = get(state, rq.canonical);
	assert_int_equal(param_read(&again, table, P__MAX, &at), OK);
	assert_str(again.param[P_CLIENT], STR("&="));
	assert_str(again.param[P_STATE], STR("\xc3\xa4+#"));
	assert_str(again.canonical, rq.canonical);
}

static void
test_checks(void **state)
{
	(void)state;
	assert_true(param_vschar(STR("a b~")));
	assert_false(param_vschar(STR("a\tb")));
	assert_false(param_token(STR("a b")));
	assert_true(param_text(STR("\xc3\xa4")));
	assert_false(param_text(STR("a\nb")));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(test_get),
		fixture_test(test_types),
		fixture_test(test_no_body),
		fixture_test(test_refused),
		fixture_test(test_others_set),
		fixture_test(test_multi),
		fixture_test(test_canonical_escapes),
		fixture_test(test_checks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
