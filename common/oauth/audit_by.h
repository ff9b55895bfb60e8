/*
 * audit_by - who does what a request changes, for its audit record
 * SPDX-License-Identifier: ISC
 */
#ifndef OAUTH_AUDIT_BY_H
#define OAUTH_AUDIT_BY_H

#include "http/request.h"
#include "model/audit.h"
#include "model/grant.h"

/* The client that has authenticated, rq->client; `row` is the grant it is about, or NULL. */
struct audit
audit_by_client(const struct request *rq, enum audit_event event, const struct grant_row *row);

/* The user who is signed in, or signs in; `client_id` may be empty. */
struct audit audit_by_user(
	const struct request *rq, enum audit_event event, struct str sub, struct str client_id);

#endif
