/*
 * apply - what programs send to the writer, applied to the environments of authorities
 * SPDX-License-Identifier: ISC
 *
 * All that came together for one environment is one transaction and one sync
 * (store_commit_many), and each is answered when that is done.
 */
#ifndef HELPER_APPLY_H
#define HELPER_APPLY_H

#include "helper/helper.h"

/* For struct helper: take(). */
void apply_take(struct helper_process *p, struct arena *a, struct message *v, size_t n);

#endif
