/*
 * audit - one thing that was done: who, what, to whom
 * SPDX-License-Identifier: ISC
 *
 * Sequence, time and program are no part of it: whoever commits adds them
 * (store/chain.h). Never in it: a token, code, secret, cookie, password or
 * the value of a claim.
 */
#ifndef SCHEMA_AUDIT_H
#define SCHEMA_AUDIT_H

#include "base/field.h"

/* The numbers are stored: new ones come last. */
enum audit_event {
	AUDIT_LOGIN,
	AUDIT_LOGOUT,
	AUDIT_SESSION_ENDED,
	AUDIT_CONSENT_GIVEN,
	AUDIT_CONSENT_DENIED,
	AUDIT_AUTHORIZED,   /* a grant was made, with a code */
	AUDIT_REDEEMED,	    /* a code became tokens */
	AUDIT_CODE_REFUSED, /* somebody has a code, and cannot show to be who asked for it */
	AUDIT_REFRESHED,
	AUDIT_REUSED,	    /* a code or refresh token came again: its grant is revoked */
	AUDIT_TOKEN_ISSUED, /* a reference token; others leave nothing */
	AUDIT_TOKEN_REVOKED,
	AUDIT_GRANT_REVOKED,
	AUDIT_PASSWORD_CHANGED,
	AUDIT_RECORD_ADDED,
	AUDIT_RECORD_CHANGED,
	AUDIT_RECORD_REMOVED,
	AUDIT_SECRET_ADDED,
	AUDIT_KEY_MADE,
	AUDIT_KEY_RETIRED,
	AUDIT_KEY_REVOKED,
	AUDIT_KEY_DELETED,
	AUDIT_SWEPT, /* what is over was removed */
	AUDIT_AUTHORITY_CREATED,
	AUDIT_IMPORTED,
	AUDIT_PRUNED, /* old audit records were removed */
	AUDIT_EVENT__MAX
};

enum audit_result {
	AUDIT_DONE,
	AUDIT_REFUSED,
};

struct audit {
	int event;
	struct str actor;   /* user:SUB, client:ID, admin:NAME of the operating system, or system */
	struct str subject; /* whom or what it is about: a sub, or `client shop` */
	struct str client_id;
	struct str grant; /* id */
	int result;
	struct str detail;  /* names of fields, scopes, a kid or the reason; no values */
	struct str request; /* its id in the log */
};

extern const char *const audit_event_names[];
extern const struct record record_audit;

#endif
