/*
 * gate_answer - the bytes of an answer (RFC 3875 section 6)
 * SPDX-License-Identifier: ISC
 *
 * Servers differ in what they make of a missing header: a Location without
 * Status is a redirect to some and an internal one to others, Range is applied
 * to our answers by one. So nothing is left out.
 */
#include "http/gate_port.h"
#include "http/reply.h"

static bool
has_header(const struct reply *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->nheaders; i++)
		if (str_ieq(r->headers[i].name, str_of(name)))
			return true;
	return false;
}

/* RFC 9110 sections 6.4.1, 8.6 and 15.4.5. */
static bool
is_bodiless(int status)
{
	return status == 204 || status == 304;
}

static void
write_head(struct buf *b, const struct reply *r)
{
	size_t i;

	buf_printf(b, "Status: %d %s\r\n", r->status, reply_reason(r->status));
	for (i = 0; i < r->nheaders; i++) {
		buf_add(b, r->headers[i].name);
		buf_add(b, STR(": "));
		buf_add(b, r->headers[i].value);
		buf_add(b, STR("\r\n"));
	}
	if (!is_bodiless(r->status))
		buf_printf(b, "Content-Length: %zu\r\n", r->body.n);
	if (!r->cacheable) /* RFC 6749 section 5.1 asks for both */
		buf_add(b, STR("Cache-Control: no-store\r\nPragma: no-cache\r\n"));
	buf_add(b, STR("Accept-Ranges: none\r\nX-Content-Type-Options: nosniff\r\n\r\n"));
}

/* A body without a type is a bug of ours, not something for the browser to guess. */
enum err
gate_answer(struct request *rq, struct str *out)
{
	const struct reply *r = &rq->reply;
	struct buf head, whole;
	struct str text;
	enum err e;

	if (r->body.n > 0 && !has_header(r, "Content-Type"))
		bug("a body without a type");
	buf_init(&head, rq->arena, GATE_HEADER_MAX);
	write_head(&head, r);
	e = buf_end(&head, &text);
	if (e != OK)
		return e;
	buf_init(&whole, rq->arena, text.n + r->body.n);
	buf_add(&whole, text);
	if (rq->method != METHOD_HEAD && !is_bodiless(r->status))
		buf_add(&whole, r->body);
	return buf_end(&whole, out);
}
