/*
 * key - library keys from octets, and fresh ones (RFC 7518 section 6, RFC 8037 section 2)
 * SPDX-License-Identifier: ISC
 *
 * Keys come from EVP_PKEY_fromdata: the decoders of OpenSSL 3 cost more than a
 * verification. Whatever is believed about a key is checked here, once: sizes,
 * the point on its curve, and that both halves of a pair belong together.
 */
#include "jose/key.h"

#include <openssl/bn.h>
#include <openssl/conf.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"

#define RSA_N_MAX (JWK_RSA_MAX / 8)
#define RSA_E_MAX 8 /* octets; a larger exponent only makes verification dear */
#define EC_FIELD 32

const struct key_row key_rows[KEY__MAX][KEY_PARTS + 1] = {
	[KEY_RSA] = {
		[RSA_N] = { "n", OSSL_PKEY_PARAM_RSA_N, 0, false },
		[RSA_E] = { "e", OSSL_PKEY_PARAM_RSA_E, 0, false },
		[RSA_D] = { "d", OSSL_PKEY_PARAM_RSA_D, 0, true },
		[RSA_P] = { "p", OSSL_PKEY_PARAM_RSA_FACTOR1, 0, true },
		[RSA_Q] = { "q", OSSL_PKEY_PARAM_RSA_FACTOR2, 0, true },
		[RSA_DP] = { "dp", OSSL_PKEY_PARAM_RSA_EXPONENT1, 0, true },
		[RSA_DQ] = { "dq", OSSL_PKEY_PARAM_RSA_EXPONENT2, 0, true },
		[RSA_QI] = { "qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1, 0, true },
	},
	[KEY_EC] = {
		[EC_X] = { "x", OSSL_PKEY_PARAM_EC_PUB_X, EC_FIELD, false },
		[EC_Y] = { "y", OSSL_PKEY_PARAM_EC_PUB_Y, EC_FIELD, false },
		[EC_D] = { "d", OSSL_PKEY_PARAM_PRIV_KEY, EC_FIELD, true },
	},
	[KEY_OKP] = {
		[OKP_X] = { "x", NULL, crypto_sign_PUBLICKEYBYTES, false },
		[OKP_D] = { "d", NULL, crypto_sign_SEEDBYTES, true },
	},
};

static const char *const library_names[KEY__MAX] = { [KEY_RSA] = "RSA", [KEY_EC] = "EC" };

/* The parameters of one EVP_PKEY_fromdata, their numbers in the byte order of the machine. */
struct params {
	OSSL_PARAM v[KEY_PARTS + 1];
	size_t n, used;
	unsigned char bytes[KEY_PARTS * RSA_N_MAX];
};

enum err
key_failed(const char *what, enum err e)
{
	const char *why = ERR_reason_error_string(ERR_peek_error());

	if (what != NULL)
		log_reason(LOG_SYSTEM, "%s: %s", what, why == NULL ? "no reason given" : why);
	ERR_clear_error();
	return e;
}

static void
params_number(struct params *ps, const char *name, struct str number)
{
	unsigned char *p = ps->bytes + ps->used;
	size_t i;

	if (number.n > sizeof(ps->bytes) - ps->used)
		bug("a key part of %zu octets", number.n);
	for (i = 0; i < number.n; i++) {
		if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
			p[i] = (unsigned char)number.p[number.n - 1 - i];
		else
			p[i] = (unsigned char)number.p[i];
	}
	ps->v[ps->n++] = OSSL_PARAM_construct_BN(name, p, number.n);
	ps->used += number.n;
}

/* Makes key->pkey, with a context that is kept for all keys of the type. */
static enum err
params_make(struct params *ps, struct jwk *key)
{
	static EVP_PKEY_CTX *makers[KEY__MAX];
	EVP_PKEY_CTX **maker = &makers[key->spec.kty];
	int selection = key->is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
	int ok;

	if (*maker == NULL) {
		*maker = EVP_PKEY_CTX_new_from_name(NULL, library_names[key->spec.kty], NULL);
		if (*maker == NULL || EVP_PKEY_fromdata_init(*maker) <= 0)
			fatal("OpenSSL has no %s keys", library_names[key->spec.kty]);
	}
	ps->v[ps->n] = OSSL_PARAM_construct_end();
	ok = EVP_PKEY_fromdata(*maker, &key->pkey, selection, ps->v);
	secret_wipe(ps->bytes, ps->used);
	return ok > 0 ? OK : key_failed(NULL, ERR_CRYPTO);
}

static enum err
rsa_check_sizes(const struct str *part)
{
	const unsigned char *n = (const unsigned char *)part[RSA_N].p;
	const unsigned char *e = (const unsigned char *)part[RSA_E].p;
	size_t i;

	/* RFC 7518 section 3.3: 2048 bits or more. Numbers have no leading zero octet. */
	if (part[RSA_N].n < JWK_RSA_MIN / 8 || part[RSA_N].n > RSA_N_MAX)
		return ERR_RANGE;
	if (part[RSA_N].n == JWK_RSA_MIN / 8 && n[0] < 0x80)
		return ERR_RANGE;
	if ((n[part[RSA_N].n - 1] & 1) == 0)
		return ERR_RANGE;
	if (part[RSA_E].n > RSA_E_MAX || (e[part[RSA_E].n - 1] & 1) == 0)
		return ERR_RANGE;
	if (part[RSA_E].n == 1 && e[0] < 3)
		return ERR_RANGE;
	for (i = RSA_D; i < KEY_PARTS; i++)
		if (part[i].n > part[RSA_N].n)
			return ERR_RANGE;
	return OK;
}

/* Whether x == d mod (prime - 1), and undoes e there. */
static bool
rsa_exponent_fits(const BIGNUM *x, const BIGNUM *prime, BIGNUM *const *v, BN_CTX *ctx)
{
	BIGNUM *order = BN_CTX_get(ctx), *t = BN_CTX_get(ctx);

	return t != NULL && BN_sub(order, prime, BN_value_one()) == 1 &&
		BN_mod(t, v[RSA_D], order, ctx) == 1 && BN_cmp(t, x) == 0 &&
		BN_mod_mul(t, x, v[RSA_E], order, ctx) == 1 && BN_is_one(t) == 1;
}

static bool
rsa_numbers_fit(BIGNUM *const *v, BN_CTX *ctx)
{
	BIGNUM *t = BN_CTX_get(ctx);

	return t != NULL && BN_mul(t, v[RSA_P], v[RSA_Q], ctx) == 1 && BN_cmp(t, v[RSA_N]) == 0 &&
		rsa_exponent_fits(v[RSA_DP], v[RSA_P], v, ctx) &&
		rsa_exponent_fits(v[RSA_DQ], v[RSA_Q], v, ctx) &&
		BN_mod_mul(t, v[RSA_QI], v[RSA_Q], v[RSA_P], ctx) == 1 && BN_is_one(t) == 1;
}

/*
 * That all eight numbers belong to one key, by arithmetic: the library's own
 * check also looks for factors of the primes, which takes longer than a program
 * may take to start.
 */
static enum err
rsa_check_pair(const struct str *part)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *v[KEY_PARTS];
	bool fits = false;
	size_t i;

	if (ctx == NULL)
		fatal("no memory for a key");
	BN_CTX_start(ctx);
	for (i = 0; i < KEY_PARTS; i++) {
		v[i] = BN_CTX_get(ctx);
		if (v[i] == NULL)
			goto out;
		BN_set_flags(v[i], BN_FLG_CONSTTIME);
		if (BN_bin2bn((const unsigned char *)part[i].p, (int)part[i].n, v[i]) == NULL)
			goto out;
	}
	fits = rsa_numbers_fit(v, ctx);
out:
	BN_CTX_end(ctx);
	BN_CTX_free(ctx);
	return fits ? OK : key_failed(NULL, ERR_CRYPTO);
}

