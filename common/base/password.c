/*
 * password - hashes of human passwords: Argon2id (RFC 9106)
 * SPDX-License-Identifier: ISC
 */
#include <errno.h>
#include <sodium.h>

#include "base/log.h"
#include "base/password.h"
#include "base/secret.h"

enum err
password_hash(
	struct arena *a, struct str password, const struct password_cost *cost, struct str *hash)
{
	char *text;

	if (password.n == 0 || password.n > PASSWORD_MAX)
		return ERR_RANGE;
	text = arena_alloc(a, crypto_pwhash_STRBYTES);
	if (crypto_pwhash_str(text, password.p, password.n, (unsigned long long)cost->passes,
		    (size_t)cost->memory) != 0) {
		log_errno("cannot hash a password");
		return ERR_SYSTEM;
	}
	*hash = str_of(text);
	return OK;
}

/* The time of a real check; what comes out is of no use to anybody. */
static enum err
check_nobody(struct str password, const struct password_cost *cost)
{
	static const unsigned char salt[crypto_pwhash_SALTBYTES];
	unsigned char out[32];

	if (crypto_pwhash(out, sizeof(out), password.p, password.n, salt,
		    (unsigned long long)cost->passes, (size_t)cost->memory,
		    crypto_pwhash_ALG_ARGON2ID13) != 0) {
		log_errno("cannot hash a password");
		return ERR_SYSTEM;
	}
	secret_wipe(out, sizeof(out));
	return ERR_CRYPTO;
}

enum err
password_check(
	struct arena *a, struct str password, struct str hash, const struct password_cost *cost)
{
	if (password.n == 0 || password.n > PASSWORD_MAX)
		return ERR_CRYPTO;
	if (hash.n == 0)
		return check_nobody(password, cost);
	errno = 0;
	if (crypto_pwhash_str_verify(arena_z(a, hash), password.p, password.n) == 0)
		return OK;
	if (errno == ENOMEM) {
		log_errno("cannot check a password");
		return ERR_SYSTEM;
	}
	return ERR_CRYPTO;
}

bool
password_is_stale(struct arena *a, struct str hash, const struct password_cost *cost)
{
	return crypto_pwhash_str_needs_rehash(arena_z(a, hash), (unsigned long long)cost->passes,
		       (size_t)cost->memory) != 0;
}
