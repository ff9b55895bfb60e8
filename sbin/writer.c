/*
 * writer - commits for the programs that serve the web, for all authorities of a deployment
 * SPDX-License-Identifier: ISC
 *
 * Those programs can only read. What they want changed they send here, and
 * what each of them may change is its row (struct endpoint). Once an hour the
 * writer removes what has expired.
 */
#include "base/clock.h"
#include "endpoint/endpoint.h"
#include "helper/apply.h"
#include "model/upkeep.h"
#include "store/wire.h"

#define SLICE 512 /* rows of a class that one slice of the sweep removes */

static enum err
sweep(struct helper_process *p, struct arena *a, struct str name, bool begins, bool *done)
{
	static struct upkeep_place place;
	struct upkeep counts = { 0 };
	struct opened o;
	enum err e;

	if (begins)
		place = (struct upkeep_place){ 0 };
	e = authority_stores(p->deployment, a, name, &o);
	if (e == OK)
		e = upkeep_slice(&o, clock_now(), SLICE, &place, &counts);
	*done = place.done;
	return e == OK && place.done ? store_clear_readers(o.durable, NULL) : e;
}

static const struct helper writer = {
	.name = "writer",
	.socket = offsetof(struct conf, writer),
	.rights = STORE_WRITE | STORE_COUNT | STORE_LIMIT,
	.sandbox = SANDBOX_WRITER,
	.message_max = WIRE_MAX,
	.privilege_of = endpoint_privilege,
	.take = apply_take,
	.upkeep = sweep,
};

int
main(int argc, char **argv)
{
	return helper_main(&writer, argc, argv);
}
