/*
 * scope - what may be asked for, and for which APIs (RFC 6749 3.3, RFC 8707)
 * SPDX-License-Identifier: ISC
 */
#include "oauth/scope.h"

#include "data/url.h"

#define SCOPES_MOST 64

/* scope-token: %x21 / %x23-5B / %x5D-7E (RFC 6749 section 3.3). */
static bool
is_scope_token(struct str s)
{
	return str_is_token(s) && str_find(s, '"') == s.n && str_find(s, '\\') == s.n;
}

enum err
scope_split(struct arena *a, struct str text, struct strs *out)
{
	struct str word;

	*out = (struct strs){ 0 };
	while (str_word(&text, ' ', &word)) {
		if (!is_scope_token(word) || out->n >= SCOPES_MOST)
			return ERR_SYNTAX;
		if (!strs_has(*out, word))
			arena_strs_add(a, out, word);
	}
	return OK;
}

struct str
scope_join(struct arena *a, struct strs scopes)
{
	struct buf b;
	size_t i;

	buf_init(&b, a, 16384);
	for (i = 0; i < scopes.n; i++) {
		if (i > 0)
			buf_byte(&b, ' ');
		buf_add(&b, scopes.v[i]);
	}
	return buf_str(&b);
}

bool
scope_is_subset(struct strs some, struct strs of)
{
	size_t i;

	for (i = 0; i < some.n; i++)
		if (!strs_has(of, some.v[i]))
			return false;
	return true;
}

static enum err
check_one(struct request *rq, const struct client *c, struct str name, bool openid)
{
	struct scope s;
	enum err e;

	e = scope_get(rq->db, rq->arena, name, &s, NULL);
	if (e == ERR_NOTFOUND || (e == OK && !s.enabled) || !strs_has(c->scope, name))
		return oauth_fail(rq, OAUTH_INVALID_SCOPE,
			"scope %.*s is unknown or not allowed to the client", STR_FMT(name));
	if (e != OK)
		return e;
	if (s.identity && !openid)
		return oauth_fail(rq, OAUTH_INVALID_SCOPE, "scope %.*s needs openid beside it",
			STR_FMT(name));
	return OK;
}

enum err
scope_check(struct request *rq, const struct client *c, struct strs scopes)
{
	bool openid = strs_has(scopes, STR("openid"));
	enum err e = OK;
	size_t i;

	for (i = 0; e == OK && i < scopes.n; i++)
		e = check_one(rq, c, scopes.v[i], openid);
	if (e != OK)
		return e;
	if (strs_has(scopes, STR("offline_access")) &&
		!strs_has(c->grant_types, STR("refresh_token")))
		return oauth_fail(rq, OAUTH_INVALID_SCOPE,
			"offline_access needs the refresh_token grant type");
	return OK;
}

enum err
scope_still(struct request *rq, const struct client *c, struct strs granted, struct strs *out)
{
	struct scope s;
	enum err e;
	size_t i;

	*out = (struct strs){ 0 };
	for (i = 0; i < granted.n; i++) {
		e = scope_get(rq->db, rq->arena, granted.v[i], &s, NULL);
		if (e != OK && e != ERR_NOTFOUND)
			return e;
		if (e == OK && s.enabled && strs_has(c->scope, granted.v[i]))
			arena_strs_add(rq->arena, out, granted.v[i]);
	}
	if (out->n == 0)
		return oauth_fail(rq, OAUTH_INVALID_GRANT, "no scope of the grant is left");
	return OK;
}

static bool
shares(struct strs a, struct strs b)
{
	size_t i;

	for (i = 0; i < a.n; i++)
		if (strs_has(b, a.v[i]))
			return true;
	return false;
}

enum err
resource_check(struct request *rq, struct strs resource, struct strs scopes)
{
	struct resource r;
	struct url u;
	enum err e;
	size_t i;

	for (i = 0; i < resource.n; i++) {
		if (url_parse(resource.v[i], &u) != OK || u.has_fragment)
			return oauth_fail(rq, OAUTH_INVALID_TARGET,
				"resource must be an absolute URI without a fragment");
		e = resource_get(rq->db, rq->arena, resource.v[i], &r, NULL);
		if (e == ERR_NOTFOUND || (e == OK && (!r.enabled || !shares(r.scopes, scopes))))
			return oauth_fail(rq, OAUTH_INVALID_TARGET,
				"resource is unknown or has none of the scopes");
		if (e != OK)
			return e;
	}
	return OK;
}

/* Whether an API belongs to the audience. */
static bool
is_meant(const struct resource *r, struct strs scopes, struct strs resource)
{
	if (!r->enabled || !shares(r->scopes, scopes))
		return false;
	return resource.n > 0 ? strs_has(resource, r->name) : !r->require_resource_indicator;
}

/* Scopes that belong only to APIs which the token is not for are left out (RFC 8707 section 2.2).
 */
static struct strs
narrow(struct arena *a, struct strs scopes, const struct resources *all, struct strs aud)
{
	struct strs out = { 0 };
	bool theirs, ours;
	size_t i, j;

	for (i = 0; i < scopes.n; i++) {
		theirs = ours = false;
		for (j = 0; j < all->n; j++) {
			if (!strs_has(all->v[j].scopes, scopes.v[i]))
				continue;
			if (strs_has(aud, all->v[j].name))
				ours = true;
			else
				theirs = true;
		}
		if (ours || !theirs)
			arena_strs_add(a, &out, scopes.v[i]);
	}
	return out;
}

enum err
audience_of(struct request *rq, const struct client *c, struct strs scopes, struct strs resource,
	struct audience *out)
{
	struct resources all;
	enum err e;
	size_t i;

	*out = (struct audience){ .scope = scopes };
	out->alg =
		c->access_token_alg > 0 ? c->access_token_alg - 1 : rq->authority->access_token_alg;
	e = resource_all(rq->db, rq->arena, &all);
	if (e != OK)
		return e;
	for (i = 0; i < all.n; i++) {
		if (!is_meant(&all.v[i], scopes, resource))
			continue;
		arena_strs_add(rq->arena, &out->aud, all.v[i].name);
		if (all.v[i].access_token_alg > 0)
			out->alg = all.v[i].access_token_alg - 1;
	}
	out->scope = narrow(rq->arena, scopes, &all, out->aud);
	if (scopes.n > 0 && out->scope.n == 0)
		return oauth_fail(rq, OAUTH_INVALID_SCOPE, "no API takes these scopes");
	if (out->aud.n == 0)
		arena_strs_add(rq->arena, &out->aud, rq->authority->issuer);
	return OK;
}
