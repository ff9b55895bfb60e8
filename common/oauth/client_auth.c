/*
 * client_auth - who is calling: client authentication (RFC 6749 2.3, OpenID Connect Core 9)
 * SPDX-License-Identifier: ISC
 */
#include "oauth/client_auth.h"

#include "base/enc.h"
#include "data/form.h"
#include "model/attempt.h"

const char *const client_auth_names[] = {
	[CLIENT_AUTH_NONE] = "none",
	[CLIENT_AUTH_BASIC] = "client_secret_basic",
	[CLIENT_AUTH_POST] = "client_secret_post",
	[CLIENT_AUTH__MAX] = NULL,
};

enum err
credentials_basic(struct arena *a, struct str text, struct credentials *out)
{
	struct str bytes, id, secret;
	enum err e;

	if (text.n > 2048)
		return ERR_SYNTAX;
	e = dec_b64(a, text, &bytes);
	if (e != OK)
		return e;
	if (!str_cut(bytes, ':', &id, &secret))
		return ERR_SYNTAX;
	/* Both are form-encoded before they are joined (RFC 6749 section 2.3.1). */
	e = form_unescape(a, id, &out->id);
	if (e == OK)
		e = form_unescape(a, secret, &out->secret);
	if (e == OK && (out->id.n == 0 || !str_is_vschar(out->id) || !str_is_vschar(out->secret)))
		e = ERR_SYNTAX;
	out->method = CLIENT_AUTH_BASIC;
	return e;
}

enum err
credentials_read(
	struct request *rq, struct str form_id, struct str form_secret, struct credentials *out)
{
	struct str scheme, text;
	enum err e;

	*out = (struct credentials){ CLIENT_AUTH_NONE, form_id, form_secret };
	e = request_authorization(rq, &scheme, &text);
	if (e == ERR_NOTFOUND) {
		if (form_secret.n > 0)
			out->method = CLIENT_AUTH_POST;
		return OK;
	}
	if (e != OK || !str_ieq(scheme, STR("Basic")))
		return oauth_fail(
			rq, OAUTH_INVALID_CLIENT, "Authorization is not one Basic header");
	if (form_secret.n > 0)
		return oauth_fail(
			rq, OAUTH_INVALID_REQUEST, "client authenticates in two ways at once");
	if (credentials_basic(rq->arena, text, out) != OK)
		return oauth_fail(rq, OAUTH_INVALID_CLIENT, "Basic credentials are malformed");
	if (form_id.n > 0 && !str_eq(form_id, out->id))
		return oauth_fail(
			rq, OAUTH_INVALID_REQUEST, "client_id differs from Authorization");
	return OK;
}

/* One text towards the caller whether the client is unknown, disabled or has another secret. */
static enum err
refuse(struct request *rq, const char *reason)
{
	enum err e = oauth_fail(rq, OAUTH_INVALID_CLIENT, "client authentication failed");

	rq->fail.reason = str_of(reason);
	return e;
}

/* Checks what was shown against a record of this method and these secrets. */
static enum err
check_secret(struct request *rq, const struct credentials *c, struct list secrets)
{
	enum err e;

	if (c->secret.n == 0)
		return refuse(rq, "no secret");
	e = secret_check(rq->arena, secrets, c->secret);
	if (e == ERR_EXPIRED)
		return refuse(rq, "secret has expired");
	return e == OK ? OK : refuse(rq, "wrong secret");
}

static enum err
check_client(struct request *rq, const struct credentials *c, const struct client *client)
{
	if (!client->enabled)
		return refuse(rq, "client is disabled");
	if (c->method != (enum client_auth_method)client->token_endpoint_auth_method)
		return refuse(rq, "not the registered authentication method");
	return client_is_public(client) ? OK : check_secret(rq, c, client->secrets);
}

/* A secret is tried, right or wrong: whoever shows none guesses nothing. It is looked at all the
 * same where it was right lately, and where only others, from elsewhere, have used up what the
 * client has: it is too long to be guessed, and they must not keep out what is right. */
