/*
 * jwk - keys and their JSON (RFC 7517, RFC 7518 section 6, RFC 8037), thumbprints (RFC 7638)
 * SPDX-License-Identifier: ISC
 */
#include "jose/jwk.h"

#include "base/enc.h"
#include "base/secret.h"
#include "data/json.h"
#include "jose/key.h"

#define JSON_MAX 16384 /* bytes of a key that is read; certificates may come along */
#define KID_MAX 256
#define PART_MAX 700 /* characters; a number of 4096 bits has 683 */
#define WRITTEN_MAX 8192

static const char *const kty_names[KEY__MAX] = {
	[KEY_RSA] = "RSA",
	[KEY_EC] = "EC",
	[KEY_OKP] = "OKP",
};

/* The curve of a type, NULL when it has none: we have one for each. */
static const char *
curve(enum key_type kty)
{
	size_t i;

	for (i = 0; i < ALG__MAX; i++)
		if (alg_rows[i].kty == kty)
			return alg_rows[i].crv;
	bug("no algorithm for key type %d", (int)kty);
}

/* A text member; empty when absent. */
static enum err
get_text(const struct js *v, const char *name, struct str *out)
{
	enum err e;

	*out = STR("");
	e = js_get_str(v, name, out);
	return e == ERR_NOTFOUND ? OK : e;
}

static enum err
parse_kty(const struct js *v, enum key_type *out)
{
	struct str kty, crv;
	const char *want;
	enum err e;
	size_t i;

	e = get_text(v, "kty", &kty);
	if (e != OK)
		return e;
	if (kty.n == 0)
		return ERR_SYNTAX; /* required, RFC 7517 section 4.1 */
	for (i = 0; i < KEY__MAX && !str_eqz(kty, kty_names[i]); i++)
		;
	if (i == KEY__MAX)
		return ERR_UNSUPPORTED;
	*out = (enum key_type)i;
	want = curve(*out);
	if (want == NULL)
		return OK;
	e = get_text(v, "crv", &crv);
	if (e != OK)
		return e;
	return str_eqz(crv, want) ? OK : ERR_UNSUPPORTED;
}

/* A key that says it is for something else is not taken (RFC 7517 sections 4.2 and 4.3). */
static enum err
parse_use(const struct js *v, struct arena *a)
{
	const struct js *list = js_get(v, "key_ops");
	struct strs ops;
	struct str use;
	enum err e;

	e = get_text(v, "use", &use);
	if (e != OK)
		return e;
	if (js_get(v, "use") != NULL && !str_eqz(use, "sig"))
		return ERR_UNSUPPORTED;
	if (list == NULL)
		return OK;
	e = js_strs(list, a, &ops);
	if (e != OK)
		return e;
	return strs_has(ops, STR("sign")) || strs_has(ops, STR("verify")) ? OK : ERR_UNSUPPORTED;
}

static enum err
parse_alg(const struct js *v, enum key_type kty, enum alg *out)
{
	struct str name;
	enum err e;

	*out = ALG__MAX;
	e = js_get_str(v, "alg", &name);
	if (e == ERR_NOTFOUND)
		return OK;
	if (e != OK)
		return e;
	e = alg_find(name, out);
	if (e != OK)
		return e;
	return alg_rows[*out].kty == kty ? OK : ERR_UNSUPPORTED;
}

static enum err
parse_part(const struct js *v, const struct key_row *row, struct arena *a, struct str *out)
{
	struct str text;
	enum err e;

	*out = STR("");
	e = js_get_str(v, row->name, &text);
	if (e == ERR_NOTFOUND)
		return OK;
	if (e != OK)
		return e;
	if (text.n > PART_MAX)
		return ERR_RANGE;
	e = dec_b64url(a, text, out);
	if (e != OK)
		return e;
	if (row->size != 0) /* all octets of the field: RFC 7518 sections 6.2.1.2 and 6.2.2.1 */
		return out->n == row->size ? OK : ERR_RANGE;
	if (out->n == 0 || out->p[0] == 0) /* the fewest octets: RFC 7518 section 2 */
		return ERR_SYNTAX;
	return OK;
}

/* All public parts, and all secret parts or none. */
static enum err
parse_parts(const struct js *v, struct arena *a, struct key_spec *spec)
{
	const struct key_row *rows = key_rows[spec->kty];
	size_t i, secrets = 0, have = 0;
	enum err e;

	for (i = 0; rows[i].name != NULL; i++) {
		e = parse_part(v, &rows[i], a, &spec->part[i]);
		if (e != OK)
			return e;
		if (!rows[i].secret && spec->part[i].n == 0)
			return ERR_SYNTAX;
		secrets += rows[i].secret;
		have += rows[i].secret && spec->part[i].n > 0;
	}
	/* RFC 7518 section 6.3.2 lets `d` stand alone, but signing without the primes is four times
	 * as slow; keys of more than two primes are rarer still. */
	if (have != 0 && have != secrets)
		return ERR_UNSUPPORTED;
	if (spec->kty == KEY_RSA && js_get(v, "oth") != NULL)
		return ERR_UNSUPPORTED;
	return OK;
}

