/*
 * check - what a text of a record may look like; for the `check` of field rows
 * SPDX-License-Identifier: ISC
 *
 * Each takes one text, or one member of a list, and says whether it will do.
 */
#ifndef SCHEMA_CHECK_H
#define SCHEMA_CHECK_H

#include "base/str.h"

/* The name of an authority, also of its directory: a-z 0-9 -, at most 63, not a dash first. */
bool check_name(struct str s);

/* The name of a program: a-z 0-9 _, at most 63. */
bool check_program(struct str s);

/* Printable ASCII without blank: identifiers. */
bool check_word(struct str s);

/* A scope-token (RFC 6749 section 3.3) of at most 100 bytes. */
bool check_scope(struct str s);

/* A URL of a web page: http or https, without user name or fragment. */
bool check_page(struct str s);

/* An issuer (OpenID Connect Discovery section 3): http or https, lower-case host, a path that needs
 * no escapes, no trailing slash, query or fragment; at most 512 bytes. */
bool check_issuer(struct str s);

/* An absolute URI without a fragment (RFC 8707 section 2), at most 400 bytes. */
bool check_resource(struct str s);

/* A redirect URI (RFC 6749 section 3.1.2): absolute, no fragment, at most 400 bytes, and no scheme
 * in which a browser would run or show it. */
bool check_redirect(struct str s);

/* A web origin as browsers send it (RFC 6454 section 6.2): scheme, lower-case host and port. */
bool check_origin(struct str s);

/* One of the grant types we have. */
bool check_grant_type(struct str s);

#endif
