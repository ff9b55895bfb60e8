/*
 * logout - end_session_endpoint (OpenID Connect RP-Initiated Logout 1.0)
 * SPDX-License-Identifier: ISC
 *
 * An ID token of this very session lets the client end it without a
 * question; otherwise the user is asked. The browser is sent on only to an
 * address registered by a client that the ID token, or client_id and then
 * the user, vouch for (section 3).
 */
#include "base/log.h"
#include "data/form.h"
#include "endpoint/endpoint.h"
#include "endpoint/page.h"
#include "oauth/audit_by.h"
#include "oauth/browser.h"
#include "oauth/id_token.h"
#include "oauth/redirect.h"

enum {
	P_ID_TOKEN_HINT,
	P_CLIENT_ID,
	P_POST_LOGOUT_REDIRECT_URI,
	P_STATE,
	P_LOGOUT_HINT,
	P_UI_LOCALES,
	P_CSRF,
	P_ACTION,
	P__MAX
};

static const struct param params[P__MAX] = {
	[P_ID_TOKEN_HINT] = { "id_token_hint", PARAM_SECRET, 4096, param_vschar },
	[P_CLIENT_ID] = { "client_id", 0, 128, param_token },
	[P_POST_LOGOUT_REDIRECT_URI] = { "post_logout_redirect_uri", 0, 400, param_token },
	[P_STATE] = { "state", 0, 2048, param_vschar },
	[P_LOGOUT_HINT] = { "logout_hint", 0, 256, param_text },
	[P_UI_LOCALES] = { "ui_locales", 0, 128, param_text },
	[P_CSRF] = { "csrf", PARAM_LOCAL | PARAM_BODY, 64, param_token },
	[P_ACTION] = { "action", PARAM_LOCAL | PARAM_BODY, 16, param_token },
};

struct logout {
	struct browser browser;
	struct hint hint;     /* empty client_id: none was given */
	struct client client; /* who asks; empty client_id: nobody we know */
	bool vouched;	      /* the hint is of this session, or there is none to end */
	struct str next;      /* where to go then; empty: nowhere */
};

static enum err
read_hint(struct request *rq, struct logout *l)
{
	struct str id = rq->param[P_CLIENT_ID];

	if (rq->param[P_ID_TOKEN_HINT].n == 0)
		return OK;
	if (hint_read(rq, rq->param[P_ID_TOKEN_HINT], &l->hint) != OK)
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "invalid id_token_hint");
	if (id.n > 0 && !str_eq(id, l->hint.client_id))
		return oauth_fail(rq, OAUTH_INVALID_REQUEST,
			"invalid id_token_hint: it is not of this client_id");
	return OK;
}

/* By session id first, by subject only where the hint has none. */
static bool
hint_is_of(const struct hint *hint, const struct browser *b)
{
	if (hint->sid.n > 0)
		return str_eq(hint->sid, b->session.s.sid);
	return str_eq(hint->sub, b->user.sub);
}

static enum err
read_client(struct request *rq, struct logout *l)
{
	struct str id = l->hint.client_id.n > 0 ? l->hint.client_id : rq->param[P_CLIENT_ID];
	struct str next = rq->param[P_POST_LOGOUT_REDIRECT_URI];
	enum err e;

	e = client_get(rq->db, rq->arena, id, &l->client, NULL);
	if (e == ERR_NOTFOUND || (e == OK && !l->client.enabled)) {
		l->client = (struct client){ 0 };
		return OK;
	}
	if (e != OK || next.n == 0)
		return e;
	if (!redirect_is_registered(l->client.post_logout_redirect_uris, next))
		return oauth_fail(
			rq, OAUTH_INVALID_REQUEST, "post_logout_redirect_uri not registered");
	l->next = next;
	return OK;
}

