/*
 * descriptor - open files passed between processes (SCM_RIGHTS, unix(7))
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_DESCRIPTOR_H
#define BASE_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Sends `n` bytes, one at least, as one packet, and with them a descriptor; -1: none. Does not
 * wait: false when it cannot be sent now, with errno. */
bool descriptor_send(int socket, const void *bytes, size_t n, int fd);

/* Receives one packet and the descriptor that came with it, which is the caller's (-1: there was
 * none, or no place for it). The packet's length, 0 at the end, -1 with errno. */
ssize_t descriptor_receive(int socket, void *bytes, size_t size, int *fd);

#endif
