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
	bool has_key;	     /* the master key can be used */
	bool need[ALG__MAX]; /* rings that somebody asks for */
};

/* Reports one problem. */
void check_problem(struct check *k, struct str where, const char *fmt, ...) PRINTF(3, 4);

/* "name: client web" of the current authority, for messages; the arena's. */
struct str check_where(struct check *k, const char *kind, struct str name);

/* Everything within the current authority. */
void check_authority(struct check *k);

#endif
