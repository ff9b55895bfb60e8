/*
 * fuzz_sign_order - orders to the signer
 * SPDX-License-Identifier: ISC
 */
#include "model/sign_order.h"

#include "tests/fuzz/fuzz.h"

/* What is taken for an order is the one that its parts make. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_bytes(data, size);
	unsigned char head[SIGN_HEAD_MAX];
	struct sign_order o;
	size_t n;

	if (sign_order_parse(in, &o) != OK)
		return 0;
	must(o.purpose < SIGN__MAX && o.alg < ALG__MAX, "purpose and algorithm are known");
	must(o.claims.n <= SIGN_CLAIMS_MAX, "the claims are bounded");
	n = sign_order_head(&o, head);
	must(n + o.claims.n == in.n, "the parts are the whole");
	must(str_eq(str_bytes(head, n), str_bytes(in.p, n)), "the head is the same");
	return 0;
}
