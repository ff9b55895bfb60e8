/*
 * throttle - how often something failed lately (volatile)
 * SPDX-License-Identifier: ISC
 */
#ifndef SCHEMA_THROTTLE_H
#define SCHEMA_THROTTLE_H

#include "base/field.h"

struct throttle {
	int64_t failures;
	int64_t until; /* no further try before then */
};

extern const struct record record_throttle;

#endif
