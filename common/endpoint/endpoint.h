/*
 * endpoint - what a program declares, and the loop that runs it
 * SPDX-License-Identifier: ISC
 *
 * A program is one struct endpoint and the function it names. What the row
 * does not allow does not happen: methods, parameters, client authentication
 * and the rights in the store are checked here, before the handler. Discovery,
 * the server configuration, the man page and tests read the same rows.
 */
#ifndef ENDPOINT_ENDPOINT_H
#define ENDPOINT_ENDPOINT_H

#include "base/sandbox.h"
#include "http/param.h"
#include "http/reply.h"
#include "model/authority.h"
#include "model/privilege.h"
#include "oauth/client_auth.h"
#include "oauth/error.h"

enum auth {
	AUTH_NONE,
	AUTH_CLIENT,  /* a client, public ones by client_id alone: rq->client */
	AUTH_CALLER,  /* a confidential client or an API: rq->caller */
	AUTH_HANDLER, /* the handler sees to it: a cookie, a bearer token */
};

enum answer {
	ANSWER_JSON,   /* errors as RFC 6749 5.2 */
	ANSWER_PAGE,   /* errors as a page */
	ANSWER_BEARER, /* errors as RFC 6750 section 3 */
};

#define ENDPOINT_WORKERS 2 /* one hides the other's wait for the server to close a connection */

struct endpoint {
	const char *name;	/* of the program */
	const char *path;	/* under the issuer */
	const char *well_known; /* or before the issuer's path (RFC 8414 section 3), or NULL */
	const char *spec;
	const char *help;
	const char *metadata; /* the member of discovery that names it, or NULL */
	unsigned methods;     /* enum method; OPTIONS is answered here when .cors */
	enum auth auth;
	enum answer answer;
	unsigned store; /* STORE_WRITE, ... */
	enum sandbox_class sandbox;
	const char *writes; /* classes of keys it puts and deletes (enum key_class); NULL: none */
	unsigned signs;	    /* what it has signed: SIGNS() of each enum sign_purpose */
	bool cors;	    /* browsers of other origins may call it */
	bool any_issuer;    /* answers without an authority: health */
	size_t form_id,
		form_secret; /* with AUTH_CLIENT, AUTH_CALLER: rows of the two, in .params */
	const struct param *params;
	size_t nparams;
	unsigned workers; /* processes that suit it; 0: ENDPOINT_WORKERS */
	bool lenient;	  /* the handler answers parameter errors itself, by rq->param_error */
	enum err (*handle)(struct request *rq);
};

/* Every program's row, NULL at the end. Made by the build from cgi-bin; who uses it links them all.
 */
extern const struct endpoint *const endpoint_rows[];

/* Serves requests until told to stop; the exit status of the program. */
int endpoint_run(const struct endpoint *ep);

/* One request, already begun by the gate, to its answer. For tests. */
void endpoint_serve(const struct endpoint *ep, struct deployment *d, struct request *rq);

/* How many processes suit the program. */
unsigned endpoint_workers(const struct endpoint *ep);

/* What the program of that name may have done for it; NULL: there is none. Of the rows, so who
 * calls it links them all. */
const struct privilege *endpoint_privilege(struct str name);

/* URL of a program of this authority: issuer and path. */
struct str endpoint_url(const struct request *rq, const char *path);

/* Whether the authority has the program switched off. */
bool endpoint_is_disabled(const struct authority *auth, const struct endpoint *ep);

#endif
