/*
 * seal - secrets at rest under a versioned master key
 * SPDX-License-Identifier: ISC
 *
 * Sealed: version (32 bits, big-endian), nonce, ciphertext and tag.
 */
#include <sodium.h>
#include <string.h>

#include "base/buf.h"
#include "base/seal_file.h"
#include "base/secret.h"

enum {
	NONCE_LEN = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG_LEN = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

_Static_assert(
	(int)SEAL_KEY_LEN == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "keys of another length");

void
seal_free(struct seal *s)
{
	sodium_free(s);
}

bool
seal_version(const struct seal *s, size_t i, struct seal_version *out)
{
	if (i >= s->n)
		return false;
	*out = s->v[i].id;
	return true;
}

struct str
seal_close(struct seal *s, struct arena *a, struct str context, struct str plain)
{
	struct str nonce = secret_bytes(a, NONCE_LEN), out;
	size_t head = sizeof(uint32_t) + NONCE_LEN;
	struct buf b;

	buf_init(&b, a, head);
	buf_u32(&b, s->v[0].id.version);
	buf_add(&b, nonce);
	out = str_bytes(arena_alloc(a, head + plain.n + TAG_LEN), head + plain.n + TAG_LEN);
	memcpy((char *)out.p, buf_str(&b).p, head);
	crypto_aead_xchacha20poly1305_ietf_encrypt((unsigned char *)out.p + head, NULL,
		(const unsigned char *)plain.p, plain.n, (const unsigned char *)context.p,
		context.n, NULL, (const unsigned char *)nonce.p, s->v[0].key);
	return out;
}

enum err
seal_reveal(
	struct seal *s, struct arena *a, struct str context, struct str sealed, struct str *plain)
{
	struct str nonce;
	uint32_t version;
	unsigned char *p;
	size_t i;

	if (seal_version_of(sealed, &version) != OK || str_take_u32(&sealed, &version) != OK ||
		str_take(&sealed, NONCE_LEN, &nonce) != OK)
		return ERR_CRYPTO;
	for (i = 0; i < s->n && s->v[i].id.version != version; i++)
		continue;
	if (i == s->n)
		return ERR_UNSUPPORTED;
	p = arena_alloc(a, sealed.n);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(p, NULL, NULL,
		    (const unsigned char *)sealed.p, sealed.n, (const unsigned char *)context.p,
		    context.n, (const unsigned char *)nonce.p, s->v[i].key) != 0)
		return ERR_CRYPTO;
	*plain = str_bytes(p, sealed.n - TAG_LEN);
	return OK;
}

enum err
seal_version_of(struct str sealed, uint32_t *version)
{
	struct str nonce;

	if (str_take_u32(&sealed, version) != OK || str_take(&sealed, NONCE_LEN, &nonce) != OK)
		return ERR_CRYPTO;
	return sealed.n >= TAG_LEN ? OK : ERR_CRYPTO;
}
