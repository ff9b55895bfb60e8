/*
 * token - a reference access token, and a JWT access token that was revoked on its own
 * SPDX-License-Identifier: ISC
 */
#ifndef SCHEMA_TOKEN_H
#define SCHEMA_TOKEN_H

#include "base/field.h"

struct token {
	struct str grant; /* id; empty for client credentials */
	struct str client_id, sub, sid;
	struct strs scope, aud;
	struct str jti;
	int64_t auth_time, issued, expires;
};

extern const struct record record_token;

#endif
