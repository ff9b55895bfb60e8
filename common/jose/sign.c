/*
 * sign - bytes in, signature out (RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1)
 * SPDX-License-Identifier: ISC
 *
 * A context is set up once for each key, algorithm and direction, and takes
 * digests from then on. Ed25519 needs none.
 */
#include "jose/sign.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include "base/secret.h"
#include "jose/key.h"

#define EC_HALF 32    /* octets of r and of s */
#define EC_DER_MAX 80 /* octets of both in a SEQUENCE: 72 at most */

static const EVP_MD *
sha256(void)
{
	static EVP_MD *md;

	if (md == NULL)
		md = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (md == NULL)
		fatal("OpenSSL has no SHA256");
	return md;
}

static enum err
digest(struct str in, unsigned char out[HASH_LEN])
{
	if (EVP_Digest(in.p, in.n, out, NULL, sha256(), NULL) != 1)
		return key_failed("SHA256", ERR_SYSTEM);
	return OK;
}

static bool
set_up(EVP_PKEY_CTX *ctx, const struct alg_row *row)
{
	if (EVP_PKEY_CTX_set_signature_md(ctx, sha256()) <= 0)
		return false;
	if (row->kty != KEY_RSA)
		return true;
	if (!row->pss)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0;
	/* RFC 7518 section 3.5: MGF1 with the same hash, a salt as long as the hash. */
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0 &&
		EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, sha256()) > 0 &&
		EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) > 0;
}

/* Fills an empty slot with a context of `key` made ready by `init`. */
static enum err
context(struct jwk *key, enum alg alg, int (*init)(EVP_PKEY_CTX *), EVP_PKEY_CTX **slot)
{
	EVP_PKEY_CTX *ctx;

	if (*slot != NULL)
		return OK;
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	if (ctx == NULL || init(ctx) <= 0 || !set_up(ctx, &alg_rows[alg])) {
		EVP_PKEY_CTX_free(ctx);
		return key_failed("a signature context", ERR_SYSTEM);
	}
	*slot = ctx;
	return OK;
}

static enum err
sign_ed25519(struct jwk *key, struct arena *a, struct str in, struct str *signature)
{
	unsigned char *p = arena_alloc(a, crypto_sign_BYTES);

	crypto_sign_detached(p, NULL, (const unsigned char *)in.p, in.n, key->ed25519);
	*signature = str_bytes(p, crypto_sign_BYTES);
	return OK;
}

/* Octets r || s from the library's SEQUENCE of two INTEGERs (RFC 7518 section 3.4). */
static enum err
raw_from_der(struct arena *a, struct str der, struct str *raw)
{
	const unsigned char *p = (const unsigned char *)der.p;
	unsigned char *out = arena_alloc(a, (size_t)2 * EC_HALF);
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)der.n);

	if (sig == NULL)
		return key_failed("a fresh signature", ERR_SYSTEM);
	if (BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, EC_HALF) < 0 ||
		BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + EC_HALF, EC_HALF) < 0)
		bug("an ES256 signature longer than %d octets", 2 * EC_HALF);
	ECDSA_SIG_free(sig);
	*raw = str_bytes(out, (size_t)2 * EC_HALF);
	return OK;
}

static size_t
der_from_raw(struct str raw, unsigned char out[EC_DER_MAX])
{
	const unsigned char *p = (const unsigned char *)raw.p;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(p, EC_HALF, NULL);
	BIGNUM *s = BN_bin2bn(p + EC_HALF, EC_HALF, NULL);
	unsigned char *end = out;
	int n;

	if (sig == NULL || r == NULL || s == NULL)
		fatal("no memory for a signature");
	ECDSA_SIG_set0(sig, r, s); /* r and s are kept by sig */
	n = i2d_ECDSA_SIG(sig, &end);
	ECDSA_SIG_free(sig);
	if (n < 0)
		fatal("no memory for a signature");
	return (size_t)n;
}

enum err
sign_bytes(struct jwk *key, enum alg alg, struct arena *a, struct str in, struct str *signature)
{
	EVP_PKEY_CTX **slot = &key->sign[alg];
	unsigned char hash[HASH_LEN], *p;
	size_t n = JWK_RSA_MAX / 8;
	enum err e;

	if (!jwk_fits(key, alg))
		return ERR_UNSUPPORTED;
	if (!key->is_private)
		return ERR_DENIED;
	if (key->spec.kty == KEY_OKP)
		return sign_ed25519(key, a, in, signature);
	e = context(key, alg, EVP_PKEY_sign_init, slot);
	if (e != OK)
		return e;
	e = digest(in, hash);
	if (e != OK)
		return e;
	p = arena_alloc(a, n);
	if (EVP_PKEY_sign(*slot, p, &n, hash, sizeof(hash)) <= 0)
		return key_failed("EVP_PKEY_sign", ERR_SYSTEM);
	*signature = str_bytes(p, n);
	return key->spec.kty == KEY_EC ? raw_from_der(a, *signature, signature) : OK;
}

static enum err
check_ed25519(const struct jwk *key, struct str in, struct str signature)
{
	const unsigned char *x = (const unsigned char *)key->spec.part[OKP_X].p;
	const unsigned char *p = (const unsigned char *)signature.p;

	/* Refuses S out of range and points of small order (RFC 8032 section 5.1.7). */
	if (crypto_sign_verify_detached(p, (const unsigned char *)in.p, in.n, x) != 0)
		return ERR_CRYPTO;
	return OK;
}

/* Octets of a signature of this key, whatever its value. */
static size_t
signature_size(const struct jwk *key, enum alg alg)
{
	return alg_rows[alg].signature != 0 ? alg_rows[alg].signature : key->spec.part[RSA_N].n;
}

enum err
sign_check(struct jwk *key, enum alg alg, struct str in, struct str signature)
{
	EVP_PKEY_CTX **slot = &key->verify[alg];
	unsigned char hash[HASH_LEN], der[EC_DER_MAX];
	const unsigned char *p = (const unsigned char *)signature.p;
	size_t n = signature.n;
	enum err e;

	if (!jwk_fits(key, alg))
		return ERR_UNSUPPORTED;
	if (n != signature_size(key, alg))
		return ERR_CRYPTO;
	if (key->spec.kty == KEY_OKP)
		return check_ed25519(key, in, signature);
	e = context(key, alg, EVP_PKEY_verify_init, slot);
	if (e != OK)
		return e;
	e = digest(in, hash);
	if (e != OK)
		return e;
	if (key->spec.kty == KEY_EC) {
		n = der_from_raw(signature, der);
		p = der;
	}
	if (EVP_PKEY_verify(*slot, p, n, hash, sizeof(hash)) != 1)
		return key_failed(NULL, ERR_CRYPTO);
	return OK;
}