static enum err
load_rsa(struct jwk *key)
{
	const struct key_row *rows = key_rows[KEY_RSA];
	const struct str *part = key->spec.part;
	struct params ps = { .n = 0 };
	enum err e;
	size_t i;

	e = rsa_check_sizes(part);
	if (e != OK)
		return e;
	for (i = 0; i < KEY_PARTS; i++)
		if (part[i].n > 0)
			params_number(&ps, rows[i].param, part[i]);
	e = params_make(&ps, key);
	if (e != OK || !key->is_private)
		return e;
	return rsa_check_pair(part);
}

/* The private number in its range, the public point made from it. */
static enum err
ec_check_pair(struct jwk *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	bool fits;

	if (ctx == NULL)
		fatal("no memory for a key");
	fits = EVP_PKEY_private_check(ctx) > 0 && EVP_PKEY_pairwise_check(ctx) > 0;
	EVP_PKEY_CTX_free(ctx);
	return fits ? OK : key_failed(NULL, ERR_CRYPTO);
}

static enum err
load_ec(struct jwk *key)
{
	const struct str *part = key->spec.part;
	struct params ps = { .n = 0 };
	unsigned char point[1 + 2 * EC_FIELD] = { 0x04 }; /* uncompressed, SEC 1 section 2.3.3 */
	char group[] = "P-256";
	enum err e;

	memcpy(point + 1, part[EC_X].p, EC_FIELD);
	memcpy(point + 1 + EC_FIELD, part[EC_Y].p, EC_FIELD);
	ps.v[ps.n++] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
	ps.v[ps.n++] =
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point));
	if (key->is_private)
		params_number(&ps, OSSL_PKEY_PARAM_PRIV_KEY, part[EC_D]);
	/* The library refuses a point that is not on the curve; the curve has cofactor 1. */
	e = params_make(&ps, key);
	if (e != OK || !key->is_private)
		return e;
	return ec_check_pair(key);
}

