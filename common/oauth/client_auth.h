/*
 * client_auth - who is calling: client authentication (RFC 6749 2.3, OpenID Connect Core 9)
 * SPDX-License-Identifier: ISC
 */
#ifndef OAUTH_CLIENT_AUTH_H
#define OAUTH_CLIENT_AUTH_H

#include "model/client.h"
#include "model/resource.h"
#include "oauth/error.h"

/* What the caller showed. */
struct credentials {
	enum client_auth_method method; /* CLIENT_AUTH_NONE: only a client_id, or nothing */
	struct str id, secret;
};

/* An API or a client that calls introspection or revocation. */
struct caller {
	struct str id;
	const struct client *client; /* one of the two */
	const struct resource *resource;
};

/* Reads HTTP Basic (both parts form-encoded, RFC 6749 2.3.1) or client_id and client_secret of the
 * form. ERR_REFUSED: malformed, or two methods at once. */
MUST_USE enum err credentials_read(
	struct request *rq, struct str form_id, struct str form_secret, struct credentials *out);

/* For fuzzing: the value after "Basic ". ERR_SYNTAX. */
MUST_USE enum err credentials_basic(struct arena *a, struct str text, struct credentials *out);

/* Authenticates a client by its registered method and sets rq->client, or refuses: invalid_client,
 * or 429 after too many wrong secrets. */
MUST_USE enum err
client_authenticate(struct request *rq, struct str form_id, struct str form_secret);

/* The same for callers that may be an API or a client, and not a public client; sets rq->caller. */
MUST_USE enum err
caller_authenticate(struct request *rq, struct str form_id, struct str form_secret);

/* The names of the methods for discovery, in the order of the enum, NULL at the end; callers' begin
 * with the second. */
extern const char *const client_auth_names[];

#endif
