/*
 * authority - the field tables of one issuer and of the registry
 * SPDX-License-Identifier: ISC
 */
#include "schema/authority.h"

#include "schema/check.h"
#include "schema/client.h"

#define AT(member) .offset = offsetof(struct authority, member)
#define YEAR ((int64_t)365 * 86400)

/* clang-format off */
static const struct field fields[] = {
	{ .name = "name", .tag = 1, .type = FIELD_STR, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(name), .max = 63, .check = check_name,
	  .help = "name of the authority and of its directory: a-z, 0-9 and -" },
	{ .name = "issuer", .tag = 2, .type = FIELD_STR, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(issuer), .max = 512, .check = check_issuer,
	  .help = "URL that tokens name as `iss`; no trailing slash, query or fragment" },
	{ .name = "enabled", .tag = 3, .type = FIELD_BOOL, AT(enabled), .value = "true",
	  .help = "whether it answers at all" },
	{ .name = "title", .tag = 4, .type = FIELD_STR, AT(title), .max = 200,
	  .help = "what pages call it; empty shows the host of the issuer" },
	{ .name = "disabled", .tag = 5, .type = FIELD_STRS, AT(disabled), .max = 64,
	  .check = check_program,
	  .help = "programs that are switched off: absent from discovery, they answer 404" },
	{ .name = "session_lifetime", .tag = 6, .type = FIELD_SPAN, AT(session_lifetime),
	  .value = "10h", .min = 60, .max = YEAR,
	  .help = "how long a user stays signed in" },
	{ .name = "request_state_max", .tag = 7, .type = FIELD_SIZE, AT(request_state_max),
	  .value = "2048", .min = 64, .max = 2048,
	  .help = "longest `state` that an authorization request may have" },
	{ .name = "key_announced", .tag = 8, .type = FIELD_SPAN, AT(key_announced),
	  .value = "14d", .max = 10 * YEAR,
	  .help = "how long a new key is published before it signs" },
	{ .name = "key_active", .tag = 9, .type = FIELD_SPAN, AT(key_active),
	  .value = "90d", .min = 1, .max = 10 * YEAR,
	  .help = "how long a key signs" },
	{ .name = "key_retired", .tag = 10, .type = FIELD_SPAN, AT(key_retired),
	  .value = "14d", .max = 10 * YEAR,
	  .help = "how long a key that signs no more stays published" },
	{ .name = "id_token_alg", .tag = 11, .type = FIELD_CHOICE, AT(id_token_alg),
	  .value = "RS256", .choices = client_alg_names + 1,
	  .help = "what signs ID tokens of clients that do not ask for another" },
	{ .name = "access_token_alg", .tag = 12, .type = FIELD_CHOICE, AT(access_token_alg),
	  .value = "ES256", .choices = client_alg_names + 1,
	  .help = "what signs access tokens of clients and resources that do not ask for another" },
	{ .name = "audit_records", .tag = 14, .type = FIELD_INT, AT(audit_records),
	  .value = "200000", .min = 1000, .max = 100000000,
	  .help = "how many audit records are kept: the changes of a day, a sign-in makes three, "
		  "times the days to be seen; the log says when older ones go for it" },
	{ .name = "audit_lifetime", .tag = 15, .type = FIELD_SPAN, AT(audit_lifetime),
	  .value = "365d", .min = 86400, .max = 100 * YEAR,
	  .help = "how long an audit record is kept; what is to stay is exported or followed to "
		  "elsewhere" },
	{ .name = "created", .tag = 13, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(created),
	  .help = "when it was made" },
};
/* clang-format on */

const struct record record_authority = { "authority", 1, sizeof(struct authority), fields,
	COUNT(fields) };

#undef AT
#define AT(member) .offset = offsetof(struct issuer, member)

/* clang-format off */
static const struct field issuer_fields[] = {
	{ .name = "name", .tag = 1, .type = FIELD_STR, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(name), .max = 63, .check = check_name,
	  .help = "name of the authority and of its directory" },
	{ .name = "issuer", .tag = 2, .type = FIELD_STR, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(issuer), .max = 512, .check = check_issuer,
	  .help = "its issuer" },
};
/* clang-format on */

const struct record record_issuer = { "issuer", 1, sizeof(struct issuer), issuer_fields,
	COUNT(issuer_fields) };
