/*
 * user - the field table of a person
 * SPDX-License-Identifier: ISC
 */
#include "schema/user.h"

#include "schema/check.h"

#define AT(member) .offset = offsetof(struct user, member)

/* clang-format off */
static const struct field fields[] = {
	{ .name = "sub", .tag = 1, .type = FIELD_STR, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(sub), .max = 64, .check = check_word,
	  .help = "identifier that tokens name; never given to somebody else" },
	{ .name = "username", .tag = 2, .type = FIELD_STR, .flags = FIELD_REQUIRED, AT(username),
	  .min = 1, .max = 100, .help = "name to sign in with, in upper or lower case" },
	{ .name = "enabled", .tag = 3, .type = FIELD_BOOL, AT(enabled), .value = "true",
	  .help = "whether the user can sign in; tokens end when not" },
	{ .name = "password", .tag = 4, .type = FIELD_STR, .flags = FIELD_SECRET, AT(password),
	  .max = 256, .check = check_word,
	  .help = "Argon2id hash of the password; empty: no sign-in by password" },
	{ .name = "claims", .tag = 5, .type = FIELD_JSON, AT(claims), .max = 16384,
	  .help = "what is known about the user, by name of the claim" },
	{ .name = "epoch", .tag = 8, .type = FIELD_INT, .flags = FIELD_FIXED, AT(epoch),
	  .help = "counts new passwords and disablings: each ends all sessions and grants before" },
	{ .name = "created", .tag = 6, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(created),
	  .help = "when it was made" },
	{ .name = "updated", .tag = 7, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(updated),
	  .help = "when it was last changed" },
};
/* clang-format on */

const struct record record_user = { "user", 1, sizeof(struct user), fields, COUNT(fields) };
