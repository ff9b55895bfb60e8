/*
 * fuzz_batch - any bytes as an encoded batch; what is taken must be made of the same operations
 * again SPDX-License-Identifier: ISC
 */
#include "store/batch.h"

#include "tests/fuzz/fuzz.h"

static void
add(struct batch *b, const struct batch_op *op)
{
	switch (op->kind) {
	case BATCH_GUARD:
		batch_guard(b, op->key, op->version);
		break;
	case BATCH_PUT:
		batch_put(b, op->key, op->value);
		break;
	case BATCH_DEL:
		batch_del(b, op->key);
		break;
	case BATCH_NOTE:
		batch_note(b, op->value);
		break;
	default:
		must(false, "an operation is of a kind");
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_bytes(data, size), rest = in, again;
	static struct arena *a;
	struct batch_op op;
	struct batch b;
	enum err e;

	if (a == NULL)
		a = arena_new(ARENA_CEILING);
	if (size > BATCH_MAX)
		return 0;
	batch_init(&b, a);
	while ((e = batch_next(&rest, &op)) == OK)
		add(&b, &op);
	if (e == ERR_NOTFOUND && b.notes <= NOTES_MAX) {
		must(buf_end(&b.ops, &again) == OK, "what was a batch fits one");
		must(str_eq(in, again), "it is the same");
	}
	arena_reset(a);
	return 0;
}
