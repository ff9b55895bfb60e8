/*
 * authorize - the authorization endpoint (RFC 6749 section 3.1, OpenID Connect Core 3.1.2)
 * SPDX-License-Identifier: ISC
 *
 * Decides with what is true now: who is signed in, what has been allowed.
 * What is missing sends the browser to login or consent, with the request,
 * and from there back to here, where all is checked again. A code is issued
 * in one commit; what the sign-in or the consent for this very request was
 * good for is used up in the same one.
 */
#include "base/clock.h"
#include "base/log.h"
#include "endpoint/authz.h"
#include "model/consent.h"
#include "model/grant.h"
#include "oauth/audit_by.h"
#include "oauth/browser.h"
#include "oauth/scope.h"
#include "store/commit.h"

#define ATTEMPTS 16
#define FRESH 300     /* seconds for which a sign-in is one for the request it was made for */
#define FRESH_GRACE 2 /* seconds by which it may be older than max_age then */

static const struct param params[AZ__MAX] = { AUTHZ_PARAM_ROWS };

/* What has been found out about one request. */
struct decision {
	struct authz_request az;
	struct browser browser;
	bool fresh;	     /* the sign-in was made for this very request */
	bool asked;	     /* so was the consent */
	struct strs granted; /* scopes */
};

static bool
needs_login(const struct decision *d)
{
	const struct authz_request *az = &d->az;
	int64_t age = clock_now() - d->browser.session.s.auth_time;

	if (!d->browser.signed_in)
		return true;
	/* Getting here from the login page may take a moment even with a max_age of a second. */
	if (az->max_age > 0 && age > az->max_age + (d->fresh ? FRESH_GRACE : 0))
		return true;
	if (d->fresh)
		return false;
	if (az->prompt & (PROMPT_LOGIN | PROMPT_SELECT_ACCOUNT))
		return true;
	if (az->hint_sub.n > 0 && !str_eq(az->hint_sub, d->browser.user.sub))
		return true;
	/* max_age=0 asks for a sign-in in any case, like prompt=login. */
	return az->max_age == 0;
}

/* Consent as it is remembered; older than the client, it was given to another one. */
static enum err
remembered(struct request *rq, struct decision *d, bool *covers)
{
	struct consent c;
	enum err e;

	*covers = false;
	e = consent_get(rq->db, rq->arena, d->browser.user.sub, d->az.client.client_id, &c, NULL);
	if (e == OK && d->az.client.allow_remember_consent && c.created >= d->az.client.created)
		*covers = scope_is_subset(d->az.scope, c.scope);
	return e == ERR_NOTFOUND ? OK : e;
}

/* Whether the user has to be asked; sets what is granted when not. */
static enum err
needs_consent(struct request *rq, struct decision *d, bool *needs)
{
	bool covers = false;
	enum err e = OK;
	size_t i;

	*needs = false;
	d->granted = d->az.scope;
	if (d->asked) {
		d->granted = (struct strs){ 0 };
		for (i = 0; i < d->az.scope.n; i++)
			if (strs_has(d->browser.session.s.consent_scope, d->az.scope.v[i]))
				arena_strs_add(rq->arena, &d->granted, d->az.scope.v[i]);
		return OK;
	}
	if (d->az.client.require_consent && !(d->az.prompt & PROMPT_CONSENT))
		e = remembered(rq, d, &covers);
	*needs = (d->az.prompt & PROMPT_CONSENT) || (d->az.client.require_consent && !covers);
	return e;
}

/* Until when the record is needed: by the code, then by refresh tokens, and by the access tokens of
 * the last of them. 0: refresh tokens without an end. */
static int64_t
grant_end(const struct client *c, int64_t now)
{
	int64_t end = now + c->authorization_code_lifetime;

	if (strs_has(c->grant_types, STR("refresh_token"))) {
		if (c->absolute_refresh_token_lifetime == 0)
			return 0;
		end += c->absolute_refresh_token_lifetime;
	}
	return end + c->access_token_lifetime;
}

static void
fill_grant(struct request *rq, const struct decision *d, struct grant *g)
{
	const struct client *c = &d->az.client;
	const struct session_row *session = &d->browser.session;
	int64_t now = clock_now();

	field_defaults(&record_grant, g, rq->arena);
	g->client_id = c->client_id;
	g->sub = session->s.sub;
	g->epoch = session->s.epoch;
	g->sid = session->s.sid;
	/* Without offline_access what is granted ends with the session. */
	g->online = !strs_has(d->granted, STR("offline_access"));
	g->scope = d->granted;
	g->resource = d->az.resource;
	g->auth_time = session->s.auth_time;
	g->amr = session->s.amr;
	g->code_expires = now + c->authorization_code_lifetime;
	g->expires = grant_end(c, now);
	g->redirect_uri = d->az.redirect_uri;
	g->redirect_given = d->az.redirect_given;
	g->code_challenge = d->az.code_challenge;
	g->nonce = d->az.nonce;
}

