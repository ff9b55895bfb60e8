/*
 * request - one HTTP request: method, target, variables
 * SPDX-License-Identifier: ISC
 *
 * The path comes from REQUEST_URI alone: it is the one variable that every
 * server and every way of mapping URLs passes unchanged, while SCRIPT_NAME and
 * PATH_INFO depend on both. They serve where REQUEST_URI is missing.
 */
#include <string.h>

#include "data/url.h"
#include "http/request.h"

static const struct {
	const char *name;
	enum method method;
} methods[] = {
	{ "GET", METHOD_GET },
	{ "POST", METHOD_POST },
	{ "HEAD", METHOD_HEAD },
	{ "OPTIONS", METHOD_OPTIONS },
};

enum method
method_find(struct str name)
{
	size_t i;

	for (i = 0; i < COUNT(methods); i++)
		if (str_eqz(name, methods[i].name))
			return methods[i].method;
	return METHOD_OTHER;
}

struct str
method_list(struct arena *a, unsigned set)
{
	struct buf b;
	size_t i;

	buf_init(&b, a, 64);
	for (i = 0; i < COUNT(methods); i++) {
		if ((set & methods[i].method) == 0)
			continue;
		if (b.n > 0)
			buf_add(&b, STR(", "));
		buf_add(&b, str_of(methods[i].name));
	}
	return buf_str(&b);
}

/* Some servers pass an absent header as an empty variable. Two of a name are one too many even when
 * they agree: which of them counts is what parsers disagree about. */
enum err
request_variable(const struct request *rq, const char *name, struct str *value)
{
	struct str wanted = str_of(name), found = { 0 };
	size_t i, n = 0;

	for (i = 0; i < rq->nvariables; i++) {
		if (!str_eq(rq->variables[i].name, wanted))
			continue;
		n++;
		if (found.n == 0)
			found = rq->variables[i].value;
	}
	if (found.n == 0)
		return ERR_NOTFOUND;
	if (n > 1)
		return ERR_DUPLICATE;
	*value = found;
	return OK;
}

struct str
request_header(const struct request *rq, const char *name)
{
	struct str value = { 0 };

	if (request_variable(rq, name, &value) != OK)
		return (struct str){ 0 };
	return value;
}

/* Schemes whose credentials are one token68 (RFC 9110 section 11.2): a comma begins a second
 * header, which servers join to the first. */
static bool
is_comma_free(struct str scheme)
{
	return str_ieq(scheme, STR("Basic")) || str_ieq(scheme, STR("Bearer")) ||
		str_ieq(scheme, STR("DPoP"));
}

enum err
request_authorization(const struct request *rq, struct str *scheme, struct str *credentials)
{
	struct str value;
	enum err e;

	/* Apache gives a variable set by a rewrite rule the prefix, and no header but this. */
	e = request_variable(rq, "HTTP_AUTHORIZATION", &value);
	if (e == ERR_NOTFOUND)
		e = request_variable(rq, "REDIRECT_HTTP_AUTHORIZATION", &value);
	if (e != OK)
		return e;
	value = str_trim(value);
	if (value.n == 0)
		return ERR_NOTFOUND;
	if (!str_cut(value, ' ', scheme, credentials)) {
		*scheme = value;
		*credentials = str_skip(value, value.n);
	}
	*credentials = str_trim(*credentials);
	if (is_comma_free(*scheme) && str_find(value, ',') < value.n)
		return ERR_DUPLICATE;
	return OK;
}

static bool
is_host_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

/* The length of the host that begins `s`: a name, an IPv4 address, or an IPv6 address in brackets;
 * 0 when it is malformed. */
static size_t
host_length(struct str s)
{
	size_t n = 0;

	if (s.n == 0)
		return 0;
	if (s.p[0] != '[') {
		while (n < s.n && is_host_byte(s.p[n]))
			n++;
		return n;
	}
	for (n = 1; n < s.n && s.p[n] != ']'; n++)
		if (!is_host_byte(s.p[n]) && s.p[n] != ':')
			return 0;
	return n < s.n && n > 1 ? n + 1 : 0;
}

static bool
is_port(struct str s)
{
	int64_t port;

	return s.n > 1 && s.p[0] == ':' && str_int(str_skip(s, 1), &port) == OK && port > 0 &&
		port <= 65535;
}

