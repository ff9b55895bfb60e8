/*
 * grant - the field table of one authorization
 * SPDX-License-Identifier: ISC
 *
 * Nothing here is set by hand. What would help to guess or to link (hashes,
 * the sealed successor) is in no outside form.
 */
#include "schema/grant.h"

#include "schema/check.h"

#define AT(member) .offset = offsetof(struct grant, member)

/* In the order of enum grant_state. */
static const char *const states[] = { "pending", "coded", "active", "revoked", NULL };

/* clang-format off */
static const struct field fields[] = {
	{ .name = "state", .tag = 1, .type = FIELD_CHOICE, .flags = FIELD_FIXED, AT(state),
	  .choices = states,
	  .help = "pending: the user has not decided; coded: a code is out; active; revoked" },
	{ .name = "reason", .tag = 2, .type = FIELD_STR, .flags = FIELD_FIXED, AT(reason),
	  .max = 100, .help = "why it is revoked" },
	{ .name = "client_id", .tag = 3, .type = FIELD_STR, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(client_id), .max = 128, .check = check_word, .help = "the client that has it" },
	{ .name = "sub", .tag = 4, .type = FIELD_STR, .flags = FIELD_FIXED, AT(sub), .max = 64,
	  .check = check_word, .help = "the user who gave it" },
	{ .name = "epoch", .tag = 27, .type = FIELD_INT, .flags = FIELD_FIXED | FIELD_HIDDEN,
	  AT(epoch), .help = "epoch of the user when it was given" },
	{ .name = "sid", .tag = 5, .type = FIELD_STR, .flags = FIELD_FIXED, AT(sid), .max = 64,
	  .check = check_word, .help = "the session it came from" },
	{ .name = "online", .tag = 6, .type = FIELD_BOOL, .flags = FIELD_FIXED, AT(online),
	  .help = "whether it ends with its session, being without offline_access" },
	{ .name = "scope", .tag = 7, .type = FIELD_STRS, .flags = FIELD_FIXED, AT(scope),
	  .max = 64, .check = check_scope, .help = "scopes that were allowed" },
	{ .name = "resource", .tag = 8, .type = FIELD_STRS, .flags = FIELD_FIXED, AT(resource),
	  .max = 64, .check = check_resource,
	  .help = "APIs that the authorization request named (RFC 8707 section 2.1)" },
	{ .name = "auth_time", .tag = 9, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(auth_time),
	  .help = "when the user had signed in" },
	{ .name = "amr", .tag = 10, .type = FIELD_STRS, .flags = FIELD_FIXED, AT(amr), .max = 16,
	  .check = check_word, .help = "by what means (RFC 8176)" },
	{ .name = "created", .tag = 11, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(created),
	  .help = "when it was given" },
	{ .name = "expires", .tag = 12, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(expires),
	  .help = "when all of it ends; empty: never" },
	{ .name = "code_hash", .tag = 13, .type = FIELD_BYTES, .flags = FIELD_FIXED | FIELD_HIDDEN,
	  AT(code_hash), .max = 64, .help = "hash of the code" },
	{ .name = "code_expires", .tag = 14, .type = FIELD_TIME, .flags = FIELD_FIXED,
	  AT(code_expires), .help = "when the code ends" },
	{ .name = "redirect_uri", .tag = 15, .type = FIELD_STR, .flags = FIELD_FIXED,
	  AT(redirect_uri), .help = "where the code was sent, if the request said where" },
	{ .name = "redirect_given", .tag = 28, .type = FIELD_BOOL,
	  .flags = FIELD_FIXED | FIELD_HIDDEN, AT(redirect_given),
	  .help = "whether the request named the redirect URI" },
	{ .name = "code_challenge", .tag = 16, .type = FIELD_STR,
	  .flags = FIELD_FIXED | FIELD_HIDDEN, AT(code_challenge), .max = 128, .check = check_word,
	  .help = "PKCE challenge, by S256 (RFC 7636 section 4.2)" },
	{ .name = "nonce", .tag = 17, .type = FIELD_STR, .flags = FIELD_FIXED | FIELD_HIDDEN,
	  AT(nonce), .help = "`nonce` of the request, for the ID token" },
	{ .name = "strikes", .tag = 18, .type = FIELD_INT, .flags = FIELD_FIXED, AT(strikes),
	  .help = "tries to redeem the code by a wrong client or with a wrong verifier" },
	{ .name = "generation", .tag = 19, .type = FIELD_INT, .flags = FIELD_FIXED,
	  AT(generation), .help = "how many refresh tokens there were; 0: none" },
	{ .name = "refresh_hash", .tag = 20, .type = FIELD_BYTES,
	  .flags = FIELD_FIXED | FIELD_HIDDEN, AT(refresh_hash), .max = 64,
	  .help = "hash of the current refresh token" },
	{ .name = "refresh_expires", .tag = 21, .type = FIELD_TIME, .flags = FIELD_FIXED,
	  AT(refresh_expires), .help = "when the refresh token ends; empty: with the grant" },
	{ .name = "refresh_until", .tag = 26, .type = FIELD_TIME, .flags = FIELD_FIXED,
	  AT(refresh_until), .help = "how long refresh tokens can be made to last by using them" },
	{ .name = "previous_hash", .tag = 22, .type = FIELD_BYTES,
	  .flags = FIELD_FIXED | FIELD_HIDDEN, AT(previous_hash), .max = 64,
	  .help = "hash of the refresh token before it" },
	{ .name = "previous_until", .tag = 23, .type = FIELD_TIME, .flags = FIELD_FIXED,
	  AT(previous_until), .help = "until when that one is answered again" },
	{ .name = "successor", .tag = 24, .type = FIELD_BYTES, .flags = FIELD_FIXED | FIELD_HIDDEN,
	  AT(successor), .max = 512,
	  .help = "the current refresh token, sealed under a key made from the previous one" },
	{ .name = "family_hash", .tag = 25, .type = FIELD_BYTES,
	  .flags = FIELD_FIXED | FIELD_HIDDEN, AT(family_hash), .max = 64,
	  .help = "hash of the part that all refresh tokens of the grant share" },
};
/* clang-format on */

const struct record record_grant = { "grant", 1, sizeof(struct grant), fields, COUNT(fields) };