/* What was done for this request is used up with it. */
static enum err
use_up(struct request *rq, struct decision *d, struct batch *b)
{
	struct session_row *session = &d->browser.session;

	if (!d->fresh && !d->asked)
		return OK;
	session_use_up(session);
	return session_put(b, rq->arena, session);
}

static enum err
issue_code(struct request *rq, struct decision *d)
{
	struct audit what =
		audit_by_user(rq, AUDIT_AUTHORIZED, d->browser.user.sub, d->az.client.client_id);
	struct form_pair answer = { .name = STR("code") };
	struct grant_row row;
	struct batch b;
	enum err e;

	fill_grant(rq, d, &row.g);
	batch_init(&b, rq->arena);
	e = grant_add(&b, rq->arena, &row, &answer.value);
	if (e == OK)
		e = use_up(rq, d, &b);
	if (e != OK)
		return e;
	what.grant = row.id;
	what.detail = scope_join(rq->arena, d->granted);
	audit_note(&b, rq->arena, &what);
	e = store_commit(rq->db, &b);
	if (e != OK)
		return e;
	log_begin(LOG_ISSUED);
	log_str("client", d->az.client.client_id);
	log_str("grant", STR("code"));
	log_str("sub", row.g.sub);
	log_end();
	return authz_answer(rq, &d->az, &answer, 1);
}

/* A page has to be shown, or with prompt=none the client is told which. */
static enum err
interact(struct request *rq, struct decision *d, enum oauth_error error, const char *path)
{
	enum err e;

	if (!(d->az.prompt & PROMPT_NONE))
		return authz_continue(rq, path);
	e = oauth_fail(rq, error, "the user would have to be asked");
	return e == ERR_REFUSED ? authz_refuse(rq, &d->az) : e;
}

static enum err
decide(struct request *rq, struct decision *d)
{
	bool consent;
	enum err e;

	e = browser_read(rq, &d->browser);
	if (e != OK)
		return e;
	d->fresh = d->browser.signed_in && clock_now() - d->browser.session.s.auth_time <= FRESH &&
		str_eq(d->browser.session.s.login_for, d->az.hash);
	d->asked = d->browser.signed_in && str_eq(d->browser.session.s.consent_for, d->az.hash);
	if (needs_login(d))
		return interact(rq, d, OAUTH_LOGIN_REQUIRED, "/login");
	/* Somebody else than the hint names has signed in for this request (Core 3.1.2.2). */
	if (d->az.hint_sub.n > 0 && !str_eq(d->az.hint_sub, d->browser.user.sub)) {
		e = oauth_fail(rq, OAUTH_LOGIN_REQUIRED, "another user than the hint names");
		return e == ERR_REFUSED ? authz_refuse(rq, &d->az) : e;
	}
	e = needs_consent(rq, d, &consent);
	if (e != OK)
		return e;
	if (consent)
		return interact(rq, d, OAUTH_CONSENT_REQUIRED, "/consent");
	return issue_code(rq, d);
}

static enum err
authorize(struct request *rq)
{
	struct decision d = { 0 };
	enum err e;
	int i;

	e = authz_begin(rq, &d.az);
	if (e != OK)
		return e == ERR_EXISTS ? OK : e;
	e = ERR_CONFLICT;
	for (i = 0; e == ERR_CONFLICT && i < ATTEMPTS; i++)
		e = decide(rq, &d);
	if (e == OK || e == ERR_REFUSED)
		return e;
	/* The address is trusted by now, so the client learns of our trouble (RFC 6749 4.1.2.1). */
	oauth_fail_from(rq, e);
	return authz_refuse(rq, &d.az);
}

const struct endpoint endpoint_authorize = {
	.name = "authorize",
	.path = "/authorize",
	.spec = "OpenID Connect Core 1.0 section 3.1.2",
	.help = "lets a client ask a user for sign-in and access, and gives it a code",
	.metadata = "authorization_endpoint",
	.methods = METHOD_GET | METHOD_POST,
	.auth = AUTH_HANDLER,
	.answer = ANSWER_PAGE,
	.store = STORE_WRITE,
	.sandbox = SANDBOX_BROWSER,
	.writes = "GS",
	.lenient = true,
	.params = params,
	.nparams = AZ__MAX,
	.handle = authorize,
};

int
main(void)
{
	return endpoint_run(&endpoint_authorize);
}
