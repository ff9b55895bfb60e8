/*
 * scope - the field table of a scope (RFC 6749 section 3.3)
 * SPDX-License-Identifier: ISC
 */
#include "schema/scope.h"

#include "schema/check.h"

#define AT(member) .offset = offsetof(struct scope, member)

/* clang-format off */
static const struct field fields[] = {
	{ .name = "name", .tag = 1, .type = FIELD_STR, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(name), .max = 100, .check = check_scope,
	  .help = "word by which clients ask for it" },
	{ .name = "enabled", .tag = 2, .type = FIELD_BOOL, AT(enabled), .value = "true",
	  .help = "whether it can be asked for" },
	{ .name = "title", .tag = 3, .type = FIELD_STR, AT(title), .max = 200,
	  .help = "what the consent page calls it; empty shows the name" },
	{ .name = "description", .tag = 4, .type = FIELD_STR, AT(description), .max = 1000,
	  .help = "what the consent page says about it" },
	{ .name = "claims", .tag = 5, .type = FIELD_STRS, AT(claims), .max = 64,
	  .check = check_word, .help = "claims about the user that it opens" },
	{ .name = "identity", .tag = 6, .type = FIELD_BOOL, AT(identity),
	  .help = "whether it is about the user and for the client, not for an API" },
	{ .name = "required", .tag = 7, .type = FIELD_BOOL, AT(required),
	  .help = "whether users cannot leave it out when they consent" },
	{ .name = "discoverable", .tag = 8, .type = FIELD_BOOL, AT(discoverable), .value = "true",
	  .help = "whether discovery lists it in scopes_supported" },
	{ .name = "created", .tag = 9, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(created),
	  .help = "when it was made" },
	{ .name = "updated", .tag = 10, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(updated),
	  .help = "when it was last changed" },
};
/* clang-format on */

const struct record record_scope = { "scope", 1, sizeof(struct scope), fields, COUNT(fields) };
