/*
 * key - the field tables of a signing key's public and private part
 * SPDX-License-Identifier: ISC
 */
#include "schema/key.h"

#include "schema/check.h"
#include "schema/client.h"

#define AT(member) .offset = offsetof(struct signing_key, member)

/* clang-format off */
static const struct field fields[] = {
	{ .name = "kid", .tag = 1, .type = FIELD_STR, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(kid), .max = 128, .check = check_word,
	  .help = "identifier of the key in tokens and in the key set" },
	{ .name = "alg", .tag = 2, .type = FIELD_CHOICE, .flags = FIELD_FIXED, AT(alg),
	  .choices = client_alg_names + 1, .help = "the one algorithm it signs by" },
	{ .name = "jwk", .tag = 3, .type = FIELD_JSON, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(jwk), .max = 8192, .help = "its public part (RFC 7517)" },
	{ .name = "created", .tag = 4, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(created),
	  .help = "when it was made" },
	{ .name = "active_from", .tag = 5, .type = FIELD_TIME, .flags = FIELD_FIXED,
	  AT(active_from), .help = "when it begins to sign" },
	{ .name = "active_until", .tag = 6, .type = FIELD_TIME, .flags = FIELD_FIXED,
	  AT(active_until), .help = "when it stops signing" },
	{ .name = "published_until", .tag = 7, .type = FIELD_TIME, .flags = FIELD_FIXED,
	  AT(published_until), .help = "when it leaves the key set and is deleted" },
	{ .name = "revoked", .tag = 8, .type = FIELD_BOOL, .flags = FIELD_FIXED, AT(revoked),
	  .help = "whether it was withdrawn: not published, signs nothing" },
};
/* clang-format on */

const struct record record_key = { "key", 1, sizeof(struct signing_key), fields, COUNT(fields) };

#undef AT
#define AT(member) .offset = offsetof(struct private_key, member)

/* clang-format off */
static const struct field private_fields[] = {
	{ .name = "kid", .tag = 1, .type = FIELD_STR, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(kid), .max = 128, .check = check_word, .help = "identifier of the key" },
	{ .name = "sealed", .tag = 2, .type = FIELD_BYTES,
	  .flags = FIELD_REQUIRED | FIELD_FIXED | FIELD_HIDDEN, AT(sealed), .max = 16384,
	  .help = "its private part, sealed under the master key" },
};
/* clang-format on */

const struct record record_private_key = { "private_key", 1, sizeof(struct private_key),
	private_fields, COUNT(private_fields) };
