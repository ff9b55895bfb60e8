/*
 * apply - what programs send to the writer, applied to the environments of authorities
 * SPDX-License-Identifier: ISC
 *
 * All that came together for one environment is one transaction and one sync
 * (store_commit_many), and each is answered when that is done. What a program
 * may write is told by its executable.
 */
#ifndef HELPER_APPLY_H
#define HELPER_APPLY_H

#include "helper/serve.h"
#include "model/authority.h"

struct applier {
	struct deployment *deployment;
	struct str programs; /* the directory where they are, a real path */

	/* The key classes that a program may write, as in struct endpoint; NULL: no such program.
	 */
	const char *(*writes_of)(struct str name);

	int64_t minute; /* refusals are logged so many a minute and no more */
	unsigned refusals;
};

/* For struct serve_handler: admit() and take(). */
const void *apply_admit(struct applier *ap, const struct peer *p);
void apply_take(struct applier *ap, struct arena *a, struct message *v, size_t n);

#endif
