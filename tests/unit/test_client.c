/*
 * test_client - registered clients: rules between fields, secrets, the index of CORS origins
 * SPDX-License-Identifier: ISC
 */
#include "model/client.h"

#include "tests/unit/model_fixture.h"

static struct strs
words(const char *text)
{
	struct str rest = str_of(text), word;
	struct strs out = { 0 };

	while (str_word(&rest, ' ', &word))
		arena_strs_add(a, &out, word);
	return out;
}

/* A client that client_put() takes, not stored yet. */
static struct client
good(const char *id)
{
	struct client c;

	field_defaults(&record_client, &c, a);
	c.client_id = str_of(id);
	c.redirect_uris = words("https://rp.example/cb");
	return c;
}

static struct client
get(const char *id, uint64_t *version)
{
	struct client c;

	assert_int_equal(client_get(db, a, str_of(id), &c, version), OK);
	return c;
}

static enum err
put(struct client *c, uint64_t version)
{
	const char *why = NULL;
	enum err e = client_put(db, a, c, version, &by_test, &why);

	assert_true((e == ERR_RANGE) == (why != NULL));
	return e;
}

static const struct fault {
	const char *name; /* of what is wrong */
	const char *grants, *redirect;
	enum client_auth_method method;
	enum refresh_token_usage usage;
	bool no_pkce;
	enum err want;
} faults[] = {
	{ "nothing", "authorization_code refresh_token", "https://rp.example/cb", CLIENT_AUTH_BASIC,
		REFRESH_REUSE, true, OK },
	{ "nothing, public", "authorization_code refresh_token", "https://rp.example/cb",
		CLIENT_AUTH_NONE, REFRESH_ROTATE, false, OK },
	{ "nothing, for itself", "client_credentials", "", CLIENT_AUTH_POST, REFRESH_ROTATE, false,
		OK },
	{ "public client_credentials (RFC 6749 4.4)", "client_credentials", "", CLIENT_AUTH_NONE,
		REFRESH_ROTATE, false, ERR_RANGE },
	{ "public without PKCE (RFC 9700 2.1.1)", "authorization_code", "https://rp.example/cb",
		CLIENT_AUTH_NONE, REFRESH_ROTATE, true, ERR_RANGE },
	{ "public, tokens stay the same (RFC 9700 2.2.2)", "authorization_code refresh_token",
		"https://rp.example/cb", CLIENT_AUTH_NONE, REFRESH_REUSE, false, ERR_RANGE },
	{ "code without redirect_uris", "authorization_code", "", CLIENT_AUTH_BASIC, REFRESH_ROTATE,
		false, ERR_RANGE },
	{ "refresh_token alone", "refresh_token", "https://rp.example/cb", CLIENT_AUTH_BASIC,
		REFRESH_ROTATE, false, ERR_RANGE },
	{ "http to another machine (RFC 9700 2.6)", "authorization_code", "http://rp.example/cb",
		CLIENT_AUTH_BASIC, REFRESH_ROTATE, false, ERR_RANGE },
};

static void
fields_must_fit_each_other(void **state)
{
	const struct fault *f;
	struct client c;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(faults); i++) {
		f = &faults[i];
		c = good("fault");
		c.grant_types = words(f->grants);
		c.redirect_uris = words(f->redirect);
		c.token_endpoint_auth_method = (int)f->method;
		c.refresh_token_usage = (int)f->usage;
		c.require_pkce = !f->no_pkce;
		if (put(&c, 0) != f->want)
			fail_msg("%s", f->name);
		assert_int_equal(client_get(db, a, STR("fault"), &c, NULL),
			f->want == OK ? OK : ERR_NOTFOUND);
		if (f->want == OK)
			assert_int_equal(client_del(db, a, STR("fault"), &by_test), OK);
	}
}

/* Both authenticate by name at the introspection endpoint. */
static void
no_client_has_the_name_of_an_api(void **state)
{
	struct resource api;
	const char *why = NULL;
	struct client c;

	(void)state;
	field_defaults(&record_resource, &api, a);
	api.name = STR("https://api.example/");
	assert_int_equal(resource_put(db, a, &api, 0, &by_test, &why), OK);
	c = good("https://api.example/");
	assert_int_equal(put(&c, 0), ERR_RANGE);
	c = good("urn:rp");
	assert_int_equal(put(&c, 0), OK);
	api.name = STR("urn:rp");
	assert_int_equal(resource_put(db, a, &api, 0, &by_test, &why), ERR_RANGE);
	assert_non_null(why);
}

