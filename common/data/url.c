/*
 * url - absolute URLs (RFC 3986), parsed, compared and built
 * SPDX-License-Identifier: ISC
 */
#include <arpa/inet.h>
#include <string.h>

#include "data/percent.h"
#include "data/url.h"

/* Section 2.2 and 2.3: what may stand in a part besides letters, digits and escapes. */
#define UNRESERVED "-._~"
#define SUB_DELIMS "!$&'()*+,;="

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Whether `s` has only letters, digits, whole escapes and bytes of `others`. */
static bool
consists_of(struct str s, struct str others)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!is_alpha(s.p[i]) && !is_digit(s.p[i]) && s.p[i] != '%' &&
			str_find(others, s.p[i]) == others.n)
			return false;
	return percent_is_valid(s);
}

static char
lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool
is_http(struct str scheme)
{
	return str_ieq(scheme, STR("http")) || str_ieq(scheme, STR("https"));
}

/* Section 3.1. */
static enum err
take_scheme(struct str *rest, struct url *u)
{
	if (!str_cut(*rest, ':', &u->scheme, rest))
		return ERR_SYNTAX;
	if (u->scheme.n == 0 || !is_alpha(u->scheme.p[0]) || str_find(u->scheme, '%') < u->scheme.n)
		return ERR_SYNTAX;
	return consists_of(u->scheme, STR("+-.")) ? OK : ERR_SYNTAX;
}

/* Digits without a leading zero, 1 to 65535; one spelling, so that an exact comparison is enough.
 */
static bool
is_port(struct str s)
{
	int64_t port;

	return str_int(s, &port) == OK && port >= 1 && port <= 65535;
}

/* Section 3.2.2; an address of the future (IPvFuture) is none we know. */
static bool
is_ipv6(struct str host)
{
	char z[INET6_ADDRSTRLEN];
	struct in6_addr address;
	size_t n = host.n - 2;

	if (host.n < 4 || host.p[host.n - 1] != ']' || n >= sizeof(z))
		return false;
	memcpy(z, host.p + 1, n);
	z[n] = '\0';
	return strlen(z) == n && inet_pton(AF_INET6, z, &address) == 1;
}

/* The length of the host at the front: an address in brackets, or all before the port. */
static size_t
host_length(struct str s)
{
	size_t n;

	if (s.n == 0 || s.p[0] != '[')
		return str_find(s, ':');
	n = str_find(s, ']');
	return n == s.n ? n : n + 1;
}

static enum err
parse_authority(struct str s, struct url *u)
{
	size_t n;

	u->has_authority = true;
	if (str_cut(s, '@', &u->userinfo, &s) &&
		!consists_of(u->userinfo, STR(UNRESERVED SUB_DELIMS ":")))
		return ERR_SYNTAX;
	n = host_length(s);
	u->host = str_bytes(s.p, n);
	s = str_skip(s, n);
	if (u->host.n > 0 && u->host.p[0] == '[') {
		if (!is_ipv6(u->host))
			return ERR_SYNTAX;
	} else if (!consists_of(u->host, STR(UNRESERVED SUB_DELIMS))) {
		return ERR_SYNTAX;
	}
	if (s.n == 0)
		return OK;
	u->port = str_skip(s, 1);
	return s.p[0] == ':' && u->host.n > 0 && is_port(u->port) ? OK : ERR_SYNTAX;
}

/* Cuts from the back: fragment, then query; what is left is authority and path. */
static enum err
take_tail(struct str *rest, struct url *u)
{
	static const struct str chars = STR_INIT(UNRESERVED SUB_DELIMS ":@/?");

	u->has_fragment = str_cut(*rest, '#', rest, &u->fragment);
	u->has_query = str_cut(*rest, '?', rest, &u->query);
	if (!consists_of(u->fragment, chars) || !consists_of(u->query, chars))
		return ERR_SYNTAX;
	return OK;
}

