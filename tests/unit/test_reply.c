/*
 * test_reply - answers and their bytes
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "http/cookie.h"
#include "http/gate_port.h"

#include "tests/unit/http_fixture.h"

#define TAIL "Accept-Ranges: none\r\nX-Content-Type-Options: nosniff\r\n\r\n"
#define NO_STORE "Cache-Control: no-store\r\nPragma: no-cache\r\n"

static void
test_json(void **state)
{
	struct request rq = fixture_request(state);
	struct str out;

	assert_int_equal(reply_json(&rq, 400, STR("{}")), OK);
	assert_int_equal(gate_answer(&rq, &out), OK);
	assert_str(out,
		STR("Status: 400 Bad Request\r\nContent-Type: application/json\r\n"
		    "Content-Length: 2\r\n" NO_STORE TAIL "{}"));
}

/* RFC 9110 section 9.3.2: the same head, no body. */
static void
test_head(void **state)
{
	struct request rq = fixture_request(state);
	struct str out;

	rq.method = METHOD_HEAD;
	assert_int_equal(reply_json(&rq, 200, STR("{}")), OK);
	assert_int_equal(gate_answer(&rq, &out), OK);
	assert_str(out,
		STR("Status: 200 OK\r\nContent-Type: application/json\r\n"
		    "Content-Length: 2\r\n" NO_STORE TAIL));
}

static void
test_empty(void **state)
{
	struct request rq = fixture_request(state);
	struct str out;

	assert_int_equal(reply_empty(&rq, 200), OK);
	assert_int_equal(gate_answer(&rq, &out), OK);
	assert_str(out, STR("Status: 200 OK\r\nContent-Length: 0\r\n" NO_STORE TAIL));
	assert_int_equal(reply_empty(&rq, 204), OK);
	assert_int_equal(gate_answer(&rq, &out), OK);
	assert_str(out, STR("Status: 204 No Content\r\n" NO_STORE TAIL));
}

/* RFC 9700 section 4.12 */
static void
test_redirect(void **state)
{
	struct request rq = fixture_request(state);

	cookie_set(&rq, &(struct cookie){ .name = STR("a"), .value = STR("b"), .path = STR("/") });
	assert_int_equal(reply_redirect(&rq, STR("https://rp.example/cb?code=x")), OK);
	assert_int_equal(rq.reply.status, 303);
	assert_header(&rq, "Location", STR("https://rp.example/cb?code=x"));
	assert_header(&rq, "Set-Cookie", STR("a=b; Path=/; HttpOnly; SameSite=Lax"));
}

static void
test_replaced(void **state)
{
	struct request rq = fixture_request(state);

	reply_header(&rq, "Access-Control-Allow-Origin", STR("*"));
	assert_int_equal(reply_redirect(&rq, STR("/x")), OK);
	assert_int_equal(reply_json(&rq, 200, STR("{}")), OK);
	reply_cache(&rq, 60, true);
	assert_int_equal(reply_json(&rq, 500, STR("[]")), OK);
	assert_header(&rq, "Location", STR(""));
	assert_header(&rq, "Cache-Control", STR(""));
	assert_header(&rq, "ETag", STR(""));
	assert_header(&rq, "Content-Type", STR("application/json"));
	assert_header(&rq, "Access-Control-Allow-Origin", STR("*"));
	assert_false(rq.reply.cacheable);
}

static void
check_cache(void **state, struct str etags, int status)
{
	struct request rq = fixture_request(state);
	struct str out;
	size_t n;

	fixture_variable(&rq, "HTTP_IF_NONE_MATCH", etags);
	assert_int_equal(reply_json(&rq, 200, STR("{\"keys\":[]}")), OK);
	reply_cache(&rq, 3600, true);
	assert_int_equal(rq.reply.status, status);
	assert_int_equal(fixture_header(&rq, "ETag", &n).n, 24);
	assert_header(&rq, "Cache-Control", STR("public, max-age=3600"));
	assert_int_equal(gate_answer(&rq, &out), OK);
	assert_int_equal(str_has_suffix(out, STR("\r\n\r\n")), status == 304);
	assert_null(memmem(out.p, out.n, "no-store", 8));
	assert_int_equal(memmem(out.p, out.n, "\nContent-", 9) == NULL, status == 304);
}

/* RFC 9110 sections 13.1.2 and 15.4.5 */
static void
test_cache(void **state)
{
	struct request rq = fixture_request(state);
	struct str etag;
	size_t n;

	assert_int_equal(reply_json(&rq, 200, STR("{\"keys\":[]}")), OK);
	reply_cache(&rq, 0, false);
	etag = fixture_header(&rq, "ETag", &n);
	assert_header(&rq, "Cache-Control", STR("private, max-age=0"));
	check_cache(state, STR(""), 200);
	check_cache(state, STR("\"other\""), 200);
	check_cache(state, STR("*"), 304);
	check_cache(state, etag, 304);
	check_cache(state, arena_printf(*state, "\"x\" , W/%.*s", STR_FMT(etag)), 304);
	check_cache(state, str_skip(etag, 1), 200);
}

static void
test_cache_post(void **state)
{
	struct request rq = fixture_request(state);

	rq.method = METHOD_POST;
	fixture_variable(&rq, "HTTP_IF_NONE_MATCH", STR("*"));
	assert_int_equal(reply_json(&rq, 200, STR("{}")), OK);
	reply_cache(&rq, 60, true);
	assert_int_equal(rq.reply.status, 200);
}

/* What is over 3.5 KB would be a 502 behind nginx. */
static void
test_long_head(void **state)
{
	struct request rq = fixture_request(state);
	char *p = arena_alloc(*state, GATE_HEADER_MAX);
	struct str out;

	memset(p, 'a', GATE_HEADER_MAX);
	assert_int_equal(reply_redirect(&rq, str_bytes(p, GATE_HEADER_MAX - 256)), OK);
	assert_int_equal(gate_answer(&rq, &out), OK);
	assert_int_equal(reply_redirect(&rq, str_bytes(p, GATE_HEADER_MAX)), OK);
	assert_int_equal(gate_answer(&rq, &out), ERR_FULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(test_json),
		fixture_test(test_head),
		fixture_test(test_empty),
		fixture_test(test_redirect),
		fixture_test(test_replaced),
		fixture_test(test_cache),
		fixture_test(test_cache_post),
		fixture_test(test_long_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
