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

static inline const struct privilege *
writer_privilege(struct str name)
{
	static struct privilege p = { .name = "test" };

	(void)name;
	p.writes = writer_allows;
	return writer_allows == NULL ? NULL : &p;
}

static inline enum err
writer_upkeep(
	struct helper_process *p, struct arena *arena, struct str name, bool begins, bool *done)
{
	(void)p;
	(void)arena;
	(void)name;
	(void)begins;
	*done = true;
	return OK;
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

/* Serves until a signal comes; the exit status. */
static inline int
writer_main(const struct conf *c)
{
	static const struct helper writer = {
		.name = "writer",
		.socket = offsetof(struct conf, writer),
		.rights = STORE_WRITE | STORE_COUNT,
		.sandbox = SANDBOX_WRITER,
		.message_max = WIRE_MAX,
		.privilege_of = writer_privilege,
		.take = apply_take,
		.upkeep = writer_upkeep,
	};
	struct helper_process p = { .helper = &writer, .conf = *c, .programs = writer_programs() };

	return helper_run(&p);
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