/* A hint of another session vouches for nothing: what came with it is dropped. */
static enum err
read_request(struct request *rq, struct logout *l)
{
	enum err e;

	e = browser_read(rq, &l->browser);
	if (e == OK)
		e = read_hint(rq, l);
	if (e != OK)
		return e;
	if (l->browser.signed_in && l->hint.client_id.n > 0) {
		l->vouched = hint_is_of(&l->hint, &l->browser);
		if (!l->vouched)
			return OK;
	}
	e = read_client(rq, l);
	if (!l->browser.signed_in)
		l->vouched = true;
	/* With nobody signed in, client_id alone must not make us a way to send people around. */
	if (!l->browser.signed_in && l->hint.client_id.n == 0)
		l->next = (struct str){ 0 };
	return e;
}

static enum err
finish(struct request *rq, const struct logout *l)
{
	struct str state = { 0 };
	struct page page;
	struct buf b;
	enum err e;

	browser_clear_session(rq);
	if (l->next.n == 0) {
		page_begin(&page, rq, "signed_out");
		page_set(&page, "client", l->client.client_name);
		return page_send(&page, 200);
	}
	if (rq->param[P_STATE].n == 0)
		return reply_redirect(rq, l->next);
	buf_init(&b, rq->arena, 8192);
	form_add(&b, STR("state"), rq->param[P_STATE]);
	e = buf_end(&b, &state);
	return e == OK ? reply_redirect(rq, redirect_with(rq->arena, l->next, state, false)) : e;
}

static enum err
end(struct request *rq, const struct logout *l)
{
	struct audit what =
		audit_by_user(rq, AUDIT_LOGOUT, l->browser.session.s.sub, l->client.client_id);
	enum err e;

	if (l->browser.signed_in) {
		e = session_end(rq->db, rq->arena, l->browser.session.s.sid, &what);
		if (e != OK && e != ERR_NOTFOUND)
			return e;
		log_begin(LOG_LOGOUT);
		log_str("sub", l->browser.user.sub);
		log_str("client", l->client.client_id);
		log_end();
	}
	return finish(rq, l);
}

static enum err
ask(struct request *rq, const struct logout *l)
{
	struct str token = browser_csrf(rq);
	struct page page;

	page_begin(&page, rq, "logout");
	page_set(&page, "action",
		arena_printf(rq->arena, "%.*s?%.*s", STR_FMT(endpoint_url(rq, "/logout")),
			STR_FMT(rq->canonical)));
	page_set(&page, "csrf", token);
	page_set(&page, "client", l->client.client_name);
	page_set(&page, "username", l->browser.user.username);
	browser_set_csrf(rq, token);
	return page_send(&page, 200);
}

static enum err
stay(struct request *rq)
{
	struct page page;

	page_begin(&page, rq, "stay");
	return page_send(&page, 200);
}

static enum err
logout(struct request *rq)
{
	struct logout l = { 0 };
	struct str action = rq->param[P_ACTION];
	enum err e;

	e = read_request(rq, &l);
	if (e != OK)
		return e;
	/* A POST without our form's token is a client's request, not the user's answer. */
	if (action.n > 0) {
		e = browser_check_form(rq, rq->param[P_CSRF]);
		if (e != OK)
			return e;
		return str_eqz(action, "confirm") ? end(rq, &l) : stay(rq);
	}
	return l.vouched ? end(rq, &l) : ask(rq, &l);
}

const struct endpoint endpoint_logout = {
	.name = "logout",
	.path = "/logout",
	.spec = "OpenID Connect RP-Initiated Logout 1.0",
	.help = "ends the session of the browser, and asks before where a client does not show why",
	.metadata = "end_session_endpoint",
	.methods = METHOD_GET | METHOD_POST,
	.auth = AUTH_HANDLER,
	.answer = ANSWER_PAGE,
	.store = STORE_WRITE,
	.sandbox = SANDBOX_BROWSER,
	.writes = "S",
	.params = params,
	.nparams = P__MAX,
	.handle = logout,
};

int
main(void)
{
	return endpoint_run(&endpoint_logout);
}
