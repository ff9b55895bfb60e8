/*
 * enc - base64url, base64 and hex, strictly (RFC 4648)
 * SPDX-License-Identifier: ISC
 *
 * libsodium's codecs run in a time that tells nothing of the data, but they
 * take more than the alphabet: its base64 reads some bytes beyond ASCII as
 * letters. So a text counts only if it is what the encoder makes of the result.
 */
#include <sodium.h>

#include "base/enc.h"
#include "base/secret.h"

static struct str
encode(struct arena *a, struct str bytes, int variant)
{
	size_t room = sodium_base64_encoded_len(bytes.n, variant);
	char *text = arena_alloc(a, room);

	sodium_bin2base64(text, room, (const unsigned char *)bytes.p, bytes.n, variant);
	return str_of(text);
}

struct str
enc_b64url(struct arena *a, struct str bytes)
{
	return encode(a, bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

struct str
enc_b64(struct arena *a, struct str bytes)
{
	return encode(a, bytes, sodium_base64_VARIANT_ORIGINAL);
}

struct str
enc_hex(struct arena *a, struct str bytes)
{
	size_t room = bytes.n * 2 + 1;
	char *text = arena_alloc(a, room);

	sodium_bin2hex(text, room, (const unsigned char *)bytes.p, bytes.n);
	return str_bytes(text, room - 1);
}

static enum err
decode(struct arena *a, struct str text, int variant, struct str *bytes)
{
	size_t room = text.n / 4 * 3 + 3, n;
	unsigned char *p;

	if (text.n == 0) {
		*bytes = STR("");
		return OK;
	}
	p = arena_alloc(a, room);
	if (sodium_base642bin(p, room, text.p, text.n, NULL, &n, NULL, variant) != 0 || n == 0)
		return ERR_SYNTAX;
	/* RFC 4648 section 3.5: no stray bits in the last letter either. */
	if (!secret_eq(encode(a, str_bytes(p, n), variant), text))
		return ERR_SYNTAX;
	*bytes = str_bytes(p, n);
	return OK;
}

enum err
dec_b64url(struct arena *a, struct str text, struct str *bytes)
{
	return decode(a, text, sodium_base64_VARIANT_URLSAFE_NO_PADDING, bytes);
}

enum err
dec_b64(struct arena *a, struct str text, struct str *bytes)
{
	return decode(a, text, sodium_base64_VARIANT_ORIGINAL, bytes);
}

enum err
dec_hex(struct arena *a, struct str text, struct str *bytes)
{
	size_t room = text.n / 2, n;
	unsigned char *p;

	if (text.n == 0) {
		*bytes = STR("");
		return OK;
	}
	p = arena_alloc(a, room);
	if (sodium_hex2bin(p, room, text.p, text.n, NULL, &n, NULL) != 0)
		return ERR_SYNTAX;
	if (!secret_eq(enc_hex(a, str_bytes(p, n)), text))
		return ERR_SYNTAX;
	*bytes = str_bytes(p, n);
	return OK;
}
