/*
 * dial - connections to helper processes, made by a parent for its children
 * SPDX-License-Identifier: ISC
 *
 * A process that is locked in can open no socket. Its parent, which sees no
 * request, connects for it, to the few sockets that it has been told of, and
 * passes the connection on. To the helper it is the parent who calls: what
 * the kernel tells of that one holds for the child, which runs the same file.
 */
#ifndef BASE_DIAL_H
#define BASE_DIAL_H

#include "base/str.h"

/* In a child: from here on connections are asked for at `parent`, a SOCK_SEQPACKET socket; -1: this
 * process makes them. Until it is said, too. */
void dial_through(int parent);

/* Connects to the SOCK_SEQPACKET socket at `path`; *fd does not block. A parent is waited for until
 * `end`, by clock_us(). ERR_DENIED when we may not, ERR_UNAVAILABLE when nobody listens, too many
 * wait or time is over. */
MUST_USE enum err dial(struct str path, int64_t end, int *fd);

/* In the parent: answers what a child asked for, when its socket can be read. Paths that are not
 * among `paths` are not connected to. false: the child has closed it. */
bool dial_answer(int child, const struct str *paths, size_t n);

#endif
