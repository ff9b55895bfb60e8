/*
 * audit_by - who does what a request changes, for its audit record
 * SPDX-License-Identifier: ISC
 */
#include "oauth/audit_by.h"

#include "schema/client.h"

struct audit
audit_by_client(const struct request *rq, enum audit_event event, const struct grant_row *row)
{
	struct audit what = { .event = (int)event, .request = rq->id };

	if (row != NULL)
		grant_audit(&what, row);
	what.client_id = rq->client->client_id;
	what.actor = arena_printf(rq->arena, "client:%.*s", STR_FMT(what.client_id));
	return what;
}

struct audit
audit_by_user(
	const struct request *rq, enum audit_event event, struct str sub, struct str client_id)
{
	return (struct audit){ .event = (int)event,
		.actor = arena_printf(rq->arena, "user:%.*s", STR_FMT(sub)),
		.subject = sub,
		.client_id = client_id,
		.request = rq->id };
}
