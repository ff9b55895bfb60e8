/*
 * fuzz_chain - any bytes as a row of the audit chain: length and bytes of the key, and the value;
 * behind a length of 255 as its head
 * SPDX-License-Identifier: ISC
 */
#include "model/audit.h"

#include "tests/fuzz/fuzz.h"

static void
try_head(struct str in)
{
	unsigned char again[CHAIN_HEAD_LEN];
	struct chain_head head;

	if (chain_head_parse(in, &head) != OK)
		return;
	must(head.first >= 1 && head.first - 1 <= head.last, "the chain has ends");
	chain_head_write(&head, again);
	must(str_eq(in, str_bytes(again, sizeof(again))), "the head is the same");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_bytes(data, size), length;
	struct store_row stored = { .version = 1 };
	struct audit_row row;
	static struct arena *a;

	if (a == NULL)
		a = arena_new(ARENA_CEILING);
	if (str_take(&in, 1, &length) != OK)
		return 0;
	if ((unsigned char)length.p[0] == 255)
		try_head(in);
	if (str_take(&in, (unsigned char)length.p[0], &stored.key) != OK)
		return 0;
	stored.value = in;
	if (audit_read(a, &stored, &row) == OK) {
		must(row.row.mac.n == HASH_LEN, "there is a MAC");
		must(row.row.signed_.n + HASH_LEN == stored.value.n, "the parts are the whole");
		must(row.row.program.n <= CHAIN_PROGRAM_MAX, "the program has a name of ours");
		must(row.row.time >= 0, "there is a time");
		must(row.audit.event >= 0 && row.audit.event < AUDIT_EVENT__MAX,
			"the event has a name");
		must(str_eq(chain_key(a, row.row.sequence), stored.key), "the key is the same");
	}
	arena_reset(a);
	return 0;
}