enum err
url_parse(struct str text, struct url *out)
{
	struct url u = { .has_authority = false };
	struct str rest = text;
	size_t n;
	enum err e;

	if (text.n > URL_MAX)
		return ERR_RANGE;
	e = take_scheme(&rest, &u);
	if (e == OK)
		e = take_tail(&rest, &u);
	if (e != OK)
		return e;
	if (str_has_prefix(rest, STR("//"))) {
		rest = str_skip(rest, 2);
		n = str_find(rest, '/');
		e = parse_authority(str_bytes(rest.p, n), &u);
		if (e != OK)
			return e;
		rest = str_skip(rest, n);
	}
	u.path = rest;
	if (!consists_of(u.path, STR(UNRESERVED SUB_DELIMS ":@/")))
		return ERR_SYNTAX;
	if (is_http(u.scheme) && u.host.n == 0)
		return ERR_SYNTAX;
	*out = u;
	return OK;
}

bool
url_is_loopback(const struct url *u)
{
	if (!str_ieq(u->scheme, STR("http")))
		return false;
	return str_eq(u->host, STR("127.0.0.1")) || str_eq(u->host, STR("[::1]")) ||
		str_ieq(u->host, STR("localhost"));
}

/* What stands before the port (with no ':') and after it. */
static bool
cut_port(struct str text, struct str *before, struct str *after)
{
	struct url u;

	if (url_parse(text, &u) != OK || !u.has_authority)
		return false;
	*before = str_bytes(text.p, (size_t)(u.host.p + u.host.n - text.p));
	*after = str_skip(text, before->n + (u.port.n > 0 ? u.port.n + 1 : 0));
	return true;
}

bool
url_same_but_port(struct str a, struct str b)
{
	struct str before_a, after_a, before_b, after_b;

	if (!cut_port(a, &before_a, &after_a) || !cut_port(b, &before_b, &after_b))
		return false;
	return str_eq(before_a, before_b) && str_eq(after_a, after_b);
}

static void
add_lower(struct buf *b, struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		buf_byte(b, (unsigned char)lower(s.p[i]));
}

/* RFC 6454 section 6.2. */
enum err
url_origin(struct arena *a, struct str text, struct str *origin)
{
	struct url u;
	struct buf b;
	bool is_default;

	if (url_parse(text, &u) != OK || !is_http(u.scheme))
		return ERR_SYNTAX;
	is_default = u.port.n == 0 ||
		str_eq(u.port, str_ieq(u.scheme, STR("http")) ? STR("80") : STR("443"));
	buf_init(&b, a, URL_MAX);
	add_lower(&b, u.scheme);
	buf_add(&b, STR("://"));
	add_lower(&b, u.host);
	if (!is_default) {
		buf_byte(&b, ':');
		buf_add(&b, u.port);
	}
	return buf_end(&b, origin);
}

static bool
is_plain_segment(struct str s)
{
	return s.n > 0 && !str_eq(s, STR(".")) && !str_eq(s, STR("..")) && str_is_text(s) &&
		str_find(s, '/') == s.n;
}

/* The root has no segment; a '/' at the end of any other path begins an empty one. */
enum err
url_path_decode(struct arena *a, struct str text, struct str *path)
{
	struct str rest, raw, segment;
	struct buf b;
	enum err e;
	bool more;

	if (text.n == 0 || text.p[0] != '/' || !consists_of(text, STR(UNRESERVED SUB_DELIMS ":@/")))
		return ERR_SYNTAX;
	buf_init(&b, a, text.n);
	rest = str_skip(text, 1);
	if (rest.n == 0)
		buf_byte(&b, '/');
	for (more = rest.n > 0; more;) {
		more = str_cut(rest, '/', &raw, &rest);
		e = percent_decode(a, more ? raw : rest, false, &segment);
		if (e != OK || !is_plain_segment(segment))
			return ERR_SYNTAX;
		buf_byte(&b, '/');
		buf_add(&b, segment);
	}
	return buf_end(&b, path);
}

void
url_escape(struct buf *b, struct str s)
{
	percent_encode(b, s, STR(UNRESERVED));
}
