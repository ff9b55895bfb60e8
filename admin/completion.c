/*
 * completion - a completion script for bash, from the command table
 * SPDX-License-Identifier: ISC
 */

#include "admin/commands.h"

static const char head[] =
	"# tessera(1) completion for bash, printed by `tessera help --completion`\n"
	"_tessera()\n"
	"{\n"
	"	local cur=${COMP_WORDS[COMP_CWORD]} words=\n"
	"	case $COMP_CWORD,${COMP_WORDS[1]} in\n";

static const char tail[] = "	esac\n"
			   "	if ((COMP_CWORD > 2)) || [[ $cur == -* ]]; then\n"
			   "		words+=' --data --authority --json --help'\n"
			   "	fi\n"
			   "	COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
			   "}\n"
			   "complete -o default -F _tessera tessera\n";

static bool
is_first(const struct command *cmd)
{
	return cmd == commands || !str_eqz(str_of(cmd->noun), cmd[-1].noun);
}

static void
print_nouns(void)
{
	const struct command *cmd;

	fputs("	1,*) words='", stdout);
	for (cmd = commands; cmd->noun != NULL; cmd++)
		if (is_first(cmd))
			printf("%s%s", cmd == commands ? "" : " ", cmd->noun);
	fputs("' ;;\n", stdout);
}

static void
print_options(const struct command *cmd)
{
	struct str rest = str_of(cmd->args), token;

	while (args_token(&rest, &token))
		if (str_has_prefix(token, STR("--")))
			printf(" %.*s", STR_FMT(token));
}

/* The verbs of a noun as second word; then the options of noun and verb. */
static void
print_noun(const struct command *first)
{
	const struct command *cmd;

	printf("	2,%s) words='", first->noun);
	for (cmd = first; cmd->noun != NULL && str_eqz(str_of(cmd->noun), first->noun); cmd++)
		printf("%s%s", cmd == first ? "" : " ", cmd->verb);
	fputs("' ;;\n", stdout);
	printf("	*,%s) case ${COMP_WORDS[2]} in\n", first->noun);
	for (cmd = first; cmd->noun != NULL && str_eqz(str_of(cmd->noun), first->noun); cmd++) {
		printf("		%s) words='", cmd->verb);
		print_options(cmd);
		fputs("' ;;\n", stdout);
	}
	fputs("		esac ;;\n", stdout);
}

int
completion_bash(void)
{
	const struct command *cmd;

	fputs(head, stdout);
	print_nouns();
	for (cmd = commands; cmd->noun != NULL; cmd++) {
		if (!is_first(cmd))
			continue;
		if (cmd->verb != NULL) {
			print_noun(cmd);
			continue;
		}
		printf("	*,%s) words='", cmd->noun);
		print_options(cmd);
		fputs("' ;;\n", stdout);
	}
	fputs(tail, stdout);
	return STATUS_DONE;
}
