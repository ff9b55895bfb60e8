/*
 * test_jwt - header and claim checks (RFC 7519, RFC 8725)
 * SPDX-License-Identifier: ISC
 */
#include "jose/jwt.h"

#include "tests/unit/jose_fixture.h"

#define NOW 1000000

/* A token of these claims that nobody signed; jwt_parse and jwt_check do not look. */
static struct str
unsigned_token(struct arena *a, const char *header, const char *claims)
{
	return arena_printf(a, "%.*s.%.*s.c2ln", STR_FMT(enc_b64url(a, str_of(header))),
		STR_FMT(enc_b64url(a, str_of(claims))));
}

static enum err
parse(struct arena *a, const char *claims, struct jwt *out)
{
	return jwt_parse(a, unsigned_token(a, "{\"alg\":\"ES256\"}", claims), out);
}

static void
test_claims(void **state)
{
	struct arena *a = *state;
	struct jwt jwt;

	assert_int_equal(parse(a, "{}", &jwt), OK);
	assert_int_equal(jwt.iss.n + jwt.sub.n + jwt.jti.n + jwt.aud.n, 0);
	assert_true(jwt.exp == JWT_NO_TIME && jwt.nbf == JWT_NO_TIME && jwt.iat == JWT_NO_TIME);
	assert_int_equal(parse(a,
				 "{\"iss\":\"i\",\"sub\":\"s\",\"jti\":\"j\",\"aud\":[\"a\",\"b\"],"
				 "\"exp\":3,\"nbf\":1,\"iat\":-2,\"more\":[{}]}",
				 &jwt),
		OK);
	assert_str(jwt.iss, STR("i"));
	assert_str(jwt.sub, STR("s"));
	assert_str(jwt.jti, STR("j"));
	assert_int_equal(jwt.aud.n, 2);
	assert_true(strs_has(jwt.aud, STR("a")) && strs_has(jwt.aud, STR("b")));
	assert_true(jwt.exp == 3 && jwt.nbf == 1 && jwt.iat == -2);
	assert_int_equal(js_count(jwt.claims), 8);
	assert_int_equal(parse(a, "{\"aud\":\"one\",\"exp\":1700000000.75}", &jwt), OK);
	assert_int_equal(jwt.aud.n, 1);
	assert_str(jwt.aud.v[0], STR("one"));
	assert_true(jwt.exp == 1700000000);
	assert_int_equal(parse(a, "{\"aud\":[],\"exp\":1.7e9}", &jwt), OK);
	assert_int_equal(jwt.aud.n, 0);
	assert_true(jwt.exp == 1700000000);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *claims;
		enum err want;
	} bad[] = {
		{ "", ERR_SYNTAX },
		{ "{", ERR_SYNTAX },
		{ "{} {}", ERR_SYNTAX },
		{ "Example of Ed25519 signing", ERR_SYNTAX },
		{ "[]", ERR_TYPE },
		{ "\"iss\"", ERR_TYPE },
		{ "null", ERR_TYPE },
		{ "{\"iss\":\"a\",\"iss\":\"b\"}", ERR_DUPLICATE },
		{ "{\"iss\":1}", ERR_TYPE },
		{ "{\"iss\":null}", ERR_TYPE },
		{ "{\"sub\":[\"a\"]}", ERR_TYPE },
		{ "{\"jti\":{}}", ERR_TYPE },
		{ "{\"aud\":1}", ERR_TYPE },
		{ "{\"aud\":{\"a\":\"b\"}}", ERR_TYPE },
		{ "{\"aud\":[\"a\",1]}", ERR_TYPE },
		{ "{\"aud\":[[\"a\"]]}", ERR_TYPE },
		{ "{\"exp\":\"1\"}", ERR_TYPE },
		{ "{\"exp\":true}", ERR_TYPE },
		{ "{\"exp\":null}", ERR_TYPE },
		{ "{\"nbf\":[]}", ERR_TYPE },
		{ "{\"iat\":\"now\"}", ERR_TYPE },
		{ "{\"exp\":1e300}", ERR_TYPE },
		{ "{\"exp\":-1.5e18}", ERR_TYPE },
		{ "{\"exp\":99999999999999999999}", ERR_RANGE },
	};
	struct arena *a = *state;
	struct jwt jwt;
	enum err e;
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		e = parse(a, bad[i].claims, &jwt);
		if (e != bad[i].want)
			fail_msg("%s: %s, not %s", bad[i].claims, err_text(e),
				err_text(bad[i].want));
	}
	assert_int_equal(
		jwt_parse(a, unsigned_token(a, "{\"alg\":\"none\"}", "{}"), &jwt), ERR_UNSUPPORTED);
	assert_int_equal(jwt_parse(a, STR("e30.e30"), &jwt), ERR_SYNTAX);
}

