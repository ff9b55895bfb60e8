/*
 * peer - who is at the other end of a local socket (unix(7), proc(5))
 * SPDX-License-Identifier: ISC
 */
#include "helper/peer.h"

#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

#define GROUPS_MAX 64

static bool
is_gone(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	return poll(&p, 1, 0) != 0;
}

/* Reads what process `pid` runs. Its number may have passed to another while we looked; where the
 * kernel gives a handle (Linux 6.5), that says whether the one who connected is still there. */
static void
read_exe(int fd, struct peer *out)
{
	socklen_t len = sizeof(int);
	int pidfd = -1;
	char link[64];
	ssize_t n;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len) != 0)
		pidfd = -1;
	snprintf(link, sizeof(link), "/proc/%ld/exe", (long)out->pid);
	n = readlink(link, out->exe, sizeof(out->exe) - 1);
	if (n < 0 || (size_t)n >= sizeof(out->exe) - 1 || (pidfd >= 0 && is_gone(pidfd)))
		n = 0;
	out->exe[n] = '\0';
	if (pidfd >= 0)
		close(pidfd);
}

enum err
peer_read(int fd, struct peer *out)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
		return ERR_SYSTEM;
	*out = (struct peer){ .pid = cred.pid, .uid = cred.uid, .gid = cred.gid };
	read_exe(fd, out);
	return OK;
}

bool
peer_belongs(int fd, const struct peer *p, gid_t group)
{
	gid_t groups[GROUPS_MAX];
	socklen_t len = sizeof(groups);
	size_t i;

	if (p->uid == geteuid() || p->gid == group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) != 0)
		return false;
	for (i = 0; i < len / sizeof(groups[0]); i++)
		if (groups[i] == group)
			return true;
	return false;
}

bool
peer_program(const struct peer *p, struct str dir, struct str *name)
{
	const struct str deleted = STR(" (deleted)");
	struct str exe = str_of(p->exe);

	if (str_has_suffix(exe, deleted))
		exe.n -= deleted.n;
	if (dir.n == 0 || !str_has_prefix(exe, dir))
		return false;
	exe = str_skip(exe, dir.n);
	if (exe.n < 2 || exe.p[0] != '/')
		return false;
	*name = str_skip(exe, 1);
	return str_find(*name, '/') == name->n;
}
