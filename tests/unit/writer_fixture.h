/*
 * writer_fixture - a writer process for tests, without the program around it
 * SPDX-License-Identifier: ISC
 *
 * It takes this very program for one that may write the classes `writer_allows`.
 */
#ifndef TESTS_WRITER_FIXTURE_H
#define TESTS_WRITER_FIXTURE_H

#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/log.h"
#include "helper/apply.h"
#include "store/wire.h"

static const char *writer_allows = "ACRPUuONKSGTD";

static inline const char *
writer_writes_of(struct str name)
{
	(void)name;
	return writer_allows;
}

static inline const void *
writer_admit(void *arg, const struct peer *p)
{
	return apply_admit(arg, p);
}

static inline void
writer_take(void *arg, struct arena *arena, struct message *v, size_t n)
{
	apply_take(arg, arena, v, n);
}

static inline int
writer_idle(void *arg)
{
	(void)arg;
	return 1000;
}

/* The directory of the program that runs. */
static inline struct str
writer_programs(void)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	while (n > 0 && path[n - 1] != '/')
		n--;
	return str_bytes(path, n > 0 ? (size_t)n - 1 : 0);
}

/* Serves until a signal comes; 0, or 1 when it cannot. */
static inline int
writer_main(const struct conf *c)
{
	static const struct serve_handler handler = { WIRE_MAX, writer_admit, writer_take,
		writer_idle };
	struct applier ap = { .programs = writer_programs(), .writes_of = writer_writes_of };
	struct serve *serve;

	if (deployment_open(c, STORE_WRITE | STORE_COUNT, &ap.deployment) != OK)
		return 1;
	if (serve_open(c->writer, &handler, &ap, &serve) != OK)
		return 1;
	while (serve_round(serve))
		;
	serve_close(serve);
	deployment_close(ap.deployment);
	return 0;
}

/* Starts one, which ends with us. */
static inline pid_t
writer_start(const struct conf *c)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(writer_main(c));
}

static inline int
writer_stop(pid_t pid)
{
	int status = -1;

	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	return status;
}

#endif
