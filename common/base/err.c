/*
 * err - texts of errors, and giving up
 * SPDX-License-Identifier: ISC
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"

enum {
	EXIT_SYSTEM = 111
};

static const char *const texts[ERR__MAX] = {
	[OK] = "ok",
	[ERR_REFUSED] = "refused",
	[ERR_NOTFOUND] = "not found",
	[ERR_EXISTS] = "exists already",
	[ERR_CONFLICT] = "changed by another at the same time",
	[ERR_EXPIRED] = "expired or not valid yet",
	[ERR_SYNTAX] = "malformed",
	[ERR_RANGE] = "too long, too large or not allowed",
	[ERR_DUPLICATE] = "given twice",
	[ERR_TYPE] = "of the wrong type",
	[ERR_CRYPTO] = "does not verify",
	[ERR_UNSUPPORTED] = "not supported",
	[ERR_DENIED] = "permission denied",
	[ERR_FULL] = "full",
	[ERR_TOO_MANY] = "too many attempts",
	[ERR_SYSTEM] = "system failure",
	[ERR_CORRUPT] = "stored data is corrupt",
	[ERR_UNAVAILABLE] = "not available now",
};

const char *
err_text(enum err e)
{
	if ((unsigned)e >= ERR__MAX || texts[e] == NULL)
		return "unknown error";
	return texts[e];
}

void
bug(const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_reason(LOG_BUG, "%s", text);
	abort();
}

/* No atexit handlers: they may need what is missing, the memory. */
void
fatal(const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_reason(LOG_SYSTEM, "%s", text);
	_exit(EXIT_SYSTEM);
}
