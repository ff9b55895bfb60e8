/*
 * audit_verify - tessera audit verify: whether the record of what was changed is whole
 * SPDX-License-Identifier: ISC
 */
#include "admin/commands.h"
#include "base/enc.h"
#include "store/chain.h"

/* SEQ:MAC, as verify prints it. */
static int
head_option(struct cli *c, struct chain_report *r)
{
	struct str text = cli_option(c, "head"), sequence, mac;
	int64_t n = 0;

	if (!cli_has(c, "head"))
		return STATUS_DONE;
	if (!str_cut(text, ':', &sequence, &mac) || str_int(sequence, &n) != OK || n == 0 ||
		dec_hex(c->a, mac, &r->expect_mac) != OK || r->expect_mac.n != HASH_LEN)
		return cli_fail(STATUS_USAGE, STR("--head"),
			"must be SEQUENCE:MAC as `tessera audit verify` has printed it");
	r->expect = (uint64_t)n;
	return STATUS_DONE;
}

static const char *
result(const struct chain_report *r)
{
	if (r->problem == NULL)
		return "sound";
	return r->is_unknown ? "unknown" : "broken";
}

static int
report(struct cli *c, const struct chain_report *r)
{
	struct str mac = enc_hex(c->a, str_bytes(r->head.mac, HASH_LEN));
	struct object o;

	object_begin(&o, c);
	object_str(&o, "result", str_of(result(r)));
	if (r->problem != NULL) {
		object_int(&o, "sequence", (int64_t)r->at);
		object_str(&o, "problem", str_of(r->problem));
	}
	object_int(&o, "records", (int64_t)r->records);
	object_int(&o, "first", (int64_t)r->head.first);
	object_int(&o, "last", (int64_t)r->head.last);
	object_str(&o, "head",
		arena_printf(c->a, "%llu:%.*s", (unsigned long long)r->head.last, STR_FMT(mac)));
	return object_end(&o);
}

int
cmd_audit_verify(struct cli *c)
{
	struct chain_report r = { .name = c->auth.name };
	int status;
	enum err e;

	status = head_option(c, &r);
	if (status == STATUS_DONE)
		status = cli_audit_key(c);
	if (status != STATUS_DONE)
		return status;
	r.key = c->audit_key;
	e = chain_verify(c->opened.durable, &r);
	if (e != OK)
		return cli_error(STR("audit"), e);
	status = report(c, &r);
	if (status != STATUS_DONE || r.problem == NULL)
		return status;
	return cli_fail(STATUS_NO, c->auth.name, "audit record %llu: %s", (unsigned long long)r.at,
		r.problem);
}
