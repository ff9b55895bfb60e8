/*
 * listen - a local socket that one process at a time listens on
 * SPDX-License-Identifier: ISC
 */
#ifndef HELPER_LISTEN_H
#define HELPER_LISTEN_H

#include <sys/types.h>

#include "base/str.h"

struct listening {
	int fd, lock;
	gid_t group; /* of the socket: its members may connect */
	char path[108];
};

/* Takes the lock (`path`.lock), removes what a dead process left, and listens (SOCK_SEQPACKET, mode
 * 0660, not blocking). ERR_EXISTS, ERR_RANGE, ERR_SYSTEM. */
MUST_USE enum err listen_open(struct str path, struct listening *out);

/* Removes the socket and gives the lock up. */
void listen_close(struct listening *l);

/* Blocks the signals that end a helper and gives a descriptor to read them from; -1 for an error.
 */
MUST_USE int listen_signals(void);

#endif
