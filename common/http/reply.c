/*
 * reply - answers
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "base/enc.h"
#include "base/secret.h"
#include "http/reply.h"

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
};

const char *
reply_reason(int status)
{
	size_t i;

	for (i = 0; i < COUNT(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

/* Headers that describe one answer and must not outlive it when another takes its place. Cookies,
 * CORS headers and challenges belong to the request and stay. */
static const char *const own_headers[] = {
	"Content-Type",
	"Location",
	"Cache-Control",
	"ETag",
	"Content-Security-Policy",
	"X-Frame-Options",
	"Referrer-Policy",
};

static void
drop_header(struct reply *r, const char *name)
{
	size_t i, kept = 0;

	for (i = 0; i < r->nheaders; i++)
		if (!str_ieq(r->headers[i].name, str_of(name)))
			r->headers[kept++] = r->headers[i];
	r->nheaders = kept;
}

static void
begin(struct request *rq, int status)
{
	struct reply *r = &rq->reply;
	size_t i;

	for (i = 0; i < COUNT(own_headers); i++)
		drop_header(r, own_headers[i]);
	r->status = status;
	r->body = (struct str){ 0 };
	r->cacheable = false;
}

enum err
reply_body(struct request *rq, int status, const char *content_type, struct str body)
{
	begin(rq, status);
	reply_header(rq, "Content-Type", str_of(content_type));
	rq->reply.body = body;
	return OK;
}

enum err
reply_json(struct request *rq, int status, struct str body)
{
	return reply_body(rq, status, "application/json", body);
}

enum err
reply_empty(struct request *rq, int status)
{
	begin(rq, status);
	return OK;
}

enum err
reply_redirect(struct request *rq, struct str location)
{
	begin(rq, 303);
	reply_header(rq, "Location", location);
	return OK;
}

/* Values come from checked parameters and from records: a line break in one would let whoever wrote
 * it add headers, so there is no going on. */
void
reply_header(struct request *rq, const char *name, struct str value)
{
	struct reply *r = &rq->reply;
	size_t i;

	for (i = 0; i < value.n; i++)
		if (value.p[i] == '\r' || value.p[i] == '\n' || value.p[i] == '\0')
			bug("a line break in header %s", name);
	if (r->nheaders == COUNT(r->headers))
		bug("no room for header %s", name);
	r->headers[r->nheaders++] = (struct header){ str_of(name), value };
}

/* RFC 9110 section 8.8.3; half of the hash is enough to tell two bodies apart. */
static struct str
etag_of(struct arena *a, struct str body)
{
	struct str hash = hash_of(a, body);

	hash.n = HASH_LEN / 2;
	return arena_printf(a, "\"%.*s\"", STR_FMT(enc_b64url(a, hash)));
}

/* If-None-Match is a list compared weakly, or `*` (RFC 9110 section 13.1.2). */
static bool
is_match(struct str list, struct str etag)
{
	struct str tag;

	while (str_word(&list, ',', &tag)) {
		tag = str_trim(tag);
		if (str_has_prefix(tag, STR("W/")))
			tag = str_skip(tag, 2);
		if (str_eq(tag, etag) || str_eq(tag, STR("*")))
			return true;
	}
	return false;
}

void
reply_cache(struct request *rq, int64_t seconds, bool is_public)
{
	struct reply *r = &rq->reply;
	struct str etag = etag_of(rq->arena, r->body);

	drop_header(r, "Cache-Control");
	drop_header(r, "ETag");
	reply_header(rq, "Cache-Control",
		arena_printf(rq->arena, "%s, max-age=%lld", is_public ? "public" : "private",
			(long long)seconds));
	reply_header(rq, "ETag", etag);
	r->cacheable = true;
	if (r->status != 200 || (rq->method != METHOD_GET && rq->method != METHOD_HEAD))
		return;
	if (!is_match(request_header(rq, "HTTP_IF_NONE_MATCH"), etag))
		return;
	r->status = 304;
	r->body = (struct str){ 0 };
	drop_header(r, "Content-Type");
}
