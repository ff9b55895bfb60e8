/*
 * stop - whether the administrator has had enough of a command that takes its time
 * SPDX-License-Identifier: ISC
 */
#include <signal.h>

#include "admin/cli.h"

static volatile sig_atomic_t stopped;

static void
on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

/* Without SA_RESTART: reading ends, too. */
void
stop_catch(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = on_signal };
	size_t i;

	for (i = 0; i < COUNT(signals); i++)
		sigaction(signals[i], &action, NULL);
}

bool
stop_is_asked(void)
{
	return stopped != 0;
}
