/*
 * args - the words of the command line, checked against the command's row
 * SPDX-License-Identifier: ISC
 *
 * The row's words are the only description of what a command takes, so they
 * are read here, too: `<x>` is required, `[x]` and `(x | y)` may be left out,
 * `--option` followed by a capital word takes a value.
 */
#include "admin/cli.h"

enum {
	IDENTIFIER_LEAST = 20 /* 16 random bytes take 22 characters */
};

/* Options of every command. */
static const char global_args[] = "[--data DIR] [--authority NAME] [--json] [--help] [--version]";

static bool
is_bracket(char b)
{
	return b == '[' || b == ']' || b == '(' || b == ')' || b == '|';
}

bool
args_token(struct str *rest, struct str *token)
{
	size_t n = 0;

	while (rest->n > 0 && rest->p[0] == ' ')
		*rest = str_skip(*rest, 1);
	if (rest->n == 0)
		return false;
	if (is_bracket(rest->p[0]))
		n = 1;
	else
		while (n < rest->n && rest->p[n] != ' ' && !is_bracket(rest->p[n]))
			n++;
	*token = str_bytes(rest->p, n);
	*rest = str_skip(*rest, n);
	return true;
}

static bool
is_value_word(struct str token)
{
	return token.n > 0 && token.p[0] >= 'A' && token.p[0] <= 'Z';
}

bool
args_has_option(const char *args, struct str name, bool *takes_value)
{
	struct str rest = str_of(args), token;

	while (args_token(&rest, &token)) {
		if (!str_has_prefix(token, STR("--")) || !str_eq(str_skip(token, 2), name))
			continue;
		*takes_value = args_token(&rest, &token) && is_value_word(token);
		return true;
	}
	return false;
}

struct args_shape
args_shape(const char *args)
{
	struct args_shape s = { 0, 0, false };
	struct str rest = str_of(args), token;
	int depth = 0;

	while (args_token(&rest, &token)) {
		if (token.p[0] == '[' || token.p[0] == '(')
			depth++;
		else if (token.p[0] == ']' || token.p[0] == ')')
			depth--;
		else if (token.p[0] == '<') {
			s.most++;
			s.least += depth == 0;
		} else if (str_find(token, '=') < token.n)
			s.assignments = true;
	}
	return s;
}

struct str
cli_word(const struct cli *c, size_t i)
{
	return i < c->words.n ? c->words.v[i] : STR("");
}

static const struct option *
find_option(const struct cli *c, struct str name)
{
	size_t i;

	for (i = 0; i < c->noptions; i++)
		if (str_eq(c->options[i].name, name))
			return &c->options[i];
	return NULL;
}

struct str
cli_option(const struct cli *c, const char *name)
{
	const struct option *o = find_option(c, str_of(name));

	return o == NULL ? STR("") : o->value;
}

bool
cli_has(const struct cli *c, const char *name)
{
	return find_option(c, str_of(name)) != NULL;
}

static int
keep_option(struct cli *c, struct str name, struct str value)
{
	if (find_option(c, name) != NULL)
		return cli_fail(STATUS_USAGE, STR(""), "--%.*s is given twice", STR_FMT(name));
	if (c->noptions == OPTIONS_MAX)
		return cli_fail(STATUS_USAGE, STR(""), "too many options");
	c->options[c->noptions++] = (struct option){ name, value };
	return STATUS_DONE;
}

/* Takes one option, and the next argument when that is its value. */
static int
take_option(struct cli *c, struct str text, char *const **next)
{
	struct str name = text, value = STR("");
	bool has_value, takes_value = false;

	has_value = str_cut(text, '=', &name, &value);
	if (!args_has_option(global_args, name, &takes_value) &&
		(c->cmd == NULL || !args_has_option(c->cmd->args, name, &takes_value)))
		return cli_fail(STATUS_USAGE, STR(""), "there is no option --%.*s here%s",
			STR_FMT(name), c->cmd == NULL ? "" : "; see --help");
	if (has_value && !takes_value)
		return cli_fail(STATUS_USAGE, STR(""), "--%.*s takes no value", STR_FMT(name));
	if (takes_value && !has_value && **next != NULL &&
		!str_has_prefix(str_of(**next), STR("--")))
		value = str_of(*(*next)++);
	if (takes_value && value.n == 0)
		return cli_fail(STATUS_USAGE, STR(""), "--%.*s needs a value", STR_FMT(name));
	return keep_option(c, name, value);
}

