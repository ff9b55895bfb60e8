/*
 * key - every key format of the store, in one place
 * SPDX-License-Identifier: ISC
 *
 * A key begins with its class byte; integers are big-endian. What expires is
 * keyed by the hour of its expiry first: new rows land on few pages, and the
 * sweep is a range delete from the front. Parts that come from outside are
 * bounded by their records' tables; a NUL parts two of them.
 */
#ifndef STORE_KEY_H
#define STORE_KEY_H

#include "base/arena.h"

enum key_class {
	/* durable, one environment per authority */
	KEY_AUTHORITY = 'A', /* - */
	KEY_CLIENT = 'C',    /* client_id */
	KEY_RESOURCE = 'R',  /* name */
	KEY_SCOPE = 'P',     /* name */
	KEY_USER = 'U',	     /* sub */
	KEY_USERNAME = 'u',  /* username, lower case -> sub */
	KEY_ORIGIN = 'O',    /* CORS origin NUL client_id -> nothing */
	KEY_CONSENT = 'N',   /* sub NUL client_id */
	KEY_KEY = 'K',	     /* kid: a signing key's public part and dates */
	KEY_SESSION = 'S',   /* sid */
	KEY_GRANT = 'G',     /* grant id = hour, 12 random bytes */
	KEY_TOKEN = 'T',     /* hour, hash: a reference access token */
	KEY_DENIED = 'D',    /* hour, hash of a jti: a JWT revoked on its own */
	KEY_APPLIED = 'B',   /* hour, id of a batch that was applied; in the volatile one too */
	KEY_AUDIT = 'L',     /* sequence: what was changed (chain.h) */
	KEY_CHAIN = 'H',     /* -: where the chain of those has come to; "limit": what it keeps */
	/* keys environment */
	KEY_PRIVATE = 'Q', /* kid -> sealed private key */
	/* registry */
	KEY_ISSUER = 'I', /* host[:port] and path of an issuer -> name of an authority */
};

/* The first hour, counted from 1970, that begins after `time` (seconds). KEY_NEVER for an expiry
 * that is never: 0. */
#define KEY_NEVER UINT32_MAX
uint32_t key_hour_after(int64_t time);

/* class; class and text; class, text, NUL and text; class, hour and bytes. The arena's. */
struct str key_class(struct arena *a, enum key_class c);
struct str key_text(struct arena *a, enum key_class c, struct str text);
struct str key_pair(struct arena *a, enum key_class c, struct str first, struct str second);
struct str key_hour(struct arena *a, enum key_class c, uint32_t hour, struct str bytes);

/* What is in a class, in the plural, for people; NULL for a byte that is none. */
const char *key_class_name(char c);

#endif
