/*
 * descriptor - open files passed between processes (SCM_RIGHTS, unix(7))
 * SPDX-License-Identifier: ISC
 */
#include "base/descriptor.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* Aligned as its head has to be. */
union room {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr head;
};

bool
descriptor_send(int socket, const void *bytes, size_t n, int fd)
{
	struct iovec part = { (void *)(size_t)bytes, n }; /* is only read */
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	union room room = { .bytes = { 0 } };
	struct cmsghdr *c;
	ssize_t sent;

	if (fd >= 0) {
		m.msg_control = room.bytes;
		m.msg_controllen = sizeof(room.bytes);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	do
		sent = sendmsg(socket, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	return sent >= 0;
}

ssize_t
descriptor_receive(int socket, void *bytes, size_t size, int *fd)
{
	struct iovec part = { bytes, size };
	union room room = { .bytes = { 0 } };
	struct msghdr m = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = room.bytes,
		.msg_controllen = sizeof(room.bytes) };
	struct cmsghdr *c;
	ssize_t n;

	*fd = -1;
	do
		n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	c = n < 0 ? NULL : CMSG_FIRSTHDR(&m);
	if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
		c->cmsg_len == CMSG_LEN(sizeof(*fd)))
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	return n;
}
