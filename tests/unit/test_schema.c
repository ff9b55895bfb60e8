/*
 * test_schema - the tables themselves, and the checks their rows name
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "schema/check.h"
#include "schema/claim.h"

#include "tests/unit/base_fixture.h"
#include "tests/unit/records.h"

static size_t
size_of(enum field_type t)
{
	static const size_t sizes[FIELD__MAX] = {
		[FIELD_STR] = sizeof(struct str),
		[FIELD_STRS] = sizeof(struct strs),
		[FIELD_BOOL] = sizeof(bool),
		[FIELD_INT] = sizeof(int64_t),
		[FIELD_SIZE] = sizeof(int64_t),
		[FIELD_SPAN] = sizeof(int64_t),
		[FIELD_TIME] = sizeof(int64_t),
		[FIELD_CHOICE] = sizeof(int),
		[FIELD_BYTES] = sizeof(struct str),
		[FIELD_JSON] = sizeof(struct str),
		[FIELD_LIST] = sizeof(struct list),
	};

	return sizes[t];
}

/* Two fields of one struct overlap when both begin before the other ends. */
static void
check_pair(const struct field *f, const struct field *g)
{
	assert_int_not_equal(f->tag, g->tag);
	assert_string_not_equal(f->name, g->name);
	assert_true(f->offset + size_of(f->type) <= g->offset ||
		g->offset + size_of(g->type) <= f->offset);
}

static void
check_row(const struct record *rec, const struct field *f)
{
	assert_non_null(f->name);
	assert_true(f->tag > 0);
	assert_true((unsigned)f->type < FIELD__MAX);
	assert_true(f->offset + size_of(f->type) <= rec->size);
	assert_true(f->offset % (size_of(f->type) < 8 ? size_of(f->type) : 8) == 0);
	assert_non_null(f->help);
	assert_true(strlen(f->help) > 5 && strlen(f->help) < 160);
	assert_true(str_is_text(str_of(f->help)));
	assert_true((f->choices != NULL) == (f->type == FIELD_CHOICE));
	assert_true((f->record != NULL) == (f->type == FIELD_LIST));
	assert_true(f->max == 0 || f->min <= f->max);
	if (f->type == FIELD_LIST)
		assert_null(f->value);
}

static void
rows_are_sound(void **state)
{
	const struct record *rec;
	size_t i, j, k;

	(void)state;
	for (i = 0; i < COUNT(records); i++) {
		rec = records[i];
		assert_true(rec->version > 0 && rec->nfields > 0);
		for (j = 0; j < rec->nfields; j++) {
			check_row(rec, &rec->fields[j]);
			for (k = 0; k < j; k++)
				check_pair(&rec->fields[j], &rec->fields[k]);
		}
	}
}

/* field_parse() checks too, so a default that its own row refuses shows here. */
static void
defaults_are_allowed(void **state)
{
	const struct record *rec;
	const struct field *f;
	size_t i;
	void *base;

	for (i = 0; i < COUNT(records); i++) {
		rec = records[i];
		base = arena_alloc(*state, rec->size);
		field_defaults(rec, base, *state);
		for (f = rec->fields; f < rec->fields + rec->nfields; f++) {
			if (f->value != NULL)
				assert_int_equal(
					field_parse(f, base, *state, str_of(f->value)), OK);
			if ((f->flags & FIELD_REQUIRED) == 0)
				assert_int_equal(field_check(f, base), OK);
			assert_true(field_range(f, *state).n > 0);
		}
	}
}

