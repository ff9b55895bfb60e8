/*
 * test_keyset - rings that live by time alone (DESIGN section 5)
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "model/keyset.h"

#include "data/json.h"
#include "jose/jws.h"
#include "model/private_key.h"

#include "tests/unit/model_fixture.h"

#define DAY 86400

static size_t
count_keys(void)
{
	struct signing_keys keys;

	assert_int_equal(keyset_all(db, a, &keys), OK);
	return keys.n;
}

static struct str
signing_kid(void)
{
	struct str token;
	struct jws jws;

	/* Dates are read again after a while; another algorithm that is not there does it at once.
	 */
	assert_int_equal(keyset_sign(o.keyring, db, a, SIGN_ID_TOKEN, ALG_PS256, STR("{}"), &token),
		ERR_NOTFOUND);
	assert_int_equal(
		keyset_sign(o.keyring, db, a, SIGN_ID_TOKEN, ALG_ES256, STR("{}"), &token), OK);
	assert_int_equal(jws_parse(a, token, &jws), OK);
	return jws.kid;
}

static void
upkeep(size_t want_made, size_t want_gone)
{
	size_t made, gone;

	assert_int_equal(keyset_upkeep(o.keyring, db, a, &auth, &by_test, &made, &gone), OK);
	assert_int_equal(made, want_made);
	assert_int_equal(gone, want_gone);
}

static void
phases_follow_the_dates(void **state)
{
	struct signing_key v[] = { { .active_from = 10, .active_until = 20, .published_until = 30 },
		{ .active_from = 20, .active_until = 40, .published_until = 50 } };
	struct signing_keys keys = { v, 2 };

	(void)state;
	assert_int_equal(key_phase(&keys, 0, 9), KEY_ANNOUNCED);
	assert_int_equal(key_phase(&keys, 0, 10), KEY_ACTIVE);
	assert_int_equal(key_phase(&keys, 0, 19), KEY_ACTIVE);
	assert_int_equal(key_phase(&keys, 0, 20), KEY_RETIRED);
	assert_int_equal(key_phase(&keys, 0, 29), KEY_RETIRED);
	assert_int_equal(key_phase(&keys, 0, 30), KEY_DELETED);
	v[1].active_from = 25; /* a late successor */
	assert_int_equal(key_phase(&keys, 0, 24), KEY_ACTIVE);
	assert_int_equal(key_phase(&keys, 0, 25), KEY_RETIRED);
	assert_int_equal(key_phase(&keys, 0, 35), KEY_DELETED);
	keys.n = 1; /* none */
	assert_int_equal(key_phase(&keys, 0, 1000), KEY_ACTIVE);
	v[0].revoked = true;
	assert_int_equal(key_phase(&keys, 0, 15), KEY_REVOKED);
}

/* Keys made in one second stand in any order: one that was retired for another is so in each. */
static void
order_does_not_matter(void **state)
{
	const struct signing_key retired = { STR_INIT("r"), ALG_ES256, .active_from = 10,
		.active_until = 10, .published_until = 24, .created = 10 };
	const struct signing_key announced = { STR_INIT("a"), ALG_ES256, .active_from = 24,
		.active_until = 100, .published_until = 114, .created = 10 };
	const struct signing_key active = { STR_INIT("b"), ALG_ES256, .active_from = 10,
		.active_until = 100, .published_until = 114, .created = 10 };
	const struct signing_key orders[][3] = { { retired, announced, active },
		{ active, retired, announced }, { announced, active, retired },
		{ active, announced, retired } };
	struct signing_key v[3];
	struct signing_keys keys = { v, COUNT(v) };
	enum key_phase wanted;
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(orders); i++) {
		memcpy(v, orders[i], sizeof(v));
		for (k = 0; k < COUNT(v); k++) {
			wanted = v[k].active_until == 10 ? KEY_RETIRED
				: v[k].active_from == 10 ? KEY_ACTIVE
							 : KEY_ANNOUNCED;
			assert_int_equal(key_phase(&keys, k, 10), wanted);
		}
	}
}

