/*
 * memo - answers that are the same for everybody are made once
 * SPDX-License-Identifier: ISC
 *
 * Discovery and keys follow from the store alone, and a little from time. A
 * process keeps the last answers, one an authority, as long as nothing was
 * committed, for a minute at most.
 *
 *	if (memo_get(rq, &json))
 *		return send(rq, json);
 *	...
 *	memo_put(rq, json);
 */
#ifndef ENDPOINT_MEMO_H
#define ENDPOINT_MEMO_H

#include "http/request.h"

/* The answer that was put for this authority, if it still holds; it lives until the next memo_put.
 */
bool memo_get(const struct request *rq, struct str *body);

/* Keeps the answer that was made after memo_get said no. Too long a one is not kept. */
void memo_put(const struct request *rq, struct str body);

#endif
