/*
 * alg - the signature algorithms we have, one row each (RFC 7518, RFC 8037)
 * SPDX-License-Identifier: ISC
 */
#include "jose/alg.h"

const struct alg_row alg_rows[ALG__MAX] = {
	[ALG_RS256] = { "RS256", KEY_RSA, NULL, false, 0 },
	[ALG_PS256] = { "PS256", KEY_RSA, NULL, true, 0 },
	[ALG_ES256] = { "ES256", KEY_EC, "P-256", false, 64 },
	[ALG_EDDSA] = { "EdDSA", KEY_OKP, "Ed25519", false, 64 },
};

const char *const alg_names[] = { "RS256", "PS256", "ES256", "EdDSA", NULL };

enum err
alg_find(struct str name, enum alg *out)
{
	size_t i;

	for (i = 0; i < ALG__MAX; i++) {
		if (!str_eqz(name, alg_rows[i].name))
			continue;
		*out = (enum alg)i;
		return OK;
	}
	return ERR_UNSUPPORTED;
}