static void
promised_defaults(void **state)
{
	struct authority authority;
	struct client c;

	field_defaults(&record_authority, &authority, *state);
	assert_true(authority.enabled);
	assert_int_equal(authority.session_lifetime, 10 * 3600);
	assert_int_equal(authority.request_state_max, 2048);
	assert_int_equal(authority.key_announced, 14 * 86400);
	assert_int_equal(authority.key_active, 90 * 86400);
	assert_int_equal(authority.key_retired, 14 * 86400);
	assert_string_equal(client_alg_names[authority.id_token_alg + 1], "RS256");
	assert_string_equal(client_alg_names[authority.access_token_alg + 1], "ES256");

	field_defaults(&record_client, &c, *state);
	assert_true(c.enabled && c.require_pkce && c.allow_remember_consent);
	assert_false(c.require_consent);
	assert_int_equal(c.token_endpoint_auth_method, CLIENT_AUTH_BASIC);
	assert_int_equal(c.grant_types.n, 1);
	assert_str(c.grant_types.v[0], STR("authorization_code"));
	assert_int_equal(c.authorization_code_lifetime, 60);
	assert_int_equal(c.access_token_lifetime, 3600);
	assert_int_equal(c.identity_token_lifetime, 300);
	assert_int_equal(c.access_token_type, ACCESS_TOKEN_JWT);
	assert_int_equal(c.access_token_alg, 0);
	assert_int_equal(c.refresh_token_usage, REFRESH_ROTATE);
	assert_int_equal(c.refresh_token_expiration, REFRESH_ABSOLUTE);
	assert_int_equal(c.absolute_refresh_token_lifetime, 30 * 86400);
	assert_int_equal(c.sliding_refresh_token_lifetime, 15 * 86400);
	assert_int_equal(c.refresh_token_grace, 10);
}

/* Choices are stored as numbers and used as enums. */
static void
choices_are_the_enums(void **state)
{
	const struct field *f;

	(void)state;
	f = field_find(&record_client, STR("token_endpoint_auth_method"));
	assert_string_equal(f->choices[CLIENT_AUTH_NONE], "none");
	assert_string_equal(f->choices[CLIENT_AUTH_BASIC], "client_secret_basic");
	assert_string_equal(f->choices[CLIENT_AUTH_POST], "client_secret_post");
	assert_null(f->choices[CLIENT_AUTH__MAX]);
	f = field_find(&record_client, STR("access_token_type"));
	assert_string_equal(f->choices[ACCESS_TOKEN_REFERENCE], "reference");
	f = field_find(&record_client, STR("refresh_token_usage"));
	assert_string_equal(f->choices[REFRESH_REUSE], "reuse");
	f = field_find(&record_client, STR("refresh_token_expiration"));
	assert_string_equal(f->choices[REFRESH_SLIDING], "sliding");
	f = field_find(&record_grant, STR("state"));
	assert_string_equal(f->choices[GRANT_REVOKED], "revoked");
	assert_null(f->choices[GRANT_REVOKED + 1]);
}

/* What must not leave: hashes in no outside form, secrets only when asked for. */
static void
secrets_are_marked(void **state)
{
	static const struct {
		const struct record *rec;
		const char *name;
		unsigned flag;
	} marked[] = {
		{ &record_client_secret, "hash", FIELD_SECRET },
		{ &record_user, "password", FIELD_SECRET },
		{ &record_grant, "code_hash", FIELD_HIDDEN },
		{ &record_grant, "refresh_hash", FIELD_HIDDEN },
		{ &record_grant, "previous_hash", FIELD_HIDDEN },
		{ &record_grant, "successor", FIELD_HIDDEN },
		{ &record_session, "cookie_hash", FIELD_HIDDEN },
		{ &record_private_key, "sealed", FIELD_HIDDEN },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(marked); i++)
		assert_true(
			field_find(marked[i].rec, str_of(marked[i].name))->flags & marked[i].flag);
}

static void
try_all(bool (*check)(struct str), bool want, const char *const *texts)
{
	for (; *texts != NULL; texts++) {
		if (check(str_of(*texts)) == want)
			continue;
		print_error("<%s> should%s do\n", *texts, want ? "" : " not");
		fail();
	}
}

