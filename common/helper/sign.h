/*
 * sign - orders of programs to the signer, carried out with the keys of their authorities
 * SPDX-License-Identifier: ISC
 */
#ifndef HELPER_SIGN_H
#define HELPER_SIGN_H

#include "helper/helper.h"

/* For struct helper: take() and upkeep(). */
void sign_take(struct helper_process *p, struct arena *a, struct message *v, size_t n);
MUST_USE enum err
sign_upkeep(struct helper_process *p, struct arena *a, struct str name, bool begins, bool *done);

#endif
