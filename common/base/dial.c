/*
 * dial - connections to helper processes (unix(7))
 * SPDX-License-Identifier: ISC
 */
#include "base/dial.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/descriptor.h"
#include "base/log.h"

/* What a parent says beside the descriptor. */
enum {
	CONNECTED = 1,
	DENIED,
	UNAVAILABLE
};

/* A number by which the answer is known, and the path. */
#define QUESTION_MAX (1 + sizeof(((struct sockaddr_un *)0)->sun_path))

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

/* Until the parent has said something, or time is over. */
static bool
await(int64_t end)
{
	struct pollfd p = { .fd = through, .events = POLLIN };
	int64_t left;
	int n;

	do {
		left = end - clock_us();
		n = left > 0 ? poll(&p, 1, (int)(left / 1000) + 1) : 0;
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

/* What it says to this question; an answer to one that was given up is passed over. */
static enum err
hear(unsigned char number, int64_t end, int *fd)
{
	unsigned char said[2];

	while (await(end)) {
		if (descriptor_receive(through, said, sizeof(said), fd) != sizeof(said))
			return ERR_SYSTEM;
		if (said[0] == number && said[1] == CONNECTED)
			return *fd >= 0 ? OK : ERR_UNAVAILABLE;
		if (*fd >= 0)
			close(*fd);
		*fd = -1;
		if (said[0] == number)
			return said[1] == DENIED ? ERR_DENIED : ERR_UNAVAILABLE;
	}
	return ERR_UNAVAILABLE;
}

static enum err
dial_parent(struct str path, int64_t end, int *fd)
{
	static unsigned char number;
	char question[QUESTION_MAX];

	if (path.n == 0 || path.n >= QUESTION_MAX)
		return ERR_RANGE;
	question[0] = (char)++number;
	memcpy(question + 1, path.p, path.n);
	if (send(through, question, path.n + 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return errno == EAGAIN ? ERR_UNAVAILABLE : ERR_SYSTEM;
	return hear(number, end, fd);
}

enum err
dial(struct str path, int64_t end, int *fd)
{
	*fd = -1;
	return through < 0 ? dial_here(path, fd) : dial_parent(path, end, fd);
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

/* A connection that cannot be passed on is none: too many may be on their way (unix(7)). */
static void
answer(int child, unsigned char number, enum err e, int fd)
{
	unsigned char says[2] = { number, CONNECTED };

	if (e != OK)
		says[1] = e == ERR_DENIED ? DENIED : UNAVAILABLE;
	if (descriptor_send(child, says, sizeof(says), fd))
		return;
	log_errno("a connection could not be passed on");
	says[1] = UNAVAILABLE;
	if (fd >= 0 && !descriptor_send(child, says, sizeof(says), -1))
		log_errno("nor could that be said");
}

bool
dial_answer(int child, const struct str *paths, size_t n)
{
	char question[QUESTION_MAX];
	ssize_t got = recv(child, question, sizeof(question), MSG_DONTWAIT);
	enum err e = ERR_DENIED;
	struct str path;
	int fd = -1;

	if (got <= 0)
		return got < 0 && (errno == EAGAIN || errno == EINTR);
	path = str_bytes(question + 1, (size_t)got - 1);
	if (is_known(path, paths, n))
		e = dial_here(path, &fd);
	answer(child, (unsigned char)question[0], e, fd);
	if (fd >= 0)
		close(fd);
	return true;
}
