/*
 * test_request - targets, variables, credentials, as servers pass them
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "http/request.h"

#include "tests/unit/http_fixture.h"

static enum err
begin(void **state, struct request *rq, struct str uri)
{
	*rq = fixture_request(state);
	fixture_variable(rq, "REQUEST_METHOD", STR("GET"));
	fixture_variable(rq, "HTTP_HOST", STR("id.example:8080"));
	fixture_variable(rq, "REQUEST_URI", uri);
	return request_begin(rq);
}

static void
test_target(void **state)
{
	static const struct {
		struct str uri, path, query;
	} rows[] = {
		{ STR_INIT("/token"), STR_INIT("/token"), STR_INIT("") },
		{ STR_INIT("/"), STR_INIT("/"), STR_INIT("") },
		{ STR_INIT("/t/acme/token?z=1"), STR_INIT("/t/acme/token"), STR_INIT("z=1") },
		{ STR_INIT("/a%20b?x=%41?y"), STR_INIT("/a b"), STR_INIT("x=%41?y") },
		{ STR_INIT("/token?"), STR_INIT("/token"), STR_INIT("") },
		{ STR_INIT("/%74oken"), STR_INIT("/token"), STR_INIT("") },
		/* RFC 9112 section 3.2.2 */
		{ STR_INIT("http://id.example:8080/token?a=b"), STR_INIT("/token"),
			STR_INIT("a=b") },
		{ STR_INIT("HTTP://ID.Example:8080/token"), STR_INIT("/token"), STR_INIT("") },
	};
	struct request rq;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(begin(state, &rq, rows[i].uri), OK);
		assert_str(rq.target, rows[i].uri);
		assert_str(rq.path, rows[i].path);
		assert_str(rq.query, rows[i].query);
	}
}

static void
test_bad_target(void **state)
{
	static const struct str rows[] = {
		STR_INIT("*"),
		STR_INIT("token"),
		STR_INIT("//token"),
		STR_INIT("/a//token"),
		STR_INIT("/token/"),
		STR_INIT("/a/../token"),
		STR_INIT("/a/./token"),
		STR_INIT("/a/%2e%2E/token"),
		STR_INIT("/a%2Ftoken"),
		STR_INIT("/token%00"),
		STR_INIT("/token%"),
		STR_INIT("/token%4"),
		STR_INIT("/token%zz"),
		STR_INIT("/to ken"),
		STR_INIT("/token#x"),
		STR_INIT("/token\r\nX: y"),
		STR_INIT("http://other.example/token"),
		STR_INIT("http://id.example/token"),
		STR_INIT("http://id.example:8080"),
		STR_INIT("http://u@id.example:8080/token"),
		STR_INIT("ftp://id.example:8080/token"),
		STR_INIT("http://"),
		STR_INIT("id.example:8080"),
	};
	struct request rq;
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		assert_int_equal(begin(state, &rq, rows[i]), ERR_SYNTAX);
}

static void
test_long_target(void **state)
{
	struct request rq;
	char *p = arena_alloc(*state, REQUEST_TARGET_MAX + 1);

	memset(p, 'a', REQUEST_TARGET_MAX + 1);
	p[0] = '/';
	assert_int_equal(begin(state, &rq, str_bytes(p, REQUEST_TARGET_MAX)), OK);
	assert_int_equal(begin(state, &rq, str_bytes(p, REQUEST_TARGET_MAX + 1)), ERR_RANGE);
}

