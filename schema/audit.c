/*
 * audit - the field table of what an audit record says
 * SPDX-License-Identifier: ISC
 */
#include "schema/audit.h"

#define AT(member) .offset = offsetof(struct audit, member)

const char *const audit_event_names[] = {
	[AUDIT_LOGIN] = "login",
	[AUDIT_LOGOUT] = "logout",
	[AUDIT_SESSION_ENDED] = "session_ended",
	[AUDIT_CONSENT_GIVEN] = "consent_given",
	[AUDIT_CONSENT_DENIED] = "consent_denied",
	[AUDIT_AUTHORIZED] = "authorized",
	[AUDIT_REDEEMED] = "redeemed",
	[AUDIT_CODE_REFUSED] = "code_refused",
	[AUDIT_REFRESHED] = "refreshed",
	[AUDIT_REUSED] = "reused",
	[AUDIT_TOKEN_ISSUED] = "token_issued",
	[AUDIT_TOKEN_REVOKED] = "token_revoked",
	[AUDIT_GRANT_REVOKED] = "grant_revoked",
	[AUDIT_PASSWORD_CHANGED] = "password_changed",
	[AUDIT_RECORD_ADDED] = "record_added",
	[AUDIT_RECORD_CHANGED] = "record_changed",
	[AUDIT_RECORD_REMOVED] = "record_removed",
	[AUDIT_SECRET_ADDED] = "secret_added",
	[AUDIT_KEY_MADE] = "key_made",
	[AUDIT_KEY_RETIRED] = "key_retired",
	[AUDIT_KEY_REVOKED] = "key_revoked",
	[AUDIT_KEY_DELETED] = "key_deleted",
	[AUDIT_SWEPT] = "swept",
	[AUDIT_AUTHORITY_CREATED] = "authority_created",
	[AUDIT_IMPORTED] = "imported",
	[AUDIT_PRUNED] = "audit_pruned",
	[AUDIT_EVENT__MAX] = NULL,
};

static const char *const results[] = { "done", "refused", NULL };

/* clang-format off */
static const struct field fields[] = {
	{ .name = "event", .tag = 1, .type = FIELD_CHOICE, .flags = FIELD_FIXED, AT(event),
	  .choices = audit_event_names, .help = "what was done" },
	{ .name = "actor", .tag = 2, .type = FIELD_STR, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(actor), .max = 140,
	  .help = "who did it: user:SUB, client:ID, admin:NAME (a user of the operating system) "
		  "or system" },
	{ .name = "subject", .tag = 3, .type = FIELD_STR, .flags = FIELD_FIXED, AT(subject),
	  .max = 240, .help = "whom or what it is about: a sub, or kind and name of a record" },
	{ .name = "client_id", .tag = 4, .type = FIELD_STR, .flags = FIELD_FIXED, AT(client_id),
	  .max = 128, .help = "the client it was done for, by or to" },
	{ .name = "grant", .tag = 5, .type = FIELD_BYTES, .flags = FIELD_FIXED, AT(grant),
	  .max = 16, .help = "id of the grant it is about" },
	{ .name = "result", .tag = 6, .type = FIELD_CHOICE, .flags = FIELD_FIXED, AT(result),
	  .value = "done", .choices = results, .help = "how it ended" },
	{ .name = "detail", .tag = 7, .type = FIELD_STR, .flags = FIELD_FIXED, AT(detail),
	  .max = 320, .help = "names of fields or scopes, a key id, or the reason; never a value" },
	{ .name = "request", .tag = 8, .type = FIELD_STR, .flags = FIELD_FIXED, AT(request),
	  .max = 64, .help = "id of the request, as in the log" },
};
/* clang-format on */

const struct record record_audit = { "audit", 1, sizeof(struct audit), fields, COUNT(fields) };
