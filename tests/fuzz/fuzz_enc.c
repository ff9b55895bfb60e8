/*
 * fuzz_enc - each value has one spelling, each spelling one value
 * SPDX-License-Identifier: ISC
 */
#include "base/enc.h"

#include "tests/fuzz/fuzz.h"

struct codec {
	struct str (*enc)(struct arena *, struct str);
	enum err (*dec)(struct arena *, struct str, struct str *);
};

static const struct codec codecs[] = {
	{ enc_b64url, dec_b64url },
	{ enc_b64, dec_b64 },
	{ enc_hex, dec_hex },
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(ARENA_CEILING);
	struct str in = str_bytes(data, size), out;
	const struct codec *c;

	for (c = codecs; size <= 1 << 14 && c < codecs + COUNT(codecs); c++) {
		if (c->dec(a, in, &out) == OK)
			must(str_eq(c->enc(a, out), in), "one spelling");
		must(c->dec(a, c->enc(a, in), &out) == OK, "what is encoded can be decoded");
		must(str_eq(out, in), "to the same");
	}
	arena_free(a);
	return 0;
}