/* The fallback is decoded already: it must not be decoded again. */
static void
test_without_uri(void **state)
{
	static const struct {
		struct str script, info;
		enum err e;
	} rows[] = {
		{ STR_INIT("/token"), STR_INIT(""), OK },
		{ STR_INIT("/a"), STR_INIT("/b%2e"), OK },
		{ STR_INIT(""), STR_INIT("/b"), OK },
		{ STR_INIT(""), STR_INIT(""), ERR_SYNTAX },
		{ STR_INIT("/a"), STR_INIT("/../b"), ERR_SYNTAX },
		{ STR_INIT("/a/"), STR_INIT("/b"), ERR_SYNTAX },
		{ STR_INIT("/a/"), STR_INIT(""), ERR_SYNTAX },
	};
	struct request rq;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		rq = fixture_request(state);
		fixture_variable(&rq, "REQUEST_METHOD", STR("POST"));
		fixture_variable(&rq, "REQUEST_URI", STR(""));
		fixture_variable(&rq, "SCRIPT_NAME", rows[i].script);
		fixture_variable(&rq, "PATH_INFO", rows[i].info);
		fixture_variable(&rq, "QUERY_STRING", STR("a=b"));
		assert_int_equal(request_begin(&rq), rows[i].e);
		if (rows[i].e != OK)
			continue;
		assert_int_equal(rq.path.n, rows[i].script.n + rows[i].info.n);
		assert_str(rq.query, STR("a=b"));
		assert_int_equal(rq.method, METHOD_POST);
	}
}

static void
test_doubled_target(void **state)
{
	struct request rq;

	assert_int_equal(begin(state, &rq, STR("/token")), OK);
	fixture_variable(&rq, "REQUEST_URI", STR("/token"));
	assert_int_equal(request_begin(&rq), ERR_SYNTAX);
	rq = fixture_request(state);
	assert_int_equal(request_begin(&rq), ERR_SYNTAX);
}

static void
test_methods(void **state)
{
	assert_int_equal(method_find(STR("GET")), METHOD_GET);
	assert_int_equal(method_find(STR("OPTIONS")), METHOD_OPTIONS);
	assert_int_equal(method_find(STR("get")), METHOD_OTHER);
	assert_int_equal(method_find(STR("BREW")), METHOD_OTHER);
	assert_str(method_list(*state, METHOD_POST | METHOD_GET), STR("GET, POST"));
	assert_str(method_list(*state, METHOD_OTHER), STR(""));
}

static void
test_variables(void **state)
{
	struct request rq = fixture_request(state);
	struct str value;

	fixture_variable(&rq, "HTTP_DPOP", STR("p1"));
	fixture_variable(&rq, "HTTP_ORIGIN", STR("https://a"));
	fixture_variable(&rq, "HTTP_DPOP", STR("p1"));
	fixture_variable(&rq, "CONTENT_TYPE", STR(""));
	fixture_variable(&rq, "HTTP_ACCEPT", STR(""));
	fixture_variable(&rq, "HTTP_ACCEPT", STR("x"));
	assert_int_equal(request_variable(&rq, "HTTP_DPOP", &value), ERR_DUPLICATE);
	assert_int_equal(request_variable(&rq, "HTTP_ACCEPT", &value), ERR_DUPLICATE);
	assert_int_equal(request_variable(&rq, "CONTENT_TYPE", &value), ERR_NOTFOUND);
	assert_int_equal(request_variable(&rq, "HTTP_ORIGI", &value), ERR_NOTFOUND);
	assert_int_equal(request_variable(&rq, "HTTP_ORIGIN", &value), OK);
	assert_str(value, STR("https://a"));
	assert_str(request_header(&rq, "HTTP_DPOP"), STR(""));
}

