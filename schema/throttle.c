/*
 * throttle - the field table of a count of failures
 * SPDX-License-Identifier: ISC
 */
#include "schema/throttle.h"

#define AT(member) .offset = offsetof(struct throttle, member)

/* clang-format off */
static const struct field fields[] = {
	{ .name = "failures", .tag = 1, .type = FIELD_INT, .flags = FIELD_FIXED, AT(failures),
	  .help = "how often it failed lately" },
	{ .name = "until", .tag = 2, .type = FIELD_TIME, .flags = FIELD_FIXED, AT(until),
	  .help = "before this, no further try is taken" },
};
/* clang-format on */

const struct record record_throttle = { "throttle", 1, sizeof(struct throttle), fields,
	COUNT(fields) };
