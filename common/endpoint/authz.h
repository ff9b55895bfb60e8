/*
 * authz - answers of an authorization request, by query, fragment or form
 * SPDX-License-Identifier: ISC
 */
#ifndef ENDPOINT_AUTHZ_H
#define ENDPOINT_AUTHZ_H

#include "endpoint/endpoint.h"
#include "oauth/authz_request.h"

/* Sends parameters to the client's redirect URI; state and iss (RFC 9207) are added. */
MUST_USE enum err authz_answer(struct request *rq, const struct authz_request *az,
	const struct form_pair *parameters, size_t n);

/* Reads and checks the request: OK; a refusal for a page; or ERR_EXISTS when the answer, an error
 * for the client, is in rq->reply. */
MUST_USE enum err authz_begin(struct request *rq, struct authz_request *az);

/* Sends what rq->fail says to the client. */
MUST_USE enum err authz_refuse(struct request *rq, const struct authz_request *az);

/* Redirects to one of our own programs with the same request. */
MUST_USE enum err authz_continue(struct request *rq, const char *path);

/* The URL of such a program with the request, for a form's action. */
struct str authz_url(struct request *rq, const char *path);

#endif
