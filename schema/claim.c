/*
 * claim - the standard claims about a user (OpenID Connect Core 5.1)
 * SPDX-License-Identifier: ISC
 *
 * `sub` is not here: no scope brings it, it is always there (5.3.2).
 */
#include "schema/claim.h"

const struct claim_row claim_rows[] = {
	{ "name", CLAIM_STRING, "profile" },
	{ "family_name", CLAIM_STRING, "profile" },
	{ "given_name", CLAIM_STRING, "profile" },
	{ "middle_name", CLAIM_STRING, "profile" },
	{ "nickname", CLAIM_STRING, "profile" },
	{ "preferred_username", CLAIM_STRING, "profile" },
	{ "profile", CLAIM_STRING, "profile" },
	{ "picture", CLAIM_STRING, "profile" },
	{ "website", CLAIM_STRING, "profile" },
	{ "gender", CLAIM_STRING, "profile" },
	{ "birthdate", CLAIM_STRING, "profile" },
	{ "zoneinfo", CLAIM_STRING, "profile" },
	{ "locale", CLAIM_STRING, "profile" },
	{ "updated_at", CLAIM_NUMBER, "profile" },
	{ "email", CLAIM_STRING, "email" },
	{ "email_verified", CLAIM_BOOL, "email" },
	{ "address", CLAIM_ADDRESS, "address" },
	{ "phone_number", CLAIM_STRING, "phone" },
	{ "phone_number_verified", CLAIM_BOOL, "phone" },
};

const size_t claim_count = COUNT(claim_rows);

const struct claim_row *
claim_find(struct str name)
{
	size_t i;

	for (i = 0; i < claim_count; i++)
		if (str_eqz(name, claim_rows[i].name))
			return &claim_rows[i];
	return NULL;
}

/* RFC 7519 section 4.1, OpenID Connect Core section 2, RFC 7662 section 2.2, RFC 9068 section 2.2.
 */
static const char *const reserved[] = { "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "sid",
	"nonce", "auth_time", "acr", "amr", "azp", "at_hash", "c_hash", "cnf", "act", "client_id",
	"scope", "active", "token_type", "events" };

bool
claim_is_reserved(struct str name)
{
	size_t i;

	for (i = 0; i < COUNT(reserved); i++)
		if (str_eqz(name, reserved[i]))
			return true;
	return false;
}
