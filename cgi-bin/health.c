/*
 * health - whether this deployment can serve
 * SPDX-License-Identifier: ISC
 *
 * Asks for no issuer, so a load balancer needs none; says nothing about which
 * authorities there are.
 */
#include "endpoint/endpoint.h"

static enum err
health(struct request *rq)
{
	struct authority auth;
	struct opened o;
	enum err e;

	/* A look-up that finds nothing has still opened and read the registry. */
	e = authority_find(
		rq->deployment, rq->arena, STR("health.invalid"), (struct str){ 0 }, &auth, &o);
	if (e != ERR_NOTFOUND && e != OK)
		return oauth_fail(rq, OAUTH_TEMPORARILY_UNAVAILABLE, "the store cannot be read");
	return reply_json(rq, 200, STR("{\"status\":\"ok\"}"));
}

const struct endpoint endpoint_health = {
	.name = "health",
	.path = "/healthz",
	.spec = "-",
	.help = "answers 200 when programs run and the store can be read",
	.methods = METHOD_GET,
	.auth = AUTH_NONE,
	.any_issuer = true,
	.handle = health,
};

int
main(void)
{
	return endpoint_run(&endpoint_health);
}
