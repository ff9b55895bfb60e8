/*
 * client - the field tables of a client and its secrets (RFC 7591 section 2)
 * SPDX-License-Identifier: ISC
 */
#include "schema/client.h"

#include "schema/check.h"

#define YEAR ((int64_t)365 * 86400)

const char *const client_alg_names[] = { "default", "RS256", "PS256", "ES256", "EdDSA", NULL };

/* In the order of the enums of client.h. */
static const char *const auth_methods[] = { "none", "client_secret_basic", "client_secret_post",
	NULL };
static const char *const access_token_types[] = { "jwt", "reference", NULL };
static const char *const refresh_usages[] = { "rotate", "reuse", NULL };
static const char *const refresh_expirations[] = { "absolute", "sliding", NULL };

#define AT(member) .offset = offsetof(struct client_secret, member)

/* clang-format off */
static const struct field secret_fields[] = {
	{ .name = "hash", .tag = 1, .type = FIELD_BYTES,
	  .flags = FIELD_REQUIRED | FIELD_SECRET | FIELD_FIXED, AT(hash), .min = 32, .max = 32,
	  .help = "SHA-256 of the secret" },
	{ .name = "created", .tag = 2, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(created),
	  .help = "when it was made" },
	{ .name = "expires", .tag = 3, .type = FIELD_TIME, AT(expires),
	  .help = "when it ends; empty: never" },
	{ .name = "label", .tag = 4, .type = FIELD_STR, AT(label), .max = 100,
	  .help = "a note that tells it from others" },
};
/* clang-format on */

const struct record record_client_secret = { "client_secret", 1, sizeof(struct client_secret),
	secret_fields, COUNT(secret_fields) };

#undef AT
#define AT(member) .offset = offsetof(struct client, member)

