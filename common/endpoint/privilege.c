/*
 * privilege - what programs may have done for them, by their rows
 * SPDX-License-Identifier: ISC
 */
#include "endpoint/endpoint.h"

#define PROGRAMS_MAX 64

const struct privilege *
endpoint_privilege(struct str name)
{
	static struct privilege all[PROGRAMS_MAX];
	const struct endpoint *ep;
	size_t i;

	for (i = 0; endpoint_rows[i] != NULL && i < PROGRAMS_MAX; i++) {
		ep = endpoint_rows[i];
		if (!str_eqz(name, ep->name))
			continue;
		all[i] = (struct privilege){ ep->name, ep->writes, ep->signs };
		return &all[i];
	}
	return NULL;
}