static void
test_authorization(void **state)
{
	static const struct {
		struct str value;
		enum err e;
		struct str scheme, credentials;
	} rows[] = {
		{ STR_INIT("Bearer abc"), OK, STR_INIT("Bearer"), STR_INIT("abc") },
		{ STR_INIT("bEARER   abc  "), OK, STR_INIT("bEARER"), STR_INIT("abc") },
		{ STR_INIT("Basic"), OK, STR_INIT("Basic"), STR_INIT("") },
		{ STR_INIT("Digest a=1, b=2"), OK, STR_INIT("Digest"), STR_INIT("a=1, b=2") },
		{ STR_INIT("Bearer x, Basic y"), ERR_DUPLICATE, STR_INIT(""), STR_INIT("") },
		{ STR_INIT("DPoP x,DPoP x"), ERR_DUPLICATE, STR_INIT(""), STR_INIT("") },
		{ STR_INIT("  "), ERR_NOTFOUND, STR_INIT(""), STR_INIT("") },
		{ STR_INIT(""), ERR_NOTFOUND, STR_INIT(""), STR_INIT("") },
	};
	struct request rq;
	struct str scheme, credentials;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		rq = fixture_request(state);
		fixture_variable(&rq, "HTTP_AUTHORIZATION", rows[i].value);
		assert_int_equal(request_authorization(&rq, &scheme, &credentials), rows[i].e);
		if (rows[i].e != OK)
			continue;
		assert_str(scheme, rows[i].scheme);
		assert_str(credentials, rows[i].credentials);
	}
}

static void
test_authorization_names(void **state)
{
	struct request rq = fixture_request(state);
	struct str scheme, credentials;

	fixture_variable(&rq, "REDIRECT_HTTP_AUTHORIZATION", STR("Basic b"));
	assert_int_equal(request_authorization(&rq, &scheme, &credentials), OK);
	assert_str(credentials, STR("b"));
	fixture_variable(&rq, "HTTP_AUTHORIZATION", STR("Basic a"));
	assert_int_equal(request_authorization(&rq, &scheme, &credentials), OK);
	assert_str(credentials, STR("a"));
	fixture_variable(&rq, "HTTP_AUTHORIZATION", STR("Basic a"));
	assert_int_equal(request_authorization(&rq, &scheme, &credentials), ERR_DUPLICATE);
}

static void
test_host(void **state)
{
	static const struct {
		struct str value, host;
	} rows[] = {
		{ STR_INIT("ID.Example"), STR_INIT("id.example") },
		{ STR_INIT("localhost:8080"), STR_INIT("localhost:8080") },
		{ STR_INIT("[::1]:8080"), STR_INIT("[::1]:8080") },
		{ STR_INIT("[::1]"), STR_INIT("[::1]") },
		{ STR_INIT("[::1"), STR_INIT("") },
		{ STR_INIT("[]"), STR_INIT("") },
		{ STR_INIT("id.example:"), STR_INIT("") },
		{ STR_INIT("id.example:0"), STR_INIT("") },
		{ STR_INIT("id.example:65536"), STR_INIT("") },
		{ STR_INIT("id.example:80x"), STR_INIT("") },
		{ STR_INIT("id.example/x"), STR_INIT("") },
		{ STR_INIT("a, b"), STR_INIT("") },
		{ STR_INIT(":80"), STR_INIT("") },
		{ STR_INIT(""), STR_INIT("") },
	};
	struct request rq;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		rq = fixture_request(state);
		fixture_variable(&rq, "HTTP_HOST", rows[i].value);
		assert_str(request_host(&rq), rows[i].host);
	}
}

/* A client's own header `HTTPS: on` arrives as HTTP_HTTPS. */
static void
test_https(void **state)
{
	struct request rq;

	assert_int_equal(begin(state, &rq, STR("/")), OK);
	assert_false(rq.is_https);
	fixture_variable(&rq, "HTTP_HTTPS", STR("on"));
	assert_int_equal(request_begin(&rq), OK);
	assert_false(rq.is_https);
	fixture_variable(&rq, "HTTPS", STR("on"));
	assert_int_equal(request_begin(&rq), OK);
	assert_true(rq.is_https);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(test_target),
		fixture_test(test_bad_target),
		fixture_test(test_long_target),
		fixture_test(test_without_uri),
		fixture_test(test_doubled_target),
		fixture_test(test_methods),
		fixture_test(test_variables),
		fixture_test(test_authorization),
		fixture_test(test_authorization_names),
		fixture_test(test_host),
		fixture_test(test_https),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
