/*
 * metadata - what discovery says, from the tables that the code runs on (OpenID Connect
 * Discovery 1.0 section 3, RFC 8414 section 2) SPDX-License-Identifier: ISC
 */
#ifndef OAUTH_METADATA_H
#define OAUTH_METADATA_H

#include "data/json.h"
#include "oauth/error.h"

/* Writes every member but the endpoints' URLs into the open object. */
MUST_USE enum err metadata_write(struct request *rq, struct js_out *w);

#endif
