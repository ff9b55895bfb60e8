/*
 * admit - which of our programs it is that calls a helper
 * SPDX-License-Identifier: ISC
 */
#ifndef HELPER_ADMIT_H
#define HELPER_ADMIT_H

#include "helper/helper.h"

/* For struct serve_handler: the privileges of the caller, by the file it runs (const struct
 * privilege *); NULL, and a line in the log, for who is none of ours. */
const void *admit_peer(void *arg, const struct peer *peer);

#endif
