/*
 * meddle - changes the audit chain of an authority as somebody could who has taken over its store
 * SPDX-License-Identifier: ISC
 *
 * For tests: meddle DIRECTORY change|spoil|remove|cut SEQUENCE, or `stray`, or `keep` and `back`,
 * which put the head aside in a row of their own and back again.
 */
#include <stdlib.h>

#include "store/chain.h"
#include "store/commit.h"

static struct arena *a;
static struct store *s;

static void
must(enum err e, const char *what)
{
	if (e != OK)
		fatal("%s: %s", what, err_text(e));
}

static struct str
get(struct str key)
{
	struct str value;

	must(store_get(s, a, key, &value, NULL), "get");
	return value;
}

static void
change(struct batch *b, uint64_t sequence)
{
	struct str key = chain_key(a, sequence), value = get(key);
	char *p = arena_z(a, value);

	p[value.n / 2] ^= 1;
	batch_put(b, key, str_bytes(p, value.n));
}

static void
spoil(struct batch *b, uint64_t sequence)
{
	batch_put(b, chain_key(a, sequence), STR("spoilt"));
}

static void
remove_one(struct batch *b, uint64_t sequence)
{
	batch_del(b, chain_key(a, sequence));
}

static void
cut(struct batch *b, uint64_t sequence)
{
	struct chain_head head;

	must(chain_head_get(s, a, &head), "head");
	for (; sequence <= head.last; sequence++)
		remove_one(b, sequence);
}

/* A row among the records whose key is none of theirs. */
static void
stray(struct batch *b, uint64_t sequence)
{
	(void)sequence;
	batch_put(b, STR("L\377"), STR("x"));
}

static void
keep(struct batch *b, uint64_t sequence)
{
	(void)sequence;
	batch_put(b, STR("Zhead"), get(STR("H")));
}

static void
back(struct batch *b, uint64_t sequence)
{
	(void)sequence;
	batch_put(b, STR("H"), get(STR("Zhead")));
	batch_del(b, STR("Zhead"));
}

static const struct {
	const char *name;
	void (*fn)(struct batch *b, uint64_t sequence);
} ways[] = {
	{ "change", change },
	{ "spoil", spoil },
	{ "remove", remove_one },
	{ "cut", cut },
	{ "stray", stray },
	{ "keep", keep },
	{ "back", back },
};

int
main(int argc, char **argv)
{
	struct store_options options = { .flags = 0 };
	int64_t sequence = 0;
	struct batch b;
	size_t i;

	if (argc < 3)
		fatal("usage: meddle DIRECTORY WAY [SEQUENCE]");
	secret_init();
	a = arena_new(ARENA_CEILING);
	must(argc < 4 ? OK : str_int(str_of(argv[3]), &sequence), "sequence");
	must(store_open(argv[1], &options, &s), "open");
	batch_init(&b, a);
	for (i = 0; i < COUNT(ways); i++)
		if (str_eqz(str_of(argv[2]), ways[i].name))
			ways[i].fn(&b, (uint64_t)sequence);
	must(b.n == 0 ? ERR_NOTFOUND : store_commit(s, &b), "commit");
	store_close(s);
	arena_free(a);
	return 0;
}
