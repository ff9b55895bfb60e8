/*
 * door - where callers come to a helper, and who they are
 * SPDX-License-Identifier: ISC
 *
 * A helper is two processes. The parent holds the local socket, on which one
 * deployment's helper at a time listens: it asks the kernel who calls, which
 * a process that is locked in cannot, and passes the connection on with the
 * answer. It reads nothing of what callers send. The child is locked in and
 * does the work; when it ends, callers wait at the door for the next one.
 */
#ifndef HELPER_DOOR_H
#define HELPER_DOOR_H

#include <sys/types.h>

#include "helper/peer.h"

struct door {
	int fd, lock;
	gid_t group; /* of the socket: its members may connect */
	char path[108];
};

/* Takes the lock (`path`.lock), removes what a dead process left, and listens (SOCK_SEQPACKET, mode
 * 0660, not blocking). ERR_EXISTS when another process serves there, ERR_RANGE for a path that is
 * too long, ERR_SYSTEM. */
MUST_USE enum err door_open(struct str path, struct door *out);

/* Removes the socket and gives the lock up. */
void door_close(struct door *d);

/* In the parent, when the door can be read: passes those who wait on to the child. */
void door_admit(const struct door *d, int child);

/* In the child: one whom the parent has passed on, with its connection, which does not block.
 * ERR_NOTFOUND when there is none, ERR_FULL when there is no descriptor left for it: it is gone. */
MUST_USE enum err door_take(int parent, struct peer *p, int *fd);

/* Blocks the signals that end a helper and gives a descriptor to read them from; -1 for an error.
 */
MUST_USE int door_signals(void);

#endif