/* The dates of one ring over 104 days, as its settings say: 14 announced, 90 in all, 14 retired. */
static void
a_ring_turns_with_time(void **state)
{
	struct str first, second;

	(void)state;
	assert_int_equal(count_keys(), 1);
	first = signing_kid();
	upkeep(0, 0);
	clock_shift(75 * DAY);
	upkeep(0, 0);
	clock_shift(76 * DAY);
	upkeep(1, 0);
	upkeep(0, 0);
	assert_int_equal(count_keys(), 2);
	assert_str(signing_kid(), first);
	clock_shift(89 * DAY);
	assert_str(signing_kid(), first);
	clock_shift(91 * DAY);
	second = signing_kid();
	assert_false(str_eq(first, second));
	upkeep(0, 0);
	clock_shift(105 * DAY);
	upkeep(0, 1);
	assert_int_equal(count_keys(), 1);
	assert_str(signing_kid(), second);
	clock_shift(0);
}

/* Forgotten upkeep must not end the service: the last key goes on and stays published. */
static void
the_last_key_goes_on(void **state)
{
	struct str json, kid;
	const struct js *set;
	struct jwk *key;

	(void)state;
	clock_shift(3650LL * DAY);
	kid = signing_kid();
	assert_int_equal(keyset_public(db, a, clock_now(), &json), OK);
	assert_int_equal(js_parse(a, json, &set), OK);
	assert_int_equal(js_count(js_get(set, "keys")), 1);
	assert_int_equal(keyset_find(db, a, kid, false, clock_now(), &key), OK);
	/* Late upkeep announces a successor and takes nothing away until that one signs. */
	upkeep(1, 0);
	assert_str(signing_kid(), kid);
	clock_shift(3650LL * DAY + 15 * DAY);
	upkeep(0, 0);
	assert_false(str_eq(signing_kid(), kid));
	assert_int_equal(keyset_find(db, a, kid, false, clock_now(), &key), OK);
	clock_shift(3650LL * DAY + 29 * DAY);
	upkeep(0, 1);
	clock_shift(0);
}

static void
a_leaked_key_is_gone_at_once(void **state)
{
	struct key_options options = { .alg = ALG_ES256, .revoke = true };
	struct signing_key made;
	struct str before = signing_kid();
	struct jwk *key;

	(void)state;
	assert_int_equal(keyset_find(db, a, before, false, clock_now(), &key), OK);
	assert_int_equal(keyset_rotate(o.keyring, db, a, &auth, &options, &by_test, &made), OK);
	assert_str(signing_kid(), made.kid);
	assert_int_equal(keyset_find(db, a, before, true, clock_now(), &key), ERR_NOTFOUND);
}

/* What is stored opens only with the master key, and only under its own kid. */
static void
private_halves_are_sealed(void **state)
{
	struct str kid = signing_kid(), json;
	struct private_key stored;
	struct keyring *other;
	struct store *keys;
	struct seal *seal;
	struct store_options so = { .flags = STORE_READONLY };

	(void)state;
	deployment_close(deployment);
	assert_int_equal(store_open(scratch_path("data/acme/keys"), &so, &keys), OK);
	assert_int_equal(record_get(keys, a, &record_private_key, key_text(a, KEY_PRIVATE, kid),
				 &stored, NULL),
		OK);
	assert_int_equal(seal_open(scratch_path("master.key"), &seal), OK);
	assert_int_equal(seal_reveal(seal, a, kid, stored.sealed, &json), OK);
	assert_int_equal(seal_reveal(seal, a, STR("another"), stored.sealed, &json), ERR_CRYPTO);
	seal_free(seal);
	assert_int_equal(keyring_open(keys, str_of(scratch_path("no-such-file")), &other), OK);
	keyring_close(other);
	store_close(keys);
	assert_int_equal(deployment_open(&conf, STORE_ADMIN, &deployment), OK);
}

static struct store *
ring_store(void)
{
	return keyring_store(o.keyring);
}

