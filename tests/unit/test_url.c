/*
 * test_url - absolute URLs (RFC 3986)
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "data/url.h"

#include "tests/unit/base_fixture.h"

static void
test_parts(void **state)
{
	/* scheme, userinfo, host, port, path, query, fragment; "-" for one that is not there */
	static const struct {
		const char *text, *parts;
	} rows[] = {
		{ "https://op.example/", "https||op.example||/|-|-" },
		{ "https://op.example", "https||op.example|||-|-" },
		{ "HTTPS://u:p%40@Op.Example:8443/a/b%2Fc?q=1?/&x#f?/",
			"HTTPS|u:p%40|Op.Example|8443|/a/b%2Fc|q=1?/&x|f?/" },
		{ "http://[::1]:80/cb?", "http||[::1]|80|/cb||-" },
		{ "http://[2001:db8::7]/#", "http||[2001:db8::7]||/|-|" },
		{ "http://h?q", "http||h|||q|-" },
		{ "http://h#f", "http||h|||-|f" },
		{ "com.example.app:/cb", "com.example.app||||/cb|-|-" },
		{ "urn:ietf:params:oauth", "urn||||ietf:params:oauth|-|-" },
		{ "custom://", "custom|||||-|-" },
		{ "file:///etc/x", "file||||/etc/x|-|-" },
		{ "http://a//b", "http||a||//b|-|-" },
		{ "http://h/@x:y", "http||h||/@x:y|-|-" },
		{ "x:", "x|||||-|-" },
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		struct str none = STR("-");
		struct url u;

		assert_int_equal(url_parse(str_of(rows[i].text), &u), OK);
		if (!u.has_query)
			u.query = none;
		if (!u.has_fragment)
			u.fragment = none;
		assert_str(arena_printf(*state, "%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s",
				   STR_FMT(u.scheme), STR_FMT(u.userinfo), STR_FMT(u.host),
				   STR_FMT(u.port), STR_FMT(u.path), STR_FMT(u.query),
				   STR_FMT(u.fragment)),
			str_of(rows[i].parts));
	}
}

static void
test_refused(void **state)
{
	static const struct str rows[] = { STR_INIT(""), STR_INIT("/cb"), STR_INIT("//h/cb"),
		STR_INIT("h/cb"), STR_INIT(":x"), STR_INIT("1http://h"), STR_INIT("ht tp://h"),
		STR_INIT("http%3A//h"), STR_INIT("http:"), STR_INIT("http:/h"), STR_INIT("http:h"),
		STR_INIT("http://"), STR_INIT("https:///x"), STR_INIT("http://:80/"),
		STR_INIT("http://u@/"), STR_INIT("http://h:"), STR_INIT("http://h:/"),
		STR_INIT("http://h:0/"), STR_INIT("http://h:080/"), STR_INIT("http://h:65536/"),
		STR_INIT("http://h:8a/"), STR_INIT("http://h:1:2/"), STR_INIT("http://a@b@c/"),
		STR_INIT("http://h\\x/"), STR_INIT("http://h/a b"), STR_INIT("http://h/%"),
		STR_INIT("http://h/%4"), STR_INIT("http://h/%zz"), STR_INIT("http://h/<x>"),
		STR_INIT("http://h/\"x"), STR_INIT("http://h/`"), STR_INIT("http://h/{x}"),
		STR_INIT("http://h/|"), STR_INIT("http://h/^"), STR_INIT("http://h/\\x"),
		STR_INIT("http://h/[x]"), STR_INIT("http://h/\xc3\xa4"), STR_INIT("http://h/\0"),
		STR_INIT("http://h/\n"), STR_INIT("http://h/#a#b"), STR_INIT("http://h/?%g0"),
		STR_INIT("http://[::1"), STR_INIT("http://[::1]x/"), STR_INIT("http://[]/"),
		STR_INIT("http://[g::]/"), STR_INIT("http://[127.0.0.1]/"),
		STR_INIT("http://[v1.x]/"), STR_INIT("http://[::1%25eth0]/"),
		STR_INIT("http://x[::1]/"), STR_INIT("http://::1/"), STR_INIT(" http://h/"),
		STR_INIT("http://h/ ") };
	struct url u;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		if (url_parse(rows[i], &u) != ERR_SYNTAX)
			fail_msg("%.*s", STR_FMT(rows[i]));
}

static void
test_length(void **state)
{
	static char text[URL_MAX + 1];
	struct url u;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "http://h/", 9);
	assert_int_equal(url_parse(str_bytes(text, URL_MAX), &u), OK);
	assert_int_equal(url_parse(str_bytes(text, URL_MAX + 1), &u), ERR_RANGE);
}

