/*
 * key - makes keys
 * SPDX-License-Identifier: ISC
 */
#include "store/key.h"

#include <string.h>

#define HOUR 3600

uint32_t
key_hour_after(int64_t time)
{
	if (time <= 0 || time / HOUR >= KEY_NEVER - 1)
		return KEY_NEVER;
	return (uint32_t)(time / HOUR + 1);
}

/* A key of the class and `n` more bytes, which begin at *p. */
static struct str
make(struct arena *a, enum key_class c, size_t n, char **p)
{
	char *key;

	key = arena_alloc(a, n + 1);
	key[0] = (char)c;
	*p = key + 1;
	return str_bytes(key, n + 1);
}

static char *
add(char *p, struct str s)
{
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return p + s.n;
}

struct str
key_class(struct arena *a, enum key_class c)
{
	char *p;

	return make(a, c, 0, &p);
}

struct str
key_text(struct arena *a, enum key_class c, struct str text)
{
	struct str key;
	char *p;

	key = make(a, c, text.n, &p);
	add(p, text);
	return key;
}

struct str
key_pair(struct arena *a, enum key_class c, struct str first, struct str second)
{
	struct str key;
	char *p;

	key = make(a, c, first.n + 1 + second.n, &p);
	p = add(p, first);
	*p++ = '\0';
	add(p, second);
	return key;
}

struct str
key_hour(struct arena *a, enum key_class c, uint32_t hour, struct str bytes)
{
	struct str key;
	char *p;
	int i;

	key = make(a, c, 4 + bytes.n, &p);
	for (i = 24; i >= 0; i -= 8)
		*p++ = (char)(hour >> i);
	add(p, bytes);
	return key;
}

const char *
key_class_name(char c)
{
	static const char *const names[] = {
		[KEY_AUTHORITY] = "settings",
		[KEY_CLIENT] = "clients",
		[KEY_RESOURCE] = "resources",
		[KEY_SCOPE] = "scopes",
		[KEY_USER] = "users",
		[KEY_USERNAME] = "user names",
		[KEY_ORIGIN] = "origins",
		[KEY_CONSENT] = "consents",
		[KEY_KEY] = "keys",
		[KEY_SESSION] = "sessions",
		[KEY_GRANT] = "grants",
		[KEY_TOKEN] = "reference tokens",
		[KEY_DENIED] = "revoked tokens",
		[KEY_APPLIED] = "applied batches",
		[KEY_AUDIT] = "audit records",
		[KEY_CHAIN] = "the audit chain",
		[KEY_PRIVATE] = "private keys",
		[KEY_ISSUER] = "issuers",
	};
	unsigned char at = (unsigned char)c;

	return at < COUNT(names) ? names[at] : NULL;
}
