/*
 * answer - errors to answers, and what browsers of other origins are told (CORS)
 * SPDX-License-Identifier: ISC
 */
#include "endpoint/answer.h"

#include "base/log.h"
#include "data/json.h"
#include "endpoint/page.h"
#include "model/client.h"

#define REALM "tessera"

/* RFC 6749 section 5.2. */
static enum err
answer_json(struct request *rq, int status, struct str code)
{
	struct js_out w;
	struct str body;
	struct buf b;
	enum err e;

	buf_init(&b, rq->arena, 1024);
	js_start(&w, &b);
	js_open(&w, NULL, '{');
	js_put_str(&w, "error", code);
	js_put_some(&w, "error_description", rq->fail.text);
	js_close(&w, '}');
	e = buf_end(&b, &body);
	return e == OK ? reply_json(rq, status, body) : e;
}

/* RFC 6750 section 3: a request without a token is told the scheme and nothing else. */
static void
challenge_bearer(struct request *rq, struct str code)
{
	struct str text = STR("Bearer realm=\"" REALM "\"");

	if (rq->fail.text.n > 0)
		text = arena_printf(rq->arena,
			"Bearer realm=\"" REALM "\", error=\"%.*s\", error_description=\"%.*s\"",
			STR_FMT(code), STR_FMT(rq->fail.text));
	reply_header(rq, "WWW-Authenticate", text);
}

static enum err
answer_page(struct request *rq, int status, struct str code)
{
	struct page page;

	page_begin(&page, rq, "error");
	page_set(&page, "error", code);
	page_set(&page, "description", rq->fail.text);
	return page_send(&page, status);
}

static enum err
answer_bearer(struct request *rq, int status, struct str code)
{
	if (status >= 400 && status <= 403)
		challenge_bearer(rq, code);
	/* Without a token nothing but the scheme is told (RFC 6750 section 3.1). */
	return rq->fail.text.n == 0 ? reply_empty(rq, status) : answer_json(rq, status, code);
}

static enum err
answer_by_kind(struct request *rq, int status, struct str code)
{
	if (rq->endpoint->answer == ANSWER_PAGE)
		return answer_page(rq, status, code);
	if (rq->endpoint->answer == ANSWER_BEARER)
		return answer_bearer(rq, status, code);
	/* RFC 6749 section 5.2: 401 comes with a challenge of the scheme that can be used. */
	if (status == 401)
		reply_header(rq, "WWW-Authenticate", STR("Basic realm=\"" REALM "\""));
	return answer_json(rq, status, code);
}

static void
answer_retry(struct request *rq, int status)
{
	long long seconds = rq->fail.retry_after;

	if (seconds == 0 && status == 503)
		seconds = 2;
	if (seconds > 0)
		reply_header(rq, "Retry-After", arena_printf(rq->arena, "%lld", seconds));
}

void
answer_error(struct request *rq, enum err e)
{
	const struct oauth_error_row *row;
	struct str code;
	bool ours = e != ERR_REFUSED;

	if (ours)
		oauth_fail_from(rq, e);
	row = &oauth_errors[rq->fail.error];
	code = str_of(row->code);
	log_begin(ours ? LOG_FAILED : LOG_REFUSED);
	log_str("error", code);
	log_str("reason", ours ? str_of(err_text(e)) : rq->fail.reason);
	if (rq->client != NULL)
		log_str("client", rq->client->client_id);
	log_end();
	answer_retry(rq, row->status);
	if (answer_by_kind(rq, row->status, code) != OK)
		bug("an error that cannot be answered");
}

/* Endpoints without credentials are for anybody; the others for origins that a client lists, and
 * for the client who is calling, only its own. Credentials here are never cookies. */
static bool
is_allowed_origin(struct request *rq, struct str origin)
{
	if (rq->endpoint->auth == AUTH_NONE)
		return true;
	if (rq->authority == NULL)
		return false;
	if (rq->client == NULL)
		return client_origin_allowed(rq->db, rq->arena, origin);
	return strs_has(rq->client->allowed_cors_origins, origin);
}

static bool
cors_origin(struct request *rq, struct str *origin)
{
	*origin = request_header(rq, "HTTP_ORIGIN");
	return origin->n > 0 && is_allowed_origin(rq, *origin);
}

void
answer_cors(struct request *rq)
{
	bool anybody = rq->endpoint->auth == AUTH_NONE;
	struct str origin;

	if (!anybody)
		reply_header(rq, "Vary", STR("Origin"));
	if (!cors_origin(rq, &origin))
		return;
	reply_header(rq, "Access-Control-Allow-Origin", anybody ? STR("*") : origin);
	reply_header(rq, "Access-Control-Expose-Headers", STR("WWW-Authenticate, Retry-After"));
}

enum err
answer_preflight(struct request *rq)
{
	unsigned methods = rq->endpoint->methods;
	struct str origin;

	reply_header(rq, "Allow", method_list(rq->arena, methods | METHOD_OPTIONS));
	if (cors_origin(rq, &origin)) {
		reply_header(rq, "Access-Control-Allow-Methods", method_list(rq->arena, methods));
		reply_header(
			rq, "Access-Control-Allow-Headers", STR("Authorization, Content-Type"));
		reply_header(rq, "Access-Control-Max-Age", STR("600"));
	}
	return reply_empty(rq, 204);
}
