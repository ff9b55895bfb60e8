/*
 * resource - the field table of an API (RFC 8707)
 * SPDX-License-Identifier: ISC
 */
#include "schema/resource.h"

#include "schema/check.h"
#include "schema/client.h"

#define AT(member) .offset = offsetof(struct resource, member)

/* clang-format off */
static const struct field fields[] = {
	{ .name = "name", .tag = 1, .type = FIELD_STR, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(name), .max = 400, .check = check_word,
	  .help = "name of the API: the `aud` of its tokens and its user name at introspection; an "
		  "absolute URI can also be asked for by `resource` (RFC 8707)" },
	{ .name = "enabled", .tag = 2, .type = FIELD_BOOL, AT(enabled), .value = "true",
	  .help = "whether tokens are issued for it and it may introspect" },
	{ .name = "title", .tag = 3, .type = FIELD_STR, AT(title), .max = 200,
	  .help = "what pages call it; empty shows the name" },
	{ .name = "scopes", .tag = 4, .type = FIELD_STRS, AT(scopes), .max = 64,
	  .check = check_scope, .help = "scopes that stand for it" },
	{ .name = "secrets", .tag = 5, .type = FIELD_LIST, AT(secrets), .max = 8,
	  .record = &record_client_secret,
	  .help = "secrets with which it may introspect, any of which will do" },
	{ .name = "require_resource_indicator", .tag = 6, .type = FIELD_BOOL,
	  AT(require_resource_indicator),
	  .help = "whether tokens are for it only when the request names it by `resource`" },
	{ .name = "access_token_alg", .tag = 7, .type = FIELD_CHOICE, AT(access_token_alg),
	  .value = "default", .choices = client_alg_names,
	  .help = "what signs access tokens for it, whatever the client says; default: what the "
		  "client says" },
	{ .name = "created", .tag = 8, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(created),
	  .help = "when it was made" },
	{ .name = "updated", .tag = 9, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(updated),
	  .help = "when it was last changed" },
};
/* clang-format on */

const struct record record_resource = { "resource", 1, sizeof(struct resource), fields,
	COUNT(fields) };
