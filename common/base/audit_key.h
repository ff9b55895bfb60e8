/*
 * audit_key - the file of the key by which audit chains begin and are verified
 * SPDX-License-Identifier: ISC
 *
 * 32 random bytes in hex, mode 0600. Neither programs nor writer read it: it
 * is needed to make an authority and to verify a chain, and can be kept on
 * another machine meanwhile.
 */
#ifndef BASE_AUDIT_KEY_H
#define BASE_AUDIT_KEY_H

#include <sys/stat.h>

#include "base/arena.h"

/* Bits of its mode by which others than its owner could use it. */
#define AUDIT_KEY_OPEN (S_IRWXG | S_IRWXO)

/* Creates the file with a fresh key: ERR_EXISTS when there is one. */
MUST_USE enum err audit_key_create(const char *path);

/* Reads it into the arena: ERR_NOTFOUND, ERR_DENIED (also when others can read it), ERR_SYNTAX. */
MUST_USE enum err audit_key_read(const char *path, struct arena *a, struct str *key);

#endif
