/*
 * codec - records to bytes and to JSON and back, by their field tables (base/field.h)
 * SPDX-License-Identifier: ISC
 *
 * Stored form: a version byte, then tag, length (LEB128, shortest form) and
 * bytes of each field that is not empty, or is empty where the row's default
 * is not. Unknown tags are skipped, so an older program reads what a newer
 * one wrote; missing ones get the row's default. Numbers and choices are 8
 * bytes, big-endian, a boolean is one; lists are one entry per member, and
 * the members of a list of records are such a stored form each.
 */
#ifndef STORE_CODEC_H
#define STORE_CODEC_H

#include "base/field.h"
#include "data/json.h"

#define CODEC_MAX 65536 /* bytes of a stored record */

/* The stored form, the arena's: ERR_RANGE over CODEC_MAX, or for an empty text in a list. It does
 * not check the rows: see field_check_all(). */
MUST_USE enum err
codec_write(const struct record *rec, const void *base, struct arena *a, struct str *bytes);

/* Fills `base` (rec->size bytes) from the stored form; texts are copies in the arena. ERR_CORRUPT,
 * ERR_UNSUPPORTED for a version byte above the table's. */
MUST_USE enum err
codec_read(const struct record *rec, void *base, struct arena *a, struct str bytes);

enum {
	CODEC_SECRETS = 1, /* write FIELD_SECRET fields too: export, or shown once */
	CODEC_EMPTY = 2,   /* write empty fields too; those with a default always are */
};

/* Writes the members of the record into the JSON object that is open. FIELD_HIDDEN never appears.
 */
void codec_json(const struct record *rec, const void *base, unsigned flags, struct js_out *w);

/* Sets the fields that the object names, others stay as they are. ERR_NOTFOUND for a member that no
 * field has, ERR_TYPE, ERR_RANGE, ERR_SYNTAX: then *member names the one at fault, and `base` is
 * not to be used. Call field_check_all() after it: what is required may be absent. */
MUST_USE enum err codec_from_json(const struct record *rec, void *base, struct arena *a,
	const struct js *object, struct str *member);

#endif