/* Host and port, lower case and checked, or empty. */
static struct str
host_clean(struct arena *a, struct str text)
{
	struct str host, rest;
	char *p;
	size_t i, n;

	if (text.n == 0 || text.n > 255 + 6)
		return (struct str){ 0 };
	p = arena_z(a, text);
	for (i = 0; i < text.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] - 'A' + 'a');
	host = (struct str){ p, text.n };
	n = host_length(host);
	rest = str_skip(host, n);
	if (n == 0 || (rest.n > 0 && !is_port(rest)))
		return (struct str){ 0 };
	return host;
}

struct str
request_host(const struct request *rq)
{
	return host_clean(rq->arena, request_header(rq, "HTTP_HOST"));
}

/* Bytes that no request target has (RFC 9112 section 3.2); a fragment is never sent. */
static bool
is_target(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f || s.p[i] == '#')
			return false;
	return s.n > 0;
}

/* Takes scheme and authority off an absolute-form target (RFC 9112 section 3.2.2). Its authority
 * and the Host header must not name two different places. */
static enum err
strip_authority(const struct request *rq, struct str *target)
{
	struct str rest, host;
	size_t n;

	if (target->p[0] == '/')
		return OK;
	if (target->n > 8 && str_ieq((struct str){ target->p, 7 }, STR("http://")))
		rest = str_skip(*target, 7);
	else if (target->n > 8 && str_ieq((struct str){ target->p, 8 }, STR("https://")))
		rest = str_skip(*target, 8);
	else
		return ERR_SYNTAX;
	n = str_find(rest, '/');
	host = host_clean(rq->arena, (struct str){ rest.p, n });
	if (n == rest.n || host.n == 0 || !str_eq(host, request_host(rq)))
		return ERR_SYNTAX;
	*target = str_skip(rest, n);
	return OK;
}

static bool
is_plain_segment(struct str s)
{
	return s.n > 0 && !str_eq(s, STR(".")) && !str_eq(s, STR("..")) && str_is_text(s);
}

/* What url_path_decode asks, of a path that is decoded already. */
static bool
is_plain_path(struct str path)
{
	struct str rest = str_skip(path, 1), segment;

	if (path.n == 0 || path.p[0] != '/')
		return false;
	if (rest.n == 0)
		return true;
	while (str_cut(rest, '/', &segment, &rest))
		if (!is_plain_segment(segment))
			return false;
	return is_plain_segment(rest);
}

static enum err
begin_without_uri(struct request *rq)
{
	struct str script = request_header(rq, "SCRIPT_NAME");
	struct str info = request_header(rq, "PATH_INFO");
	struct buf b;

	buf_init(&b, rq->arena, REQUEST_TARGET_MAX);
	buf_add(&b, script);
	buf_add(&b, info);
	if (buf_end(&b, &rq->path) != OK)
		return ERR_RANGE;
	rq->query = request_header(rq, "QUERY_STRING");
	if (rq->query.n > REQUEST_TARGET_MAX)
		return ERR_RANGE;
	rq->target = rq->path;
	return is_plain_path(rq->path) ? OK : ERR_SYNTAX;
}

static enum err
begin_target(struct request *rq)
{
	struct str rest, path;
	enum err e;

	e = request_variable(rq, "REQUEST_URI", &rq->target);
	if (e == ERR_NOTFOUND)
		return begin_without_uri(rq);
	if (e != OK)
		return ERR_SYNTAX;
	if (rq->target.n > REQUEST_TARGET_MAX)
		return ERR_RANGE;
	rest = rq->target;
	if (!is_target(rest))
		return ERR_SYNTAX;
	e = strip_authority(rq, &rest);
	if (e != OK)
		return e;
	if (!str_cut(rest, '?', &path, &rq->query))
		path = rest;
	return url_path_decode(rq->arena, path, &rq->path);
}

enum err
request_begin(struct request *rq)
{
	struct str method;

	if (request_variable(rq, "REQUEST_METHOD", &method) != OK)
		return ERR_SYNTAX;
	rq->method = method_find(method);
	rq->is_https = str_ieq(request_header(rq, "HTTPS"), STR("on")) ||
		str_ieq(request_header(rq, "REQUEST_SCHEME"), STR("https"));
	return begin_target(rq);
}
