/*
 * remote - commits through the writer process
 * SPDX-License-Identifier: ISC
 */
#include "store/remote.h"

#include "base/call.h"
#include "base/secret.h"
#include "store/wire.h"

enum err
remote_commit(struct call *writer, struct str name, bool is_volatile, struct str ops)
{
	unsigned char id[COMMIT_ID_LEN] = { 0 }, head[WIRE_HEAD_MAX];
	struct wire w = { str_bytes(id, sizeof(id)), name, ops, is_volatile };
	struct str parts[2];
	size_t n;
	char status;
	enum err e;

	if (ops.n > WIRE_OPS_MAX)
		return ERR_RANGE;
	secret_random(id, sizeof(id));
	parts[0] = str_bytes(head, wire_head(&w, head));
	parts[1] = ops;
	e = call_ask(writer, parts, COUNT(parts), &status, sizeof(status), &n);
	return e == OK ? wire_err((unsigned char)status) : e;
}
