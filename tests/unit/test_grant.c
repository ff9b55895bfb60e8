/*
 * test_grant - one record, one life: code, refresh tokens, revocation (RFC 6749 4.1.2, RFC
 * 9700 4.14) SPDX-License-Identifier: ISC
 */
#include "model/grant.h"

#include "tests/unit/model_fixture.h"

static struct client client;

static struct grant_row
make_grant(struct str *code)
{
	struct grant_row row = { .version = 0 };
	struct batch b;

	if (client.client_id.n == 0)
		client = make_client("rp");
	field_defaults(&record_grant, &row.g, a);
	row.g.client_id = client.client_id;
	row.g.sub = STR("sub");
	row.g.expires = clock_now() + 1000;
	batch_init(&b, a);
	assert_int_equal(grant_add(&b, a, &row, code), OK);
	assert_int_equal(commit(&b), OK);
	return row;
}

static enum err
save(const struct grant_row *row)
{
	struct batch b;

	batch_init(&b, a);
	assert_int_equal(grant_put(&b, a, row), OK);
	return commit(&b);
}

/* Rotates from `presented` and saves; the next token. */
static struct str
rotate(struct str id, struct str presented)
{
	struct grant_row row;
	struct str token;

	assert_int_equal(grant_get(db, a, id, &row), OK);
	row.g.state = GRANT_ACTIVE;
	assert_int_equal(grant_rotate(a, &row, &client, presented, &token), OK);
	assert_int_equal(save(&row), OK);
	return token;
}

static enum refresh_is
what_is(struct str token, struct str *successor)
{
	enum refresh_is is = REFRESH_REUSED;
	struct grant_row row;

	assert_int_equal(grant_of_refresh(db, a, token, &row, &is, successor), OK);
	return is;
}

static void
code_is_found_by_its_secret_alone(void **state)
{
	struct grant_row row, found;
	struct str code, other;

	(void)state;
	row = make_grant(&code);
	assert_int_equal(grant_of_code(db, a, code, &found), OK);
	assert_str(found.id, row.id);
	assert_int_equal(found.g.state, GRANT_CODED);
	other = handle_write(a, HANDLE_CODE, row.id, secret_bytes(a, HANDLE_LEN));
	assert_int_equal(grant_of_code(db, a, other, &found), ERR_NOTFOUND);
	assert_int_equal(grant_of_code(db, a, STR("nonsense"), &found), ERR_NOTFOUND);
}

static void
code_has_one_winner(void **state)
{
	struct grant_row first, second;
	struct str code;

	(void)state;
	make_grant(&code);
	assert_int_equal(grant_of_code(db, a, code, &first), OK);
	assert_int_equal(grant_of_code(db, a, code, &second), OK);
	first.g.state = second.g.state = GRANT_ACTIVE;
	assert_int_equal(save(&first), OK);
	assert_int_equal(save(&second), ERR_CONFLICT);
}

static void
previous_generation_is_told_its_successor(void **state)
{
	struct str code, one, two, successor = { 0 };
	struct grant_row row;

	(void)state;
	row = make_grant(&code);
	one = rotate(row.id, (struct str){ 0 });
	assert_int_equal(what_is(one, &successor), REFRESH_CURRENT);
	two = rotate(row.id, one);
	assert_int_equal(what_is(two, &successor), REFRESH_CURRENT);
	assert_int_equal(what_is(one, &successor), REFRESH_PREVIOUS);
	assert_str(successor, two);
}

static void
grace_ends(void **state)
{
	struct str code, one, successor;
	struct grant_row row;

	(void)state;
	row = make_grant(&code);
	one = rotate(row.id, (struct str){ 0 });
	rotate(row.id, one);
	clock_shift(client.refresh_token_grace - 1);
	assert_int_equal(what_is(one, &successor), REFRESH_PREVIOUS);
	clock_shift(client.refresh_token_grace);
	assert_int_equal(what_is(one, &successor), REFRESH_REUSED);
	clock_shift(0);
}

static void
older_generation_is_reuse(void **state)
{
	struct str code, one, two, successor;
	struct grant_row row;

	(void)state;
	row = make_grant(&code);
	one = rotate(row.id, (struct str){ 0 });
	two = rotate(row.id, one);
	rotate(row.id, two);
	assert_int_equal(what_is(one, &successor), REFRESH_REUSED);
}

