/*
 * answer - errors to answers, and what browsers of other origins are told (CORS)
 * SPDX-License-Identifier: ISC
 */
#ifndef ENDPOINT_ANSWER_H
#define ENDPOINT_ANSWER_H

#include "endpoint/endpoint.h"

/* Makes the answer to a request that ended with `e`, in the form that the endpoint's row says. */
void answer_error(struct request *rq, enum err e);

/* Answers OPTIONS (Fetch standard, section 3.2). */
MUST_USE enum err answer_preflight(struct request *rq);

/* Adds the headers that let an allowed origin read the answer. */
void answer_cors(struct request *rq);

#endif
