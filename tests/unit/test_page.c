/*
 * test_page - the template language, and the pages in etc/templates
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "base/enc.h"
#include "endpoint/page.h"

#include "tests/unit/http_fixture.h"
#include "tests/unit/scratch.h"

#define TEMPLATES "etc/templates"

static struct request rq;

static struct page
begin(void **state, const char *name)
{
	struct page p;

	rq = fixture_request(state);
	page_begin(&p, &rq, name);
	return p;
}

static void
add_item(struct page *p, const char *name, const char *value)
{
	struct page_item *item = page_item(p, "list");

	page_item_set(p, item, name, str_of(value));
}

static void
test_expand(void **state)
{
	static const struct {
		struct str text, want;
	} rows[] = {
		{ STR_INIT(""), STR_INIT("") },
		{ STR_INIT("plain { } }} {{"), STR_INIT("plain { } }} {{") },
		{ STR_INIT("{{a}}|{{ a }}|{{none}}"), STR_INIT("1|1|") },
		{ STR_INIT("{{#a}}y{{/a}}{{^a}}n{{/a}}"), STR_INIT("y") },
		{ STR_INIT("{{#none}}y{{/none}}{{^none}}n{{/none}}"), STR_INIT("n") },
		{ STR_INIT("{{#empty}}y{{/empty}}{{^empty}}n{{/empty}}"), STR_INIT("n") },
		{ STR_INIT("{{#a}}[{{#a}}{{b}}{{/a}}]{{/a}}"),
			STR_INIT("[&lt;&gt;&amp;&quot;&#39;]") },
		{ STR_INIT("{{*list}}({{v}}{{a}}){{/list}}"), STR_INIT("(11)(2x)") },
		{ STR_INIT("{{#list}}some{{/list}}{{^list}}none{{/list}}"), STR_INIT("some") },
		{ STR_INIT("{{*none}}x{{/none}}"), STR_INIT("") },
		{ STR_INIT("a{{! {{b}c }}d"), STR_INIT("ad") },
		{ STR_INIT("a{{=h}}b{{/h}}c"), STR_INIT("ac") },
		{ STR_INIT("a{{>h}}{{>style}}{{>content}}c"), STR_INIT("ac") },
		{ STR_INIT("{{c}}"), STR_INIT("a&#65533;\tb") },
		{ STR_INIT("{{}}{{#}}{{/}}"), STR_INIT("") },
	};
	struct page p = begin(state, "login");
	struct page_item *item;
	struct buf b;
	size_t i;

	page_set(&p, "a", STR("0"));
	page_set(&p, "a", STR("1"));
	page_set(&p, "b", STR("<>&\"'"));
	page_set(&p, "c", STR("a\x01\tb"));
	page_set(&p, "empty", STR(""));
	add_item(&p, "v", "1");
	item = page_item(&p, "list");
	page_item_set(&p, item, "v", STR("2"));
	page_item_set(&p, item, "a", STR("x"));
	for (i = 0; i < COUNT(rows); i++) {
		buf_init(&b, *state, 1024);
		assert_int_equal(page_expand(&p, rows[i].text, &b), OK);
		assert_str(buf_str(&b), rows[i].want);
	}
}

static void
test_unclosed(void **state)
{
	static const struct str rows[] = {
		STR_INIT("{{#a}}x"),
		STR_INIT("{{/a}}"),
		STR_INIT("{{#a}}x{{/b}}"),
		STR_INIT("{{#a}}{{#a}}x{{/a}}"),
		STR_INIT("{{#a}}{{#b}}{{/a}}{{/b}}"),
		STR_INIT("{{*list}}"),
		STR_INIT("{{#a}}{{#b}}{{#a}}{{#b}}{{#a}}{{#b}}{{#a}}{{#b}}{{#a}}"
			 "{{/a}}{{/b}}{{/a}}{{/b}}{{/a}}{{/b}}{{/a}}{{/b}}{{/a}}"),
	};
	struct page p = begin(state, "login");
	struct buf b;
	size_t i;

	page_set(&p, "a", STR("1"));
	page_set(&p, "b", STR("1"));
	for (i = 0; i < COUNT(rows); i++) {
		buf_init(&b, *state, 1024);
		assert_int_equal(page_expand(&p, rows[i], &b), ERR_SYNTAX);
	}
}

static bool
has(const char *text)
{
	return memmem(rq.reply.body.p, rq.reply.body.n, text, strlen(text)) != NULL;
}

static void
send_page(struct page *p, int status)
{
	struct str which;

	assert_int_equal(page_load(TEMPLATES, &which), OK);
	page_set(p, "action", STR("/login?a=1&b=2"));
	assert_int_equal(page_send(p, status), OK);
	assert_int_equal(rq.reply.status, status);
	assert_header(&rq, "Content-Type", STR("text/html; charset=utf-8"));
	assert_header(&rq, "X-Frame-Options", STR("DENY"));
	assert_header(&rq, "Referrer-Policy", STR("same-origin"));
	assert_false(has("{{"));
	assert_false(has("}}"));
}

/* PROTOCOL: ids and names that people's scripts and password managers know. */
static void
test_login(void **state)
{
	struct page p = begin(state, "login");

	page_set(&p, "client", STR("A & B"));
	page_set(&p, "csrf", STR("token"));
	page_set_link(&p, "policy_uri", STR("javascript:alert(1)"));
	page_set_link(&p, "tos_uri", STR("https://rp.example/tos"));
	send_page(&p, 200);
	assert_true(has("<title>Sign in</title>"));
	assert_true(has("<strong>A &amp; B</strong>"));
	assert_true(has("action=\"/login?a=1&amp;b=2\""));
	assert_true(has("id=\"username\" name=\"username\""));
	assert_true(has("id=\"password\" name=\"password\""));
	assert_true(has("id=\"login-submit\" type=\"submit\" name=\"action\" value=\"login\""));
	assert_true(has("id=\"login-cancel\" type=\"submit\" name=\"action\" value=\"cancel\""));
	assert_true(has("name=\"csrf\" value=\"token\""));
	assert_true(has("https://rp.example/tos"));
	assert_false(has("javascript:"));
	assert_false(has("role=\"alert\""));
	assert_false(has("<script"));
}

