/*
 * sandbox - what is left to a process when somebody else gives it orders
 * SPDX-License-Identifier: ISC
 *
 * Made while a program starts, entered before its first request, never left:
 *
 *	s = sandbox_new(SANDBOX_BROWSER);
 *	sandbox_allow(s, "/srv/tessera/acme/durable", SANDBOX_READ | SANDBOX_WRITE);
 *	sandbox_enter(s);
 *
 * Then no other file can be opened (Landlock), no TCP port reached, no other
 * process signalled, looked into or started, no system call made but those of
 * the class (seccomp). A forbidden file is EACCES, a forbidden call EPERM; to
 * start a program or to trace one ends the process. What a kernel does not
 * have is left out, and sandbox_missing() tells.
 */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include "base/arena.h"

/* The kinds of programs; a struct endpoint names its own. */
enum sandbox_class {
	SANDBOX_PUBLIC,	 /* anybody's questions, answered by reading */
	SANDBOX_CHANNEL, /* clients' requests that change something */
	SANDBOX_BROWSER, /* people's requests: pages, passwords, what is counted */
	SANDBOX_SIGNING, /* as CHANNEL, with private keys where no signer has them */
	SANDBOX_WRITER,	 /* the helpers: called by programs alone */
	SANDBOX_SIGNER,
	SANDBOX__MAX
};

/* What a class may do, beyond reading. */
enum {
	SANDBOX_MAY_WRITE = 1, /* into files that are open */
	SANDBOX_MAY_SIGN = 4,  /* hold private keys */
	SANDBOX_MAY_SERVE = 8, /* many connections at a time */
};

struct sandbox_row {
	const char *name;
	unsigned may;
};
extern const struct sandbox_row sandbox_classes[SANDBOX__MAX];

/* Rights in a file, or in all files below a directory. */
enum {
	SANDBOX_READ = 1,
	SANDBOX_WRITE =
		2, /* over what is there and behind it; nobody cuts, makes or removes files */
};

struct sandbox;

/* Nothing is allowed yet. `talks`: may open AF_UNIX sockets and connect them, which nobody has to
 * but for syslog (base/dial.h is for all else). Never NULL. */
struct sandbox *sandbox_new(enum sandbox_class class, bool talks);

/* One more file or directory that stays within reach. What does not exist is passed over. */
void sandbox_allow(struct sandbox *s, const char *path, unsigned rights);

/* Another process accepts at `listen` too, so this one is not to shut it down; -1: none. */
void sandbox_share(struct sandbox *s, int listen);

/* Enters and frees it. What the kernel has not is left out; ERR_SYSTEM: what it has did not work.
 */
MUST_USE enum err sandbox_enter(struct sandbox *s);

/* What is good for a parent of sandboxed processes too: no core dump, no privileges to gain, no
 * debugger. sandbox_enter() does it as well. `known`: others of the same user may go on to see what
 * file it runs (proc(5), exe), as helpers have to before they take a call from it (base/dial.h);
 * then a debugger could be attached, to a process that knows no more than the settings. */
MUST_USE enum err sandbox_harden(bool known);

/* Whether files can be put out of reach here. */
bool sandbox_hides_files(void);

/* The parts that this kernel lacks, in words, the arena's; empty: none. */
struct str sandbox_missing(struct arena *a);

#endif