/* The first words are the command; its row has to be known before its options are. */
static int
take_word(struct cli *c, struct str word)
{
	if (c->cmd != NULL) {
		arena_strs_add(c->a, &c->words, word);
		return STATUS_DONE;
	}
	if (c->noun.n == 0) {
		if (!command_has_noun(word))
			return cli_fail(STATUS_USAGE, word, "no such command; see tessera help");
		c->noun = word;
		c->cmd = command_find(word, STR(""));
		return STATUS_DONE;
	}
	c->cmd = command_find(c->noun, word);
	if (c->cmd == NULL)
		return cli_fail(STATUS_USAGE, c->noun, "there is no `%.*s`; see tessera help %.*s",
			STR_FMT(word), STR_FMT(c->noun));
	return STATUS_DONE;
}

/* A random identifier may begin with a dash; no option has that form. */
static bool
is_identifier(struct str arg)
{
	return arg.n >= IDENTIFIER_LEAST && arg.p[0] == '-' && arg.p[1] != '-';
}

static int
take_all(struct cli *c, char *const *next)
{
	bool words_only = false;
	struct str arg;
	int status;

	while (*next != NULL) {
		arg = str_of(*next++);
		if (!words_only && str_eqz(arg, "--")) {
			words_only = true;
			continue;
		}
		if (!words_only && str_eqz(arg, "-h"))
			arg = STR("--help");
		if (words_only || arg.n < 2 || arg.p[0] != '-' || is_identifier(arg))
			status = take_word(c, arg);
		else if (!str_has_prefix(arg, STR("--")))
			status = cli_fail(STATUS_USAGE, arg, "options begin with --");
		else
			status = take_option(c, str_skip(arg, 2), &next);
		if (status != STATUS_DONE)
			return status;
	}
	return STATUS_DONE;
}

static int
assignment_parse(struct cli *c, struct str text)
{
	struct assignment *s = &c->sets[c->nsets];
	char last;

	if (c->nsets == ASSIGNMENTS_MAX)
		return cli_fail(STATUS_USAGE, STR(""), "too many arguments");
	if (!str_cut(text, '=', &s->name, &s->value) || s->name.n == 0)
		return cli_fail(STATUS_USAGE, text, "is not of the form field=value");
	s->op = '=';
	last = s->name.p[s->name.n - 1];
	if (last == '+' || last == '-') {
		s->op = last;
		s->name.n--;
	}
	c->nsets++;
	return STATUS_DONE;
}

/* `-` and `@FILE` name where the value is; `@@x` is the text `@x`. */
static int
assignment_resolve(struct cli *c, struct assignment *s)
{
	if (str_has_prefix(s->value, STR("@@"))) {
		s->value = str_skip(s->value, 1);
		return STATUS_DONE;
	}
	if (str_eqz(s->value, "-")) {
		s->from_file = true;
		return input_read(c, s->value, &s->value);
	}
	if (s->value.n < 2 || s->value.p[0] != '@')
		return STATUS_DONE;
	s->from_file = true;
	return input_read(c, str_skip(s->value, 1), &s->value);
}

static int
sort_words(struct cli *c)
{
	struct args_shape shape = args_shape(c->cmd->args);
	size_t i, n = shape.least;
	int status = STATUS_DONE;

	if (c->words.n < shape.least)
		return cli_fail(STATUS_USAGE, STR(""), "too few arguments: %s%s%s %s", c->cmd->noun,
			c->cmd->verb == NULL ? "" : " ", c->cmd->verb == NULL ? "" : c->cmd->verb,
			c->cmd->args);
	while (n < shape.most && n < c->words.n &&
		(!shape.assignments || str_find(c->words.v[n], '=') == c->words.v[n].n))
		n++;
	if (c->words.n > n && !shape.assignments)
		return cli_fail(STATUS_USAGE, c->words.v[n], "one argument too many");
	for (i = n; i < c->words.n && status == STATUS_DONE; i++)
		status = assignment_parse(c, c->words.v[i]);
	c->words.n = n;
	for (i = 0; i < c->nsets && status == STATUS_DONE; i++)
		status = assignment_resolve(c, &c->sets[i]);
	return status;
}

int
args_parse(struct cli *c, int argc, char *const *argv)
{
	int status = argc > 1 ? take_all(c, argv + 1) : STATUS_DONE;

	if (status != STATUS_DONE)
		return status;
	c->json = cli_has(c, "json");
	c->help = cli_has(c, "help");
	c->version = cli_has(c, "version");
	c->data = cli_option(c, "data");
	c->authority = cli_option(c, "authority");
	if (c->help || c->version || c->cmd == NULL)
		return STATUS_DONE;
	return sort_words(c);
}
