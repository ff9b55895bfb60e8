/*
 * peer - who is at the other end of a local socket
 * SPDX-License-Identifier: ISC
 *
 * The kernel says which process connected, and what file it runs. A process
 * that is locked in cannot run another, so it cannot pretend to be one; any
 * other of the same user can (by a preloaded library, say).
 */
#ifndef HELPER_PEER_H
#define HELPER_PEER_H

#include <sys/types.h>

#include "base/str.h"

#define PEER_EXE_MAX 1024

struct peer {
	pid_t pid;
	uid_t uid;
	gid_t gid;
	char exe[PEER_EXE_MAX]; /* path of its executable; empty when it cannot be known */
};

/* Asks the kernel about a connected AF_UNIX socket. ERR_SYSTEM. */
MUST_USE enum err peer_read(int fd, struct peer *out);

/* Whether it is of our own user, or in `group`, by its first or another group. */
bool peer_belongs(int fd, const struct peer *p, gid_t group);

/* The name of its executable in directory `dir` (a real path): false when it is none of there. A
 * file that was replaced while it runs still counts. */
bool peer_program(const struct peer *p, struct str dir, struct str *name);

#endif
