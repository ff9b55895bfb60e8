/*
 * import - what the parts of tessera import share
 * SPDX-License-Identifier: ISC
 */
#ifndef ADMIN_IMPORT_H
#define ADMIN_IMPORT_H

#include "admin/transfer.h"
#include "data/json_stream.h"

#define IMPORT_SECTIONS 16

struct import {
	struct cli *c;
	struct str file;
	int fd;
	struct js_stream in;
	bool has_format, begun;
	const struct section *section; /* the one that is read */
	struct arena *pending;	       /* of the batch */
	struct batch batch;
	size_t records; /* in the batch */
	size_t count[IMPORT_SECTIONS];
	size_t private_keys;
	struct seal *seal;
	size_t problems;
};

/* Reports what is wrong in the line that was read last; the status for it. */
int import_refuse(struct import *m, const char *fmt, ...) PRINTF(2, 3);

/* Reads a record of that table from an object, and checks it. */
MUST_USE int import_record(struct import *m, struct arena *a, const struct record *rec,
	const struct js *v, void *base);

/* Adds a record of the section that is read; it is written with the others of a batch, the last of
 * them by import_flush(). */
MUST_USE int import_row(struct import *m, struct arena *a, const struct js *v);
MUST_USE int import_flush(struct import *m);

/* Adds a private key, whose public half is there. */
MUST_USE int import_private(struct import *m, struct arena *a, const struct js *v);

#endif
