/*
 * discovery - provider metadata (OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3)
 * SPDX-License-Identifier: ISC
 *
 * Made from the rows of the other programs and the tables they run on, so it
 * cannot say what is not there.
 */
#include "endpoint/endpoint.h"
#include "endpoint/memo.h"
#include "oauth/metadata.h"

#define DOCUMENT_MAX 32768
#define CACHE_SECONDS 300

static enum err
make(struct request *rq, struct str *json)
{
	const struct endpoint *const *ep;
	struct js_out w;
	struct buf b;
	enum err e;

	buf_init(&b, rq->arena, DOCUMENT_MAX);
	js_start(&w, &b);
	js_open(&w, NULL, '{');
	js_put_str(&w, "issuer", rq->authority->issuer);
	for (ep = endpoint_rows; *ep != NULL; ep++)
		if ((*ep)->metadata != NULL && !endpoint_is_disabled(rq->authority, *ep))
			js_put_str(&w, (*ep)->metadata, endpoint_url(rq, (*ep)->path));
	e = metadata_write(rq, &w);
	js_close(&w, '}');
	return e == OK ? buf_end(&b, json) : e;
}

static enum err
discovery(struct request *rq)
{
	struct str json;
	enum err e = OK;

	if (!memo_get(rq, &json)) {
		e = make(rq, &json);
		if (e == OK)
			memo_put(rq, json);
	}
	if (e == OK)
		e = reply_json(rq, 200, json);
	if (e == OK)
		reply_cache(rq, CACHE_SECONDS, true);
	return e;
}

const struct endpoint endpoint_discovery = {
	.name = "discovery",
	.path = "/.well-known/openid-configuration",
	.well_known = "/.well-known/oauth-authorization-server",
	.spec = "OpenID Connect Discovery 1.0, RFC 8414",
	.help = "tells clients where everything is and what is supported",
	.methods = METHOD_GET,
	.auth = AUTH_NONE,
	.cors = true,
	.handle = discovery,
};

int
main(void)
{
	return endpoint_run(&endpoint_discovery);
}
