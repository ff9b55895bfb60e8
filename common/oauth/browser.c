/*
 * browser - what we keep in the browser: the session cookie, and a token against forged forms
 * SPDX-License-Identifier: ISC
 */
#include "oauth/browser.h"

#include "base/enc.h"
#include "base/secret.h"
#include "data/url.h"
#include "http/cookie.h"
#include "model/authority.h"

#define CSRF_LEN 24

static bool
is_https(const struct request *rq)
{
	return str_has_prefix(rq->authority->issuer, STR("https:"));
}

/* With a path, the name of the authority is part of it: browsers send the cookies of outer paths,
 * too. */
static struct cookie
our_cookie(struct request *rq, const char *suffix)
{
	struct str path = issuer_path(rq->authority), own = STR("");
	const char *prefix = "";

	if (is_https(rq))
		prefix = path.n == 0 ? "__Host-" : "__Secure-";
	if (path.n > 0)
		own = arena_printf(rq->arena, "-%.*s", STR_FMT(rq->authority->name));
	return (struct cookie){ .name = arena_printf(
					rq->arena, "%stessera%.*s%s", prefix, STR_FMT(own), suffix),
		.path = path.n == 0 ? STR("/") : path,
		.secure = is_https(rq) };
}

/* A user who is gone, disabled, or made anew under the same sub, is not signed in. */
static enum err
read_user(struct request *rq, struct browser *out)
{
	enum err e;

	e = user_get(rq->db, rq->arena, out->session.s.sub, &out->user, NULL);
	if (e == OK && out->user.enabled && out->user.epoch == out->session.s.epoch &&
		out->user.created <= out->session.s.created)
		out->signed_in = true;
	return e == ERR_NOTFOUND ? OK : e;
}

enum err
browser_read(struct request *rq, struct browser *out)
{
	struct str value;
	enum err e;

	*out = (struct browser){ 0 };
	if (cookie_get(rq, our_cookie(rq, "").name, &value) != OK)
		return OK;
	e = session_get(rq->db, rq->arena, value, &out->session);
	if (e == OK)
		return read_user(rq, out);
	return e == ERR_NOTFOUND || e == ERR_SYNTAX || e == ERR_EXPIRED ? OK : e;
}

void
browser_set_session(struct request *rq, struct str cookie)
{
	struct cookie c = our_cookie(rq, "");

	c.value = cookie;
	cookie_set(rq, &c);
}

void
browser_clear_session(struct request *rq)
{
	struct cookie c = our_cookie(rq, "");

	cookie_set(rq, &c);
}

struct str
browser_csrf(struct request *rq)
{
	struct str value, bytes;

	if (cookie_get(rq, our_cookie(rq, "-form").name, &value) == OK &&
		dec_b64url(rq->arena, value, &bytes) == OK && bytes.n == CSRF_LEN)
		return value;
	return enc_b64url(rq->arena, secret_bytes(rq->arena, CSRF_LEN));
}

void
browser_set_csrf(struct request *rq, struct str token)
{
	struct cookie c = our_cookie(rq, "-form");

	c.value = token;
	cookie_set(rq, &c);
}

/* Browsers say where a form comes from; `null` is another place than ours. */
static bool
is_our_origin(struct request *rq)
{
	struct str origin, ours;
	enum err e = request_variable(rq, "HTTP_ORIGIN", &origin);

	if (e == ERR_NOTFOUND)
		return true;
	return e == OK && url_origin(rq->arena, rq->authority->issuer, &ours) == OK &&
		str_eq(origin, ours);
}

enum err
browser_check_form(struct request *rq, struct str token)
{
	struct str value;

	if (!is_our_origin(rq))
		return oauth_fail(rq, OAUTH_INVALID_REQUEST, "the form comes from elsewhere");
	if (token.n == 0 || cookie_get(rq, our_cookie(rq, "-form").name, &value) != OK ||
		!secret_eq(value, token))
		return oauth_fail(rq, OAUTH_INVALID_REQUEST,
			"the form has expired: go back and try again (cookies must be allowed)");
	return OK;
}
