/*
 * claims - claims about the user, by scope (OpenID Connect Core 5.3, 5.4)
 * SPDX-License-Identifier: ISC
 */
#include "oauth/claims.h"

#include "data/json.h"
#include "model/resource.h"

#define CLAIMS_MAX 32768

/* The names that the scopes open, each once. */
static enum err
open_names(struct request *rq, struct strs scopes, struct strs *names)
{
	struct scope s;
	enum err e;
	size_t i, j;

	*names = (struct strs){ 0 };
	for (i = 0; i < scopes.n; i++) {
		e = scope_get(rq->db, rq->arena, scopes.v[i], &s, NULL);
		if (e == ERR_NOTFOUND)
			continue;
		if (e != OK)
			return e;
		for (j = 0; s.enabled && j < s.claims.n; j++)
			if (!strs_has(*names, s.claims.v[j]))
				arena_strs_add(rq->arena, names, s.claims.v[j]);
	}
	return OK;
}

/* A claim without a value is left out, never null or empty (section 5.3.2). `updated_at` comes
 * from the record itself when the user's claims have none. */
static void
write_claims(struct request *rq, const struct user *u, const struct js *claims, struct strs names,
	struct js_out *w)
{
	const struct js *v;
	const char *name;
	size_t i;

	for (i = 0; i < names.n; i++) {
		name = arena_z(rq->arena, names.v[i]);
		v = claims == NULL ? NULL : js_get(claims, name);
		if (v != NULL)
			js_put_raw(w, name, js_text(v, rq->arena));
		else if (str_eqz(names.v[i], "updated_at"))
			js_put_int(w, name, u->updated);
	}
}

enum err
claims_write(struct request *rq, const struct user *u, struct strs scopes, struct str *json)
{
	const struct js *claims = NULL;
	struct strs names;
	struct js_out w;
	struct buf b;
	enum err e;

	e = open_names(rq, scopes, &names);
	if (e == OK && u->claims.n > 0)
		e = js_parse(rq->arena, u->claims, &claims);
	if (e != OK)
		return e;
	buf_init(&b, rq->arena, CLAIMS_MAX);
	js_start(&w, &b);
	js_open(&w, NULL, '{');
	js_put_str(&w, "sub", u->sub);
	write_claims(rq, u, claims, names, &w);
	js_close(&w, '}');
	return buf_end(&b, json);
}
