/*
 * session - the field table of a signed-in browser
 * SPDX-License-Identifier: ISC
 */
#include "schema/session.h"

#include "schema/check.h"

#define AT(member) .offset = offsetof(struct session, member)

/* clang-format off */
static const struct field fields[] = {
	{ .name = "sid", .tag = 1, .type = FIELD_STR, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(sid), .max = 64, .check = check_word,
	  .help = "public name of the session, the `sid` claim of its ID tokens" },
	{ .name = "cookie_hash", .tag = 10, .type = FIELD_BYTES,
	  .flags = FIELD_FIXED | FIELD_HIDDEN, AT(cookie_hash), .max = 64,
	  .help = "hash of the secret in the cookie" },
	{ .name = "sub", .tag = 2, .type = FIELD_STR, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(sub), .max = 64, .check = check_word, .help = "the user" },
	{ .name = "epoch", .tag = 11, .type = FIELD_INT, .flags = FIELD_FIXED | FIELD_HIDDEN,
	  AT(epoch), .help = "epoch of the user when it began" },
	{ .name = "auth_time", .tag = 3, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(auth_time),
	  .help = "when the user last proved who they are" },
	{ .name = "created", .tag = 4, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(created),
	  .help = "when it began" },
	{ .name = "expires", .tag = 5, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(expires),
	  .help = "when it ends" },
	{ .name = "amr", .tag = 6, .type = FIELD_STRS, .flags = FIELD_FIXED, AT(amr), .max = 16,
	  .check = check_word, .help = "by what means the user signed in (RFC 8176)" },
	{ .name = "login_for", .tag = 7, .type = FIELD_BYTES, .flags = FIELD_FIXED | FIELD_HIDDEN,
	  AT(login_for), .max = 64,
	  .help = "hash of the request that the sign-in was made for, until it is used" },
	{ .name = "consent_for", .tag = 8, .type = FIELD_BYTES,
	  .flags = FIELD_FIXED | FIELD_HIDDEN, AT(consent_for), .max = 64,
	  .help = "hash of the request that consent was given to, until it is used" },
	{ .name = "consent_scope", .tag = 9, .type = FIELD_STRS,
	  .flags = FIELD_FIXED | FIELD_HIDDEN, AT(consent_scope), .max = 64,
	  .check = check_scope, .help = "scopes that this consent covers" },
};
/* clang-format on */

const struct record record_session = { "session", 1, sizeof(struct session), fields,
	COUNT(fields) };
