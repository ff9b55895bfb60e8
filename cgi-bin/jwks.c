/*
 * jwks - the public signing keys (RFC 7517 section 5)
 * SPDX-License-Identifier: ISC
 */
#include "base/clock.h"
#include "endpoint/endpoint.h"
#include "endpoint/memo.h"
#include "model/keyset.h"

#define CACHE_SECONDS 300

static enum err
jwks(struct request *rq)
{
	struct str json;
	enum err e = OK;

	if (!memo_get(rq, &json)) {
		e = keyset_public(rq->db, rq->arena, clock_now(), &json);
		if (e == OK)
			memo_put(rq, json);
	}
	if (e == OK)
		e = reply_body(rq, 200, "application/jwk-set+json", json);
	if (e == OK)
		reply_cache(rq, CACHE_SECONDS, true);
	return e;
}

const struct endpoint endpoint_jwks = {
	.name = "jwks",
	.path = "/jwks",
	.spec = "RFC 7517",
	.help = "publishes the keys that tokens are verified with",
	.metadata = "jwks_uri",
	.methods = METHOD_GET,
	.auth = AUTH_NONE,
	.cors = true,
	.handle = jwks,
};

int
main(void)
{
	return endpoint_run(&endpoint_jwks);
}