static enum err
load_okp(struct jwk *key)
{
	const unsigned char *x = (const unsigned char *)key->spec.part[OKP_X].p;
	unsigned char made[crypto_sign_PUBLICKEYBYTES];

	/* On the curve, in its one spelling (RFC 8032 section 5.1.3), and of the right order. */
	if (crypto_core_ed25519_is_valid_point(x) != 1)
		return ERR_CRYPTO;
	if (!key->is_private)
		return OK;
	crypto_sign_seed_keypair(
		made, key->ed25519, (const unsigned char *)key->spec.part[OKP_D].p);
	return sodium_memcmp(made, x, sizeof(made)) == 0 ? OK : ERR_CRYPTO;
}

static struct str
copy(struct jwk *key, struct str s)
{
	char *p = key->bytes + key->n;

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	key->n += s.n;
	return str_bytes(p, s.n);
}

static struct jwk *
alloc(const struct key_spec *spec)
{
	const struct key_row *rows = key_rows[spec->kty];
	struct jwk *key;
	size_t i, n = spec->kid.n;

	for (i = 0; i < KEY_PARTS; i++)
		n += spec->part[i].n;
	key = calloc(1, sizeof(*key) + n);
	if (key == NULL)
		fatal("no memory for a key");
	key->spec = *spec;
	key->spec.kid = copy(key, spec->kid);
	for (i = 0; rows[i].name != NULL; i++) {
		key->spec.part[i] = copy(key, spec->part[i]);
		if (rows[i].secret && spec->part[i].n > 0)
			key->is_private = true;
	}
	return key;
}

enum err
key_make(const struct key_spec *spec, struct jwk **out)
{
	static enum err (*const load[KEY__MAX])(struct jwk *) = {
		[KEY_RSA] = load_rsa,
		[KEY_EC] = load_ec,
		[KEY_OKP] = load_okp,
	};
	struct jwk *key = alloc(spec);
	enum err e;

	e = load[spec->kty](key);
	if (e != OK) {
		jwk_free(key);
		return e;
	}
	*out = key;
	return OK;
}

void
jwk_free(struct jwk *key)
{
	size_t i;

	if (key == NULL)
		return;
	for (i = 0; i < ALG__MAX; i++) {
		EVP_PKEY_CTX_free(key->sign[i]);
		EVP_PKEY_CTX_free(key->verify[i]);
	}
	EVP_PKEY_free(key->pkey);
	secret_wipe(key, sizeof(*key) + key->n);
	free(key);
}

/* One number of a library key, with leading zeros where the row has a size. */
static enum err
take_number(EVP_PKEY *pkey, const struct key_row *row, struct arena *a, struct str *out)
{
	BIGNUM *bn = NULL;
	size_t n;
	char *p;

	if (EVP_PKEY_get_bn_param(pkey, row->param, &bn) <= 0)
		return key_failed("a part of a fresh key", ERR_SYSTEM);
	n = row->size != 0 ? row->size : (size_t)BN_num_bytes(bn);
	p = arena_alloc(a, n);
	if (BN_bn2binpad(bn, (unsigned char *)p, (int)n) < 0)
		bug("%s is longer than %zu octets", row->name, n);
	BN_clear_free(bn);
	*out = str_bytes(p, n);
	return OK;
}

static enum err
generate_okp(struct key_spec *spec, struct arena *a)
{
	unsigned char secret[crypto_sign_SECRETKEYBYTES];
	char *x = arena_alloc(a, crypto_sign_PUBLICKEYBYTES);

	spec->part[OKP_D] = secret_bytes(a, crypto_sign_SEEDBYTES);
	crypto_sign_seed_keypair(
		(unsigned char *)x, secret, (const unsigned char *)spec->part[OKP_D].p);
	secret_wipe(secret, sizeof(secret));
	spec->part[OKP_X] = str_bytes(x, crypto_sign_PUBLICKEYBYTES);
	return OK;
}

enum err
key_generate(struct key_spec *spec, struct arena *a)
{
	const struct key_row *rows = key_rows[spec->kty];
	EVP_PKEY *pkey;
	enum err e = OK;
	size_t i;

	if (spec->kty == KEY_OKP)
		return generate_okp(spec, a);
	if (spec->kty == KEY_RSA)
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)JWK_RSA_MIN);
	else
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	if (pkey == NULL)
		return key_failed("a fresh key", ERR_SYSTEM);
	for (i = 0; e == OK && rows[i].name != NULL; i++)
		e = take_number(pkey, &rows[i], a, &spec->part[i]);
	EVP_PKEY_free(pkey);
	return e;
}

/* The library's own malloc is the heap's unless somebody replaced it. */
char *
jwk_library_file(void)
{
	return CONF_get1_default_config_file();
}
