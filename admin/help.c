/*
 * help - tessera help: usage from the command table, fields from the records' tables
 * SPDX-License-Identifier: ISC
 */

#include "admin/commands.h"
#include "admin/record_cmd.h"

static void
usage_line(FILE *f, const struct command *cmd)
{
	fprintf(f, "  %s%s%s%s%s\n", cmd->noun, cmd->verb == NULL ? "" : " ",
		cmd->verb == NULL ? "" : cmd->verb, *cmd->args == '\0' ? "" : " ", cmd->args);
}

/* The rows of one noun and verb, or of all where these are empty. */
static int
list_json(const struct cli *c, struct str noun, struct str verb)
{
	static const char *const columns[] = { "noun", NULL };
	const struct command *cmd;
	struct listing l;

	list_begin(&l, c, "commands", columns);
	for (cmd = commands; cmd->noun != NULL; cmd++) {
		if ((noun.n > 0 && !str_eqz(noun, cmd->noun)) ||
			(verb.n > 0 && !str_eq(verb, str_of(cmd->verb))))
			continue;
		list_str(&l, "noun", str_of(cmd->noun));
		list_str(&l, "verb", str_of(cmd->verb));
		list_str(&l, "arguments", str_of(cmd->args));
		list_str(&l, "help", str_of(cmd->help));
		list_next(&l);
	}
	return list_end(&l);
}

static const char trailer[] =
	"Options of every command:\n"
	"  --data DIR          the data directory; without it, that of the configuration\n"
	"  --authority NAME    the authority to work on; without it the only one, or \"default\"\n"
	"  --json              answer in JSON\n"
	"  --help, --version\n"
	"\n"
	"A value @FILE is read from that file and - from standard input; @@x means the text @x. Of "
	"a\n"
	"list, field=a,b replaces all, field+=a adds and field-=a removes.\n"
	"Exit status: 0 done or yes, 1 no or absent, 100 wrong usage, 111 system failure.\n";

int
help_general(const struct cli *c, FILE *f)
{
	const struct command *cmd;

	if (c->json && f == stdout)
		return list_json(c, STR(""), STR(""));
	fputs("usage: tessera COMMAND [VERB] [ARGUMENT ...] [OPTION ...]\n\n", f);
	for (cmd = commands; cmd->noun != NULL; cmd++) {
		if (cmd > commands && !str_eqz(str_of(cmd->noun), cmd[-1].noun) &&
			(cmd->verb != NULL || cmd[-1].verb != NULL))
			fputc('\n', f);
		usage_line(f, cmd);
		fprintf(f, "        %s\n", cmd->help);
	}
	fprintf(f, "\n%s", trailer);
	return STATUS_DONE;
}

int
help_noun(const struct cli *c, FILE *f, struct str noun)
{
	const struct command *cmd;

	if (c->json && f == stdout)
		return list_json(c, noun, STR(""));
	fputs("usage:\n", f);
	for (cmd = commands; cmd->noun != NULL; cmd++) {
		if (!str_eqz(noun, cmd->noun))
			continue;
		usage_line(f, cmd);
		fprintf(f, "        %s\n", cmd->help);
	}
	return STATUS_DONE;
}

static bool
is_settable(const struct field *f, const struct kind *k)
{
	unsigned never = FIELD_HIDDEN | FIELD_SECRET;

	if ((f->flags & never) != 0 || f->type == FIELD_LIST || str_eqz(str_of(f->name), k->name))
		return false;
	return (f->flags & FIELD_FIXED) == 0 ||
		(k->free != NULL && str_eqz(str_of(f->name), k->free));
}

static void
print_fields(const struct kind *k)
{
	struct arena *a = arena_new(ARENA_CEILING);
	const struct field *row, *end = k->rec->fields + k->rec->nfields;
	struct str range;

	puts("\nfields:");
	for (row = k->rec->fields; row < end; row++) {
		if (!is_settable(row, k))
			continue;
		range = field_range(row, a);
		printf("  %s%s%s\n        %s (%.*s)\n", row->name, row->value == NULL ? "" : "=",
			row->value == NULL ? "" : row->value, row->help, STR_FMT(range));
	}
	arena_free(a);
}

int
help_command(const struct cli *c, const struct command *cmd)
{
	const struct kind *k = kind_find(cmd->noun);

	if (c->json)
		return list_json(c, str_of(cmd->noun), str_of(cmd->verb));
	printf("usage: tessera %s%s%s %s\n\n%s\n", cmd->noun, cmd->verb == NULL ? "" : " ",
		cmd->verb == NULL ? "" : cmd->verb, cmd->args, cmd->help);
	if (k != NULL && args_shape(cmd->args).assignments)
		print_fields(k);
	return STATUS_DONE;
}

int
cmd_help(struct cli *c)
{
	struct str noun = cli_word(c, 0), verb = cli_word(c, 1);
	const struct command *cmd = command_find(noun, verb);

	if (cli_has(c, "man"))
		return man_page(c, cli_option(c, "man"));
	if (cli_has(c, "completion"))
		return completion_bash();
	if (noun.n == 0)
		return help_general(c, stdout);
	if (cmd != NULL)
		return help_command(c, cmd);
	if (verb.n == 0 && command_has_noun(noun))
		return help_noun(c, stdout, noun);
	return cli_fail(STATUS_NO, verb.n > 0 ? verb : noun, "no such command");
}

int
cmd_version(struct cli *c)
{
	return out_done(c, "version", STR(VERSION), "tessera %s", VERSION);
}
