/*
 * fuzz_wire - messages to the writer
 * SPDX-License-Identifier: ISC
 */
#include "store/wire.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

/* What is taken for a message is the one that its parts make, and its batch can be looked at. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_bytes(data, size);
	unsigned char head[WIRE_HEAD_MAX];
	struct wire w;
	enum err e;
	size_t n;

	if (wire_parse(in, &w) != OK)
		return 0;
	n = wire_head(&w, head);
	must(n + w.ops.n == in.n, "the parts are the whole");
	must(str_eq(str_bytes(head, n), str_bytes(in.p, n)), "the head is the same");
	e = batch_check(w.ops, "GS");
	must(e == OK || e == ERR_SYNTAX || e == ERR_DENIED || e == ERR_RANGE,
		"a batch is good or not");
	if (e != OK)
		return 0;
	e = batch_check_chain(w.ops, true);
	must(e == OK || e == ERR_DENIED, "it leaves a record or not");
	return 0;
}
