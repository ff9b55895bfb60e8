/*
 * url - absolute URLs (RFC 3986), parsed, compared and built
 * SPDX-License-Identifier: ISC
 *
 * Parsing is strict and only cuts: nothing is decoded or normalised, so that
 * what was registered can be compared byte for byte.
 */
#ifndef DATA_URL_H
#define DATA_URL_H

#include "base/buf.h"

#define URL_MAX 2048

struct url {
	struct str scheme;   /* as given */
	struct str host;     /* with the brackets of an IPv6 address */
	struct str port;     /* digits, or empty */
	struct str path;     /* from its '/', or empty */
	struct str query;    /* without '?' */
	struct str fragment; /* without '#' */
	struct str userinfo; /* without '@' */
	bool has_authority, has_query, has_fragment;
};

/* Cuts an absolute URL: ERR_SYNTAX without a scheme, with bytes that RFC 3986 does not allow, a bad
 * escape, an empty host for http and https, or a bad port; ERR_RANGE over URL_MAX. */
MUST_USE enum err url_parse(struct str text, struct url *out);

/* Whether the scheme is http and the host is 127.0.0.1, [::1] or localhost (RFC 8252 7.3). */
bool url_is_loopback(const struct url *u);

/* Whether two URLs are the same byte for byte but for the port. */
bool url_same_but_port(struct str a, struct str b);

/* scheme://host[:port], lower-cased, default ports left out; the arena's. ERR_SYNTAX when `text` is
 * no http(s) URL. */
MUST_USE enum err url_origin(struct arena *a, struct str text, struct str *origin);

/* Percent-decodes a path once: ERR_SYNTAX for a bad escape, %00, %2F, an empty, '.' or '..'
 * segment. */
MUST_USE enum err url_path_decode(struct arena *a, struct str text, struct str *path);

/* Appends the bytes of `s`, everything but unreserved characters escaped. */
void url_escape(struct buf *b, struct str s);

#endif
