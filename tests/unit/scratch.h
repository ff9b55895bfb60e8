/*
 * scratch - a directory for one test program, removed at its end
 * SPDX-License-Identifier: ISC
 *
 * It is in $TMPDIR or /tmp. Children that leave by _exit() do not remove it.
 */
#ifndef UNIT_SCRATCH_H
#define UNIT_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

static char scratch_root[256];

static int
scratch_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void
scratch_remove(void)
{
	nftw(scratch_root, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The path of `name` in the scratch directory, good until four more are asked for. */
static const char *
scratch_path(const char *name)
{
	static char path[4][512];
	static unsigned turn;
	const char *tmp = getenv("TMPDIR");
	char *p = path[turn++ % 4];

	if (scratch_root[0] == '\0') {
		snprintf(scratch_root, sizeof(scratch_root), "%s/tessera-test.XXXXXX",
			tmp == NULL ? "/tmp" : tmp);
		if (mkdtemp(scratch_root) == NULL)
			fatal("cannot make %s", scratch_root);
		atexit(scratch_remove);
	}
	snprintf(p, sizeof(path[0]), "%s/%s", scratch_root, name);
	return p;
}

#endif
