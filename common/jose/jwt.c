/*
 * jwt - header and claim checks of a verified token (RFC 7519, RFC 8725)
 * SPDX-License-Identifier: ISC
 */
#include "jose/jwt.h"

#include <stdlib.h>

#include "data/json.h"

#define TIME_MAX 9007199254740992.0 /* 2^53: beyond, a double skips seconds */

/* A text claim; empty when absent. */
static enum err
get_text(const struct js *claims, const char *name, struct str *out)
{
	enum err e;

	*out = STR("");
	e = js_get_str(claims, name, out);
	return e == ERR_NOTFOUND ? OK : e;
}

/* A NumericDate may have a fraction (RFC 7519 section 2), which is dropped. */
static enum err
get_time(struct arena *a, const struct js *claims, const char *name, int64_t *out)
{
	const struct js *v = js_get(claims, name);
	double d;

	*out = JWT_NO_TIME;
	if (v == NULL)
		return OK;
	if (js_type(v) != JS_REAL)
		return js_int(v, out);
	d = strtod(arena_z(a, js_text(v, a)), NULL);
	if (!(d > -TIME_MAX && d < TIME_MAX))
		return ERR_TYPE;
	*out = (int64_t)d;
	return OK;
}

/* One text or a list of them (RFC 7519 section 4.1.3). */
static enum err
get_audience(struct arena *a, const struct js *claims, struct strs *out)
{
	const struct js *v = js_get(claims, "aud");
	struct str one;
	enum err e;

	*out = (struct strs){ NULL, 0 };
	if (v == NULL)
		return OK;
	if (js_type(v) == JS_ARRAY)
		return js_strs(v, a, out);
	e = js_str(v, &one);
	if (e != OK)
		return e;
	arena_strs_add(a, out, one);
	return OK;
}

static enum err
parse_texts(struct jwt *jwt)
{
	enum err e;

	e = get_text(jwt->claims, "iss", &jwt->iss);
	if (e != OK)
		return e;
	e = get_text(jwt->claims, "sub", &jwt->sub);
	if (e != OK)
		return e;
	return get_text(jwt->claims, "jti", &jwt->jti);
}

static enum err
parse_times(struct arena *a, struct jwt *jwt)
{
	enum err e;

	e = get_time(a, jwt->claims, "exp", &jwt->exp);
	if (e != OK)
		return e;
	e = get_time(a, jwt->claims, "nbf", &jwt->nbf);
	if (e != OK)
		return e;
	return get_time(a, jwt->claims, "iat", &jwt->iat);
}

enum err
jwt_parse(struct arena *a, struct str token, struct jwt *out)
{
	struct jwt jwt = { .claims = NULL };
	enum err e;

	e = jws_parse(a, token, &jwt.jws);
	if (e != OK)
		return e;
	e = js_parse(a, jwt.jws.payload, &jwt.claims);
	if (e != OK)
		return e;
	if (js_type(jwt.claims) != JS_OBJECT)
		return ERR_TYPE;
	e = parse_texts(&jwt);
	if (e != OK)
		return e;
	e = parse_times(a, &jwt);
	if (e != OK)
		return e;
	e = get_audience(a, jwt.claims, &jwt.aud);
	if (e != OK)
		return e;
	*out = jwt;
	return OK;
}

/* `application/` may be left out when nothing else has a slash (RFC 7515 section 4.1.9). */
static struct str
short_type(struct str typ)
{
	struct str prefix = STR("application/"), rest = str_skip(typ, prefix.n);

	if (!str_ieq(str_bytes(typ.p, typ.n - rest.n), prefix) || str_find(rest, '/') < rest.n)
		return typ;
	return rest;
}

static enum err
check_times(const struct jwt *jwt, const struct jwt_rules *rules)
{
	/* `now` and `leeway` are ours, so these sums do not overflow whatever the token says. */
	if (jwt->exp == JWT_NO_TIME)
		return ERR_EXPIRED;
	if (!rules->ignore_expiry && jwt->exp <= rules->now - rules->leeway)
		return ERR_EXPIRED;
	if (jwt->nbf != JWT_NO_TIME && jwt->nbf > rules->now + rules->leeway)
		return ERR_EXPIRED;
	return OK;
}

enum err
jwt_check(const struct jwt *jwt, const struct jwt_rules *rules)
{
	/* RFC 8725 section 3.11: one kind of token is not taken for another. */
	if (rules->typ.n > 0 && !str_ieq(short_type(jwt->jws.typ), short_type(rules->typ)))
		return ERR_TYPE;
	if (rules->iss.n > 0 && !str_eq(jwt->iss, rules->iss))
		return ERR_DENIED;
	if (rules->aud.n > 0 && !strs_has(jwt->aud, rules->aud))
		return ERR_DENIED;
	return check_times(jwt, rules);
}
