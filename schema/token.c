/*
 * token - the field table of a token that has a record of its own
 * SPDX-License-Identifier: ISC
 */
#include "schema/token.h"

#include "schema/check.h"

#define AT(member) .offset = offsetof(struct token, member)

/* clang-format off */
static const struct field fields[] = {
	{ .name = "grant", .tag = 1, .type = FIELD_BYTES, .flags = FIELD_FIXED, AT(grant),
	  .max = 64, .help = "grant it belongs to; empty: the client's own" },
	{ .name = "client_id", .tag = 2, .type = FIELD_STR, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(client_id), .max = 128, .check = check_word, .help = "the client that has it" },
	{ .name = "sub", .tag = 3, .type = FIELD_STR, .flags = FIELD_FIXED, AT(sub), .max = 128,
	  .check = check_word, .help = "whom it is about: the user, or the client itself" },
	{ .name = "sid", .tag = 4, .type = FIELD_STR, .flags = FIELD_FIXED, AT(sid), .max = 64,
	  .check = check_word, .help = "the session it came from" },
	{ .name = "scope", .tag = 5, .type = FIELD_STRS, .flags = FIELD_FIXED, AT(scope),
	  .max = 64, .check = check_scope, .help = "what it allows" },
	{ .name = "aud", .tag = 6, .type = FIELD_STRS, .flags = FIELD_FIXED, AT(aud), .max = 64,
	  .help = "APIs it is for" },
	{ .name = "jti", .tag = 7, .type = FIELD_STR, .flags = FIELD_FIXED, AT(jti), .max = 128,
	  .check = check_word, .help = "its identifier" },
	{ .name = "auth_time", .tag = 8, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(auth_time),
	  .help = "when the user had signed in" },
	{ .name = "issued", .tag = 9, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(issued),
	  .help = "when it was issued" },
	{ .name = "expires", .tag = 10, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(expires),
	  .help = "when it ends" },
};
/* clang-format on */

const struct record record_token = { "token", 1, sizeof(struct token), fields, COUNT(fields) };
