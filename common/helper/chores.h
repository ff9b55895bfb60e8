/*
 * chores - what a helper does every hour for each authority, a little at a time between two rounds
 * SPDX-License-Identifier: ISC
 */
#ifndef HELPER_CHORES_H
#define HELPER_CHORES_H

#include "helper/helper.h"

/* Makes ready. The first time comes soon after the helper was started; when its child was only
 * replaced, which may be often, about a minute later. */
void chores_init(struct helper_process *p);

/* For struct serve_handler: does a slice, and says when the next is due. */
int chores_idle(void *arg);

#endif