static void
changes_are_guarded(void **state)
{
	struct client c, late;
	uint64_t version, seen;

	(void)state;
	c = good("guarded");
	assert_int_equal(put(&c, 0), OK);
	assert_int_equal(put(&c, 0), ERR_EXISTS);
	c = late = get("guarded", &version);
	c.client_name = STR("first");
	assert_int_equal(put(&c, version), OK);
	late.client_name = STR("second");
	assert_int_equal(put(&late, version), ERR_CONFLICT);
	c = get("guarded", &seen);
	assert_str(c.client_name, STR("first"));
	assert_true(seen > version);
	assert_int_equal(client_get(db, a, STR(""), &c, NULL), ERR_NOTFOUND);
}

static void
secrets_are_many_and_end(void **state)
{
	struct list secrets = { 0 };
	struct str first, second, third;
	int64_t now = clock_now();

	(void)state;
	assert_int_equal(secret_check(a, secrets, STR("")), ERR_CRYPTO);
	first = secret_add(a, &secrets, 0, STR("for ever"));
	second = secret_add(a, &secrets, now + 100, STR("a while"));
	third = secret_add(a, &secrets, now - 1, STR("over"));
	assert_int_equal(secrets.n, 3);
	assert_int_equal(first.n, 43); /* 256 bits as base64url */
	assert_false(str_eq(first, second));
	assert_int_equal(secret_check(a, secrets, first), OK);
	assert_int_equal(secret_check(a, secrets, second), OK);
	assert_int_equal(secret_check(a, secrets, third), ERR_EXPIRED);
	assert_int_equal(secret_check(a, secrets, STR("")), ERR_CRYPTO);
	assert_int_equal(secret_check(a, secrets, str_bytes(first.p, 42)), ERR_CRYPTO);
	clock_shift(101);
	assert_int_equal(secret_check(a, secrets, first), OK);
	assert_int_equal(secret_check(a, secrets, second), ERR_EXPIRED);
	clock_shift(0);
}

static void
secrets_are_stored_as_hashes(void **state)
{
	struct client c = good("secretive");
	struct str text, value;
	size_t i;

	(void)state;
	text = secret_add(a, &c.secrets, 0, STR("only one"));
	assert_int_equal(put(&c, 0), OK);
	assert_int_equal(secret_check(a, get("secretive", NULL).secrets, text), OK);
	assert_int_equal(store_get(db, a, key_text(a, KEY_CLIENT, c.client_id), &value, NULL), OK);
	assert_true(value.n > text.n);
	for (i = 0; i + text.n <= value.n; i++)
		assert_false(str_eq(str_bytes(value.p + i, text.n), text));
}

static bool
allows(const char *origin)
{
	return client_origin_allowed(db, a, str_of(origin));
}

static void
set_origins(const char *id, const char *origins, bool enabled)
{
	uint64_t version;
	struct client c = get(id, &version);

	c.allowed_cors_origins = words(origins);
	c.enabled = enabled;
	assert_int_equal(put(&c, version), OK);
}

static void
the_index_of_origins_follows_changes(void **state)
{
	struct client one = good("one"), two = good("two");

	(void)state;
	one.allowed_cors_origins = words("https://a.example https://b.example");
	two.allowed_cors_origins = words("https://b.example");
	assert_int_equal(put(&one, 0), OK);
	assert_int_equal(put(&two, 0), OK);
	assert_true(allows("https://a.example") && allows("https://b.example"));
	set_origins("one", "https://c.example", true);
	assert_false(allows("https://a.example"));
	assert_true(allows("https://b.example") && allows("https://c.example"));
	set_origins("one", "https://c.example", false); /* switched off */
	assert_false(allows("https://c.example"));
	set_origins("one", "https://c.example", true);
	assert_true(allows("https://c.example"));
	assert_int_equal(client_del(db, a, STR("two"), &by_test), OK);
	assert_false(allows("https://b.example"));
	assert_int_equal(client_del(db, a, STR("one"), &by_test), OK);
	assert_false(allows("https://c.example"));
	assert_int_equal(client_del(db, a, STR("one"), &by_test), ERR_NOTFOUND);
}

/* Nothing but the very origin: no beginning of one, no other way to write it. */
static void
origins_are_compared_whole(void **state)
{
	static const char *const others[] = { "", "null", "*", "https://spa.example.evil.example",
		"https://spa", "http://spa.example", "https://spa.example:444",
		"https://SPA.example", "https://spa.example/", "https://spa.example:443" };
	struct client c = good("spa");
	size_t i;

	(void)state;
	c.allowed_cors_origins = words("https://spa.example");
	assert_int_equal(put(&c, 0), OK);
	assert_true(allows("https://spa.example"));
	for (i = 0; i < COUNT(others); i++)
		if (allows(others[i]))
			fail_msg("%s", others[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		model_test(fields_must_fit_each_other),
		model_test(no_client_has_the_name_of_an_api),
		model_test(changes_are_guarded),
		model_test(secrets_are_many_and_end),
		model_test(secrets_are_stored_as_hashes),
		model_test(the_index_of_origins_follows_changes),
		model_test(origins_are_compared_whole),
	};

	return run_model_tests(tests);
}
