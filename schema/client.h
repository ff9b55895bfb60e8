/*
 * client - a registered client (RFC 7591 section 2 names, where it has one)
 * SPDX-License-Identifier: ISC
 */
#ifndef SCHEMA_CLIENT_H
#define SCHEMA_CLIENT_H

#include "base/field.h"

/* One of several secrets: made by us, 256 bits, so a plain hash is enough. */
struct client_secret {
	struct str hash; /* SHA-256 */
	int64_t created;
	int64_t expires; /* 0: never */
	struct str label;
};

enum client_auth_method {
	CLIENT_AUTH_NONE, /* public */
	CLIENT_AUTH_BASIC,
	CLIENT_AUTH_POST,
	CLIENT_AUTH__MAX
};

enum access_token_type {
	ACCESS_TOKEN_JWT,
	ACCESS_TOKEN_REFERENCE,
};

enum refresh_token_usage {
	REFRESH_ROTATE,
	REFRESH_REUSE,
};

enum refresh_token_expiration {
	REFRESH_ABSOLUTE,
	REFRESH_SLIDING,
};

struct client {
	struct str client_id;
	bool enabled;
	struct str client_name, client_uri, logo_uri, policy_uri, tos_uri;
	int token_endpoint_auth_method; /* enum client_auth_method */
	struct list secrets;		/* struct client_secret */
	struct strs grant_types;
	struct strs redirect_uris;
	struct strs post_logout_redirect_uris;
	struct strs scope;		  /* scopes it may ask for */
	struct strs allowed_cors_origins; /* bare origins */
	bool require_pkce;
	bool require_consent;
	bool allow_remember_consent;
	int64_t consent_lifetime;  /* seconds; 0: no end */
	int64_t user_sso_lifetime; /* seconds since sign-in; 0: no limit */
	int64_t authorization_code_lifetime;
	int64_t access_token_lifetime;
	int64_t identity_token_lifetime;
	int access_token_type;			 /* enum access_token_type */
	int access_token_alg;			 /* 0: the authority's, else enum alg + 1 */
	int id_token_signed_response_alg;	 /* the same */
	int refresh_token_usage;		 /* enum refresh_token_usage */
	int refresh_token_expiration;		 /* enum refresh_token_expiration */
	int64_t absolute_refresh_token_lifetime; /* seconds; 0: no end */
	int64_t sliding_refresh_token_lifetime;
	int64_t refresh_token_grace; /* seconds in which the previous one is answered again */
	int64_t created, updated;
};

extern const struct record record_client;
extern const struct record record_client_secret;

/* "default", then the names of enum alg: the choices of the two _alg fields above. */
extern const char *const client_alg_names[];

#endif
