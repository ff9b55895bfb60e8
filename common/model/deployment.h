/*
 * deployment - the open environments of a process; for the files of model alone
 * SPDX-License-Identifier: ISC
 */
#ifndef MODEL_DEPLOYMENT_H
#define MODEL_DEPLOYMENT_H

#include <sys/types.h>
#include <time.h>

#include "model/authority.h"

enum {
	REACH_MARKS = 3
};

/* One open authority. */
struct slot {
	char name[64];
	struct store *durable, *volatile_, *keys;
	struct keyring *keyring;
	uint64_t used; /* when, by a counter */
	dev_t dev;     /* of the directory, to see that it was made anew */
	ino_t ino;
};

struct deployment {
	const struct conf *conf;
	unsigned rights;
	const char *program;	    /* who commits */
	const char *writes;	    /* what deployment_confine() said */
	struct call *writer;	    /* who commits; NULL: we do */
	struct call *signer;	    /* who has the keys; NULL: we have, if anybody */
	struct limit_table *limits; /* NULL: there are none */
	struct store *registry;
	dev_t registry_dev; /* of its directory */
	ino_t registry_ino;
	struct slot *slots;
	size_t nslots;
	uint64_t uses;

	/* for reach.c; NULL: not in a sandbox */
	char *data, *registry_file, *master_key;
	struct timespec marks[REACH_MARKS];
	int64_t allowed_at;	 /* wall clock, as files have it */
	int64_t locked_at, took; /* microseconds: when the process was locked in, and how long */
	bool was_denied;	 /* something that came later */
	bool writer_away;	 /* it did not answer while we got ready */
};

/* Whether it could be the name of an authority: names become paths. */
bool deployment_is_name(struct str name);

/* Opens the registry if it is not, and anew when its directory is another, after a restore:
 * ERR_NOTFOUND when there is none. */
MUST_USE enum err deployment_registry(struct deployment *d, struct arena *a);

/* The environments of an authority, opened now or before. ERR_UNAVAILABLE when they may have come
 * after this process was locked in: another one will be let in. */
MUST_USE enum err
deployment_slot(struct deployment *d, struct arena *a, struct str name, struct slot **out);

/* Whether what others write is read without the files of locks that all share: by who holds the
 * keys, where somebody else commits. */
bool deployment_reads_unlocked(const struct deployment *d);

/* Makes the volatile environment of an authority, or has the writer make it. */
MUST_USE enum err deployment_make_volatile(struct deployment *d, struct arena *a, struct str name);

/* Closes what is open of an authority. */
void deployment_forget(struct deployment *d, struct str name);

#endif
