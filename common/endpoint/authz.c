/*
 * authz - answers of an authorization request, by query, fragment or form
 * SPDX-License-Identifier: ISC
 */
#include "endpoint/authz.h"

#include "base/log.h"
#include "endpoint/page.h"
#include "oauth/redirect.h"

#define PARAMETERS_MAX 8192
#define ANSWER_PAIRS 6

/* What the form_post page runs; a button does the same without it (OAuth 2.0 Form Post Response
 * Mode). */
static const char submit_script[] = "document.forms[0].submit()";

static enum err
answer_by_form(
	struct request *rq, const struct authz_request *az, const struct form_pair *pairs, size_t n)
{
	struct page_item *item;
	struct page page;
	size_t i;

	page_begin(&page, rq, "form_post");
	page_set(&page, "client", az->client.client_name);
	page_set(&page, "action", az->redirect_uri);
	page.script = str_of(submit_script);
	for (i = 0; i < n; i++) {
		item = page_item(&page, "fields");
		page_item_set(&page, item, "name", pairs[i].name);
		page_item_set(&page, item, "value", pairs[i].value);
	}
	return page_send(&page, 200);
}

enum err
authz_answer(struct request *rq, const struct authz_request *az, const struct form_pair *parameters,
	size_t n)
{
	struct form_pair all[ANSWER_PAIRS];
	struct str text;
	struct buf b;
	enum err e;
	size_t i;

	if (n > ANSWER_PAIRS - 2)
		bug("an answer of %zu parameters", n);
	for (i = 0; i < n; i++)
		all[i] = parameters[i];
	if (az->state.n > 0)
		all[n++] = (struct form_pair){ STR("state"), az->state };
	all[n++] = (struct form_pair){ STR("iss"), rq->authority->issuer };
	if (az->mode == RESPONSE_FORM_POST)
		return answer_by_form(rq, az, all, n);
	buf_init(&b, rq->arena, PARAMETERS_MAX);
	for (i = 0; i < n; i++)
		form_add(&b, all[i].name, all[i].value);
	e = buf_end(&b, &text);
	if (e != OK)
		return e;
	return reply_redirect(rq,
		redirect_with(rq->arena, az->redirect_uri, text, az->mode == RESPONSE_FRAGMENT));
}

enum err
authz_refuse(struct request *rq, const struct authz_request *az)
{
	const struct form_pair pairs[] = {
		{ STR("error"), str_of(oauth_errors[rq->fail.error].code) },
		{ STR("error_description"), rq->fail.text },
	};

	log_begin(LOG_REFUSED);
	log_str("client", az->client.client_id);
	log_str("error", pairs[0].value);
	log_str("reason", rq->fail.reason);
	log_end();
	return authz_answer(rq, az, pairs, COUNT(pairs));
}

enum err
authz_begin(struct request *rq, struct authz_request *az)
{
	enum err e;

	e = authz_read(rq, az);
	if (e != OK)
		return e;
	e = authz_check(rq, az);
	if (e != ERR_REFUSED)
		return e;
	e = authz_refuse(rq, az);
	return e == OK ? ERR_EXISTS : e;
}

struct str
authz_url(struct request *rq, const char *path)
{
	return arena_printf(
		rq->arena, "%.*s?%.*s", STR_FMT(endpoint_url(rq, path)), STR_FMT(rq->canonical));
}

enum err
authz_continue(struct request *rq, const char *path)
{
	return reply_redirect(rq, authz_url(rq, path));
}