static void
test_login_problem(void **state)
{
	struct page p = begin(state, "login");

	page_set(&p, "username", STR("\"><b>"));
	page_set(&p, "problem", STR("Wrong."));
	send_page(&p, 200);
	assert_true(has("value=\"&quot;&gt;&lt;b&gt;\""));
	assert_true(has("role=\"alert\">Wrong."));
	assert_true(has("aria-describedby=\"problem\""));
}

static void
test_consent(void **state)
{
	struct page p = begin(state, "consent");
	struct page_item *item = page_item(&p, "scopes");

	page_item_set(&p, item, "name", STR("openid"));
	page_item_set(&p, item, "required", STR("1"));
	item = page_item(&p, "scopes");
	page_item_set(&p, item, "name", STR("email"));
	page_item_set(&p, item, "title", STR("Your address"));
	page_set(&p, "username", STR("ada"));
	page_set(&p, "redirect_host", STR("rp.example"));
	send_page(&p, 200);
	assert_true(has("id=\"consent-allow\""));
	assert_true(has("id=\"consent-deny\""));
	assert_true(has("<strong>ada</strong>"));
	assert_true(has("<strong>rp.example</strong>"));
	assert_true(has("name=\"granted\" value=\"email\" checked"));
	assert_false(has("value=\"openid\""));
	assert_true(has("Your address"));
	assert_false(has("id=\"remember\""));
}

static void
test_others(void **state)
{
	struct page p = begin(state, "error");

	page_set(&p, "error", STR("invalid_request"));
	page_set(&p, "description", STR("redirect_uri is missing"));
	send_page(&p, 400);
	assert_true(has("id=\"error\">invalid_request<"));
	assert_true(has("id=\"error-description\" role=\"alert\">redirect_uri is missing<"));
	p = begin(state, "logout");
	send_page(&p, 200);
	assert_true(has("id=\"logout-confirm\""));
	assert_true(has("id=\"logout-cancel\""));
	p = begin(state, "signed_out");
	send_page(&p, 200);
	assert_true(has("<h1>Signed out</h1>"));
	assert_false(has("id=\"continue\""));
}

static struct str
between(const char *from, const char *to)
{
	const char *p = memmem(rq.reply.body.p, rq.reply.body.n, from, strlen(from));
	const char *q;

	assert_non_null(p);
	p += strlen(from);
	q = memmem(p, rq.reply.body.n - (size_t)(p - rq.reply.body.p), to, strlen(to));
	assert_non_null(q);
	return str_bytes(p, (size_t)(q - p));
}

static struct str
csp_hash(void **state, struct str text)
{
	return enc_b64(*state, hash_of(*state, text));
}

/* The hashes are of exactly what stands between the tags. */
static void
test_policy(void **state)
{
	struct page p = begin(state, "form_post");
	struct page_item *item = page_item(&p, "fields");

	page_item_set(&p, item, "name", STR("code"));
	page_item_set(&p, item, "value", STR("</form>"));
	p.script = STR("document.forms[0].submit()");
	p.wide_images = true;
	send_page(&p, 200);
	assert_true(has("name=\"code\" value=\"&lt;/form&gt;\""));
	assert_true(has("id=\"continue\""));
	assert_header(&rq, "Content-Security-Policy",
		arena_printf(*state,
			"default-src 'none'; style-src 'sha256-%.*s'; img-src 'self' data: https:; "
			"script-src 'sha256-%.*s'; frame-ancestors 'none'; base-uri 'none'",
			STR_FMT(csp_hash(state, between("<style>", "</style>"))),
			STR_FMT(csp_hash(state, between("<script>", "</script>")))));
}

static void
write_file(const char *name, const char *text)
{
	FILE *f = fopen(scratch_path(name), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
test_load(void **state)
{
	struct str which;

	(void)state;
	write_file("layout.html", "{{>content}}");
	assert_int_equal(page_load(scratch_root, &which), ERR_NOTFOUND);
	assert_str(which, STR("style.css"));
	write_file("style.css", "a {}");
	write_file("login.html", "{{#a}}");
	assert_int_equal(page_load(scratch_root, &which), ERR_SYNTAX);
	assert_str(which, STR("login.html"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(test_expand),
		fixture_test(test_unclosed),
		fixture_test(test_login),
		fixture_test(test_login_problem),
		fixture_test(test_consent),
		fixture_test(test_others),
		fixture_test(test_policy),
		fixture_test(test_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
