/*
 * seal_file - the file of the master key; for seal.c and seal_file.c alone
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_SEAL_FILE_H
#define BASE_SEAL_FILE_H

#include "base/seal.h"

enum {
	SEAL_KEY_LEN = 32
};

struct seal_key {
	struct seal_version id;
	unsigned char key[SEAL_KEY_LEN];
};

struct seal {
	size_t n;
	struct seal_key v[SEAL_VERSIONS_MAX]; /* the newest first */
};

#endif