/* One token, one rule each. */
static void
test_check_names(void **state)
{
	struct arena *a = *state;
	struct jwt jwt;

	assert_int_equal(jwt_parse(a,
				 unsigned_token(a, "{\"alg\":\"ES256\",\"typ\":\"at+JWT\"}",
					 "{\"iss\":\"https://i\",\"aud\":[\"a\",\"b\"],"
					 "\"exp\":1000001}"),
				 &jwt),
		OK);
	assert_int_equal(jwt_check(&jwt, &(struct jwt_rules){ .now = NOW }), OK);
	assert_int_equal(jwt_check(&jwt,
				 &(struct jwt_rules){ .typ = STR("at+jwt"),
					 .iss = STR("https://i"),
					 .aud = STR("b"),
					 .now = NOW }),
		OK);
	assert_int_equal(
		jwt_check(
			&jwt, &(struct jwt_rules){ .typ = STR("application/at+jwt"), .now = NOW }),
		OK);
	assert_int_equal(
		jwt_check(&jwt, &(struct jwt_rules){ .typ = STR("JWT"), .now = NOW }), ERR_TYPE);
	assert_int_equal(
		jwt_check(&jwt, &(struct jwt_rules){ .typ = STR("at"), .now = NOW }), ERR_TYPE);
	assert_int_equal(
		jwt_check(&jwt, &(struct jwt_rules){ .typ = STR("logout+jwt"), .now = NOW }),
		ERR_TYPE);
	assert_int_equal(
		jwt_check(&jwt, &(struct jwt_rules){ .iss = STR("https://i/"), .now = NOW }),
		ERR_DENIED);
	assert_int_equal(
		jwt_check(&jwt, &(struct jwt_rules){ .iss = STR("HTTPS://i"), .now = NOW }),
		ERR_DENIED);
	assert_int_equal(
		jwt_check(&jwt, &(struct jwt_rules){ .aud = STR("c"), .now = NOW }), ERR_DENIED);
	assert_int_equal(
		jwt_check(&jwt, &(struct jwt_rules){ .aud = STR("B"), .now = NOW }), ERR_DENIED);
}

static void
test_check_absent(void **state)
{
	struct arena *a = *state;
	struct jwt jwt;

	assert_int_equal(parse(a, "{\"exp\":1000001}", &jwt), OK);
	assert_int_equal(
		jwt_check(&jwt, &(struct jwt_rules){ .typ = STR("JWT"), .now = NOW }), ERR_TYPE);
	assert_int_equal(
		jwt_check(&jwt, &(struct jwt_rules){ .iss = STR("i"), .now = NOW }), ERR_DENIED);
	assert_int_equal(
		jwt_check(&jwt, &(struct jwt_rules){ .aud = STR("a"), .now = NOW }), ERR_DENIED);
	assert_int_equal(parse(a, "{\"iat\":1000000}", &jwt), OK);
	assert_int_equal(jwt_check(&jwt, &(struct jwt_rules){ .now = NOW }), ERR_EXPIRED);
	assert_int_equal(jwt_check(&jwt, &(struct jwt_rules){ .now = NOW, .ignore_expiry = true }),
		ERR_EXPIRED);
}

