/*
 * test_session - one session, many sign-ins: what a cookie is worth and what ends
 * SPDX-License-Identifier: ISC
 */
#include "model/session.h"

#include "model/grant.h"

#include "tests/unit/model_fixture.h"

#define LIFETIME 600

/* A session of a user, signed in and stored; its cookie. */
static struct session_row
sign_in(const char *name, struct str *cookie)
{
	struct user u = make_user(name);
	struct session_row row;
	struct batch b;

	session_new(a, &u, &row);
	session_sign_in(a, &row, LIFETIME, cookie);
	batch_init(&b, a);
	assert_int_equal(session_put(&b, a, &row), OK);
	assert_int_equal(commit(&b), OK);
	return row;
}

/* The same browser signs in once more. */
static struct str
sign_in_again(struct str old)
{
	struct session_row row;
	struct str cookie;
	struct batch b;

	assert_int_equal(session_get(db, a, old, &row), OK);
	session_sign_in(a, &row, LIFETIME, &cookie);
	batch_init(&b, a);
	assert_int_equal(session_put(&b, a, &row), OK);
	assert_int_equal(commit(&b), OK);
	return cookie;
}

static void
a_new_one_is_found_by_its_cookie_and_its_sid(void **state)
{
	struct session_row row, found;
	struct str cookie, other;

	(void)state;
	row = sign_in("new", &cookie);
	assert_int_equal(session_get(db, a, cookie, &found), OK);
	assert_str(found.s.sid, row.s.sid);
	assert_str(found.s.sub, row.s.sub);
	assert_int_equal(found.s.created, found.s.auth_time);
	assert_int_equal(found.s.expires, found.s.auth_time + LIFETIME);
	assert_int_equal(session_get_sid(db, a, row.s.sid, &found), OK);
	assert_int_equal(session_get_sid(db, a, cookie, &found), ERR_NOTFOUND);
	sign_in("another", &other);
	assert_false(str_eq(cookie, other));
}

/* What hangs on the sid stays; the end and the secret are new. */
static void
signing_in_again_renews_it(void **state)
{
	struct session_row row, found;
	struct str first, second;

	(void)state;
	row = sign_in("again", &first);
	clock_shift(LIFETIME - 10);
	second = sign_in_again(first);
	assert_false(str_eq(first, second));
	assert_int_equal(session_get(db, a, second, &found), OK);
	assert_str(found.s.sid, row.s.sid);
	assert_int_equal(found.s.created, row.s.created);
	assert_true(found.s.auth_time >= row.s.auth_time + LIFETIME - 10);
	assert_int_equal(found.s.expires, found.s.auth_time + LIFETIME);
	clock_shift(LIFETIME + 10); /* past its first end */
	assert_int_equal(session_get(db, a, second, &found), OK);
	clock_shift(0);
}

static void
the_cookie_of_an_old_secret_is_dead(void **state)
{
	struct session_row row, found;
	struct str first, second, forged;
	struct handle h;

	(void)state;
	row = sign_in("dead", &first);
	second = sign_in_again(first);
	assert_int_equal(session_get(db, a, first, &found), ERR_NOTFOUND);
	assert_int_equal(session_get(db, a, second, &found), OK);
	assert_int_equal(handle_parse(a, HANDLE_SESSION, second, &h), OK);
	forged = handle_write(a, HANDLE_SESSION, h.id, secret_bytes(a, HANDLE_LEN));
	assert_int_equal(session_get(db, a, forged, &found), ERR_NOTFOUND);
	/* The handle of a code with the same bytes is no cookie. */
	forged = handle_write(a, HANDLE_CODE, h.id, h.secret);
	assert_int_not_equal(session_get(db, a, forged, &found), OK);
	assert_int_equal(session_get(db, a, STR("nonsense"), &found), ERR_SYNTAX);
	assert_int_equal(session_get_sid(db, a, row.s.sid, &found), OK);
}

static void
it_expires(void **state)
{
	struct session_row row, found;
	struct str cookie;

	(void)state;
	row = sign_in("late", &cookie);
	clock_shift(LIFETIME - 5);
	assert_int_equal(session_get(db, a, cookie, &found), OK);
	clock_shift(LIFETIME + 1);
	assert_int_equal(session_get(db, a, cookie, &found), ERR_EXPIRED);
	found.s.sid = (struct str){ 0 };
	assert_int_equal(session_get_sid(db, a, row.s.sid, &found), ERR_EXPIRED);
	assert_str(found.s.sid, row.s.sid); /* filled all the same */
	assert_int_equal(session_end(db, a, row.s.sid, &by_test), OK);
	clock_shift(0);
}

