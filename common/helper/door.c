/*
 * door - where callers come to a helper, and who they are (unix(7))
 * SPDX-License-Identifier: ISC
 */
#include "helper/door.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/log.h"

#define BACKLOG 1024
#define ADMITTED 64 /* at a time: the parent has signals to see to as well */

/* The lock file stays when we go: to remove it would let two have one each. */
static enum err
take_lock(struct door *d)
{
	char name[sizeof(d->path) + 8];

	snprintf(name, sizeof(name), "%s.lock", d->path);
	d->lock = open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0660);
	if (d->lock < 0) {
		log_errno("cannot open %s", name);
		return ERR_SYSTEM;
	}
	if (flock(d->lock, LOCK_EX | LOCK_NB) == 0)
		return OK;
	if (errno == EWOULDBLOCK) {
		log_reason(LOG_FAILED, "another process serves at %s", d->path);
		return ERR_EXISTS;
	}
	log_errno("cannot lock %s", name);
	return ERR_SYSTEM;
}

static enum err
bind_and_listen(struct door *d)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat st;
	mode_t mask;
	int rc;

	memcpy(address.sun_path, d->path, sizeof(d->path));
	d->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (d->fd < 0)
		return ERR_SYSTEM;
	if (unlink(d->path) != 0 && errno != ENOENT)
		return ERR_SYSTEM;
	mask = umask(0117);
	rc = bind(d->fd, (struct sockaddr *)&address, sizeof(address));
	umask(mask);
	if (rc != 0 || listen(d->fd, BACKLOG) != 0 || lstat(d->path, &st) != 0)
		return ERR_SYSTEM;
	d->group = st.st_gid;
	return OK;
}

enum err
door_open(struct str path, struct door *out)
{
	enum err e;

	*out = (struct door){ .fd = -1, .lock = -1 };
	if (path.n == 0 || path.n >= sizeof(out->path)) {
		log_reason(LOG_FAILED, "the path of the socket is empty or too long");
		return ERR_RANGE;
	}
	memcpy(out->path, path.p, path.n);
	e = take_lock(out);
	if (e == OK) {
		e = bind_and_listen(out);
		if (e != OK)
			log_errno("cannot listen at %s", out->path);
	}
	if (e == OK)
		return OK;
	if (out->fd >= 0)
		close(out->fd);
	if (out->lock >= 0)
		close(out->lock);
	return e;
}

void
door_close(struct door *d)
{
	unlink(d->path);
	close(d->fd);
	close(d->lock);
}

int
door_signals(void)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &mask, NULL) != 0)
		return -1;
	return signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* What is sent of a peer: all of it up to the end of the path. */
static size_t
peer_size(const struct peer *p)
{
	return offsetof(struct peer, exe) + strlen(p->exe) + 1;
}

static void
let_in(const struct door *d, int child, int fd)
{
	struct peer p;

	if (peer_read(fd, &p) != OK) {
		log_errno("a connection was not accepted");
		return;
	}
	if (!peer_belongs(fd, &p, d->group))
		p.exe[0] = '\0';
	/* Who is sent away comes again. */
	if (!descriptor_send(child, &p, peer_size(&p), fd) && errno != EAGAIN)
		log_errno("a connection was not passed on");
}

void
door_admit(const struct door *d, int child)
{
	int fd, i;

	for (i = 0; i < ADMITTED; i++) {
		fd = accept4(d->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0) {
			if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
				log_errno("accept");
			return;
		}
		let_in(d, child, fd);
		close(fd);
	}
}

enum err
door_take(int parent, struct peer *p, int *fd)
{
	struct pollfd waits = { .fd = parent, .events = POLLIN };
	ssize_t n;

	if (poll(&waits, 1, 0) != 1)
		return ERR_NOTFOUND;
	n = descriptor_receive(parent, p, sizeof(*p), fd);
	if (n <= (ssize_t)offsetof(struct peer, exe))
		return ERR_NOTFOUND;
	if (((const char *)p)[n - 1] != '\0')
		bug("a peer that is cut off");
	return *fd >= 0 ? OK : ERR_FULL;
}
