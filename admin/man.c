/*
 * man - man pages from templates and the tables
 * SPDX-License-Identifier: ISC
 *
 * A line of the template that is one of the words below is replaced by what
 * the tables say, in mdoc(7); @VERSION@ within a line by the version.
 */

#include "admin/commands.h"
#include "base/limit_row.h"
#include "endpoint/endpoint.h"
#include "http/request.h"
#include "store/key.h"

enum {
	LINE_MOST = 78
};

/* Text in mdoc(7). */
static void
put_text(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] == '\\')
			fputs("\\e", stdout);
		else if (s.p[i] == '-')
			fputs("\\-", stdout);
		else
			putchar(s.p[i]);
}

/* Prose in lines that fit; a mark without width keeps a dot or quote from being a request. */
static void
put_prose(struct str text)
{
	struct str word;
	size_t n = 0;

	while (str_word(&text, ' ', &word)) {
		if (n > 0 && n + 1 + word.n > LINE_MOST) {
			putchar('\n');
			n = 0;
		}
		if (n > 0)
			putchar(' ');
		else if (word.p[0] == '.' || word.p[0] == '\'')
			fputs("\\&", stdout);
		put_text(word);
		n += word.n + 1;
	}
	putchar('\n');
}

static void
put_word(struct str token)
{
	struct str name, value;

	if (token.p[0] == '<')
		printf(" Ar %.*s", (int)token.n - 2, token.p + 1);
	else if (str_has_prefix(token, STR("--")))
		printf(" Fl -%.*s", (int)token.n - 2, token.p + 2);
	else if (str_cut(token, '=', &name, &value))
		printf(" Ar %.*s Ns = Ns Ar %.*s", STR_FMT(name), STR_FMT(value));
	else if (str_eqz(token, "..."))
		fputs(" ...", stdout);
	else
		printf(" Ar %.*s", STR_FMT(token));
}

static void
put_token(struct str token)
{
	switch (token.p[0]) {
	case '[':
		fputs(" Oo", stdout);
		break;
	case ']':
		fputs(" Oc", stdout);
		break;
	case '(':
		fputs(" Po", stdout);
		break;
	case ')':
		fputs(" Pc", stdout);
		break;
	case '|':
		fputs(" |", stdout);
		break;
	default:
		put_word(token);
	}
}

static int
put_commands(struct cli *c)
{
	const struct command *cmd;
	struct str rest, token;

	(void)c;
	puts(".Bl -tag -width Ds");
	for (cmd = commands; cmd->noun != NULL; cmd++) {
		printf(".It Cm %s%s%s", cmd->noun, cmd->verb == NULL ? "" : " ",
			cmd->verb == NULL ? "" : cmd->verb);
		rest = str_of(cmd->args);
		while (args_token(&rest, &token))
			put_token(token);
		putchar('\n');
		put_prose(str_of(cmd->help));
	}
	puts(".El");
	return STATUS_DONE;
}

static void
put_field(const struct field *f, struct arena *a)
{
	struct str range = field_range(f, a);

	printf(".It Va %s Pq %s\n", f->name, field_type_name(f->type));
	put_prose(str_of(f->help));
	puts(".br");
	put_prose(arena_printf(a, "Allowed: %.*s.", STR_FMT(range)));
	if (f->value != NULL)
		put_prose(arena_printf(a, "Default: %s.", f->value));
}

static void
put_fields(const struct record *rec, struct arena *a)
{
	const struct field *f;

	puts(".Bl -tag -width Ds");
	for (f = rec->fields; f < rec->fields + rec->nfields; f++)
		if ((f->flags & FIELD_HIDDEN) == 0)
			put_field(f, a);
	puts(".El");
}

static int
put_settings(struct cli *c)
{
	put_fields(&record_conf, c->a);
	return STATUS_DONE;
}

static int
put_records(struct cli *c)
{
	size_t i;

	for (i = 0; records[i] != NULL; i++) {
		if (records[i] == &record_conf)
			continue;
		printf(".Ss %s\n", records[i]->name);
		put_fields(records[i], c->a);
	}
	return STATUS_DONE;
}