static void
an_end_is_an_end(void **state)
{
	struct session_row row, found, late;
	struct str cookie;
	struct batch b;

	(void)state;
	row = sign_in("end", &cookie);
	assert_int_equal(session_get(db, a, cookie, &late), OK);
	assert_int_equal(session_end(db, a, row.s.sid, &by_test), OK);
	assert_int_equal(session_get(db, a, cookie, &found), ERR_NOTFOUND);
	assert_int_equal(session_get_sid(db, a, row.s.sid, &found), ERR_NOTFOUND);
	assert_int_equal(session_end(db, a, row.s.sid, &by_test), ERR_NOTFOUND);
	/* Who had read it before cannot bring it back. */
	batch_init(&b, a);
	assert_int_equal(session_put(&b, a, &late), OK);
	assert_int_equal(commit(&b), ERR_CONFLICT);
}

/* Two tabs: the second to write sees that it was late. */
static void
one_of_two_writers_wins(void **state)
{
	struct session_row first, second;
	struct str cookie;
	struct batch b;

	(void)state;
	sign_in("tabs", &cookie);
	assert_int_equal(session_get(db, a, cookie, &first), OK);
	assert_int_equal(session_get(db, a, cookie, &second), OK);
	first.s.login_for = STR("0123456789abcdef0123456789abcdef");
	batch_init(&b, a);
	assert_int_equal(session_put(&b, a, &first), OK);
	assert_int_equal(commit(&b), OK);
	batch_init(&b, a);
	assert_int_equal(session_put(&b, a, &second), OK);
	assert_int_equal(commit(&b), ERR_CONFLICT);
	batch_init(&b, a);
	session_del(&b, a, &second);
	assert_int_equal(commit(&b), ERR_CONFLICT);
}

static void
what_was_for_one_request_is_used_up(void **state)
{
	struct session_row row, found;
	struct str cookie;
	struct batch b;

	(void)state;
	row = sign_in("once", &cookie);
	assert_int_equal(session_get(db, a, cookie, &row), OK);
	row.s.login_for = row.s.consent_for = STR("0123456789abcdef0123456789abcdef");
	arena_strs_add(a, &row.s.consent_scope, STR("openid"));
	session_use_up(&row);
	batch_init(&b, a);
	assert_int_equal(session_put(&b, a, &row), OK);
	assert_int_equal(commit(&b), OK);
	assert_int_equal(session_get(db, a, cookie, &found), OK);
	assert_int_equal(found.s.login_for.n + found.s.consent_for.n, 0);
	assert_int_equal(found.s.consent_scope.n, 0);
	assert_int_equal(found.s.auth_time, row.s.auth_time);
}

static enum err
check_grant_of(struct str sid, bool online)
{
	struct grant_row row = { .version = 0 };

	field_defaults(&record_grant, &row.g, a);
	row.g.sid = sid;
	row.g.online = online;
	row.g.state = GRANT_ACTIVE;
	row.g.expires = clock_now() + 10 * LIFETIME;
	return grant_check(db, a, &row, clock_now());
}

/* A grant without offline_access follows the sid, through sign-ins, to the end. */
static void
grants_follow_it(void **state)
{
	struct session_row row;
	struct str cookie;

	(void)state;
	row = sign_in("grants", &cookie);
	assert_int_equal(check_grant_of(row.s.sid, true), OK);
	sign_in_again(cookie);
	assert_int_equal(check_grant_of(row.s.sid, true), OK);
	assert_int_equal(session_end(db, a, row.s.sid, &by_test), OK);
	assert_int_not_equal(check_grant_of(row.s.sid, true), OK);
	assert_int_equal(check_grant_of(row.s.sid, false), OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		model_test(a_new_one_is_found_by_its_cookie_and_its_sid),
		model_test(signing_in_again_renews_it),
		model_test(the_cookie_of_an_old_secret_is_dead),
		model_test(it_expires),
		model_test(an_end_is_an_end),
		model_test(one_of_two_writers_wins),
		model_test(what_was_for_one_request_is_used_up),
		model_test(grants_follow_it),
	};

	return run_model_tests(tests);
}
