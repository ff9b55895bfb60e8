/*
 * resource - an API that takes access tokens, and the scopes that stand for it (RFC 8707)
 * SPDX-License-Identifier: ISC
 */
#ifndef SCHEMA_RESOURCE_H
#define SCHEMA_RESOURCE_H

#include "base/field.h"

struct resource {
	struct str name; /* the `aud` of its tokens and its user name at introspection; if it is
			  * an absolute URI, it can be asked for by `resource` */
	bool enabled;
	struct str title;
	struct strs scopes;
	struct list secrets;		 /* struct client_secret */
	bool require_resource_indicator; /* its audience appears only when asked for by name */
	int access_token_alg;		 /* as in struct client; wins over the client's */
	int64_t created, updated;
};

extern const struct record record_resource;

#endif
