/*
 * check - what a text of a record may look like (RFC 3986, RFC 6749)
 * SPDX-License-Identifier: ISC
 *
 * What is registered is compared byte for byte later, so nothing is
 * normalised here: what is not in its plain form is refused.
 */
#include "schema/check.h"

#include <arpa/inet.h>

#define NAME_MAX_LEN 63
#define SCOPE_MAX_LEN 100
#define ISSUER_MAX_LEN 512
#define URI_MAX_LEN 400
#define ORIGIN_MAX_LEN 300
#define PORT_MAX 65535

/* Schemes that are no address of an application: what a browser runs, shows or opens itself. */
static const char *const refused_schemes[] = { "javascript", "vbscript", "data", "file", "mailto",
	"ftp", "blob", "about", "ssh", "tel", "view-source", "ws", "wss" };

static const char *const grant_types[] = { "authorization_code", "refresh_token",
	"client_credentials" };

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
is_in(char c, struct str set)
{
	return str_find(set, c) < set.n;
}

static bool
is_listed(struct str s, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (str_ieq(s, str_of(list[i])))
			return true;
	return false;
}

/* Lower-case letters, digits and `extra`, at most NAME_MAX_LEN of them. */
static bool
is_name(struct str s, char extra)
{
	size_t i;

	if (s.n == 0 || s.n > NAME_MAX_LEN || s.p[0] == extra)
		return false;
	for (i = 0; i < s.n; i++)
		if (!is_lower(s.p[i]) && !is_digit(s.p[i]) && s.p[i] != extra)
			return false;
	return true;
}

bool
check_name(struct str s)
{
	return is_name(s, '-');
}

bool
check_program(struct str s)
{
	return is_name(s, '_');
}

bool
check_word(struct str s)
{
	return s.n > 0 && str_is_token(s);
}

/* scope-token = 1*( %x21 / %x23-5B / %x5D-7E ) */
bool
check_scope(struct str s)
{
	return s.n <= SCOPE_MAX_LEN && check_word(s) && !is_in('"', s) && !is_in('\\', s);
}

/* Whether all bytes are unreserved, escapes, or in `set` (RFC 3986 section 2). */
static bool
is_made_of(struct str s, struct str set)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (is_lower(s.p[i]) || is_upper(s.p[i]) || is_digit(s.p[i]))
			continue;
		if (is_in(s.p[i], STR("-._~")) || is_in(s.p[i], set))
			continue;
		if (s.p[i] != '%' || s.n - i < 3 || !is_hex(s.p[i + 1]) || !is_hex(s.p[i + 2]))
			return false;
		i += 2;
	}
	return true;
}

#define SUB_DELIMS "!$&'()*+,;="

/* scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) */
static bool
cut_scheme(struct str s, struct str *scheme, struct str *rest)
{
	size_t i;

	if (!str_cut(s, ':', scheme, rest) || scheme->n == 0)
		return false;
	if (!is_lower(scheme->p[0]) && !is_upper(scheme->p[0]))
		return false;
	for (i = 0; i < scheme->n; i++)
		if (!is_lower(scheme->p[i]) && !is_upper(scheme->p[i]) && !is_digit(scheme->p[i]) &&
			!is_in(scheme->p[i], STR("+-.")))
			return false;
	return true;
}

static bool
is_port(struct str s)
{
	int64_t port;

	return str_int(s, &port) == OK && port > 0 && port <= PORT_MAX;
}

