/*
 * reply - answers
 * SPDX-License-Identifier: ISC
 *
 * Each puts its answer in place of what was there and returns OK, so a handler
 * ends with `return reply_json(rq, 200, body);`. Cookies and other headers that
 * were added before stay; those that described the former answer go.
 */
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include "http/request.h"

/* A body of that type; JSON; nothing; HTML. */
MUST_USE enum err
reply_body(struct request *rq, int status, const char *content_type, struct str body);
MUST_USE enum err reply_json(struct request *rq, int status, struct str body);
MUST_USE enum err reply_empty(struct request *rq, int status);

/* 303 to `location` (RFC 9700 section 4.12: never 307 after a password was posted). */
MUST_USE enum err reply_redirect(struct request *rq, struct str location);

/* Adds a header. A CR, LF or NUL in the value, or a 17th header, is a bug(). */
void reply_header(struct request *rq, const char *name, struct str value);

/* The answer may be cached for `seconds` and carries an ETag of its body; a matching If-None-Match
 * makes it a 304 (RFC 9110 section 13.1.2). Call after the body is set. */
void reply_cache(struct request *rq, int64_t seconds, bool is_public);

/* The reason phrase of a status, "OK". */
const char *reply_reason(int status);

#endif