static int
put_limits(struct cli *c)
{
	const struct limit_row *row;

	(void)c;
	puts(".Bl -tag -width Ds");
	for (row = limit_rows; row < limit_rows + LIMIT__MAX; row++) {
		printf(".It Va %s Pq %s\n", row->name, row->value);
		put_prose(str_of(row->help));
	}
	puts(".El");
	return STATUS_DONE;
}

static const char *const auth_text[] = {
	[AUTH_NONE] = "none",
	[AUTH_CLIENT] = "the client, by its registered method; public clients by client_id",
	[AUTH_CALLER] = "a confidential client or an API",
	[AUTH_HANDLER] = "a cookie or an access token",
};

static struct str
list_classes(struct cli *c, const char *writes)
{
	struct str list = { 0 };

	if (writes == NULL)
		return STR("nothing");
	for (; *writes != '\0'; writes++)
		list = arena_printf(c->a, "%.*s%s%s", STR_FMT(list), list.n > 0 ? ", " : "",
			key_class_name(*writes));
	return list;
}

static struct str
list_purposes(struct cli *c, unsigned signs)
{
	struct str list = { 0 };
	size_t i;

	for (i = 0; sign_purpose_names[i] != NULL; i++)
		if (signs & SIGNS(i))
			list = arena_printf(c->a, "%.*s%s%s", STR_FMT(list), list.n > 0 ? ", " : "",
				sign_purpose_names[i]);
	return list.n > 0 ? list : STR("nothing");
}

static void
put_program(struct cli *c, const struct endpoint *ep)
{
	struct str methods = method_list(c->a, ep->methods);
	struct str writes = list_classes(c, ep->writes);
	struct str signs = list_purposes(c, ep->signs);

	printf(".It Nm %s\n", ep->name);
	if (ep->help != NULL)
		put_prose(str_of(ep->help));
	puts(".Bl -column -compact authentication");
	printf(".It path Ta %s\n", ep->path == NULL ? "\\-" : ep->path);
	if (ep->well_known != NULL)
		printf(".It Ta %s\n", ep->well_known);
	printf(".It methods Ta %.*s\n", STR_FMT(methods));
	printf(".It authentication Ta %s\n", auth_text[ep->auth]);
	printf(".It writes Ta %.*s\n", STR_FMT(writes));
	printf(".It signs Ta %.*s\n", STR_FMT(signs));
	printf(".It class Ta %s\n", sandbox_classes[ep->sandbox].name);
	printf(".It counts tries Ta %s\n", (ep->store & STORE_LIMIT) != 0 ? "yes" : "no");
	if (ep->spec != NULL && !str_eqz(str_of(ep->spec), "-"))
		printf(".It specification Ta %s\n", ep->spec);
	puts(".El");
}

static int
put_programs(struct cli *c)
{
	size_t i;

	puts(".Bl -tag -width Ds");
	for (i = 0; endpoint_rows[i] != NULL; i++)
		put_program(c, endpoint_rows[i]);
	puts(".El");
	return STATUS_DONE;
}

static const struct {
	const char *mark;
	int (*put)(struct cli *c);
} parts[] = {
	{ "@COMMANDS@", put_commands },
	{ "@SETTINGS@", put_settings },
	{ "@LIMITS@", put_limits },
	{ "@RECORDS@", put_records },
	{ "@PROGRAMS@", put_programs },
};

static bool
put_part(struct cli *c, struct str line)
{
	size_t i;

	for (i = 0; i < COUNT(parts); i++)
		if (str_eqz(line, parts[i].mark))
			return parts[i].put(c) == STATUS_DONE;
	return false;
}

int
man_page(struct cli *c, struct str path)
{
	struct str text, line;
	int status = input_read(c, path, &text);
	bool more = true;

	while (status == STATUS_DONE && more) {
		more = str_cut(text, '\n', &line, &text);
		if (!more)
			line = text;
		if (!put_part(c, line))
			printf("%.*s\n", STR_FMT(line));
	}
	return status;
}
