/*
 * redirect - redirect URIs: matching and adding parameters
 * SPDX-License-Identifier: ISC
 */
#ifndef OAUTH_REDIRECT_H
#define OAUTH_REDIRECT_H

#include "base/buf.h"

/* Whether `uri` is one of the registered: byte for byte (RFC 9700 4.1.3), but for the port of a
 * loopback address (RFC 8252 7.3). */
bool redirect_is_registered(struct strs registered, struct str uri);

/* The URI with parameters (form-encoded) added to its query, or as its fragment; the arena's. */
struct str redirect_with(struct arena *a, struct str uri, struct str parameters, bool fragment);

#endif