static enum err
parse_object(const struct js *v, struct arena *a, struct key_spec *spec)
{
	enum err e;

	e = parse_kty(v, &spec->kty);
	if (e != OK)
		return e;
	e = parse_use(v, a);
	if (e != OK)
		return e;
	e = parse_alg(v, spec->kty, &spec->alg);
	if (e != OK)
		return e;
	e = get_text(v, "kid", &spec->kid);
	if (e != OK)
		return e;
	if (spec->kid.n > KID_MAX)
		return ERR_RANGE;
	return parse_parts(v, a, spec);
}

enum err
jwk_parse(struct arena *a, struct str json, struct jwk **out)
{
	struct key_spec spec = { .alg = ALG__MAX };
	const struct js *v;
	enum err e;

	if (json.n > JSON_MAX)
		return ERR_RANGE;
	e = js_parse(a, json, &v);
	if (e != OK)
		return e;
	if (js_type(v) != JS_OBJECT)
		return ERR_TYPE;
	e = parse_object(v, a, &spec);
	if (e != OK)
		return e;
	return key_make(&spec, out);
}

/* RFC 7638 section 3.2: the required members, sorted, without blanks. */
static struct str
thumbprint(const struct key_spec *spec, struct arena *a)
{
	struct str first, second, canon = STR("");

	switch (spec->kty) {
	case KEY_RSA:
		first = enc_b64url(a, spec->part[RSA_E]);
		second = enc_b64url(a, spec->part[RSA_N]);
		canon = arena_printf(a, "{\"e\":\"%.*s\",\"kty\":\"RSA\",\"n\":\"%.*s\"}",
			STR_FMT(first), STR_FMT(second));
		break;
	case KEY_EC:
		first = enc_b64url(a, spec->part[EC_X]);
		second = enc_b64url(a, spec->part[EC_Y]);
		canon = arena_printf(a,
			"{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%.*s\",\"y\":\"%.*s\"}",
			STR_FMT(first), STR_FMT(second));
		break;
	case KEY_OKP: /* RFC 8037 section 2 */
		first = enc_b64url(a, spec->part[OKP_X]);
		canon = arena_printf(
			a, "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%.*s\"}", STR_FMT(first));
		break;
	case KEY__MAX:
		bug("a key without a type");
	}
	return enc_b64url(a, hash_of(a, canon));
}

enum err
jwk_generate(enum alg alg, struct jwk **out)
{
	struct arena *a = arena_new(ARENA_CEILING);
	struct key_spec spec = { .kty = alg_rows[alg].kty, .alg = alg };
	enum err e;

	e = key_generate(&spec, a);
	if (e == OK) {
		spec.kid = thumbprint(&spec, a);
		e = key_make(&spec, out);
	}
	arena_free(a);
	return e;
}

void
jwk_defer(void *key)
{
	jwk_free(key);
}

bool
jwk_is_private(const struct jwk *key)
{
	return key->is_private;
}

bool
jwk_fits(const struct jwk *key, enum alg alg)
{
	if (alg_rows[alg].kty != key->spec.kty)
		return false;
	return key->spec.alg == ALG__MAX || key->spec.alg == alg;
}

struct str
jwk_kid(const struct jwk *key)
{
	return key->spec.kid;
}

static struct str
write_json(const struct jwk *key, enum alg alg, bool secrets, struct arena *a)
{
	const struct key_row *rows = key_rows[key->spec.kty];
	struct str out = STR("");
	struct js_out w;
	struct buf b;
	size_t i;

	buf_init(&b, a, WRITTEN_MAX);
	js_start(&w, &b);
	js_open(&w, NULL, '{');
	js_put_str(&w, "kty", str_of(kty_names[key->spec.kty]));
	js_put_some(&w, "crv", str_of(curve(key->spec.kty)));
	for (i = 0; rows[i].name != NULL; i++)
		if (secrets || !rows[i].secret)
			js_put_some(&w, rows[i].name, enc_b64url(a, key->spec.part[i]));
	js_put_some(&w, "kid", key->spec.kid);
	if (alg != ALG__MAX) {
		js_put_str(&w, "use", STR("sig"));
		js_put_str(&w, "alg", str_of(alg_rows[alg].name));
	}
	js_close(&w, '}');
	if (buf_end(&b, &out) != OK)
		bug("a key of more than %d bytes", WRITTEN_MAX);
	return out;
}

struct str
jwk_public(const struct jwk *key, enum alg alg, struct arena *a)
{
	return write_json(key, alg, false, a);
}

enum err
jwk_private(const struct jwk *key, struct arena *a, struct str *json)
{
	if (!key->is_private)
		return ERR_DENIED;
	*json = write_json(key, key->spec.alg, true, a);
	return OK;
}

struct str
jwk_thumbprint(const struct jwk *key, struct arena *a)
{
	return thumbprint(&key->spec, a);
}
