/*
 * pkce - proof key for code exchange, S256 alone (RFC 7636)
 * SPDX-License-Identifier: ISC
 */
#include "oauth/pkce.h"

#include <string.h>

#include "base/enc.h"
#include "base/secret.h"

#define CHALLENGE_LEN 43 /* base64url of a SHA-256 */
#define VERIFIER_MIN 43
#define VERIFIER_MAX 128

static const char unreserved[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";

static bool
is_made_of(struct str text, const char *set)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] == '\0' || strchr(set, text.p[i]) == NULL)
			return false;
	return true;
}

bool
pkce_is_challenge(struct str text)
{
	return text.n == CHALLENGE_LEN && is_made_of(text, unreserved) &&
		str_find(text, '.') == text.n && str_find(text, '~') == text.n;
}

bool
pkce_is_verifier(struct str text)
{
	return text.n >= VERIFIER_MIN && text.n <= VERIFIER_MAX && is_made_of(text, unreserved);
}

enum err
pkce_check(struct arena *a, struct str challenge, struct str verifier)
{
	struct str made = enc_b64url(a, hash_of(a, verifier));

	return secret_eq(made, challenge) ? OK : ERR_CRYPTO;
}
