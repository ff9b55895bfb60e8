/*
 * login - where a user signs in
 * SPDX-License-Identifier: ISC
 *
 * The authorization request travels along in the query and is checked again
 * by authorize, where the browser goes when the password was right. Nothing
 * is written before that: tries are counted in memory (model/attempt.h).
 */
#include "base/clock.h"
#include "base/log.h"
#include "endpoint/authz.h"
#include "endpoint/page.h"
#include "model/attempt.h"
#include "oauth/audit_by.h"
#include "oauth/browser.h"
#include "store/commit.h"

enum {
	P_CSRF = AZ__MAX,
	P_ACTION,
	P_USERNAME,
	P_PASSWORD,
	P__MAX
};

#define ATTEMPTS 8

static const struct param params[P__MAX] = {
	AUTHZ_PARAM_ROWS,
	[P_CSRF] = { "csrf", PARAM_LOCAL | PARAM_BODY, 64, param_token },
	[P_ACTION] = { "action", PARAM_LOCAL | PARAM_BODY, 16, param_token },
	[P_USERNAME] = { "username", PARAM_LOCAL | PARAM_BODY, 256, param_text },
	[P_PASSWORD] = { "password", PARAM_LOCAL | PARAM_BODY | PARAM_SECRET, PASSWORD_MAX, NULL },
};

static enum err
show(struct request *rq, const struct authz_request *az, int status, const char *problem)
{
	const struct client *c = &az->client;
	struct str token = browser_csrf(rq);
	struct str name = rq->param[P_USERNAME];
	struct page page;

	page_begin(&page, rq, "login");
	page_set(&page, "action", authz_url(rq, "/login"));
	page_set(&page, "csrf", token);
	page_set(&page, "client", c->client_name.n > 0 ? c->client_name : c->client_id);
	page_set(&page, "logo", c->logo_uri);
	page_set(&page, "client_uri", c->client_uri);
	page_set(&page, "policy_uri", c->policy_uri);
	page_set(&page, "tos_uri", c->tos_uri);
	page_set(&page, "username", name.n > 0 ? name : az->login_hint);
	page_set(&page, "problem", str_of(problem));
	page.wide_images = c->logo_uri.n > 0;
	browser_set_csrf(rq, token);
	return page_send(&page, status);
}

/* The same words and the same cost whether the name or the password is wrong. */
static enum err
refuse(struct request *rq, const struct authz_request *az, struct str sub, const char *reason)
{
	/* Not the name that was typed: it may be a password in the wrong field. */
	log_begin(LOG_LOGIN_BAD);
	log_str("sub", sub);
	log_str("address", request_header(rq, "REMOTE_ADDR"));
	log_str("reason", str_of(reason));
	log_end();
	return show(rq, az, 400, "The username or the password is not right.");
}

static enum err
refuse_for_now(struct request *rq, const struct authz_request *az, const struct attempt *t)
{
	log_begin(LOG_LOGIN_BAD);
	log_str("address", request_header(rq, "REMOTE_ADDR"));
	log_str("reason", STR("too many attempts"));
	log_str("limit", str_of(t->by->name));
	log_int("wait", t->wait);
	log_end();
	reply_header(rq, "Retry-After", arena_printf(rq->arena, "%lld", (long long)t->wait));
	return show(rq, az, 429, "Too many attempts. Wait a little and try again.");
}

/* A password made with other costs than today's is made anew, now that it is known. */
static void
refresh_password(
	struct request *rq, const struct password_cost *cost, struct user *user, uint64_t version)
{
	struct audit what = audit_by_user(rq, AUDIT_RECORD_CHANGED, user->sub, (struct str){ 0 });
	const char *why;
	struct user u = *user;

	if (!password_is_stale(rq->arena, u.password, cost))
		return;
	what.detail = STR("password hash, renewed");
	if (password_hash(rq->arena, rq->param[P_PASSWORD], cost, &u.password) != OK ||
		user_put(rq->db, rq->arena, &u, version, &what, &why) != OK)
		log_reason(LOG_STORE, "a password hash could not be renewed");
}

/* The session that the sign-in is for: that of the same user goes on, so what hangs on it stays;
 * another user's ends. */
static void
choose_session(struct request *rq, struct batch *b, const struct browser *old,
	const struct user *user, struct session_row *row)
{
	struct audit what = audit_by_user(rq, AUDIT_SESSION_ENDED, user->sub, (struct str){ 0 });

	if (old->signed_in && str_eq(old->user.sub, user->sub)) {
		*row = old->session;
		return;
	}
	if (old->signed_in) {
		audit_note_as(b, rq->arena, &what, AUDIT_SESSION_ENDED, old->user.sub,
			session_label(rq->arena, &old->session));
		session_del(b, rq->arena, &old->session);
	}
	session_new(rq->arena, user, row);
}

