/*
 * dial - connections to helper processes (unix(7))
 * SPDX-License-Identifier: ISC
 */
#include "base/dial.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/log.h"

/* What a parent says beside the descriptor. */
enum {
	CONNECTED = 1,
	DENIED,
	UNAVAILABLE
};

static int through = -1;

void
dial_through(int parent)
{
	through = parent;
}

/* A full backlog is EAGAIN, for a socket that does not block. */
static enum err
dial_here(struct str path, int *fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int failure;

	if (path.n == 0 || path.n >= sizeof(address.sun_path))
		return ERR_RANGE;
	memcpy(address.sun_path, path.p, path.n);
	*fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0)
		return ERR_SYSTEM;
	if (connect(*fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return OK;
	failure = errno;
	close(*fd);
	*fd = -1;
	return failure == EACCES || failure == EPERM ? ERR_DENIED : ERR_UNAVAILABLE;
}

/* A parent that has gone takes us with it (http/workers.c), so it is waited for. */
static enum err
dial_parent(struct str path, int *fd)
{
	unsigned char said = UNAVAILABLE;
	ssize_t n;

	if (send(through, path.p, path.n, MSG_NOSIGNAL) < 0)
		return ERR_SYSTEM;
	n = descriptor_receive(through, &said, sizeof(said), fd);
	if (n != 1)
		return ERR_SYSTEM;
	if (said == CONNECTED)
		return *fd >= 0 ? OK : ERR_UNAVAILABLE;
	return said == DENIED ? ERR_DENIED : ERR_UNAVAILABLE;
}

enum err
dial(struct str path, int *fd)
{
	*fd = -1;
	return through < 0 ? dial_here(path, fd) : dial_parent(path, fd);
}

static bool
is_known(struct str path, const struct str *paths, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (paths[i].n > 0 && str_eq(path, paths[i]))
			return true;
	return false;
}

void
dial_answer(int child, const struct str *paths, size_t n)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	unsigned char says = CONNECTED;
	enum err e = ERR_DENIED;
	ssize_t got;
	int fd = -1;

	got = recv(child, path, sizeof(path), MSG_DONTWAIT);
	if (got <= 0)
		return;
	if (is_known(str_bytes(path, (size_t)got), paths, n))
		e = dial_here(str_bytes(path, (size_t)got), &fd);
	if (e != OK)
		says = e == ERR_DENIED ? DENIED : UNAVAILABLE;
	if (!descriptor_send(child, &says, sizeof(says), fd))
		log_errno("a connection could not be passed on");
	if (fd >= 0)
		close(fd);
}