/* clang-format off */
static const struct field fields[] = {
	{ .name = "client_id", .tag = 1, .type = FIELD_STR, .flags = FIELD_REQUIRED | FIELD_FIXED,
	  AT(client_id), .max = 128, .check = check_word,
	  .help = "name under which the client asks; printable, no blanks" },
	{ .name = "enabled", .tag = 2, .type = FIELD_BOOL, AT(enabled), .value = "true",
	  .help = "whether it is let in; its tokens end when it is not" },
	{ .name = "client_name", .tag = 3, .type = FIELD_STR, AT(client_name), .max = 200,
	  .help = "what pages call it; empty shows the client_id" },
	{ .name = "client_uri", .tag = 4, .type = FIELD_STR, AT(client_uri), .check = check_page,
	  .help = "its home page, linked from the consent page" },
	{ .name = "logo_uri", .tag = 5, .type = FIELD_STR, AT(logo_uri), .check = check_page,
	  .help = "address of its logo" },
	{ .name = "policy_uri", .tag = 6, .type = FIELD_STR, AT(policy_uri), .check = check_page,
	  .help = "page about what it does with data about users, linked from the consent page" },
	{ .name = "tos_uri", .tag = 7, .type = FIELD_STR, AT(tos_uri), .check = check_page,
	  .help = "its terms of service, linked from the consent page" },
	{ .name = "token_endpoint_auth_method", .tag = 8, .type = FIELD_CHOICE,
	  AT(token_endpoint_auth_method), .value = "client_secret_basic", .choices = auth_methods,
	  .help = "how it proves who it is; none: a public client, which has no secret" },
	{ .name = "secrets", .tag = 9, .type = FIELD_LIST, AT(secrets), .max = 8,
	  .record = &record_client_secret,
	  .help = "its secrets, any of which will do, so that they can be exchanged in peace" },
	{ .name = "grant_types", .tag = 10, .type = FIELD_STRS, AT(grant_types),
	  .value = "authorization_code", .max = 8, .check = check_grant_type,
	  .help = "grants it may use: authorization_code, refresh_token, client_credentials" },
	{ .name = "redirect_uris", .tag = 11, .type = FIELD_STRS, AT(redirect_uris), .max = 64,
	  .check = check_redirect,
	  .help = "where users are sent back to; compared byte for byte, but for the port of "
		  "http://127.0.0.1, http://[::1] and http://localhost" },
	{ .name = "post_logout_redirect_uris", .tag = 12, .type = FIELD_STRS,
	  AT(post_logout_redirect_uris), .max = 64, .check = check_redirect,
	  .help = "where users may be sent after they signed out" },
	{ .name = "scope", .tag = 13, .type = FIELD_STRS, AT(scope), .max = 64,
	  .check = check_scope, .help = "scopes it may ask for" },
	{ .name = "allowed_cors_origins", .tag = 14, .type = FIELD_STRS, AT(allowed_cors_origins),
	  .max = 64, .check = check_origin,
	  .help = "origins from which browsers may call it as this client, such as "
		  "https://app.example" },
	{ .name = "require_pkce", .tag = 15, .type = FIELD_BOOL, AT(require_pkce), .value = "true",
	  .help = "whether it must use PKCE (RFC 7636), always by S256" },
	{ .name = "require_consent", .tag = 16, .type = FIELD_BOOL, AT(require_consent),
	  .help = "whether users are asked what it may have" },
	{ .name = "allow_remember_consent", .tag = 17, .type = FIELD_BOOL,
	  AT(allow_remember_consent), .value = "true",
	  .help = "whether users can have their answer remembered" },
	{ .name = "consent_lifetime", .tag = 18, .type = FIELD_SPAN, AT(consent_lifetime),
	  .max = 10 * YEAR, .help = "how long a remembered answer lasts; 0: no end" },
	{ .name = "user_sso_lifetime", .tag = 19, .type = FIELD_SPAN, AT(user_sso_lifetime),
	  .max = YEAR,
	  .help = "how old a sign-in may be before users have to sign in again; 0: no limit" },
	{ .name = "authorization_code_lifetime", .tag = 20, .type = FIELD_SPAN,
	  AT(authorization_code_lifetime), .value = "60", .min = 1, .max = 600,
	  .help = "how long a code can be redeemed" },
	{ .name = "access_token_lifetime", .tag = 21, .type = FIELD_SPAN,
	  AT(access_token_lifetime), .value = "1h", .min = 1, .max = YEAR,
	  .help = "how long an access token lasts" },
	{ .name = "identity_token_lifetime", .tag = 22, .type = FIELD_SPAN,
	  AT(identity_token_lifetime), .value = "5m", .min = 1, .max = YEAR,
	  .help = "how long an ID token lasts" },
	{ .name = "access_token_type", .tag = 23, .type = FIELD_CHOICE, AT(access_token_type),
	  .value = "jwt", .choices = access_token_types,
	  .help = "jwt: signed, APIs can read it themselves; reference: APIs have to introspect" },
	{ .name = "access_token_alg", .tag = 24, .type = FIELD_CHOICE, AT(access_token_alg),
	  .value = "default", .choices = client_alg_names,
	  .help = "what signs its access tokens; default: what the authority says" },
	{ .name = "id_token_signed_response_alg", .tag = 25, .type = FIELD_CHOICE,
	  AT(id_token_signed_response_alg), .value = "default", .choices = client_alg_names,
	  .help = "what signs its ID tokens; default: what the authority says" },
	{ .name = "refresh_token_usage", .tag = 26, .type = FIELD_CHOICE, AT(refresh_token_usage),
	  .value = "rotate", .choices = refresh_usages,
	  .help = "rotate: each use gives a new refresh token; reuse: it stays the same" },
	{ .name = "refresh_token_expiration", .tag = 27, .type = FIELD_CHOICE,
	  AT(refresh_token_expiration), .value = "absolute", .choices = refresh_expirations,
	  .help = "absolute: it ends at a fixed time; sliding: each use puts the end off" },
	{ .name = "absolute_refresh_token_lifetime", .tag = 28, .type = FIELD_SPAN,
	  AT(absolute_refresh_token_lifetime), .value = "30d", .max = 10 * YEAR,
	  .help = "time from the authorization after which no refresh token works; 0: no end" },
	{ .name = "sliding_refresh_token_lifetime", .tag = 29, .type = FIELD_SPAN,
	  AT(sliding_refresh_token_lifetime), .value = "15d", .min = 1, .max = 10 * YEAR,
	  .help = "how long a sliding refresh token may lie unused" },
	{ .name = "refresh_token_grace", .tag = 30, .type = FIELD_SPAN, AT(refresh_token_grace),
	  .value = "10", .max = 300,
	  .help = "how long a refresh token that was just exchanged is answered again, for lost "
		  "answers and parallel use" },
	{ .name = "created", .tag = 31, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(created),
	  .help = "when it was made" },
	{ .name = "updated", .tag = 32, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(updated),
	  .help = "when it was last changed" },
};
/* clang-format on */

const struct record record_client = { "client", 1, sizeof(struct client), fields, COUNT(fields) };