static enum err
begin_attempt(struct request *rq, const struct credentials *c, struct attempt *t)
{
	struct attempt_by who = { rq->authority->name, request_header(rq, "REMOTE_ADDR"), c->id };
	enum err e;

	*t = (struct attempt){ 0 };
	if (c->secret.n == 0)
		return OK;
	e = attempt_begin(t, rq->deployment, rq->arena, TRY_SECRET, &who);
	return t->is_known || t->refused == 1U << PER_SUBJECT ? OK : e;
}

/* Nothing is said of whether there is such a client. */
static enum err
refuse_for_now(struct request *rq, const struct attempt *t)
{
	enum err e = oauth_fail_too_many(rq, t->wait);

	rq->fail.reason = arena_printf(rq->arena, "too many wrong secrets: %s, %.*s", t->by->name,
		STR_FMT(request_header(rq, "REMOTE_ADDR")));
	return e;
}

static enum err
end_attempt(struct request *rq, struct attempt *t, enum err e)
{
	if (e == OK)
		attempt_right(t);
	else if (e != ERR_REFUSED)
		attempt_undo(t);
	else if (t->by != NULL)
		return refuse_for_now(rq, t);
	return e;
}

/* Reads what the caller shows and takes what the try costs. */
static enum err
begin(struct request *rq, struct str form_id, struct str form_secret, struct credentials *c,
	struct attempt *t)
{
	enum err e;

	e = credentials_read(rq, form_id, form_secret, c);
	if (e != OK)
		return e;
	if (c->id.n == 0)
		return refuse(rq, "no client_id");
	e = begin_attempt(rq, c, t);
	return e == ERR_TOO_MANY ? refuse_for_now(rq, t) : e;
}

enum err
client_authenticate(struct request *rq, struct str form_id, struct str form_secret)
{
	struct client *client = arena_alloc(rq->arena, sizeof(*client));
	struct credentials c;
	struct attempt t;
	enum err e;

	e = begin(rq, form_id, form_secret, &c, &t);
	if (e != OK)
		return e;
	e = client_get(rq->db, rq->arena, c.id, client, NULL);
	if (e == OK)
		e = check_client(rq, &c, client);
	else if (e == ERR_NOTFOUND)
		e = refuse(rq, "unknown client");
	e = end_attempt(rq, &t, e);
	if (e == OK)
		rq->client = client;
	return e;
}

/* An API shows its name and secret, by Basic or in the form. */
static enum err
api_authenticate(struct request *rq, const struct credentials *c, struct caller *caller)
{
	struct resource *r = arena_alloc(rq->arena, sizeof(*r));
	enum err e;

	e = resource_get(rq->db, rq->arena, c->id, r, NULL);
	if (e == ERR_NOTFOUND || (e == OK && !r->enabled))
		return refuse(rq, "unknown or disabled caller");
	if (e == OK)
		e = check_secret(rq, c, r->secrets);
	*caller = (struct caller){ .id = r->name, .resource = r };
	return e;
}

enum err
caller_authenticate(struct request *rq, struct str form_id, struct str form_secret)
{
	struct caller *caller = arena_alloc(rq->arena, sizeof(*caller));
	struct client *client = arena_alloc(rq->arena, sizeof(*client));
	struct credentials c;
	struct attempt t;
	enum err e;

	e = begin(rq, form_id, form_secret, &c, &t);
	if (e != OK)
		return e;
	e = client_get(rq->db, rq->arena, c.id, client, NULL);
	if (e == ERR_NOTFOUND) {
		e = api_authenticate(rq, &c, caller);
	} else if (e == OK) {
		*caller = (struct caller){ .id = client->client_id, .client = client };
		e = client_is_public(client) ? refuse(rq, "a public client cannot ask")
					     : check_client(rq, &c, client);
	}
	e = end_attempt(rq, &t, e);
	if (e == OK)
		rq->caller = caller;
	return e;
}
