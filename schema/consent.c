/*
 * consent - the field table of a remembered consent
 * SPDX-License-Identifier: ISC
 */
#include "schema/consent.h"

#include "schema/check.h"

#define AT(member) .offset = offsetof(struct consent, member)

/* clang-format off */
static const struct field fields[] = {
	{ .name = "sub", .tag = 1, .type = FIELD_STR, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(sub), .max = 64, .check = check_word, .help = "the user who allowed it" },
	{ .name = "client_id", .tag = 2, .type = FIELD_STR, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(client_id), .max = 128, .check = check_word,
	  .help = "the client that was allowed it" },
	{ .name = "scope", .tag = 3, .type = FIELD_STRS, .flags = FIELD_FIXED, AT(scope),
	  .max = 64, .check = check_scope, .help = "scopes that were allowed" },
	{ .name = "created", .tag = 4, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(created),
	  .help = "when the user said so" },
	{ .name = "expires", .tag = 5, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(expires),
	  .help = "when the user is asked again; empty: never" },
};
/* clang-format on */

const struct record record_consent = { "consent", 1, sizeof(struct consent), fields,
	COUNT(fields) };
