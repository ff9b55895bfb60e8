/*
 * batch - a state change as bytes
 * SPDX-License-Identifier: ISC
 *
 * Each operation is a kind byte, the key's length (4 bytes, big-endian) and
 * the key; then a guard has the version (8 bytes), a put the value's length
 * (4 bytes) and the value. A note has its payload in place of the key.
 */
#include "store/batch.h"

#include <string.h>

#include "store/key.h"

void
batch_init(struct batch *b, struct arena *a)
{
	buf_init(&b->ops, a, BATCH_MAX);
	b->n = b->notes = 0;
}

/* A key begins with a class byte, which is never NUL. */
static bool
is_key(struct str key)
{
	return key.n > 0 && key.n <= KEY_MAX_LEN && key.p[0] != '\0';
}

/* A key that cannot be stored makes the batch one that cannot be committed (ERR_RANGE). */
static void
add(struct batch *b, enum batch_kind kind, struct str key)
{
	if (!is_key(key))
		b->ops.full = true;
	buf_byte(&b->ops, (unsigned char)kind);
	buf_u32(&b->ops, (uint32_t)key.n);
	buf_add(&b->ops, key);
	b->n++;
}

void
batch_guard(struct batch *b, struct str key, uint64_t version)
{
	add(b, BATCH_GUARD, key);
	buf_u64(&b->ops, version);
}

void
batch_put(struct batch *b, struct str key, struct str value)
{
	add(b, BATCH_PUT, key);
	if (value.n > BATCH_MAX)
		b->ops.full = true;
	buf_u32(&b->ops, (uint32_t)value.n);
	buf_add(&b->ops, value);
}

void
batch_del(struct batch *b, struct str key)
{
	add(b, BATCH_DEL, key);
}

void
batch_note(struct batch *b, struct str payload)
{
	if (payload.n == 0 || payload.n > NOTE_MAX || ++b->notes > NOTES_MAX)
		b->ops.full = true;
	buf_byte(&b->ops, BATCH_NOTE);
	buf_u32(&b->ops, (uint32_t)payload.n);
	buf_add(&b->ops, payload);
}

static enum err
take_span(struct str *ops, struct str *out)
{
	uint32_t n;
	enum err e;

	e = str_take_u32(ops, &n);
	return e != OK ? e : str_take(ops, n, out);
}

static enum err
take_note(struct str *ops, struct str *out)
{
	enum err e = take_span(ops, out);

	return e == OK && (out->n == 0 || out->n > NOTE_MAX) ? ERR_SYNTAX : e;
}

enum err
batch_next(struct str *ops, struct batch_op *op)
{
	struct str kind;
	enum err e;

	if (ops->n == 0)
		return ERR_NOTFOUND;
	*op = (struct batch_op){ 0 };
	e = str_take(ops, 1, &kind);
	if (e != OK)
		return e;
	op->kind = (enum batch_kind)(unsigned char)kind.p[0];
	if (op->kind == BATCH_NOTE)
		return take_note(ops, &op->value);
	e = take_span(ops, &op->key);
	if (e != OK)
		return e;
	if (!is_key(op->key))
		return ERR_SYNTAX;
	switch (op->kind) {
	case BATCH_GUARD:
		return str_take_u64(ops, &op->version);
	case BATCH_PUT:
		return take_span(ops, &op->value);
	case BATCH_DEL:
		return OK;
	default:
		return ERR_SYNTAX;
	}
}

static bool
is_change(const struct batch_op *op)
{
	return op->kind == BATCH_PUT || op->kind == BATCH_DEL;
}

/* A class byte is never NUL. */
static bool
is_allowed(const struct batch_op *op, const char *writes)
{
	return !is_change(op) || writes == NULL || strchr(writes, op->key.p[0]) != NULL;
}

enum err
batch_check(struct str ops, const char *writes)
{
	bool allowed = true;
	struct batch_op op;
	size_t notes = 0;
	enum err e;

	if (ops.n > BATCH_MAX)
		return ERR_RANGE;
	while ((e = batch_next(&ops, &op)) == OK) {
		if (!is_allowed(&op, writes))
			allowed = false;
		notes += op.kind == BATCH_NOTE;
	}
	if (e != ERR_NOTFOUND)
		return e;
	if (notes > NOTES_MAX)
		return ERR_RANGE;
	return allowed ? OK : ERR_DENIED;
}

/* The head is put by who begins the chain, guarded by its absence, and then by the chain alone. */
static bool
is_begun(struct str ops, struct str head)
{
	struct batch_op op;

	while (batch_next(&ops, &op) == OK)
		if (op.kind == BATCH_GUARD && op.version == 0 && str_eq(op.key, head))
			return true;
	return false;
}

static bool
breaks_chain(struct str ops, const struct batch_op *op)
{
	switch ((enum key_class)op->key.p[0]) {
	case KEY_AUDIT:
		return true;
	case KEY_CHAIN:
		return op->kind == BATCH_DEL || (op->key.n == 1 && !is_begun(ops, op->key));
	default:
		return false;
	}
}

enum err
batch_check_chain(struct str ops, bool chained)
{
	size_t notes = 0, changes = 0;
	struct str rest = ops;
	struct batch_op op;

	while (batch_next(&rest, &op) == OK) {
		notes += op.kind == BATCH_NOTE;
		if (!is_change(&op))
			continue;
		changes += op.key.p[0] != KEY_APPLIED;
		if (chained && breaks_chain(ops, &op))
			return ERR_DENIED;
	}
	if (!chained)
		return notes == 0 ? OK : ERR_DENIED;
	return (changes > 0) == (notes > 0) ? OK : ERR_DENIED;
}
