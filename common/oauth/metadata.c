/*
 * metadata - what discovery says, from the tables that the code runs on (OpenID Connect
 * Discovery 1.0 section 3, RFC 8414 section 2) SPDX-License-Identifier: ISC
 */
#include "oauth/metadata.h"

#include "base/clock.h"
#include "jose/alg.h"
#include "model/keyset.h"
#include "model/resource.h"
#include "oauth/authz_request.h"
#include "oauth/client_auth.h"
#include "oauth/grant_type.h"
#include "schema/claim.h"

/* A member that lists the names of a table ended by NULL. */
static void
put_names(struct js_out *w, const char *member, const char *const *names)
{
	js_open(w, member, '[');
	for (; *names != NULL; names++)
		js_put_str(w, NULL, str_of(*names));
	js_close(w, ']');
}

static void
put_grants(struct js_out *w)
{
	const struct grant_type *g;

	js_open(w, "grant_types_supported", '[');
	for (g = grant_types; g->name != NULL; g++)
		js_put_str(w, NULL, str_of(g->name));
	js_close(w, ']');
}

static void
put_claims(struct js_out *w)
{
	size_t i;

	js_open(w, "claims_supported", '[');
	js_put_str(w, NULL, STR("sub"));
	for (i = 0; i < claim_count; i++)
		js_put_str(w, NULL, str_of(claim_rows[i].name));
	js_close(w, ']');
}

static enum err
put_algs(struct request *rq, struct js_out *w)
{
	bool algs[ALG__MAX];
	enum err e;
	size_t i;

	e = keyset_algs(rq->db, rq->arena, clock_now(), algs);
	if (e != OK)
		return e;
	js_open(w, "id_token_signing_alg_values_supported", '[');
	for (i = 0; i < ALG__MAX; i++)
		if (algs[i])
			js_put_str(w, NULL, str_of(alg_names[i]));
	js_close(w, ']');
	return OK;
}

static enum err
put_scope(void *arg, struct arena *a, struct str key, const void *base, uint64_t version)
{
	const struct scope *s = base;
	struct js_out *w = arg;

	(void)a;
	(void)key;
	(void)version;
	if (s->enabled && s->discoverable)
		js_put_str(w, NULL, s->name);
	return OK;
}

static enum err
put_scopes(struct request *rq, struct js_out *w)
{
	enum err e;

	js_open(w, "scopes_supported", '[');
	e = record_each(rq->db, KEY_SCOPE, &record_scope, put_scope, w);
	js_close(w, ']');
	return e;
}

enum err
metadata_write(struct request *rq, struct js_out *w)
{
	static const char *const subject_types[] = { "public", NULL };
	static const char *const challenges[] = { "S256", NULL };
	static const char *const prompts[] = { "none", "login", "consent", "select_account", NULL };
	enum err e;

	e = put_scopes(rq, w);
	if (e == OK)
		e = put_algs(rq, w);
	if (e != OK)
		return e;
	put_names(w, "response_types_supported", response_type_names);
	put_names(w, "response_modes_supported", response_mode_names);
	put_grants(w);
	put_names(w, "subject_types_supported", subject_types);
	put_names(w, "token_endpoint_auth_methods_supported", client_auth_names);
	put_names(w, "revocation_endpoint_auth_methods_supported", client_auth_names);
	put_names(w, "introspection_endpoint_auth_methods_supported",
		client_auth_names + CLIENT_AUTH_BASIC);
	put_names(w, "code_challenge_methods_supported", challenges);
	put_names(w, "prompt_values_supported", prompts);
	put_claims(w);
	js_put_bool(w, "claims_parameter_supported", false);
	js_put_bool(w, "request_parameter_supported", false);
	js_put_bool(w, "request_uri_parameter_supported", false);
	js_put_bool(w, "authorization_response_iss_parameter_supported", true);
	return OK;
}
