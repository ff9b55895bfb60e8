/*
 * cookie - cookies read and set (RFC 6265)
 * SPDX-License-Identifier: ISC
 */
#include "http/cookie.h"
#include "http/reply.h"

/* cookie-octet (RFC 6265 section 4.1.1): what we write, hence all we accept back. */
static bool
is_cookie_value(struct str s)
{
	unsigned char c;
	size_t i;

	for (i = 0; i < s.n; i++) {
		c = (unsigned char)s.p[i];
		if (c <= ' ' || c >= 0x7f || c == '"' || c == ',' || c == ';' || c == '\\')
			return false;
	}
	return true;
}

/* The next `name=value` of a header; what has no '=' is passed over, being a cookie of nobody. */
static bool
next_pair(struct str *rest, struct str *name, struct str *value)
{
	struct str pair;
	size_t n;

	while (rest->n > 0) {
		for (n = 0; n < rest->n && rest->p[n] != ';' && rest->p[n] != ','; n++)
			continue;
		pair = (struct str){ rest->p, n };
		*rest = str_skip(*rest, n + 1);
		if (!str_cut(pair, '=', name, value))
			continue;
		*name = str_trim(*name);
		*value = str_trim(*value);
		return true;
	}
	return false;
}

/* Cookies of other names may hold anything: neighbours on the same host write them. */
enum err
cookie_find(struct str header, struct str name, struct str *value)
{
	struct str each, found = { 0 }, text;
	size_t n = 0;

	while (next_pair(&header, &each, &text)) {
		if (!str_eq(each, name))
			continue;
		found = text;
		n++;
	}
	if (n > 1)
		return ERR_DUPLICATE;
	if (n == 0 || found.n == 0)
		return ERR_NOTFOUND;
	if (!is_cookie_value(found))
		return ERR_SYNTAX;
	*value = found;
	return OK;
}

/* Not by request_variable(): nginx passes two Cookie headers as two variables, which is no fault of
 * the browser, so all of them are looked through. */
enum err
cookie_get(const struct request *rq, struct str name, struct str *value)
{
	struct str found;
	enum err e, result = ERR_NOTFOUND;
	size_t i;

	for (i = 0; i < rq->nvariables; i++) {
		if (!str_eq(rq->variables[i].name, STR("HTTP_COOKIE")))
			continue;
		e = cookie_find(rq->variables[i].value, name, &found);
		if (e == ERR_NOTFOUND)
			continue;
		if (e != OK)
			return e;
		if (result == OK)
			return ERR_DUPLICATE;
		*value = found;
		result = OK;
	}
	return result;
}

static const char *
same_site(const struct cookie *c)
{
	if (c->strict)
		return "Strict";
	return c->secure ? "None" : "Lax";
}

/* No Domain: the cookie is this host's alone. A page of another site may have to see its session
 * (check_session, front-channel logout), which SameSite=None allows, but only over TLS. */
void
cookie_set(struct request *rq, const struct cookie *c)
{
	struct buf b;
	struct str text;

	if (!is_cookie_value(c->value) || c->name.n == 0 || c->path.n == 0)
		bug("cookie %.*s cannot be written", STR_FMT(c->name));
	buf_init(&b, rq->arena, 2048);
	buf_printf(&b, "%.*s=%.*s; Path=%.*s; HttpOnly; SameSite=%s", STR_FMT(c->name),
		STR_FMT(c->value), STR_FMT(c->path), same_site(c));
	if (c->secure)
		buf_add(&b, STR("; Secure"));
	if (c->value.n == 0)
		buf_add(&b, STR("; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"));
	else if (c->lifetime > 0)
		buf_printf(&b, "; Max-Age=%lld", (long long)c->lifetime);
	if (buf_end(&b, &text) != OK)
		bug("cookie %.*s is too long", STR_FMT(c->name));
	reply_header(rq, "Set-Cookie", text);
}
