/*
 * field_text - text forms of numbers, sizes, durations and times (RFC 3339)
 * SPDX-License-Identifier: ISC
 */
#include <string.h>
#include <time.h>

#include "base/field_text.h"

struct unit {
	char letter;
	int64_t factor;
};

/* The largest first. */
static const struct unit sizes[] = {
	{ 'G', (int64_t)1 << 30 },
	{ 'M', (int64_t)1 << 20 },
	{ 'K', (int64_t)1 << 10 },
};
static const struct unit spans[] = {
	{ 'd', 86400 },
	{ 'h', 3600 },
	{ 'm', 60 },
};
enum {
	UNITS = 3
};

static const struct unit *
units_of(enum field_type t)
{
	if (t == FIELD_SIZE)
		return sizes;
	return t == FIELD_SPAN ? spans : NULL;
}

static enum err
parse_units(const struct unit *units, struct str text, int64_t *out)
{
	int64_t v, factor = 1;
	enum err e;
	size_t i;

	for (i = 0; i < UNITS && text.n > 0; i++)
		if (text.p[text.n - 1] == units[i].letter)
			factor = units[i].factor;
	if (factor != 1)
		text.n--;
	e = str_int(text, &v);
	if (e != OK)
		return e;
	return __builtin_mul_overflow(v, factor, out) ? ERR_RANGE : OK;
}

static enum err
parse_signed(struct str text, int64_t *out)
{
	bool minus = text.n > 1 && text.p[0] == '-' && text.p[1] != '0';
	enum err e = str_int(minus ? str_skip(text, 1) : text, out);

	if (e == OK && minus)
		*out = -*out;
	return e;
}

/* Takes `n` digits and the byte `after` them from the front. */
static bool
take_part(struct str *s, size_t n, char after, int *out)
{
	int v = 0;
	size_t i;

	if (s->n < n + 1 || s->p[n] != after)
		return false;
	for (i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		v = v * 10 + (s->p[i] - '0');
	}
	*out = v;
	*s = str_skip(*s, n + 1);
	return true;
}

/* One spelling of RFC 3339: seconds, capital letters, Z. timegm() would carry a 31st of June over,
 * so what comes out must be what went in. */
static enum err
parse_time(struct str text, int64_t *out)
{
	struct tm tm, back;
	time_t t;

	memset(&tm, 0, sizeof(tm));
	if (text.n == 0) {
		*out = 0;
		return OK;
	}
	if (!take_part(&text, 4, '-', &tm.tm_year) || !take_part(&text, 2, '-', &tm.tm_mon) ||
		!take_part(&text, 2, 'T', &tm.tm_mday) || !take_part(&text, 2, ':', &tm.tm_hour) ||
		!take_part(&text, 2, ':', &tm.tm_min) || !take_part(&text, 2, 'Z', &tm.tm_sec) ||
		text.n > 0)
		return ERR_SYNTAX;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	back = tm;
	t = timegm(&back);
	if (back.tm_year != tm.tm_year || back.tm_mon != tm.tm_mon || back.tm_mday != tm.tm_mday ||
		back.tm_hour != tm.tm_hour || back.tm_min != tm.tm_min || back.tm_sec != tm.tm_sec)
		return ERR_RANGE;
	*out = t;
	return t < 0 ? ERR_RANGE : OK;
}

enum err
field_number_parse(enum field_type t, struct str text, int64_t *out)
{
	if (t == FIELD_TIME)
		return parse_time(text, out);
	if (units_of(t) != NULL)
		return parse_units(units_of(t), text, out);
	return parse_signed(text, out);
}

static struct str
time_text(int64_t v, struct arena *a)
{
	time_t t = (time_t)v;
	char text[40];
	struct tm tm;

	if (v == 0)
		return STR("");
	if (gmtime_r(&t, &tm) == NULL)
		return arena_printf(a, "%lld", (long long)v);
	return arena_bytes(a, text, strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm));
}

struct str
field_number_text(enum field_type t, int64_t v, struct arena *a)
{
	const struct unit *units = units_of(t);
	size_t i;

	if (t == FIELD_TIME)
		return time_text(v, a);
	if (units == NULL || v == 0)
		return arena_printf(a, "%lld", (long long)v);
	for (i = 0; i < UNITS; i++)
		if (v % units[i].factor == 0)
			return arena_printf(
				a, "%lld%c", (long long)(v / units[i].factor), units[i].letter);
	return arena_printf(a, "%lld", (long long)v);
}
