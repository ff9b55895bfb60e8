/*
 * keyset - the signing keys of an authority: rings by algorithm, driven by time
 * SPDX-License-Identifier: ISC
 *
 * The public part and the dates are rows of the durable store, which anybody
 * may read; the private part is sealed, in an environment of its own that
 * only a program with STORE_KEYS opens. A key is announced, signs, is retired
 * and deleted by its dates alone, so processes agree without talking.
 *
 * Where there is a signer process, a program's ring is only the way to it
 * (keyring_remote): the caller says what the token is for; which key and which
 * `typ`, is decided by who holds the keys.
 */
#ifndef MODEL_KEYSET_H
#define MODEL_KEYSET_H

#include "base/seal.h"
#include "jose/jwk.h"
#include "model/audit.h"
#include "model/record.h"
#include "schema/authority.h"
#include "schema/key.h"

enum sign_purpose {
	SIGN_ID_TOKEN,
	SIGN_ACCESS_TOKEN, /* typ at+jwt (RFC 9068 section 2.1) */
	SIGN__MAX
};

/* What the tokens of each purpose are called, in the order of the enum; NULL at the end. */
extern const char *const sign_purpose_names[];

enum key_phase {
	KEY_ANNOUNCED, /* published, not signing yet */
	KEY_ACTIVE,
	KEY_RETIRED, /* still published */
	KEY_DELETED, /* to be swept */
	KEY_REVOKED,
	KEY_PHASE__MAX
};

struct keyring; /* the private side: keys environment, master key, loaded keys */

struct call;

/* Remembers where the keys are and the file of the master key; both are read when first needed. */
MUST_USE enum err keyring_open(struct store *keys, struct str master_key, struct keyring **out);

/* A ring of authority `name` that another process holds; good for keyset_sign() alone. */
struct keyring *keyring_remote(struct call *signer, struct str name);

/* Closes; NULL is allowed. */
void keyring_close(struct keyring *r);

/* The keys environment of the ring, for private_key.h. */
struct store *keyring_store(struct keyring *r);

/* In which part of its life a key is at that time, by its dates alone; and what that is called. */
const char *key_phase_name(enum key_phase p);

struct signing_keys {
	struct signing_key *v;
	size_t n;
};

/* The phase of the i-th key at `now`. It follows from the dates of its ring alone: a key whose time
 * is over goes on signing until a successor does, and is retired for as long as it was meant to be.
 */
enum key_phase key_phase(const struct signing_keys *keys, size_t i, int64_t now);

/* All keys, oldest first. */
MUST_USE enum err keyset_all(struct store *db, struct arena *a, struct signing_keys *out);

/* The JWK set of the published keys (RFC 7517 section 5), the arena's. */
MUST_USE enum err keyset_public(struct store *db, struct arena *a, int64_t now, struct str *json);

/* The algorithms that have a published key. */
MUST_USE enum err keyset_algs(struct store *db, struct arena *a, int64_t now, bool algs[ALG__MAX]);

/* The public key of a kid that is published, or (`past`) was: kept by the process, not to be freed.
 * ERR_NOTFOUND. */
MUST_USE enum err keyset_find(struct store *db, struct arena *a, struct str kid, bool past,
	int64_t now, struct jwk **out);

/* Signs the payload with the active key of that algorithm: ERR_NOTFOUND when there is none. Of a
 * remote ring, ERR_UNAVAILABLE when the signer gave no answer in time. */
MUST_USE enum err keyset_sign(struct keyring *r, struct store *db, struct arena *a,
	enum sign_purpose purpose, enum alg alg, struct str payload, struct str *token);

/* Makes a key. The first of its ring signs at once; `at_once` makes another do so, and retires
 * those that sign; `revoke` takes those out altogether. `who` does it, what is done is added. */
struct key_options {
	enum alg alg;
	bool at_once, revoke;
};
MUST_USE enum err
keyset_rotate(struct keyring *r, struct store *db, struct arena *a, const struct authority *auth,
	const struct key_options *o, const struct audit *who, struct signing_key *made);

/* Brings the rings up to date: a ring whose active key comes to its end gets a successor, deleted
 * keys go. Also makes sure there is a ring for each algorithm that the authority, a client or a
 * resource asks for. *made and *gone count. */
MUST_USE enum err keyset_upkeep(struct keyring *r, struct store *db, struct arena *a,
	const struct authority *auth, const struct audit *who, size_t *made, size_t *gone);

#endif
