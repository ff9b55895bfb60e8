/*
 * secret - random bytes, hashes, comparison and wiping (FIPS 180-4, RFC 2104)
 * SPDX-License-Identifier: ISC
 */
#include <sodium.h>

#include "base/secret.h"

void
secret_init(void)
{
	if (sodium_init() < 0)
		fatal("libsodium cannot be used");
}

void
secret_random(void *p, size_t n)
{
	randombytes_buf(p, n);
}

struct str
secret_bytes(struct arena *a, size_t n)
{
	void *p = arena_alloc(a, n);

	secret_random(p, n);
	return str_bytes(p, n);
}

void
secret_wipe(void *p, size_t n)
{
	if (n > 0)
		sodium_memzero(p, n);
}

bool
secret_eq(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	return a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0;
}

void
hash_sha256(struct str in, unsigned char out[HASH_LEN])
{
	crypto_hash_sha256(out, (const unsigned char *)in.p, in.n);
}

struct str
hash_of(struct arena *a, struct str in)
{
	unsigned char *out = arena_alloc(a, HASH_LEN);

	hash_sha256(in, out);
	return str_bytes(out, HASH_LEN);
}

void
hmac_sha256(struct str key, struct str in, unsigned char out[HASH_LEN])
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.p, key.n);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)in.p, in.n);
	crypto_auth_hmacsha256_final(&state, out);
	secret_wipe(&state, sizeof(state));
}

struct str
hash_hmac(struct arena *a, struct str key, struct str in)
{
	unsigned char *out = arena_alloc(a, HASH_LEN);

	hmac_sha256(key, in, out);
	return str_bytes(out, HASH_LEN);
}
