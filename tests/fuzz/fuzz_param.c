/*
 * fuzz_param - any query and body: what is accepted survives being carried on as rq->canonical
 * SPDX-License-Identifier: ISC
 *
 * Input is the query, a line feed, the body.
 */
#include "http/param.h"

#include "tests/fuzz/fuzz.h"

enum {
	P_CLIENT,
	P_STATE,
	P_RESOURCE,
	P_CSRF,
	P__MAX
};

static const struct param table[P__MAX] = {
	[P_CLIENT] = { "client_id", PARAM_REQUIRED, 32, param_vschar },
	[P_STATE] = { "state", PARAM_OPTIONAL, 64, NULL },
	[P_RESOURCE] = { "resource", PARAM_MULTI, 64, param_token },
	[P_CSRF] = { "csrf", PARAM_LOCAL, 16, param_text },
};

static void
check(struct request *rq)
{
	struct request again = { .arena = rq->arena, .method = METHOD_GET };
	size_t i, k, at;

	again.query = rq->canonical;
	must(param_read(&again, table, P__MAX, &at) == OK, "can be read again");
	must(str_eq(again.canonical, rq->canonical), "canonical is canonical");
	for (i = 0; i < P_CSRF; i++) {
		must(rq->param[i].n <= table[i].max, "within its length");
		must(str_eq(rq->param[i], again.param[i]), "the same values");
	}
	must(again.param[P_CSRF].n == 0, "local ones stay here");
	must(rq->param_all[P_RESOURCE].n <= PARAM_MULTI_MAX, "not too many");
	for (k = 0; k < rq->param_all[P_RESOURCE].n; k++)
		must(str_is_token(rq->param_all[P_RESOURCE].v[k]), "each is checked");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct header form = { STR_INIT("CONTENT_TYPE"),
		STR_INIT("application/x-www-form-urlencoded") };
	struct arena *a = arena_new(ARENA_CEILING);
	struct request rq = { .arena = a, .method = METHOD_POST, .variables = &form };
	struct str text = str_bytes(data, size);
	size_t at;

	if (size > 32768)
		text.n = 32768;
	rq.nvariables = 1;
	if (!str_cut(text, '\n', &rq.query, &rq.body))
		rq.query = text;
	if (param_read(&rq, table, P__MAX, &at) == OK)
		check(&rq);
	else
		must(at < P__MAX || at == PARAM_WHOLE, "the row is one");
	arena_free(a);
	return 0;
}
