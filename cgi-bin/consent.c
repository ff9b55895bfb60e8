/*
 * consent - where a user allows a client what it asks for (OpenID Connect Core 3.1.2.4)
 * SPDX-License-Identifier: ISC
 *
 * The decision is kept with the session, for the very request it was made
 * about, and when the user wants so as a consent of its own; authorize then
 * looks at both.
 */
#include "model/consent.h"
#include "base/clock.h"
#include "data/url.h"
#include "endpoint/authz.h"
#include "endpoint/page.h"
#include "model/resource.h"
#include "oauth/audit_by.h"
#include "oauth/browser.h"
#include "oauth/scope.h"
#include "store/commit.h"

enum {
	P_CSRF = AZ__MAX,
	P_ACTION,
	P_SESSION,
	P_GRANTED,
	P_REMEMBER,
	P__MAX
};

#define ATTEMPTS 8

static const struct param params[P__MAX] = {
	AUTHZ_PARAM_ROWS,
	[P_CSRF] = { "csrf", PARAM_LOCAL | PARAM_BODY, 64, param_token },
	[P_ACTION] = { "action", PARAM_LOCAL | PARAM_BODY, 16, param_token },
	[P_SESSION] = { "session", PARAM_LOCAL | PARAM_BODY, 64, param_token },
	[P_GRANTED] = { "granted", PARAM_LOCAL | PARAM_BODY | PARAM_MULTI, 100, param_token },
	[P_REMEMBER] = { "remember", PARAM_LOCAL | PARAM_BODY, 8, param_token },
};

static enum err
list_scopes(struct request *rq, const struct authz_request *az, struct page *page)
{
	struct page_item *item;
	struct scope s;
	enum err e;
	size_t i;

	for (i = 0; i < az->scope.n; i++) {
		e = scope_get(rq->db, rq->arena, az->scope.v[i], &s, NULL);
		if (e != OK)
			return e;
		item = page_item(page, "scopes");
		page_item_set(page, item, "name", s.name);
		page_item_set(page, item, "title", s.title);
		page_item_set(page, item, "description", s.description);
		page_item_set(page, item, "required", s.required ? STR("1") : (struct str){ 0 });
	}
	page_set(page, "scopes", STR("1"));
	return OK;
}

static enum err
show(struct request *rq, const struct authz_request *az, const struct browser *browser)
{
	const struct client *c = &az->client;
	struct str token = browser_csrf(rq);
	struct url to;
	struct page page;
	enum err e;

	page_begin(&page, rq, "consent");
	page_set(&page, "action", authz_url(rq, "/consent"));
	page_set(&page, "csrf", token);
	page_set(&page, "session", browser->session.s.sid);
	page_set(&page, "client", c->client_name.n > 0 ? c->client_name : c->client_id);
	page_set(&page, "logo", c->logo_uri);
	page_set(&page, "client_uri", c->client_uri);
	page_set(&page, "policy_uri", c->policy_uri);
	page_set(&page, "tos_uri", c->tos_uri);
	page_set(&page, "username", browser->user.username);
	if (url_parse(az->redirect_uri, &to) == OK)
		page_set(&page, "redirect_host", to.host);
	if (c->allow_remember_consent)
		page_set(&page, "remember", STR("1"));
	page.wide_images = c->logo_uri.n > 0;
	e = list_scopes(rq, az, &page);
	if (e != OK)
		return e;
	browser_set_csrf(rq, token);
	return page_send(&page, 200);
}

/* What was ticked of what was asked for, and what cannot be unticked. */
static enum err
granted_scopes(struct request *rq, const struct authz_request *az, struct strs *out)
{
	struct scope s;
	enum err e;
	size_t i;

	*out = (struct strs){ 0 };
	for (i = 0; i < az->scope.n; i++) {
		e = scope_get(rq->db, rq->arena, az->scope.v[i], &s, NULL);
		if (e != OK)
			return e;
		if (s.required || strs_has(rq->param_all[P_GRANTED], s.name))
			arena_strs_add(rq->arena, out, s.name);
	}
	return OK;
}

/* What is remembered is joined to what was remembered before, if that still holds. */
static enum err
remember(struct request *rq, struct batch *b, const struct authz_request *az, struct str sub,
	struct strs scopes)
{
	const struct client *c = &az->client;
	struct consent consent = { .sub = sub, .client_id = c->client_id, .scope = scopes }, old;
	uint64_t version = 0;
	enum err e;
	size_t i;

