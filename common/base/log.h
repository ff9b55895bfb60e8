/*
 * log - one event, one line, fields named
 * SPDX-License-Identifier: ISC
 *
 * An event comes from the enum, so what a program can say is a list; values
 * from outside are escaped and cut at 256 bytes. Never log a token, a code, a
 * password, a cookie or a whole payload.
 *
 *	log_begin(LOG_REFUSED);
 *	log_str("error", STR("invalid_grant"));
 *	log_int("status", 400);
 *	log_end();
 *
 * writes `2026-01-02T03:04:05Z token[123] refused request=9f3c… error=invalid_grant status=400`.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/str.h"

enum log_event {
	LOG_START,     /* a program is ready */
	LOG_STOP,      /* a program ends on purpose */
	LOG_ANSWER,    /* a request was answered */
	LOG_REFUSED,   /* a request was refused: error, reason */
	LOG_FAILED,    /* a request failed on our side: error, reason */
	LOG_LOGIN,     /* a user signed in */
	LOG_LOGIN_BAD, /* a sign-in failed: reason */
	LOG_LOGOUT,    /* a session ended */
	LOG_ISSUED,    /* tokens were issued */
	LOG_REUSE,     /* a code or refresh token was used again: its family is revoked */
	LOG_REVOKED,   /* tokens were revoked */
	LOG_CHANGE,    /* the administrator changed a record */
	LOG_KEY,       /* a key was made, skipped or deleted */
	LOG_STORE,     /* the store complains */
	LOG_SYSTEM,    /* a system call failed */
	LOG_BUG,       /* a broken invariant */
	LOG__MAX
};

/* Opens the log of `program`: `dest` is "stderr", "syslog" or a path, which is appended to.
 * ERR_SYSTEM leaves it on stderr. */
MUST_USE enum err log_open(const char *program, const char *dest);

/* Drops events of less weight: 0 errors, 1 refusals too, 2 everything (the default). */
void log_verbosity(int level);

/* The request id that every line until the next call names; empty for none. */
void log_request(struct str id);

/* One line: begin, fields, end. */
void log_begin(enum log_event ev);
void log_str(const char *name, struct str value);
void log_int(const char *name, int64_t value);
void log_end(void);

/* The shortest form: an event with one reason. */
void log_reason(enum log_event ev, const char *fmt, ...) PRINTF(2, 3);

/* As log_reason(LOG_SYSTEM), with the text of errno added. */
void log_errno(const char *fmt, ...) PRINTF(1, 2);

#endif
