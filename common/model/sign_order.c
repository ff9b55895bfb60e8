/*
 * sign_order - what is asked of the signer process, and its answer
 * SPDX-License-Identifier: ISC
 */
#include "model/sign_order.h"

#include <string.h>

#include "store/wire.h"

enum {
	FORMAT = 1
};

/* In a packet, where the two sides may be of different versions for a while: new ones go to the
 * end. */
static const enum sign_purpose purposes[] = { SIGN_ID_TOKEN, SIGN_ACCESS_TOKEN };
static const enum alg algs[] = { ALG_RS256, ALG_PS256, ALG_ES256, ALG_EDDSA };

static unsigned char
number_of_purpose(enum sign_purpose purpose)
{
	size_t i;

	for (i = 0; i < COUNT(purposes); i++)
		if (purposes[i] == purpose)
			return (unsigned char)i;
	bug("a purpose without a number");
}

static unsigned char
number_of_alg(enum alg alg)
{
	size_t i;

	for (i = 0; i < COUNT(algs); i++)
		if (algs[i] == alg)
			return (unsigned char)i;
	bug("an algorithm without a number");
}

size_t
sign_order_head(const struct sign_order *o, unsigned char head[SIGN_HEAD_MAX])
{
	if (o->name.n == 0 || o->name.n >= STORE_NAME_MAX)
		bug("an order for a name of %zu bytes", o->name.n);
	head[0] = FORMAT;
	head[1] = number_of_purpose(o->purpose);
	head[2] = number_of_alg(o->alg);
	head[3] = (unsigned char)o->name.n;
	memcpy(head + 4, o->name.p, o->name.n);
	return 4 + o->name.n;
}

enum err
sign_order_parse(struct str packet, struct sign_order *out)
{
	struct str head;
	enum err e;

	e = str_take(&packet, 4, &head);
	if (e != OK)
		return e;
	if (head.p[0] != FORMAT || (unsigned char)head.p[1] >= COUNT(purposes) ||
		(unsigned char)head.p[2] >= COUNT(algs))
		return ERR_UNSUPPORTED;
	out->purpose = purposes[(unsigned char)head.p[1]];
	out->alg = algs[(unsigned char)head.p[2]];
	e = str_take(&packet, (unsigned char)head.p[3], &out->name);
	if (e != OK)
		return e;
	if (out->name.n == 0 || out->name.n >= STORE_NAME_MAX)
		return ERR_SYNTAX;
	out->claims = packet;
	return packet.n > SIGN_CLAIMS_MAX ? ERR_RANGE : OK;
}

enum err
sign_order_ask(struct call *signer, struct arena *a, const struct sign_order *o, struct str *token)
{
	unsigned char head[SIGN_HEAD_MAX];
	char *answer = arena_alloc(a, SIGN_ANSWER_MAX);
	struct str parts[2];
	size_t n;
	enum err e;

	if (o->claims.n > SIGN_CLAIMS_MAX)
		return ERR_RANGE;
	parts[0] = str_bytes(head, sign_order_head(o, head));
	parts[1] = o->claims;
	e = call_ask(signer, parts, COUNT(parts), answer, SIGN_ANSWER_MAX, &n);
	if (e != OK)
		return e;
	e = wire_err((unsigned char)answer[0]);
	*token = str_bytes(answer + 1, n - 1);
	return e == OK && token->n == 0 ? ERR_SYSTEM : e;
}

struct str
sign_order_answer(struct arena *a, enum err e, struct str token)
{
	struct buf b;

	buf_init(&b, a, SIGN_ANSWER_MAX);
	buf_byte(&b, wire_status(e));
	if (e == OK)
		buf_add(&b, token);
	if (b.full)
		return sign_order_answer(a, ERR_RANGE, (struct str){ 0 });
	return buf_str(&b);
}
