/*
 * id_token - ID tokens, made and taken back as hints (OpenID Connect Core section 2)
 * SPDX-License-Identifier: ISC
 */
#ifndef OAUTH_ID_TOKEN_H
#define OAUTH_ID_TOKEN_H

#include "jose/alg.h"
#include "model/client.h"
#include "oauth/error.h"
#include "schema/authority.h"

struct id_token {
	struct str sub, sid, nonce; /* empty: left out */
	int64_t auth_time;
	struct strs amr;
	struct str access_token; /* for at_hash */
};

/* Makes and signs one for the client; the arena's. */
MUST_USE enum err id_token_write(
	struct request *rq, const struct client *c, const struct id_token *t, struct str *out);

/* What an id_token_hint says. */
struct hint {
	struct str sub, sid, client_id;
};

/* Reads one of our own ID tokens, which may have expired: ERR_CRYPTO, ERR_DENIED, ERR_SYNTAX, ...
 * for anything else. */
MUST_USE enum err hint_read(struct request *rq, struct str text, struct hint *out);

#endif
