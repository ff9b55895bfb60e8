/*
 * upkeep - what has to be done now and then: sweep and key rings
 * SPDX-License-Identifier: ISC
 */
#include "model/upkeep.h"

#include "model/keyset.h"
#include "store/key.h"
#include "store/sweep.h"

#define SWEEP_MOST 100000 /* rows of a class in one run */

enum err
upkeep_run(struct arena *a, const struct authority *auth, const struct opened *o, int64_t now,
	struct upkeep *done)
{
	const struct {
		enum key_class class;
		struct store *store;
		size_t *removed;
	} classes[] = {
		{ KEY_SESSION, o->durable, &done->sessions },
		{ KEY_GRANT, o->durable, &done->grants },
		{ KEY_TOKEN, o->durable, &done->tokens },
		{ KEY_DENIED, o->durable, &done->denied },
		{ KEY_THROTTLE, o->volatile_, &done->throttles },
	};
	enum err e = OK;
	size_t i;

	*done = (struct upkeep){ 0 };
	for (i = 0; i < COUNT(classes) && e == OK; i++)
		if (classes[i].store != NULL)
			e = sweep_class(classes[i].store, (char)classes[i].class, now, SWEEP_MOST,
				classes[i].removed);
	if (e == OK)
		e = store_clear_readers(o->durable, &done->readers);
	if (e == OK)
		e = keyset_upkeep(
			o->keyring, o->durable, a, auth, &done->keys_made, &done->keys_gone);
	return e;
}
