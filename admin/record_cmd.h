/*
 * record_cmd - add, list, show, set and remove, the same for every kind of record
 * SPDX-License-Identifier: ISC
 *
 * A kind is a row: its words, its table, and how one is read, written and
 * removed. What is particular to a kind is in the file of its noun.
 */
#ifndef ADMIN_RECORD_CMD_H
#define ADMIN_RECORD_CMD_H

#include "admin/cli.h"

struct kind {
	const char *noun, *plural;
	const char *name; /* the field that the command line names it by */
	const struct record *rec;
	enum key_class class;
	const char *const *columns; /* of `list` */
	const char *free;	    /* a FIELD_FIXED field that `add` takes, or NULL */
	enum err (*get)(
		struct cli *c, struct arena *a, struct str name, void *out, uint64_t *version);
	enum err (*put)(
		struct cli *c, struct arena *a, void *base, uint64_t version, const char **why);
	enum err (*del)(struct cli *c, struct str name);
	/* Assignments to what is no field: *taken says whether it was one. NULL: there is none. */
	int (*assign)(struct cli *c, const struct assignment *s, void *base, bool *taken);
	/* A rule about the record that only the command line can check; a status. NULL: none. */
	int (*check)(struct cli *c, const void *base);
};

extern const struct kind kind_authority, kind_client, kind_resource, kind_scope, kind_user;

/* The kind of that noun, or NULL. */
const struct kind *kind_find(const char *noun);

/* actor.c: the audit record of what the command does to a record: event by its verb, and the names
 * of the fields and options that were given. */
struct audit cli_audit_record(struct cli *c, const struct kind *k, struct str name);

/* "client web", for messages; the arena's. */
struct str kind_label(struct cli *c, const struct kind *k, struct str name);

/* Sets the fields that the command line names; `adding` allows the field that only `add` may set.
 */
MUST_USE int assign_all(struct cli *c, const struct kind *k, void *base, bool adding);

/* Checks the fields of `base`, reporting the one at fault. */
MUST_USE int assign_check(struct cli *c, const struct record *rec, const void *base);

/* A new record named by the first word, with the defaults and what is assigned. */
MUST_USE int record_prepare(struct cli *c, const struct kind *k, void *base);

/* Checks and writes a new record. */
MUST_USE int record_create(struct cli *c, const struct kind *k, void *base);

/* Reads, lets `fn` change and writes, again when somebody else was faster. */
typedef int change_fn(struct cli *c, const struct kind *k, void *base, void *arg);
MUST_USE int record_change(
	struct cli *c, const struct kind *k, struct str name, change_fn *fn, void *arg, void *base);

/* secret.c: the same with a fresh secret, unless there is to be none, and shows both. */
MUST_USE int
record_create_secret(struct cli *c, const struct kind *k, void *base, bool with_secret);

/* key.c: makes the key rings that are missing; opens the keys for it. */
MUST_USE int key_upkeep(struct cli *c);

/* Commands of the table. */
int cmd_record_add(struct cli *c);
int cmd_record_list(struct cli *c);
int cmd_record_show(struct cli *c);
int cmd_record_set(struct cli *c);
int cmd_record_remove(struct cli *c);
int cmd_record_secret(struct cli *c);

#endif