static enum err
write_session(struct request *rq, const struct authz_request *az, const struct user *user,
	struct str *cookie)
{
	struct audit what = audit_by_user(rq, AUDIT_LOGIN, user->sub, az->client.client_id);
	struct session_row row;
	struct browser old;
	struct batch b;
	enum err e;

	e = browser_read(rq, &old);
	if (e != OK)
		return e;
	batch_init(&b, rq->arena);
	choose_session(rq, &b, &old, user, &row);
	session_sign_in(rq->arena, &row, rq->authority->session_lifetime, cookie);
	row.s.login_for = az->hash;
	row.s.amr = (struct strs){ 0 };
	arena_strs_add(rq->arena, &row.s.amr, STR("pwd"));
	what.detail = session_label(rq->arena, &row);
	audit_note(&b, rq->arena, &what);
	e = session_put(&b, rq->arena, &row);
	return e == OK ? store_commit(rq->db, &b) : e;
}

static enum err
sign_in(struct request *rq, const struct authz_request *az, const struct user *user)
{
	struct str cookie;
	enum err e = ERR_CONFLICT;
	int i;

	for (i = 0; e == ERR_CONFLICT && i < ATTEMPTS; i++)
		e = write_session(rq, az, user, &cookie);
	if (e != OK)
		return e;
	log_begin(LOG_LOGIN);
	log_str("sub", user->sub);
	log_str("client", az->client.client_id);
	log_end();
	browser_set_session(rq, cookie);
	return authz_continue(rq, "/authorize");
}

/* OK, ERR_CRYPTO with a reason for the log, or an error of ours. */
static enum err
check_password(struct request *rq, struct user *user, uint64_t *version, const char **reason)
{
	struct password_cost cost = { rq->conf->password_memory, rq->conf->password_passes };
	enum err e;

	*reason = "wrong password or unknown user";
	e = user_find(rq->db, rq->arena, rq->param[P_USERNAME], user, version);
	if (e != OK && e != ERR_NOTFOUND)
		return e;
	e = password_check(rq->arena, rq->param[P_PASSWORD], user->password, &cost);
	if (e == ERR_RANGE)
		return ERR_CRYPTO;
	if (e == OK && !user->enabled) {
		*reason = "user is disabled";
		return ERR_CRYPTO;
	}
	if (e == OK)
		refresh_password(rq, &cost, user, *version);
	return e;
}

static enum err
begin_attempt(struct request *rq, struct attempt *t)
{
	struct attempt_by who = { rq->authority->name, request_header(rq, "REMOTE_ADDR"),
		user_name_fold(rq->arena, rq->param[P_USERNAME]) };

	return attempt_begin(t, rq->deployment, rq->arena, TRY_LOGIN, &who);
}

static enum err
submit(struct request *rq, const struct authz_request *az)
{
	struct user user = { 0 };
	const char *reason;
	struct attempt t;
	uint64_t version;
	enum err e;

	if (rq->param_error != OK || rq->param[P_USERNAME].n == 0 || rq->param[P_PASSWORD].n == 0)
		return refuse(rq, az, user.sub, "name or password missing or malformed");
	if (begin_attempt(rq, &t) != OK)
		return refuse_for_now(rq, az, &t);
	e = check_password(rq, &user, &version, &reason);
	if (e == ERR_CRYPTO)
		return refuse(rq, az, user.sub, reason);
	if (e != OK) {
		attempt_undo(&t);
		return e;
	}
	attempt_right(&t);
	return sign_in(rq, az, &user);
}

static enum err
cancel(struct request *rq, const struct authz_request *az)
{
	enum err e = oauth_fail(rq, OAUTH_ACCESS_DENIED, "the user did not sign in");

	return e == ERR_REFUSED ? authz_refuse(rq, az) : e;
}

static enum err
login(struct request *rq)
{
	struct authz_request az;
	enum err e;

	e = authz_begin(rq, &az);
	if (e != OK)
		return e == ERR_EXISTS ? OK : e;
	if (rq->method != METHOD_POST)
		return show(rq, &az, 200, NULL);
	e = browser_check_form(rq, rq->param[P_CSRF]);
	if (e != OK)
		return e;
	return str_eqz(rq->param[P_ACTION], "cancel") ? cancel(rq, &az) : submit(rq, &az);
}

const struct endpoint endpoint_login = {
	.name = "login",
	.path = "/login",
	.spec = "OpenID Connect Core 1.0 section 3.1.2.3",
	.help = "the page where a user signs in",
	.methods = METHOD_GET | METHOD_POST,
	.auth = AUTH_HANDLER,
	.answer = ANSWER_PAGE,
	.store = STORE_WRITE | STORE_LIMIT,
	.sandbox = SANDBOX_BROWSER,
	.writes = "SU",
	.lenient = true,
	.params = params,
	.nparams = P__MAX,
	.handle = login,
};

int
main(void)
{
	return endpoint_run(&endpoint_login);
}
