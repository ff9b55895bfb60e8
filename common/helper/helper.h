/*
 * helper - a process beside the programs that holds one power for them
 * SPDX-License-Identifier: ISC
 *
 * A helper is one struct helper and the functions it names; helper_main() is
 * its life. There are two processes: the parent keeps the door (door.h) and
 * starts the child again when it dies, and connects it to the other helper;
 * it reads nothing that callers send, opens no store and holds no key. The
 * child is locked in as its class says, takes messages round by round
 * (serve.h) and does what else there is to do in between.
 */
#ifndef HELPER_HELPER_H
#define HELPER_HELPER_H

#include "base/sandbox.h"
#include "helper/door.h"
#include "helper/serve.h"
#include "model/authority.h"
#include "model/privilege.h"

struct helper_process;

struct helper {
	const char *name;
	size_t socket;	    /* offset of its setting in struct conf */
	unsigned rights;    /* STORE_WRITE, ... */
	const char *writes; /* classes of keys; NULL: it asks no other helper for anything */
	enum sandbox_class sandbox;
	size_t message_max; /* bytes of a message */

	/* Of programs, by their name; NULL: there is none. */
	const struct privilege *(*privilege_of)(struct str name);

	/* The work of one round: struct message.who is a const struct privilege, or NULL for
	 * somebody who is no program of ours. Each message is answered (serve_answer()) unless
	 * helper_leave() was called. */
	void (*take)(struct helper_process *p, struct arena *a, struct message *v, size_t n);

	/* A slice of what is to be done for the authority of that name every hour, the first when
	 * it `begins`; *done when it was the last. An error is logged, and ends it for this hour.
	 */
	enum err (*upkeep)(struct helper_process *p, struct arena *a, struct str name, bool begins,
		bool *done);
};

struct helper_process {
	const struct helper *helper;
	struct conf conf;
	struct arena *arena, *names_arena, *slice_arena; /* the first is of the settings */
	const char *conf_path, *programs_path;		 /* options; NULL: not given */
	struct str programs, own; /* directories of programs and of helpers, real paths */
	struct door door;
	struct deployment *deployment;
	struct serve *serve;
	struct strs names; /* of the authorities that upkeep is to visit */
	size_t next;	   /* which is next; names.n: it is done */
	bool begins;	   /* its first slice */
	int64_t began;	   /* when the parent was started, by clock_us() */
	int64_t due;	   /* when upkeep begins again, by clock_us() */
	int64_t minute;	   /* refusals are logged so many a minute and no more */
	unsigned refusals;
};

/* The helper's whole life; its exit status. `--conf FILE` and `--programs DIR` are its options. */
int helper_main(const struct helper *h, int argc, char **argv);

/* The same when helper, settings and directories are known. */
int helper_run(struct helper_process *p);

/* Whether `e` may only come of what was changed after this process was locked in, as an authority
 * or the file of the master key: then it leaves to another, and its message is not answered. */
bool helper_leaves(struct helper_process *p, enum err e);

/* Whether one more refusal may be logged: who misbehaves is not to fill the disk. */
bool helper_may_log(struct helper_process *p);

#endif