	if (!c->allow_remember_consent || rq->param[P_REMEMBER].n == 0)
		return OK;
	e = consent_get(rq->db, rq->arena, sub, c->client_id, &old, &version);
	if (e != OK && e != ERR_NOTFOUND)
		return e;
	for (i = 0; e == OK && old.created >= c->created && i < old.scope.n; i++)
		if (!strs_has(consent.scope, old.scope.v[i]))
			arena_strs_add(rq->arena, &consent.scope, old.scope.v[i]);
	consent.created = clock_now();
	if (c->consent_lifetime > 0)
		consent.expires = consent.created + c->consent_lifetime;
	return consent_put(b, rq->arena, &consent, version);
}

/* The request is over: what its sign-in was good for is used up. */
static enum err
deny(struct request *rq, const struct authz_request *az, struct browser *browser)
{
	struct audit what =
		audit_by_user(rq, AUDIT_CONSENT_DENIED, browser->user.sub, az->client.client_id);
	struct batch b;
	enum err e;

	what.result = AUDIT_REFUSED;
	session_use_up(&browser->session);
	batch_init(&b, rq->arena);
	audit_note(&b, rq->arena, &what);
	e = session_put(&b, rq->arena, &browser->session);
	if (e == OK)
		e = store_commit(rq->db, &b);
	if (e != OK)
		return e;
	e = oauth_fail(rq, OAUTH_ACCESS_DENIED, "the user did not allow it");
	return e == ERR_REFUSED ? authz_refuse(rq, az) : e;
}

static enum err
allow(struct request *rq, const struct authz_request *az, struct browser *browser)
{
	struct audit what =
		audit_by_user(rq, AUDIT_CONSENT_GIVEN, browser->user.sub, az->client.client_id);
	struct strs scopes;
	struct batch b;
	enum err e;

	e = granted_scopes(rq, az, &scopes);
	if (e != OK)
		return e;
	if (scopes.n == 0)
		return deny(rq, az, browser);
	browser->session.s.consent_for = az->hash;
	browser->session.s.consent_scope = scopes;
	what.detail = scope_join(rq->arena, scopes);
	batch_init(&b, rq->arena);
	audit_note(&b, rq->arena, &what);
	e = session_put(&b, rq->arena, &browser->session);
	if (e == OK)
		e = remember(rq, &b, az, browser->user.sub, scopes);
	if (e == OK)
		e = store_commit(rq->db, &b);
	return e == OK ? authz_continue(rq, "/authorize") : e;
}

/* One attempt, with the session as it is now: that of the user who saw the page, or none. */
static enum err
decide(struct request *rq, const struct authz_request *az)
{
	struct browser browser;
	enum err e;

	e = browser_read(rq, &browser);
	if (e != OK)
		return e;
	if (!browser.signed_in || !str_eq(browser.session.s.sid, rq->param[P_SESSION]))
		return authz_continue(rq, "/authorize");
	return str_eqz(rq->param[P_ACTION], "allow") ? allow(rq, az, &browser)
						     : deny(rq, az, &browser);
}

static enum err
submit(struct request *rq, const struct authz_request *az)
{
	enum err e;
	int i;

	e = browser_check_form(rq, rq->param[P_CSRF]);
	if (e != OK)
		return e;
	if (rq->param_error != OK)
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "the form is malformed");
	e = ERR_CONFLICT;
	for (i = 0; e == ERR_CONFLICT && i < ATTEMPTS; i++)
		e = decide(rq, az);
	return e;
}

static enum err
consent(struct request *rq)
{
	struct browser browser;
	struct authz_request az;
	enum err e;

	e = authz_begin(rq, &az);
	if (e != OK)
		return e == ERR_EXISTS ? OK : e;
	e = browser_read(rq, &browser);
	if (e != OK)
		return e;
	if (!browser.signed_in)
		return authz_continue(rq, "/authorize");
	return rq->method == METHOD_POST ? submit(rq, &az) : show(rq, &az, &browser);
}

const struct endpoint endpoint_consent = {
	.name = "consent",
	.path = "/consent",
	.spec = "OpenID Connect Core 1.0 section 3.1.2.4",
	.help = "the page where a user allows a client what it asks for",
	.methods = METHOD_GET | METHOD_POST,
	.auth = AUTH_HANDLER,
	.answer = ANSWER_PAGE,
	.store = STORE_WRITE,
	.sandbox = SANDBOX_BROWSER,
	.writes = "NS",
	.lenient = true,
	.params = params,
	.nparams = P__MAX,
	.handle = consent,
};

int
main(void)
{
	return endpoint_run(&endpoint_consent);
}
