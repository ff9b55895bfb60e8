/*
 * param - the parameters of a program, checked against its table
 * SPDX-License-Identifier: ISC
 */
#ifndef HTTP_PARAM_H
#define HTTP_PARAM_H

#include "http/request.h"

enum {
	PARAM_OPTIONAL = 0,
	PARAM_REQUIRED = 1,
	PARAM_SECRET = 2, /* its value stays out of logs */
	PARAM_MULTI = 4,  /* may be repeated (`resource`, RFC 8707 section 2) */
	PARAM_BODY = 8,	  /* not taken from a query: credentials (RFC 6749 2.3.1) */
	PARAM_LOCAL = 16, /* of our own pages: no part of rq->canonical */
};

#define PARAM_MULTI_MAX 64
#define PARAM_WHOLE SIZE_MAX /* the request as a whole, where a row is named */

struct param {
	const char *name;
	unsigned flags;
	size_t max;			 /* bytes */
	bool (*check)(struct str value); /* or NULL: any text */
};

/* Reads query and, for a POST, the form body (content type application/x-www-form-urlencoded) into
 * rq->param and rq->param_all by the endpoint's table, and makes rq->canonical. Unknown parameters
 * are passed over; a value that is empty counts as absent (RFC 6749 section 3.1). On error *at is
 * the row's index (or PARAM_WHOLE): ERR_SYNTAX (malformed, not a form), ERR_DUPLICATE,
 * ERR_NOTFOUND (required), ERR_RANGE (too long, check failed, PARAM_BODY in the query). All other
 * parameters are set even then, so that an error can be answered where redirect_uri says. */
MUST_USE enum err param_read(struct request *rq, const struct param *table, size_t n, size_t *at);

/* Checks for table rows. */
bool param_vschar(struct str value); /* RFC 6749 appendix A: VSCHAR */
bool param_token(struct str value);  /* the same without a blank */
bool param_text(struct str value);   /* UTF-8 without control characters */

#endif