static size_t
reseal(void)
{
	struct seal *seal;
	size_t done, left;

	assert_int_equal(seal_open(scratch_path("master.key"), &seal), OK);
	assert_int_equal(private_key_reseal(ring_store(), seal, &done, &left), OK);
	assert_int_equal(left, 0);
	seal_free(seal);
	return done;
}

static struct str
sealed_of(struct str kid)
{
	struct private_key stored;

	assert_int_equal(private_key_get(ring_store(), a, kid, &stored), OK);
	return stored.sealed;
}

/* A process that has read the master key meets a key that is sealed with a version made since. */
static void
a_new_version_is_noticed(void **state)
{
	struct key_options options = { .alg = ALG_ES256, .at_once = true };
	struct seal_version v;
	struct signing_key made;
	struct keyring *fresh;
	struct str token;
	uint32_t version;

	(void)state;
	/* What was opened last was closed by the test before. */
	assert_int_equal(
		authority_find(deployment, a, STR("id.example"), STR("/acme"), &auth, &o), OK);
	db = o.durable;
	assert_int_equal(keyring_open(ring_store(), conf.master_key, &fresh), OK);
	assert_int_equal(
		keyset_sign(fresh, db, a, SIGN_ID_TOKEN, ALG_ES256, STR("{}"), &token), OK);
	assert_int_equal(seal_rotate(scratch_path("master.key"), &v), OK);
	assert_int_equal(keyset_rotate(o.keyring, db, a, &auth, &options, &by_test, &made), OK);
	assert_int_equal(seal_version_of(sealed_of(made.kid), &version), OK);
	assert_int_equal(version, v.version); /* whoever seals looks for the newest first */
	assert_int_equal(keyset_sign(fresh, db, a, SIGN_ID_TOKEN, ALG_PS256, STR("{}"), &token),
		ERR_NOTFOUND);
	assert_int_equal(
		keyset_sign(fresh, db, a, SIGN_ID_TOKEN, ALG_ES256, STR("{}"), &token), OK);
	keyring_close(fresh);
	assert_true(reseal() > 0);
	assert_int_equal(reseal(), 0);
	assert_int_equal(seal_drop(scratch_path("master.key"), v.version - 1), OK);
	assert_int_equal(keyring_open(ring_store(), conf.master_key, &fresh), OK);
	assert_int_equal(
		keyset_sign(fresh, db, a, SIGN_ID_TOKEN, ALG_ES256, STR("{}"), &token), OK);
	keyring_close(fresh);
}

/* What is sealed with a version that is gone stays as it is, and the others are done. */
static void
what_cannot_be_opened_stays(void **state)
{
	struct key_options options = { .alg = ALG_ES256, .at_once = true };
	struct seal_version v;
	struct signing_key made;
	struct seal *seal;
	struct str before;
	size_t done, left;

	(void)state;
	assert_int_equal(seal_rotate(scratch_path("master.key"), &v), OK);
	assert_int_equal(keyset_rotate(o.keyring, db, a, &auth, &options, &by_test, &made), OK);
	before = sealed_of(made.kid);
	assert_int_equal(rename(scratch_path("master.key"), scratch_path("kept.key")), 0);
	assert_int_equal(seal_create(scratch_path("master.key")), OK);
	assert_int_equal(seal_open(scratch_path("master.key"), &seal), OK);
	assert_int_equal(private_key_reseal(ring_store(), seal, &done, &left), ERR_UNSUPPORTED);
	assert_int_equal(done, 0);
	assert_true(left > 0);
	assert_str(sealed_of(made.kid), before);
	seal_free(seal);
	assert_int_equal(rename(scratch_path("kept.key"), scratch_path("master.key")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		model_test(phases_follow_the_dates),
		cmocka_unit_test(order_does_not_matter),
		model_test(a_ring_turns_with_time),
		model_test(the_last_key_goes_on),
		model_test(a_leaked_key_is_gone_at_once),
		model_test(private_halves_are_sealed),
		model_test(a_new_version_is_noticed),
		model_test(what_cannot_be_opened_stays),
	};

	return run_model_tests(tests);
}
