/*
 * copy - data from one directory into another, for backup and restore
 * SPDX-License-Identifier: ISC
 *
 * One side is the owner's of the data, the other side the caller's; when that
 * is root they differ, and each is used with the rights of its own.
 */
#ifndef ADMIN_COPY_H
#define ADMIN_COPY_H

#include "admin/cli.h"

struct copying {
	struct cli *c;
	struct str from, to;
	bool restoring;	  /* `to` is the owner's; otherwise `from` is */
	struct strs made; /* paths in `to`, for copy_undo() */
};

/* Base, a slash, name, and another slash and part unless that is empty; the arena's. */
struct str copy_path(struct cli *c, struct str base, struct str name, const char *part);

/* From there to copy_end() files are used with the rights of the side that is read or written. */
void copy_reading(const struct copying *k, struct identity *saved);
void copy_writing(const struct copying *k, struct identity *saved);

/* All of these: a status; errors are reported. */

/* Copies an environment of one authority, or the registry, with an empty part. */
MUST_USE int copy_environment(struct copying *k, struct str name, const char *part);

/* Makes the directory of an authority. */
MUST_USE int copy_directory(struct copying *k, struct str name);

/* Copies a file, byte for byte; the new one has mode 0600. */
MUST_USE int copy_file(struct copying *k, struct str from, struct str to);

/* Makes sure that all that was copied outlives a power cut. */
MUST_USE int copy_sync(struct copying *k);

/* Removes what was made. */
void copy_undo(struct copying *k);

/* Removes the lock file that opening an environment of a copy has left. */
void copy_unlock(struct cli *c, struct str base, struct str name, const char *part);

#endif
