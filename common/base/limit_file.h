/*
 * limit_file - the file that a table of limits is in; a part of limit
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_LIMIT_FILE_H
#define BASE_LIMIT_FILE_H

#include <stdatomic.h>

#include "base/limit.h"

#define LIMIT_KEY_LEN 16
#define LIMIT_BOOT_LEN 36
#define LIMIT_SET 8	/* slots that a tag may be in */
#define LIMIT_BUCKETS 6 /* of them, for buckets; the others are for marks */

/* 16 bytes, on a line of the processor's cache with three others. */
struct limit_slot {
	_Atomic uint64_t tag; /* 0: free */
	_Atomic int64_t full; /* when the bucket is full again, or the mark ends; microseconds */
};

/* Takes the place of one set. */
struct limit_header {
	char magic[8];
	uint32_t version;
	uint32_t sets;		   /* that follow */
	char boot[LIMIT_BOOT_LEN]; /* the boot that `full` is counted from; NULs: not known */
	unsigned char key[LIMIT_KEY_LEN];
	char unused[LIMIT_SET * sizeof(struct limit_slot) - 68];
};

struct limit_table {
	void *map;
	size_t size;
	struct limit_slot *slots;
	uint32_t sets;
	unsigned char key[LIMIT_KEY_LEN]; /* a copy */
};

#endif
