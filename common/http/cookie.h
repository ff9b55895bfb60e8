/*
 * cookie - cookies read and set (RFC 6265)
 * SPDX-License-Identifier: ISC
 */
#ifndef HTTP_COOKIE_H
#define HTTP_COOKIE_H

#include "http/request.h"

/* The value of the cookie of that name: ERR_NOTFOUND; ERR_DUPLICATE when there are two (one may
 * have been planted by a neighbour); ERR_SYNTAX. */
MUST_USE enum err cookie_get(const struct request *rq, struct str name, struct str *value);

/* The same from a Cookie header, where `;` or `,` part the pairs (Apache joins two headers with a
 * comma). For tests and fuzzing. */
MUST_USE enum err cookie_find(struct str header, struct str name, struct str *value);

struct cookie {
	struct str name, value; /* an empty value deletes it */
	struct str path;
	bool secure;	  /* then SameSite=None, else Lax */
	bool strict;	  /* SameSite=Strict */
	int64_t lifetime; /* seconds; 0: as long as the browser runs */
};

/* Adds a Set-Cookie header, HttpOnly. */
void cookie_set(struct request *rq, const struct cookie *c);

#endif
