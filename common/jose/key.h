/*
 * key - what is inside a jwk; for the files of this folder only
 * SPDX-License-Identifier: ISC
 *
 * A key is described by a key_spec: its type and the octets of its parts, in
 * the order of key_rows. key_make() turns a spec into a jwk on the heap, which
 * has its own copy of everything.
 */
#ifndef JOSE_KEY_H
#define JOSE_KEY_H

#include "jose/jwk.h"

#define KEY_PARTS 8

/* The places of the parts within a spec. */
enum {
	RSA_N,
	RSA_E,
	RSA_D,
	RSA_P,
	RSA_Q,
	RSA_DP,
	RSA_DQ,
	RSA_QI
};
enum {
	EC_X,
	EC_Y,
	EC_D
};
enum {
	OKP_X,
	OKP_D
};

struct key_row {
	const char *name;  /* the JWK member; NULL ends the list */
	const char *param; /* what the library calls the number */
	unsigned size;	   /* octets; 0: a number of any size, without leading zeros */
	bool secret;
};

extern const struct key_row key_rows[KEY__MAX][KEY_PARTS + 1];

struct key_spec {
	enum key_type kty;
	enum alg alg; /* the only algorithm it may be used with, or ALG__MAX */
	struct str kid;
	struct str part[KEY_PARTS]; /* the secret ones are all there or all empty */
};

struct evp_pkey_st;
struct evp_pkey_ctx_st;

struct jwk {
	struct key_spec spec; /* spans into bytes[] */
	bool is_private;
	struct evp_pkey_st *pkey;		  /* RSA, EC */
	struct evp_pkey_ctx_st *sign[ALG__MAX];	  /* made when first used */
	struct evp_pkey_ctx_st *verify[ALG__MAX]; /* the same */
	unsigned char ed25519[64];		  /* OKP: the secret key as libsodium has it */
	size_t n;
	char bytes[];
};

/* A key of the heap: ERR_RANGE, ERR_CRYPTO as jwk_parse. */
MUST_USE enum err key_make(const struct key_spec *spec, struct jwk **out);

/* Fills the parts of spec->kty with a fresh key pair, the arena's: ERR_SYSTEM. */
MUST_USE enum err key_generate(struct key_spec *spec, struct arena *a);

/* Empties the library's queue of errors after a failure, having logged the first when `what` is not
 * NULL; returns `e`. What a stranger's key or signature causes is not logged. */
enum err key_failed(const char *what, enum err e);

#endif
