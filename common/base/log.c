/*
 * log - one event, one line, fields named
 * SPDX-License-Identifier: ISC
 *
 * A line is built in one static buffer and leaves in one write(2), so lines
 * of many processes do not mix in a file opened for appending, and logging
 * works where memory has run out.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum {
	VALUE_MAX = 256,
	LINE_MAX_BYTES = 4096,
	REQUEST_MAX = 64,
	PROGRAM_MAX = 32
};

struct event_row {
	const char *name;
	int level; /* log_verbosity() from which it is written */
	int priority;
};

static const struct event_row events[LOG__MAX] = {
	[LOG_START] = { "start", 2, LOG_INFO },
	[LOG_STOP] = { "stop", 2, LOG_INFO },
	[LOG_ANSWER] = { "answer", 2, LOG_INFO },
	[LOG_REFUSED] = { "refused", 1, LOG_NOTICE },
	[LOG_FAILED] = { "failed", 0, LOG_ERR },
	[LOG_LOGIN] = { "login", 2, LOG_INFO },
	[LOG_LOGIN_BAD] = { "login_bad", 1, LOG_NOTICE },
	[LOG_LOGOUT] = { "logout", 2, LOG_INFO },
	[LOG_ISSUED] = { "issued", 2, LOG_INFO },
	[LOG_REUSE] = { "reuse", 1, LOG_WARNING },
	[LOG_REVOKED] = { "revoked", 2, LOG_INFO },
	[LOG_CHANGE] = { "change", 2, LOG_INFO },
	[LOG_KEY] = { "key", 2, LOG_INFO },
	[LOG_STORE] = { "store", 0, LOG_ERR },
	[LOG_SYSTEM] = { "system", 0, LOG_ERR },
	[LOG_BUG] = { "bug", 0, LOG_CRIT },
};

static struct {
	char program[PROGRAM_MAX];
	char request[REQUEST_MAX];
	size_t nrequest;
	int fd;
	int verbosity;
	bool to_syslog;
} sink = { .program = "tessera", .fd = STDERR_FILENO, .verbosity = 2 };

static struct {
	char p[LINE_MAX_BYTES];
	size_t n;
	size_t body; /* where the text for syslog begins: it has time and program itself */
	int priority;
	bool dropped;
} line = { .dropped = true };

enum err
log_open(const char *program, const char *dest)
{
	int fd = STDERR_FILENO;

	snprintf(sink.program, sizeof(sink.program), "%s", program);
	if (sink.fd != STDERR_FILENO)
		close(sink.fd);
	sink.fd = STDERR_FILENO;
	sink.to_syslog = strcmp(dest, "syslog") == 0;
	if (sink.to_syslog) {
		tzset(); /* in a sandbox there is no file of the time zone */
		openlog(sink.program, LOG_PID | LOG_NDELAY, LOG_AUTH);
		return OK;
	}
	if (strcmp(dest, "stderr") != 0)
		fd = open(dest, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0) {
		log_errno("cannot open the log %s", dest);
		return ERR_SYSTEM;
	}
	sink.fd = fd;
	return OK;
}

void
log_verbosity(int level)
{
	sink.verbosity = level;
}

void
log_request(struct str id)
{
	sink.nrequest = id.n < REQUEST_MAX ? id.n : REQUEST_MAX;
	if (sink.nrequest > 0)
		memcpy(sink.request, id.p, sink.nrequest);
}

/* One byte is always left for the newline. */
static void
put(const char *p, size_t n)
{
	if (n > sizeof(line.p) - 1 - line.n)
		return;
	memcpy(line.p + line.n, p, n);
	line.n += n;
}

static void
putz(const char *z)
{
	put(z, strlen(z));
}

static void
put_stamp(void)
{
	time_t now = (time_t)clock_now();
	char text[40];
	struct tm tm;

	if (gmtime_r(&now, &tm) == NULL)
		return;
	putz(strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ ", &tm) > 0 ? text : "");
	snprintf(text, sizeof(text), "[%ld] ", (long)getpid());
	putz(sink.program);
	putz(text);
}

void
log_begin(enum log_event ev)
{
	const struct event_row *row = &events[(unsigned)ev < LOG__MAX ? ev : LOG_BUG];

	line.dropped = row->level > sink.verbosity;
	if (line.dropped)
		return;
	line.n = 0;
	line.priority = row->priority;
	put_stamp();
	line.body = line.n;
	putz(row->name);
	if (sink.nrequest > 0)
		log_str("request", str_bytes(sink.request, sink.nrequest));
}

/* Only these go out bare; everything else is quoted, so that a value cannot pose as a field. */
static bool
is_bare(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] == '"' || s.p[i] == '=' || s.p[i] == '\\')
			return false;
	return s.n > 0 && str_is_token(s);
}

/* Bytes beyond ASCII are escaped too: a terminal shows what is there, whatever its encoding. */
static void
put_escaped(unsigned char c)
{
	char text[8];

	if (c == '"' || c == '\\')
		snprintf(text, sizeof(text), "\\%c", c);
	else if (c == '\n')
		snprintf(text, sizeof(text), "\\n");
	else if (c >= 0x20 && c < 0x7f)
		snprintf(text, sizeof(text), "%c", c);
	else
		snprintf(text, sizeof(text), "\\x%02x", c);
	putz(text);
}

void
log_str(const char *name, struct str value)
{
	bool cut = value.n > VALUE_MAX;
	size_t i;

	if (line.dropped)
		return;
	if (cut)
		value.n = VALUE_MAX;
	/* A field that might not fit is left out whole: half of one could be misread. */
	if (strlen(name) + 4 * value.n + 8 > sizeof(line.p) - 1 - line.n)
		return;
	putz(" ");
	putz(name);
	putz("=");
	if (!cut && is_bare(value)) {
		put(value.p, value.n);
		return;
	}
	putz("\"");
	for (i = 0; i < value.n; i++)
		put_escaped((unsigned char)value.p[i]);
	putz(cut ? "...\"" : "\"");
}

void
log_int(const char *name, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	log_str(name, str_of(text));
}

void
log_end(void)
{
	if (line.dropped)
		return;
	line.dropped = true;
	if (sink.to_syslog) {
		syslog(line.priority, "%.*s", (int)(line.n - line.body), line.p + line.body);
		return;
	}
	line.p[line.n++] = '\n';
	/* There is nobody to tell that the log cannot be written. */
	if (write(sink.fd, line.p, line.n) < 0)
		return;
}

void
log_reason(enum log_event ev, const char *fmt, ...)
{
	char text[VALUE_MAX + 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_begin(ev);
	log_str("reason", str_of(text));
	log_end();
}

void
log_errno(const char *fmt, ...)
{
	char text[VALUE_MAX + 2];
	int saved = errno;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_begin(LOG_SYSTEM);
	log_str("reason", str_of(text));
	log_str("errno", str_of(strerror(saved)));
	log_end();
	errno = saved;
}
