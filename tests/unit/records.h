/*
 * records - every record that is stored
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_RECORDS_H
#define TESTS_RECORDS_H

#include "schema/audit.h"
#include "schema/authority.h"
#include "schema/client.h"
#include "schema/consent.h"
#include "schema/grant.h"
#include "schema/key.h"
#include "schema/resource.h"
#include "schema/scope.h"
#include "schema/session.h"
#include "schema/token.h"
#include "schema/user.h"

static const struct record *const records[] = { &record_audit, &record_authority, &record_issuer,
	&record_client, &record_client_secret, &record_consent, &record_grant, &record_key,
	&record_private_key, &record_resource, &record_scope, &record_session, &record_token,
	&record_user };

#endif
