/*
 * main - tessera: the administrator's command line
 * SPDX-License-Identifier: ISC
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "admin/commands.h"
#include "base/log.h"
#include "base/secret.h"

static int
usage(const struct cli *c)
{
	if (c->noun.n > 0)
		help_noun(c, stderr, c->noun);
	else
		help_general(c, stderr);
	return STATUS_USAGE;
}

/* --help is about as much of a command as was said. */
static int
help(const struct cli *c)
{
	if (c->cmd != NULL)
		return help_command(c, c->cmd);
	return c->noun.n > 0 ? help_noun(c, stdout, c->noun) : help_general(c, stdout);
}

static int
run(struct cli *c, int argc, char **argv)
{
	int status = args_parse(c, argc, argv);

	if (status != STATUS_DONE)
		return status;
	if (c->help)
		return help(c);
	if (c->version)
		return cmd_version(c);
	if (c->cmd == NULL)
		return usage(c);
	if ((c->cmd->flags & NEEDS_CONF) != 0)
		status = cli_configure(c);
	if (status == STATUS_DONE && (c->cmd->flags & NEEDS_CONF) != 0)
		status = cli_open(c);
	return status == STATUS_DONE ? c->cmd->run(c) : status;
}

int
main(int argc, char **argv)
{
	struct cli *c = calloc(1, sizeof(*c));
	int status;

	if (c == NULL)
		fatal("out of memory");
	umask(007);
	secret_init();
	c->a = arena_new(ARENA_CEILING);
	status = run(c, argc, argv);
	cli_close(c);
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == STATUS_DONE)
		status = cli_fail(STATUS_SYSTEM, STR("standard output"), "cannot be written");
	arena_free(c->a);
	free(c);
	return status;
}