/* RFC 8252 section 7.3. */
static void
test_loopback(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} rows[] = {
		{ "http://127.0.0.1/cb", true },
		{ "http://[::1]:5000/cb", true },
		{ "http://localhost:1/", true },
		{ "http://LocalHost/", true },
		{ "https://127.0.0.1/cb", false },
		{ "http://127.0.0.1.example/cb", false },
		{ "http://127.0.0.2/cb", false },
		{ "http://localhost@evil.example/", false },
		{ "http://[::2]/", false },
	};
	struct url u;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(url_parse(str_of(rows[i].text), &u), OK);
		assert_int_equal(url_is_loopback(&u), rows[i].is);
	}
}

static void
test_same_but_port(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "http://127.0.0.1/cb", "http://127.0.0.1:5000/cb", true },
		{ "http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb", true },
		{ "http://[::1]:1/cb?a", "http://[::1]/cb?a", true },
		{ "http://127.0.0.1:1", "http://127.0.0.1", true },
		{ "http://127.0.0.1/cb", "http://127.0.0.1/cb/", false },
		{ "http://127.0.0.1/cb", "http://127.0.0.1/CB", false },
		{ "http://127.0.0.1/cb", "HTTP://127.0.0.1/cb", false },
		{ "http://127.0.0.1/cb", "http://127.0.0.1/cb?", false },
		{ "http://127.0.0.1/cb", "http://127.0.0.1/cb#", false },
		{ "http://127.0.0.1/cb", "http://x@127.0.0.1/cb", false },
		{ "http://127.0.0.1/cb", "http://localhost/cb", false },
		{ "http://127.0.0.1/cb", "http://127.0.0.1:x/cb", false },
		{ "http://127.0.0.1/cb", "http://127.0.0.1:1@evil/cb", false },
		{ "app:/cb", "app:/cb", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(
			url_same_but_port(str_of(rows[i].a), str_of(rows[i].b)), rows[i].same);
		assert_int_equal(
			url_same_but_port(str_of(rows[i].b), str_of(rows[i].a)), rows[i].same);
	}
}

static void
test_origin(void **state)
{
	static const struct {
		const char *text, *origin;
	} rows[] = {
		{ "HTTPS://U@Op.Example:443/x?y#z", "https://op.example" },
		{ "https://op.example:80", "https://op.example:80" },
		{ "http://op.example:80/", "http://op.example" },
		{ "http://op.example:443/", "http://op.example:443" },
		{ "http://[2001:DB8::7]:8080/", "http://[2001:db8::7]:8080" },
		{ "ftp://op.example/", NULL },
		{ "urn:x", NULL },
		{ "null", NULL },
		{ "", NULL },
	};
	struct str origin = STR("untouched");
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(url_origin(*state, str_of(rows[i].text), &origin),
			rows[i].origin == NULL ? ERR_SYNTAX : OK);
		if (rows[i].origin != NULL)
			assert_str(origin, str_of(rows[i].origin));
	}
}

static void
test_path(void **state)
{
	static const struct {
		const char *text, *path;
	} rows[] = {
		{ "/", "/" },
		{ "/token", "/token" },
		{ "/a/b%20c/%C3%A4%25", "/a/b c/\xc3\xa4%" },
		{ "/.well-known/x", "/.well-known/x" },
		{ "/...", "/..." },
		{ "/%2561", "/%61" }, /* once only */
		{ "/a+b", "/a+b" },
		{ "", NULL },
		{ "token", NULL },
		{ "//", NULL },
		{ "/a//b", NULL },
		{ "/a/", NULL },
		{ "/.", NULL },
		{ "/..", NULL },
		{ "/a/../b", NULL },
		{ "/a/%2e%2E/b", NULL },
		{ "/%2e", NULL },
		{ "/a%2Fb", NULL },
		{ "/a%2fb", NULL },
		{ "/%00", NULL },
		{ "/a%0a", NULL },
		{ "/%ff", NULL },
		{ "/\xc3\xa4", NULL },
		{ "/%", NULL },
		{ "/%4", NULL },
		{ "/%4x", NULL },
		{ "/a?b", NULL },
		{ "/a b", NULL },
		{ "/a\\b", NULL },
	};
	struct str path;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(url_path_decode(*state, str_of(rows[i].text), &path),
			rows[i].path == NULL ? ERR_SYNTAX : OK);
		if (rows[i].path != NULL)
			assert_str(path, str_of(rows[i].path));
	}
}

static void
test_escape(void **state)
{
	struct buf b;

	buf_init(&b, *state, 4096);
	url_escape(&b, STR("aZ09-._~ /?&=+%\xc3\xa4\0"));
	assert_str(buf_str(&b), STR("aZ09-._~%20%2F%3F%26%3D%2B%25%C3%A4%00"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(test_parts),
		fixture_test(test_refused),
		fixture_test(test_length),
		fixture_test(test_loopback),
		fixture_test(test_same_but_port),
		fixture_test(test_origin),
		fixture_test(test_path),
		fixture_test(test_escape),
	};

	return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