/* The id stands in every access token: it must not be enough to have a family revoked. */
static void
made_up_token_is_unknown(void **state)
{
	struct str code, one, two, made_up, successor;
	struct handle h;
	enum refresh_is is;
	struct grant_row row;

	(void)state;
	row = make_grant(&code);
	one = rotate(row.id, (struct str){ 0 });
	two = rotate(row.id, one);
	rotate(row.id, two);
	assert_int_equal(handle_parse(a, HANDLE_REFRESH, one, &h), OK);
	made_up = handle_write(a, HANDLE_REFRESH, h.id, secret_bytes(a, FAMILY_LEN + HANDLE_LEN));
	assert_int_equal(grant_of_refresh(db, a, made_up, &row, &is, &successor), ERR_NOTFOUND);
}

static void
nothing_stored_is_a_token(void **state)
{
	struct str code, one, value;
	struct grant_row row;
	struct handle h;
	size_t i;

	(void)state;
	row = make_grant(&code);
	one = rotate(row.id, (struct str){ 0 });
	rotate(row.id, one);
	assert_int_equal(handle_parse(a, HANDLE_REFRESH, one, &h), OK);
	assert_int_equal(store_get(db, a, key_text(a, KEY_GRANT, row.id), &value, NULL), OK);
	for (i = 0; i + 16 <= value.n; i++)
		assert_false(str_has_prefix(str_skip(value, i), str_bytes(h.secret.p, 16)));
}

static void
revoked_grant_is_denied(void **state)
{
	struct grant_row row, again;
	struct str code;

	(void)state;
	row = make_grant(&code);
	assert_int_equal(grant_check(db, a, &row, clock_now()), OK);
	assert_int_equal(grant_check(db, a, &row, row.g.expires), ERR_EXPIRED);
	assert_int_equal(grant_revoke(db, a, row.id, &by_test), OK);
	assert_int_equal(grant_get(db, a, row.id, &again), OK);
	assert_int_equal(grant_check(db, a, &again, clock_now()), ERR_DENIED);
	assert_str(again.g.reason, STR("test"));
	row.g.state = GRANT_ACTIVE;
	assert_int_equal(save(&row), ERR_CONFLICT);
}

static void
revocation_takes_what_the_filter_takes(void **state)
{
	struct grant_filter theirs = { .client_id = STR("rp"), .sub = STR("sub") };
	struct grant_filter nobody = { .client_id = STR("rp"), .sub = STR("somebody") };
	struct str code;
	size_t n;

	(void)state;
	make_grant(&code);
	assert_int_equal(grant_revoke_all(db, &nobody, &by_test, &n), OK);
	assert_int_equal(n, 0);
	assert_int_equal(grant_revoke_all(db, &theirs, &by_test, &n), OK);
	assert_true(n >= 1);
	assert_int_equal(grant_revoke_all(db, &theirs, &by_test, &n), OK);
	assert_int_equal(n, 0);
}

/* Each row: settings, then what is left after the first token and after one used at `at`. */
static void
lifetimes(void **state)
{
	static const struct row {
		int expiration;
		int64_t absolute, sliding, at, first, then;
	} rows[] = {
		{ REFRESH_ABSOLUTE, 100, 10, 50, 100, 100 },
		{ REFRESH_SLIDING, 100, 10, 50, 10, 60 },
		{ REFRESH_SLIDING, 100, 10, 95, 10, 100 },
		{ REFRESH_SLIDING, 0, 10, 5000, 10, 5010 },
		{ REFRESH_ABSOLUTE, 0, 10, 5000, 0, 0 },
	};
	struct client c = { 0 };
	struct grant g;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		g = (struct grant){ 0 };
		c.refresh_token_expiration = rows[i].expiration;
		c.absolute_refresh_token_lifetime = rows[i].absolute;
		c.sliding_refresh_token_lifetime = rows[i].sliding;
		grant_slide(&g, &c, 0);
		assert_int_equal(g.refresh_expires, rows[i].first);
		g.generation = 1;
		grant_slide(&g, &c, rows[i].at);
		assert_int_equal(g.refresh_expires, rows[i].then);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		model_test(code_is_found_by_its_secret_alone),
		model_test(code_has_one_winner),
		model_test(previous_generation_is_told_its_successor),
		model_test(grace_ends),
		model_test(older_generation_is_reuse),
		model_test(made_up_token_is_unknown),
		model_test(nothing_stored_is_a_token),
		model_test(revoked_grant_is_denied),
		model_test(revocation_takes_what_the_filter_takes),
		model_test(lifetimes),
	};

	return run_model_tests(tests);
}
