/*
 * settings - the configuration of a process that lives on, and its log
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include "base/conf.h"

/* Reads the settings (conf_load(); `path` may be NULL) into `conf` and a fresh arena, *a, and has
 * `program` log where they say. What is wrong with them is logged: then nothing is kept, and the
 * log stays where it is, unless it is the `first` time. */
MUST_USE enum err settings_read(
	const char *program, const char *path, bool first, struct conf *conf, struct arena **a);

#endif
