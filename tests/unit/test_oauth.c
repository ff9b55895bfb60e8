/*
 * test_oauth - small rules of the protocol: redirect URIs, PKCE, credentials, scopes
 * SPDX-License-Identifier: ISC
 */
#include "oauth/client_auth.h"
#include "oauth/pkce.h"
#include "oauth/redirect.h"
#include "oauth/scope.h"

#include "tests/unit/model_fixture.h"

/* RFC 9700 section 4.1.3: byte for byte; RFC 8252 section 7.3: but for a loopback port. */
static void
redirect_uris(void **state)
{
	struct str v[] = { STR("https://rp.example/cb?x=1"), STR("http://127.0.0.1/cb"),
		STR("http://[::1]:7/cb"), STR("http://localhost:3000/"), STR("com.example:/cb") };
	struct strs registered = { v, COUNT(v) };
	static const struct row {
		const char *uri;
		bool taken;
	} rows[] = {
		{ "https://rp.example/cb?x=1", true },
		{ "https://rp.example/cb", false },
		{ "https://rp.example/cb?x=1&y=2", false },
		{ "https://rp.example:443/cb?x=1", false },
		{ "https://RP.example/cb?x=1", false },
		{ "http://rp.example/cb?x=1", false },
		{ "http://127.0.0.1:1/cb", true },
		{ "http://127.0.0.1:65535/cb", true },
		{ "http://127.0.0.1:0/cb", false },
		{ "http://127.0.0.1:99999/cb", false },
		{ "http://127.0.0.1:1/CB", false },
		{ "http://127.0.0.1.evil.example:1/cb", false },
		{ "http://127.0.0.1:1@evil.example/cb", false },
		{ "http://user@127.0.0.1:1/cb", false },
		{ "http://127.0.0.2:1/cb", false },
		{ "https://127.0.0.1:1/cb", false },
		{ "http://[::1]/cb", true },
		{ "http://[::1]:8/cb", true },
		{ "http://localhost:1234/", true },
		{ "http://localhost:1234/x", false },
		{ "com.example:/cb", true },
		{ "", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		if (redirect_is_registered(registered, str_of(rows[i].uri)) != rows[i].taken)
			fail_msg("%s", rows[i].uri);
}

static void
redirect_parameters(void **state)
{
	(void)state;
	assert_str(redirect_with(a, STR("https://a/"), STR("x=1"), false), STR("https://a/?x=1"));
	assert_str(redirect_with(a, STR("https://a/?"), STR("x=1"), false), STR("https://a/?x=1"));
	assert_str(
		redirect_with(a, STR("https://a/?q"), STR("x=1"), false), STR("https://a/?q&x=1"));
	assert_str(
		redirect_with(a, STR("https://a/?q"), STR("x=1"), true), STR("https://a/?q#x=1"));
}

/* RFC 7636 appendix B. */
static void
pkce_vector(void **state)
{
	struct str verifier = STR("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
	struct str challenge = STR("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");

	(void)state;
	assert_true(pkce_is_verifier(verifier));
	assert_true(pkce_is_challenge(challenge));
	assert_int_equal(pkce_check(a, challenge, verifier), OK);
	assert_int_equal(pkce_check(a, challenge, challenge), ERR_CRYPTO);
	assert_false(pkce_is_verifier(str_bytes(verifier.p, 42)));
	assert_false(pkce_is_verifier(arena_printf(a, "%.*s+", STR_FMT(verifier))));
	assert_false(pkce_is_challenge(arena_printf(a, "%.*s~", 42, challenge.p)));
	assert_false(pkce_is_challenge(arena_printf(a, "%.*sA", STR_FMT(challenge))));
}

/* RFC 6749 section 2.3.1: both parts are form-encoded before they are joined. */
static void
basic_credentials(void **state)
{
	static const struct row {
		const char *text, *id, *secret; /* id NULL: refused */
	} rows[] = {
		{ "aWQ6c2VjcmV0", "id", "secret" }, { "aWQ6", "id", "" },
		{ "YSUzQWI6YyUyMGQ=", "a:b", "c d" }, { "YStiOmMrZA==", "a b", "c d" },
		{ "aWQ6YTpi", "id", "a:b" }, { "", NULL, NULL },
		{ "aWQ=", NULL, NULL },					     /* no colon */
		{ "OnNlY3JldA==", NULL, NULL },				     /* no id */
		{ "aWQ6c2VjcmV0=", NULL, NULL },			     /* padding */
		{ "aWQ6c2Vjcm V0", NULL, NULL }, { "aWQ6JXp6", NULL, NULL }, /* %zz */
		{ "aWQ6JTAw", NULL, NULL },				     /* %00 */
		{ "aWQKOng=", NULL, NULL },				     /* line break */
	};
	struct credentials c;
	enum err e;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		e = credentials_basic(a, str_of(rows[i].text), &c);
		if (rows[i].id == NULL) {
			assert_int_equal(e, ERR_SYNTAX);
			continue;
		}
		assert_int_equal(e, OK);
		assert_str(c.id, str_of(rows[i].id));
		assert_str(c.secret, str_of(rows[i].secret));
	}
}

static void
scopes(void **state)
{
	struct strs out, some;

	(void)state;
	assert_int_equal(scope_split(a, STR("openid  a openid b "), &out), OK);
	assert_str(scope_join(a, out), STR("openid a b"));
	assert_int_equal(scope_split(a, STR("a \"b"), &some), ERR_SYNTAX);
	assert_int_equal(scope_split(a, STR("a \\b"), &some), ERR_SYNTAX);
	assert_int_equal(scope_split(a, STR("a\tb"), &some), ERR_SYNTAX);
	assert_int_equal(scope_split(a, STR("b a"), &some), OK);
	assert_true(scope_is_subset(some, out));
	assert_false(scope_is_subset(out, some));
}

static void
claims_are_typed(void **state)
{
	static const struct row {
		const char *json;
		bool good;
	} rows[] = {
		{ "", true },
		{ "{}", true },
		{ "{\"name\":\"A\",\"email_verified\":true,\"updated_at\":1}", true },
		{ "{\"address\":{\"locality\":\"Rome\"},\"https://x/y\":[1]}", true },
		{ "{\"name\":\"\"}", false },
		{ "{\"name\":1}", false },
		{ "{\"name\":null}", false },
		{ "{\"email_verified\":\"true\"}", false },
		{ "{\"updated_at\":\"1\"}", false },
		{ "{\"address\":{}}", false },
		{ "{\"address\":\"Rome\"}", false },
		{ "{\"address\":{\"locality\":\"\"}}", false },
		{ "{\"sub\":\"x\"}", false },
		{ "{\"iss\":\"x\"}", false },
		{ "[]", false },
		{ "{\"name\":\"A\",\"name\":\"B\"}", false },
	};
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		if ((user_check_claims(a, str_of(rows[i].json), &why) == OK) != rows[i].good)
			fail_msg("%s", rows[i].json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		model_test(redirect_uris),
		model_test(redirect_parameters),
		model_test(pkce_vector),
		model_test(basic_credentials),
		model_test(scopes),
		model_test(claims_are_typed),
	};

	return run_model_tests(tests);
}
