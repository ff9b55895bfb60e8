/*
 * fuzz_authz - authorization requests, against a store with one client
 * SPDX-License-Identifier: ISC
 *
 * Whatever comes in, an address that is answered to is registered, and what
 * passes the checks is what the client may ask for.
 */
#include "base/seal.h"
#include "base/secret.h"
#include "jose/alg.h"
#include "model/authority.h"
#include "oauth/authz_request.h"
#include "oauth/redirect.h"
#include "oauth/scope.h"

#include "tests/fuzz/fuzz.h"
#include "tests/unit/scratch.h"

static const struct param params[AZ__MAX] = { AUTHZ_PARAM_ROWS };

static struct conf conf;
static struct authority auth;
static struct opened opened;

static void
add_client(struct arena *a)
{
	struct audit done = { .event = AUDIT_RECORD_ADDED, .actor = STR("system") };
	const char *why = NULL;
	struct client c;

	field_defaults(&record_client, &c, a);
	c.client_id = STR("rp");
	arena_strs_add(a, &c.redirect_uris, STR("https://rp.example/cb"));
	arena_strs_add(a, &c.redirect_uris, STR("http://127.0.0.1/cb"));
	arena_strs_add(a, &c.scope, STR("openid"));
	arena_strs_add(a, &c.scope, STR("profile"));
	must(client_put(opened.durable, a, &c, 0, &done, &why) == OK, "the client is stored");
}

/* Once in the life of the process, which keeps it. */
static void
make_authority(void)
{
	struct beginning begin = { .key = STR("audit key"),
		.record = { .event = AUDIT_AUTHORITY_CREATED, .actor = STR("system") } };
	static struct arena *a;
	static struct deployment *d;

	a = arena_new(ARENA_CEILING);
	secret_init();
	field_defaults(&record_conf, &conf, a);
	conf.data = arena_str(a, str_of(scratch_path("data")));
	conf.master_key = arena_str(a, str_of(scratch_path("master.key")));
	conf.map_size = 16 << 20;
	must(mkdir(scratch_path("data"), 0700) == 0, "a directory");
	must(seal_create(scratch_path("master.key")) == OK, "a master key");
	field_defaults(&record_authority, &auth, a);
	auth.name = STR("acme");
	auth.issuer = STR("https://id.example");
	auth.id_token_alg = ALG_ES256;
	must(deployment_open(&conf, STORE_ADMIN, &d) == OK, "a deployment");
	must(authority_create(d, a, &auth, &begin) == OK, "an authority");
	must(authority_open(d, a, auth.name, &auth, &opened) == OK, "it opens");
	add_client(a);
}

static void
check_request(struct request *rq)
{
	struct authz_request az;
	enum err e;

	e = authz_read(rq, &az);
	must(e == OK || e == ERR_REFUSED, "read or refused");
	if (e != OK)
		return;
	must(redirect_is_registered(az.client.redirect_uris, az.redirect_uri),
		"a registered address");
	e = authz_check(rq, &az);
	must(e == OK || e == ERR_REFUSED, "good or refused");
	if (e != OK)
		return;
	must(az.scope.n > 0 && scope_is_subset(az.scope, az.client.scope), "allowed scopes");
	must(az.code_challenge.n == 43, "a challenge");
	must(!(az.prompt & PROMPT_NONE) || az.prompt == PROMPT_NONE, "none stands alone");
	must(az.max_age >= -1, "an age or none");
	must(az.resource.n == 0, "no API is known");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request rq = { .method = METHOD_GET };

	if (opened.durable == NULL)
		make_authority();
	rq.arena = arena_new(ARENA_CEILING);
	rq.query = str_bytes(data, size);
	rq.authority = &auth;
	rq.db = opened.durable;
	rq.param_error = param_read(&rq, params, AZ__MAX, &rq.param_at);
	check_request(&rq);
	arena_free(rq.arena);
	return 0;
}
