/*
 * consent - what a user has allowed a client, remembered
 * SPDX-License-Identifier: ISC
 */
#ifndef SCHEMA_CONSENT_H
#define SCHEMA_CONSENT_H

#include "base/field.h"

struct consent {
	struct str sub, client_id;
	struct strs scope;
	int64_t created, expires; /* 0: no end */
};

extern const struct record record_consent;

#endif