/* `n` bytes: `text`, then letters. */
static struct str
long_text(struct arena *a, const char *text, size_t n)
{
	char *p = arena_alloc(a, n);

	memset(p, 'a', n);
	memcpy(p, text, strlen(text));
	return str_bytes(p, n);
}

static void
names(void **state)
{
	static const char *const good[] = { "a", "demo", "demo-2", "0", "a-", NULL };
	static const char *const bad[] = { "", "-a", "Demo", "a.b", "a/b", "..", "a_b", "a b",
		"\xc3\xa4", NULL };
	static const char *const programs[] = { "check_session", "token", NULL };

	try_all(check_name, true, good);
	try_all(check_name, false, bad);
	assert_true(check_name(long_text(*state, "", 63)));
	assert_false(check_name(long_text(*state, "", 64)));
	assert_false(check_name(STR("a\0b")));
	try_all(check_program, true, programs);
	assert_false(check_program(STR("a-b")));
}

/* scope-token = 1*( %x21 / %x23-5B / %x5D-7E ) (RFC 6749 section 3.3) */
static void
scopes(void **state)
{
	static const char *const good[] = { "openid", "https://api.example/read", "!", "~", "[",
		"]", "#", NULL };
	static const char *const bad[] = { "", "a b", "a\"b", "a\\b", "\x7f", "a\tb", "\xc3\xa4",
		NULL };

	try_all(check_scope, true, good);
	try_all(check_scope, false, bad);
	assert_true(check_scope(long_text(*state, "", 100)));
	assert_false(check_scope(long_text(*state, "", 101)));
}

static void
issuers(void **state)
{
	static const char *const good[] = { "https://id.example", "http://localhost:8080",
		"https://id.example/a", "https://id.example/a/b-c", "http://[::1]:8080",
		"http://127.0.0.1", NULL };
	static const char *const bad[] = { "", "id.example", "https:", "https://", "https:///a",
		"https://id.example/", "https://id.example/a/", "https://id.example//a",
		"https://id.example/a?b", "https://id.example?b", "https://id.example/a#b",
		"https://id.example#", "https://id.example/./a", "https://id.example/..",
		"https://id.example/%61", "https://ID.example", "HTTPS://id.example",
		"https://a@id.example", "https://id.example:", "https://id.example:0",
		"https://id.example:65536", "https://id.example:08", "https://[::1", "https://[x]",
		"ftp://id.example", "https://id example", "https://id.example/\xc3\xa4", "urn:a:b",
		NULL };

	try_all(check_issuer, true, good);
	try_all(check_issuer, false, bad);
	assert_true(check_issuer(long_text(*state, "https://a/", 512)));
	assert_false(check_issuer(long_text(*state, "https://a/", 513)));
}

/* RFC 6749 section 3.1.2: absolute, no fragment; RFC 8252 section 7: loopback and private schemes.
 */
static void
redirects(void **state)
{
	static const char *const good[] = { "https://app.example/cb", "https://app.example",
		"https://app.example/cb?a=b&c", "http://127.0.0.1/cb", "http://[::1]:5000/cb",
		"com.example.app:/cb", "com.example.app://cb", "com.example.app:///cb",
		"https://app.example/a%20b", "HTTPS://App.example/", "http://localhost/cb",
		"http://localhost:8080", NULL };
	static const char *const bad[] = { "", "/cb", "//app.example/cb", "app.example/cb",
		"https://app.example/cb#", "https://app.example/cb#a", "com.example.app:/cb#x",
		"javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x",
		"file:///etc/passwd", "vbscript:x", "blob:https://a/b", "about:blank",
		"view-source:https://a", "mailto:a@b", "ws://a/b", "wss://a/b", "ftp://a/b",
		"tel:1", "ssh://a", "https://", "https:cb", "https:/cb", "https://a b/",
		"https://a/\x01", "https://a/\"", "https://a/<b>", "https://a/%zz", "https://a/%4",
		"https://u@a/", "https://u:p@a/", "http://a:b/", "com.example:", "1a:/b", ":/b",
		"https://a\\@b/", "https://a/\xc3\xa4", "my.app://h:99999/", "my.app://[x]/",
		"a.b:/[b]", "myapp://cb", "http://app.example/cb", "http://127.0.0.1.example/cb",
		"http://localhost.example/", "HTTP://app.example/", NULL };

	try_all(check_redirect, true, good);
	try_all(check_redirect, false, bad);
	assert_false(check_redirect(STR("https://a/\0b")));
	assert_true(check_redirect(long_text(*state, "https://a/", 400)));
	assert_false(check_redirect(long_text(*state, "https://a/", 401)));
}

