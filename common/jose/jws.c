/*
 * jws - JWS compact serialisation (RFC 7515 section 7.1)
 * SPDX-License-Identifier: ISC
 */
#include "jose/jws.h"

#include "base/enc.h"
#include "data/json.h"

#define HEADER_MAX 2048 /* bytes of a header that is written */

/* A text member of the header; empty when absent. */
static enum err
get_text(const struct js *header, const char *name, struct str *out)
{
	enum err e;

	*out = STR("");
	e = js_get_str(header, name, out);
	if (e == OK || e == ERR_NOTFOUND)
		return OK;
	return ERR_SYNTAX;
}

static enum err
parse_header(struct arena *a, struct str text, struct jws *out)
{
	struct str json, name;
	enum err e;

	e = dec_b64url(a, text, &json);
	if (e != OK)
		return e;
	e = js_parse(a, json, &out->header); /* refuses repeated members: section 4 */
	if (e != OK)
		return e;
	if (js_type(out->header) != JS_OBJECT)
		return ERR_SYNTAX;
	/* We understand no extension, so whatever is critical is too much (section 4.1.11), and a
	 * payload that is not encoded would be read differently by others (RFC 7797 section 6). */
	if (js_get(out->header, "crit") != NULL || js_get(out->header, "b64") != NULL)
		return ERR_UNSUPPORTED;
	if (js_get_str(out->header, "alg", &name) != OK)
		return ERR_SYNTAX;
	e = alg_find(name, &out->alg);
	if (e != OK)
		return e;
	e = get_text(out->header, "typ", &out->typ);
	if (e != OK)
		return e;
	return get_text(out->header, "kid", &out->kid);
}

enum err
jws_parse(struct arena *a, struct str token, struct jws *out)
{
	struct str header, payload, signature, rest;
	enum err e;

	if (token.n > JWS_MAX)
		return ERR_RANGE;
	if (!str_cut(token, '.', &header, &rest) || !str_cut(rest, '.', &payload, &signature))
		return ERR_SYNTAX;
	*out = (struct jws){ .input = str_bytes(token.p, header.n + 1 + payload.n) };
	e = parse_header(a, header, out);
	if (e != OK)
		return e;
	e = dec_b64url(a, payload, &out->payload);
	if (e != OK)
		return e;
	return dec_b64url(a, signature, &out->signature); /* a fourth part fails here */
}

enum err
jws_verify(const struct jws *jws, struct jwk *key)
{
	return sign_check(key, jws->alg, jws->input, jws->signature);
}

static struct str
write_header(struct jwk *key, enum alg alg, struct str typ, struct arena *a)
{
	struct str json = STR("");
	struct js_out w;
	struct buf b;

	buf_init(&b, a, HEADER_MAX);
	js_start(&w, &b);
	js_open(&w, NULL, '{');
	js_put_str(&w, "alg", str_of(alg_rows[alg].name));
	js_put_some(&w, "typ", typ);
	js_put_some(&w, "kid", jwk_kid(key));
	js_close(&w, '}');
	if (buf_end(&b, &json) != OK)
		bug("a header of more than %d bytes", HEADER_MAX);
	return enc_b64url(a, json);
}

enum err
jws_sign(struct jwk *key, enum alg alg, struct str typ, struct arena *a, struct str payload,
	struct str *token)
{
	struct str signature, input, second;
	struct buf b;
	enum err e;

	if (!jwk_fits(key, alg))
		return ERR_UNSUPPORTED;
	buf_init(&b, a, JWS_MAX);
	buf_add(&b, write_header(key, alg, typ, a));
	buf_byte(&b, '.');
	second = enc_b64url(a, payload);
	buf_add(&b, second);
	input = buf_str(&b);
	e = sign_bytes(key, alg, a, input, &signature);
	if (e != OK)
		return e;
	buf_byte(&b, '.');
	buf_add(&b, enc_b64url(a, signature));
	return buf_end(&b, token) == OK ? OK : ERR_RANGE;
}
