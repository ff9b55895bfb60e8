/*
 * listen - a local socket that one process at a time listens on
 * SPDX-License-Identifier: ISC
 */
#include "helper/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"

#define BACKLOG 1024

/* The lock file stays when we go: to remove it would let two have one each. */
static enum err
take_lock(struct listening *l)
{
	char name[sizeof(l->path) + 8];

	snprintf(name, sizeof(name), "%s.lock", l->path);
	l->lock = open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0660);
	if (l->lock < 0) {
		log_errno("cannot open %s", name);
		return ERR_SYSTEM;
	}
	if (flock(l->lock, LOCK_EX | LOCK_NB) == 0)
		return OK;
	if (errno == EWOULDBLOCK) {
		log_reason(LOG_FAILED, "another process serves at %s", l->path);
		return ERR_EXISTS;
	}
	log_errno("cannot lock %s", name);
	return ERR_SYSTEM;
}

static enum err
bind_and_listen(struct listening *l)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat st;
	mode_t mask;
	int rc;

	memcpy(address.sun_path, l->path, sizeof(l->path));
	l->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0)
		return ERR_SYSTEM;
	if (unlink(l->path) != 0 && errno != ENOENT)
		return ERR_SYSTEM;
	mask = umask(0117);
	rc = bind(l->fd, (struct sockaddr *)&address, sizeof(address));
	umask(mask);
	if (rc != 0 || listen(l->fd, BACKLOG) != 0 || lstat(l->path, &st) != 0)
		return ERR_SYSTEM;
	l->group = st.st_gid;
	return OK;
}

enum err
listen_open(struct str path, struct listening *out)
{
	enum err e;

	*out = (struct listening){ .fd = -1, .lock = -1 };
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
listen_close(struct listening *l)
{
	unlink(l->path);
	close(l->fd);
	close(l->lock);
}

int
listen_signals(void)
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
