/*
 * check - the parts of tessera check
 * SPDX-License-Identifier: ISC
 */
#ifndef ADMIN_CHECK_H
#define ADMIN_CHECK_H

#include "admin/cli.h"

struct check {
	struct cli *c;
	struct listing list;
	size_t problems;
	bool has_conf;	     /* the settings are known */
	size_t damage;	     /* how many of them mean that data is lost or cannot be used */
	bool aside;	     /* problems go to standard error, beside another answer */
	bool has_key;	     /* the master key can be used */
	bool need[ALG__MAX]; /* rings that somebody asks for */
};

/* Reports one problem; the second, one that means damage and not only something to look after. */
void check_problem(struct check *k, struct str where, const char *fmt, ...) PRINTF(3, 4);
void check_damage(struct check *k, struct str where, const char *fmt, ...) PRINTF(3, 4);

/* "name: client web" of the current authority, for messages; the arena's. */
struct str check_where(struct check *k, const char *kind, struct str name);

/* Looks at a copy of the data as tessera check does, with the rights that the process has then.
 * Problems are reported on standard error and counted; damage is a failure. */
MUST_USE int check_copy(struct cli *c, struct str data, struct str master_key, size_t *problems);

/* Everything within the current authority. */
void check_authority(struct check *k);

#endif