static void
resources(void **state)
{
	static const char *const good[] = { "https://api.example", "urn:example:api",
		"api://orders", "https://api.example/v1?x=y", NULL };
	static const char *const bad[] = { "", "orders", "/v1", "https://api.example#a",
		"urn:", NULL };

	(void)state;
	try_all(check_resource, true, good);
	try_all(check_resource, false, bad);
}

/* RFC 6454 section 6.2: as a browser writes it, since it is compared byte for byte. */
static void
origins(void **state)
{
	static const char *const good[] = { "https://app.example", "http://localhost:3000",
		"http://[::1]:3000", NULL };
	static const char *const bad[] = { "", "null", "*", "https://app.example/",
		"https://App.example", "app.example", "https://app.example?", "file://",
		"myapp://cb", "https://a,b\"", NULL };

	try_all(check_origin, true, good);
	try_all(check_origin, false, bad);
	assert_false(check_origin(long_text(*state, "https://", 301)));
}

static void
pages(void **state)
{
	static const char *const good[] = { "https://app.example/privacy?x", "http://a", NULL };
	static const char *const bad[] = { "", "javascript:alert(1)", "app.example", "https://a/#b",
		"urn:a:b", NULL };

	(void)state;
	try_all(check_page, true, good);
	try_all(check_page, false, bad);
}

static void
words_and_grant_types(void **state)
{
	static const char *const words[] = { "a", "web-client_1", "!\"#", NULL };
	static const char *const no_words[] = { "", " ", "a b", "a\n", "\xc3\xa4", NULL };
	static const char *const types[] = { "authorization_code", "refresh_token",
		"client_credentials", NULL };
	static const char *const no_types[] = { "", "password", "implicit", "Authorization_code",
		NULL };

	(void)state;
	try_all(check_word, true, words);
	try_all(check_word, false, no_words);
	try_all(check_grant_type, true, types);
	try_all(check_grant_type, false, no_types);
}

/* OpenID Connect Core 5.1 and 5.4. */
static void
claims(void **state)
{
	size_t i, profile = 0;

	(void)state;
	assert_int_equal(claim_count, 19);
	for (i = 0; i < claim_count; i++) {
		assert_ptr_equal(claim_find(str_of(claim_rows[i].name)), &claim_rows[i]);
		profile += strcmp(claim_rows[i].scope, "profile") == 0;
	}
	assert_int_equal(profile, 14);
	assert_null(claim_find(STR("sub")));
	assert_null(claim_find(STR("")));
	assert_int_equal(claim_find(STR("updated_at"))->type, CLAIM_NUMBER);
	assert_int_equal(claim_find(STR("email_verified"))->type, CLAIM_BOOL);
	assert_int_equal(claim_find(STR("address"))->type, CLAIM_ADDRESS);
	assert_string_equal(claim_find(STR("phone_number"))->scope, "phone");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(rows_are_sound),
		fixture_test(defaults_are_allowed),
		fixture_test(promised_defaults),
		fixture_test(choices_are_the_enums),
		fixture_test(secrets_are_marked),
		fixture_test(names),
		fixture_test(scopes),
		fixture_test(issuers),
		fixture_test(redirects),
		fixture_test(resources),
		fixture_test(origins),
		fixture_test(pages),
		fixture_test(words_and_grant_types),
		fixture_test(claims),
	};

	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
