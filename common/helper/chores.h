/*
 * chores - what a helper does every hour for each authority, a little at a time between two rounds
 * SPDX-License-Identifier: ISC
 */
#ifndef HELPER_CHORES_H
#define HELPER_CHORES_H

#include "helper/helper.h"

/* Makes ready; the first time comes within a minute or so. */
void chores_init(struct helper_process *p);

/* For struct serve_handler: does a slice, and says when the next is due. */
int chores_idle(void *arg);

#endif