/* RFC 7515 section 4.1.9: `application/` is left out only where nothing else has a slash. */
static void
test_check_type(void **state)
{
	static const struct {
		const char *typ;
		enum err want;
	} types[] = {
		{ "dpop+jwt", OK },
		{ "DPoP+JWT", OK },
		{ "application/dpop+jwt", OK },
		{ "Application/DPOP+jwt", OK },
		{ "application/application/dpop+jwt", ERR_TYPE },
		{ "application/", ERR_TYPE },
		{ "application", ERR_TYPE },
		{ "text/dpop+jwt", ERR_TYPE },
		{ "dpop+jwt ", ERR_TYPE },
		{ "dpop+jw", ERR_TYPE },
		{ "", ERR_TYPE },
	};
	struct arena *a = *state;
	struct jwt jwt;
	struct str head;
	size_t i;

	for (i = 0; i < COUNT(types); i++) {
		head = arena_printf(a, "{\"alg\":\"ES256\",\"typ\":\"%s\"}", types[i].typ);
		assert_int_equal(
			jwt_parse(
				a, unsigned_token(a, arena_z(a, head), "{\"exp\":1000001}"), &jwt),
			OK);
		assert_int_equal(
			jwt_check(&jwt, &(struct jwt_rules){ .typ = STR("dpop+jwt"), .now = NOW }),
			types[i].want);
	}
}

static void
test_check_times(void **state)
{
	static const struct {
		const char *claims;
		int64_t leeway;
		bool ignore_expiry;
		enum err want;
	} times[] = {
		/* RFC 7519 section 4.1.4: the time must be before `exp`. */
		{ "{\"exp\":1000001}", 0, false, OK },
		{ "{\"exp\":1000000}", 0, false, ERR_EXPIRED },
		{ "{\"exp\":999999}", 0, false, ERR_EXPIRED },
		{ "{\"exp\":999999}", 0, true, OK },
		{ "{\"exp\":999999}", 2, false, OK },
		{ "{\"exp\":999998}", 2, false, ERR_EXPIRED },
		{ "{\"exp\":0}", 0, false, ERR_EXPIRED },
		{ "{\"exp\":-9223372036854775807}", 60, false, ERR_EXPIRED },
		{ "{\"exp\":9223372036854775807}", 60, false, OK },
		/* section 4.1.5: and not before `nbf`. */
		{ "{\"exp\":2000000,\"nbf\":1000000}", 0, false, OK },
		{ "{\"exp\":2000000,\"nbf\":1000001}", 0, false, ERR_EXPIRED },
		{ "{\"exp\":2000000,\"nbf\":1000001}", 1, false, OK },
		{ "{\"exp\":2000000,\"nbf\":1000001}", 0, true, ERR_EXPIRED },
		{ "{\"exp\":2000000,\"nbf\":9223372036854775807}", 60, false, ERR_EXPIRED },
	};
	struct arena *a = *state;
	struct jwt_rules rules;
	struct jwt jwt;
	size_t i;

	for (i = 0; i < COUNT(times); i++) {
		rules = (struct jwt_rules){ .now = NOW,
			.leeway = times[i].leeway,
			.ignore_expiry = times[i].ignore_expiry };
		assert_int_equal(parse(a, times[i].claims, &jwt), OK);
		if (jwt_check(&jwt, &rules) != times[i].want)
			fail_msg("%s: not %s", times[i].claims, err_text(times[i].want));
	}
}

static void
test_signed(void **state)
{
	struct arena *a = *state;
	struct jwk *key = fresh_key(a, ALG_ES256);
	struct str token;
	struct jwt jwt;

	assert_int_equal(jws_sign(key, ALG_ES256, STR("at+jwt"), a,
				 STR("{\"iss\":\"i\",\"exp\":1000001}"), &token),
		OK);
	assert_int_equal(jwt_parse(a, token, &jwt), OK);
	assert_int_equal(jws_verify(&jwt.jws, key), OK);
	assert_int_equal(
		jwt_check(&jwt,
			&(struct jwt_rules){ .typ = STR("at+jwt"), .iss = STR("i"), .now = NOW }),
		OK);
	/* RFC 7515 appendix A.2 is a token too; long expired. */
	assert_int_equal(jwt_parse(a, vector(a, "rfc7515_a2", "jws"), &jwt), OK);
	assert_int_equal(jws_verify(&jwt.jws, vector_public(a, "rfc7515_a2")), OK);
	assert_int_equal(
		jwt_check(&jwt, &(struct jwt_rules){ .iss = STR("joe"), .now = 1300819379 }), OK);
	assert_int_equal(
		jwt_check(&jwt, &(struct jwt_rules){ .iss = STR("joe"), .now = 1300819380 }),
		ERR_EXPIRED);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_claims, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_refused, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_check_names, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_check_absent, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_check_type, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_check_times, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_signed, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests_name("jwt", tests, NULL, NULL);
}
