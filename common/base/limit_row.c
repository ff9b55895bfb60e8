/*
 * limit_row - what is limited, one row each
 * SPDX-License-Identifier: ISC
 */
#include "base/limit_row.h"

#include "base/field_text.h"

/* A password can be guessed, so few are taken; a secret is 256 random bits, and whoever shows a
 * wrong one is mostly a program that was set up wrongly and has neighbours. */
/* clang-format off */
const struct limit_row limit_rows[LIMIT__MAX] = {
	[LIMIT_LOGIN_ADDRESS] = { "login_address", TRY_LOGIN, PER_ADDRESS, "100/1h",
		"wrong passwords from one address, for any user" },
	[LIMIT_LOGIN_USER] = { "login_user", TRY_LOGIN, PER_SUBJECT, "50/1h",
		"wrong passwords for one user, from addresses where the user has not signed in lately: "
		"after a boot that is all, until the user has" },
	[LIMIT_LOGIN_PAIR] = { "login_pair", TRY_LOGIN, PER_PAIR, "5/10m",
		"wrong passwords for one user from one address" },
	[LIMIT_SECRET_ADDRESS] = { "secret_address", TRY_SECRET, PER_ADDRESS, "200/10m",
		"wrong secrets from one address, of any client or API" },
	[LIMIT_SECRET_CLIENT] = { "secret_client", TRY_SECRET, PER_SUBJECT, "200/10m",
		"wrong secrets of one client or API, from addresses where it has not been right lately; "
		"a right one passes" },
	[LIMIT_SECRET_PAIR] = { "secret_pair", TRY_SECRET, PER_PAIR, "20/5m",
		"wrong secrets of one client or API from one address" },
	[LIMIT_CODE_ADDRESS] = { "code_address", TRY_CODE, PER_ADDRESS, "20/10m",
		"wrong user codes from one address" },
	[LIMIT_CODE_USER] = { "code_user", TRY_CODE, PER_SUBJECT, "10/10m",
		"wrong user codes of one user who is signed in" },
};
/* clang-format on */

static bool
read_rate(struct str text, struct limit_rate *out)
{
	struct str burst, span;

	*out = (struct limit_rate){ 0 };
	if (str_eqz(text, "off"))
		return true;
	return str_cut(text, '/', &burst, &span) && str_int(burst, &out->burst) == OK &&
		out->burst >= 1 && out->burst <= LIMIT_BURST_MAX &&
		field_number_parse(FIELD_SPAN, span, &out->span) == OK && out->span >= 1 &&
		out->span <= LIMIT_SPAN_MAX;
}

bool
limit_is_setting(struct str one)
{
	struct limit_rate rate;
	struct str name, text;
	size_t i;

	if (!str_cut(one, '=', &name, &text))
		return false;
	for (i = 0; i < LIMIT__MAX; i++)
		if (str_eqz(name, limit_rows[i].name))
			return read_rate(text, &rate);
	return false;
}

struct limit_rate
limit_rate(struct strs set, enum limit_id id)
{
	struct limit_rate rate, one;
	struct str name, text;
	size_t i;

	if (!read_rate(str_of(limit_rows[id].value), &rate))
		bug("the default of %s", limit_rows[id].name);
	for (i = 0; i < set.n; i++)
		if (str_cut(set.v[i], '=', &name, &text) && str_eqz(name, limit_rows[id].name) &&
			read_rate(text, &one))
			rate = one;
	return rate;
}

struct str
limit_rate_text(struct arena *a, struct limit_rate rate)
{
	if (rate.burst == 0)
		return STR("off");
	return arena_printf(a, "%lld/%.*s", (long long)rate.burst,
		STR_FMT(field_number_text(FIELD_SPAN, rate.span, a)));
}
