/*
 * handle - the form of codes, refresh tokens, reference tokens and cookies
 * SPDX-License-Identifier: ISC
 *
 * base64url of a kind byte, an id that says where the record is, and a secret
 * whose hash the record has. The id is no secret; it begins with the hour of
 * expiry (store/key.h).
 */
#ifndef MODEL_HANDLE_H
#define MODEL_HANDLE_H

#include "base/secret.h"

enum handle_kind {
	HANDLE_CODE = 'c',    /* grant id; secret */
	HANDLE_REFRESH = 'r', /* grant id, generation; family part and secret */
	HANDLE_TOKEN = 't',   /* hour; secret */
	HANDLE_SESSION = 's', /* the bytes of a sid; secret */
};

#define GRANT_ID_LEN 16
#define FAMILY_LEN 16
#define SID_LEN 16

struct handle {
	struct str id;
	struct str secret;
};

/* The text of a handle, the arena's; the lengths must be those of the kind. */
struct str handle_write(struct arena *a, enum handle_kind kind, struct str id, struct str secret);

/* ERR_SYNTAX for anything that we cannot have made as that kind. */
MUST_USE enum err
handle_parse(struct arena *a, enum handle_kind kind, struct str text, struct handle *out);

#endif
