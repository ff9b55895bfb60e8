/*
 * transfer - the kinds of records that export writes and import reads
 * SPDX-License-Identifier: ISC
 *
 * A section that refers to another follows it. Sessions, grants and tokens
 * stay: what was handed out names the old issuer.
 */
#include "admin/transfer.h"

#include "jose/jwk.h"
#include "model/client.h"
#include "model/consent.h"
#include "model/resource.h"
#include "model/user.h"

/* Those without an index are named by a text, the first member of their struct. */
static enum err
add_named(struct batch *b, struct arena *a, const struct record *rec, enum key_class class,
	const void *base, const char **why)
{
	const struct field *which;

	*why = NULL;
	if (field_check_all(rec, base, &which) != OK) {
		*why = which->help;
		return ERR_RANGE;
	}
	return record_put(b, a, rec, key_text(a, class, *(const struct str *)base), base, 0);
}

static enum err
add_scope(struct batch *b, struct arena *a, const void *base, const char **why)
{
	return add_named(b, a, &record_scope, KEY_SCOPE, base, why);
}

static enum err
add_resource(struct batch *b, struct arena *a, const void *base, const char **why)
{
	return add_named(b, a, &record_resource, KEY_RESOURCE, base, why);
}

static enum err
add_client(struct batch *b, struct arena *a, const void *base, const char **why)
{
	return client_add(b, a, base, why);
}

static enum err
add_user(struct batch *b, struct arena *a, const void *base, const char **why)
{
	return user_add(b, a, base, why);
}

static enum err
add_consent(struct batch *b, struct arena *a, const void *base, const char **why)
{
	const struct field *which;

	*why = NULL;
	if (field_check_all(&record_consent, base, &which) != OK) {
		*why = which->help;
		return ERR_RANGE;
	}
	return consent_put(b, a, base, 0);
}

/* What is here is published as it is, so it must be public. */
static enum err
add_key(struct batch *b, struct arena *a, const void *base, const char **why)
{
	const struct signing_key *k = base;
	struct jwk *jwk;

	*why = "its jwk must be the public key of that kid and alg";
	if (jwk_parse(a, k->jwk, &jwk) != OK)
		return ERR_RANGE;
	arena_defer(a, jwk_defer, jwk);
	if (jwk_is_private(jwk) || !str_eq(jwk_kid(jwk), k->kid) ||
		!jwk_fits(jwk, (enum alg)k->alg))
		return ERR_RANGE;
	return add_named(b, a, &record_key, KEY_KEY, base, why);
}

const struct section sections[] = {
	{ "scopes", KEY_SCOPE, &record_scope, add_scope },
	{ "resources", KEY_RESOURCE, &record_resource, add_resource },
	{ "clients", KEY_CLIENT, &record_client, add_client },
	{ "users", KEY_USER, &record_user, add_user },
	{ "consents", KEY_CONSENT, &record_consent, add_consent },
	{ "keys", KEY_KEY, &record_key, add_key },
	{ 0 },
};

#define AT(member) .offset = offsetof(struct carried_key, member)

/* clang-format off */
static const struct field fields[] = {
	{ .name = "kid", .tag = 1, .type = FIELD_STR, .flags = FIELD_REQUIRED, AT(kid), .max = 128,
	  .help = "identifier of the key" },
	{ .name = "sealed", .tag = 2, .type = FIELD_BYTES, .flags = FIELD_SECRET, AT(sealed),
	  .max = 16384, .help = "the key, sealed under the master key" },
	{ .name = "jwk", .tag = 3, .type = FIELD_JSON, .flags = FIELD_SECRET, AT(jwk), .max = 16384,
	  .help = "the key as JWK (RFC 7517)" },
};
/* clang-format on */

const struct record record_carried_key = { "private_key", 1, sizeof(struct carried_key), fields,
	COUNT(fields) };