/* "[" an IPv6 address "]" */
static bool
is_ip6(struct str s)
{
	char z[INET6_ADDRSTRLEN];
	struct in6_addr address;
	size_t i;

	if (s.n < 4 || s.n - 2 >= sizeof(z) || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return false;
	for (i = 0; i < s.n - 2; i++)
		z[i] = s.p[i + 1];
	z[i] = '\0';
	return inet_pton(AF_INET6, z, &address) == 1;
}

/* host [ ":" port ]; no user name: it is there to deceive. */
static bool
is_host_port(struct str s)
{
	size_t n = s.n;

	while (n > 0 && s.p[n - 1] != ':' && s.p[n - 1] != ']')
		n--;
	if (n > 0 && s.p[n - 1] == ':') {
		if (!is_port(str_skip(s, n)))
			return false;
		s.n = n - 1;
	}
	return is_ip6(s) || (s.n > 0 && is_made_of(s, STR(SUB_DELIMS)));
}

/* The parts of an absolute URI: `host` with its port, `rest` from the path on. */
struct uri {
	struct str scheme, host, rest;
	bool http;
};

static bool
cut_uri(struct str s, struct uri *u)
{
	size_t n = 0;

	*u = (struct uri){ 0 };
	if (!cut_scheme(s, &u->scheme, &u->rest) || u->rest.n == 0)
		return false;
	u->http = str_ieq(u->scheme, STR("http")) || str_ieq(u->scheme, STR("https"));
	if (!str_has_prefix(u->rest, STR("//")))
		return !u->http;
	u->host = str_skip(u->rest, 2);
	while (n < u->host.n && !is_in(u->host.p[n], STR("/?#")))
		n++;
	u->rest = str_skip(u->host, n);
	u->host.n = n;
	return is_host_port(u->host) || (n == 0 && !u->http);
}

/* Path and query, without a fragment. */
static bool
is_path_query(struct str s)
{
	return is_made_of(s, STR(SUB_DELIMS ":@/?"));
}

static bool
is_uri(struct str s, struct uri *u)
{
	return s.n <= URI_MAX_LEN && cut_uri(s, u) && is_path_query(u->rest);
}

static bool
has_upper(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (is_upper(s.p[i]))
			return true;
	return false;
}

/* No empty, "." or ".." segment: requests are matched after those were resolved. */
static bool
is_plain_path(struct str path)
{
	struct str part;
	bool more = path.n > 0;

	path = str_skip(path, 1);
	while (more) {
		part = path;
		more = str_cut(path, '/', &part, &path);
		if (part.n == 0 || str_eqz(part, ".") || str_eqz(part, ".."))
			return false;
	}
	return true;
}

bool
check_page(struct str s)
{
	struct uri u;

	return cut_uri(s, &u) && u.http && is_path_query(u.rest);
}

/* Browsers leave it out of Host, so an issuer with it would never be found. */
static bool
has_default_port(const struct uri *u)
{
	return str_has_suffix(u->host, str_ieq(u->scheme, STR("https")) ? STR(":443") : STR(":80"));
}

bool
check_issuer(struct str s)
{
	struct uri u;

	if (s.n > ISSUER_MAX_LEN || !cut_uri(s, &u) || !u.http)
		return false;
	if (has_upper(u.scheme) || has_upper(u.host) || has_default_port(&u))
		return false;
	return is_made_of(u.rest, STR(SUB_DELIMS ":@/")) && !is_in('%', u.rest) &&
		is_plain_path(u.rest);
}

bool
check_resource(struct str s)
{
	struct uri u;

	return is_uri(s, &u);
}

/* http only to this very machine (RFC 9700 section 2.6, RFC 8252 section 7.3). */
static bool
is_loopback(struct str host)
{
	static const char *const names[] = { "127.0.0.1", "[::1]", "localhost" };
	struct str rest;
	size_t i;

	for (i = 0; i < COUNT(names); i++) {
		if (!str_has_prefix(host, str_of(names[i])))
			continue;
		rest = str_skip(host, str_of(names[i]).n);
		if (rest.n == 0 || rest.p[0] == ':')
			return true;
	}
	return false;
}

/* A scheme of one's own is a domain name turned round (RFC 8252 section 7.1). */
bool
check_redirect(struct str s)
{
	struct uri u;

	if (!is_uri(s, &u) || is_listed(u.scheme, refused_schemes, COUNT(refused_schemes)))
		return false;
	if (str_ieq(u.scheme, STR("http")))
		return is_loopback(u.host);
	return u.http || is_in('.', u.scheme);
}

bool
check_origin(struct str s)
{
	struct uri u;

	return s.n <= ORIGIN_MAX_LEN && cut_uri(s, &u) && u.http && u.rest.n == 0 && !has_upper(s);
}

bool
check_grant_type(struct str s)
{
	size_t i;

	for (i = 0; i < COUNT(grant_types); i++)
		if (str_eqz(s, grant_types[i]))
			return true;
	return false;
}
