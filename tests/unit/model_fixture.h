/*
 * model_fixture - what the tests of the upper floors share: one authority for each test program
 * SPDX-License-Identifier: ISC
 *
 * `a`, `db`, `auth` and `o` are there in every test; the arena is reset after each, the store is
 * not. With MODEL_WRITER defined, what is committed after that goes through a writer process.
 */
#ifndef TESTS_MODEL_FIXTURE_H
#define TESTS_MODEL_FIXTURE_H

#include "base/clock.h"
#include "base/log.h"
#include "base/seal.h"
#include "model/authority.h"
#include "model/client.h"
#include "model/keyset.h"
#include "model/resource.h"
#include "model/user.h"
#include "store/commit.h"

#include "tests/unit/base_fixture.h"
#include "tests/unit/scratch.h"

#ifdef MODEL_WRITER
#include "tests/unit/writer_fixture.h"
#endif

#define AUDIT_KEY STR_INIT("the audit key of all these tests")
#define ISSUER "https://id.example/acme"

static struct arena *a, *kept;
static struct store *db;
static struct conf conf;
static struct deployment *deployment;
static struct authority auth;
static struct opened o;
static const struct beginning beginning = { AUDIT_KEY,
	{ .event = AUDIT_AUTHORITY_CREATED, .actor = STR_INIT("system") } };

#ifdef MODEL_WRITER
static pid_t model_writer;

/* The same authority as a program has it. */
static inline int
model_confine(void)
{
	deployment_close(deployment);
	conf.writer = arena_str(kept, str_of(scratch_path("writer")));
	model_writer = writer_start(&conf);
	if (deployment_open(&conf, STORE_WRITE | STORE_COUNT | STORE_KEYS, &deployment) != OK ||
		deployment_confine(deployment, "test", writer_allows) != OK)
		return -1;
	return authority_open(deployment, kept, STR("acme"), &auth, &o) == OK ? 0 : -1;
}
#endif

static inline int
model_open(void **state)
{
	(void)state;
	secret_init();
	(void)!log_open("test", "/dev/null"); /* half of what is tested here is complained about */
	a = arena_new(ARENA_CEILING);
	kept = arena_new(ARENA_CEILING);
	field_defaults(&record_conf, &conf, kept);
	conf.data = arena_str(kept, str_of(scratch_path("data")));
	conf.master_key = arena_str(kept, str_of(scratch_path("master.key")));
	conf.map_size = 64 << 20;
	conf.password_memory = 1 << 20;
	if (mkdir(scratch_path("data"), 0700) != 0 || seal_create(scratch_path("master.key")) != OK)
		return -1;
	field_defaults(&record_authority, &auth, kept);
	auth.name = STR("acme");
	auth.issuer = STR(ISSUER);
	auth.id_token_alg = ALG_ES256; /* quick to make */
	if (deployment_open(&conf, STORE_ADMIN | STORE_WRITE | STORE_COUNT, &deployment) != OK ||
		authority_create(deployment, kept, &auth, &beginning) != OK)
		return -1;
	if (authority_find(deployment, kept, STR("id.example"), STR("/acme"), &auth, &o) != OK)
		return -1;
#ifdef MODEL_WRITER
	if (model_confine() != 0)
		return -1;
#endif
	db = o.durable;
	return 0;
}

static inline int
model_close(void **state)
{
	(void)state;
	deployment_close(deployment);
#ifdef MODEL_WRITER
	if (writer_stop(model_writer) != 0)
		return -1;
#endif
	arena_free(a);
	arena_free(kept);
	return 0;
}

static inline int
model_reset(void **state)
{
	(void)state;
	arena_reset(a);
	return 0;
}

/* Who does it all. */
static const struct audit by_test = {
	.event = AUDIT_RECORD_CHANGED, .actor = STR_INIT("system"), .detail = STR_INIT("test")
};

/* Commits what a function has put into a batch. */
static inline enum err
commit(struct batch *b)
{
	audit_note(b, a, &by_test);
	return store_commit(db, b);
}

/* A client of that name that may have codes and refresh tokens. */
static inline struct client
make_client(const char *id)
{
	const char *why = NULL;
	struct client c;

	field_defaults(&record_client, &c, kept);
	c.client_id = str_of(id);
	arena_strs_add(kept, &c.redirect_uris, STR("https://rp.example/cb"));
	arena_strs_add(kept, &c.redirect_uris, STR("http://127.0.0.1/cb"));
	arena_strs_add(kept, &c.grant_types, STR("refresh_token"));
	arena_strs_add(kept, &c.scope, STR("openid"));
	arena_strs_add(kept, &c.scope, STR("profile"));
	arena_strs_add(kept, &c.scope, STR("offline_access"));
	assert_int_equal(client_put(db, kept, &c, 0, &by_test, &why), OK);
	return c;
}

static inline struct user
make_user(const char *name)
{
	const char *why = NULL;
	struct user u;

	field_defaults(&record_user, &u, kept);
	u.username = str_of(name);
	assert_int_equal(user_put(db, kept, &u, 0, &by_test, &why), OK);
	return u;
}

#define model_test(fn) cmocka_unit_test_teardown(fn, model_reset)
#define run_model_tests(tests) cmocka_run_group_tests(tests, model_open, model_close)

#endif
