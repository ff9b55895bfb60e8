/*
 * server - what a web server has to be told, printed from the programs' own rows
 * SPDX-License-Identifier: ISC
 *
 * A program answers below every issuer, so `/token` and `/acme/token` go to
 * the same processes; which authority is meant is found by the program. The
 * mapping is exact: `/tokens` is nobody's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "admin/commands.h"
#include "endpoint/endpoint.h"

#define CONFIGURATION_MAX 131072
#define SOCKET_NAME_MAX 80 /* of the directory: a whole name has 107 bytes at most, unix(7) */

struct layout {
	struct buf *out;
	const char *programs, *sockets, *conf; /* absolute; NULL: not given */
	struct conf settings;
};

/* The real path of an option's value. It will stand between quotation marks; a command is split at
 * blanks even there. */
static int
option_path(struct cli *c, const char *name, const char *refused, const char **path)
{
	struct str value = cli_option(c, name);
	char *real;

	*path = NULL;
	if (value.n == 0)
		return STATUS_DONE;
	real = realpath(arena_z(c->a, value), NULL);
	if (real == NULL)
		return cli_fail(STATUS_SYSTEM, value, "%s", strerror(errno));
	*path = arena_z(c->a, str_of(real));
	free(real);
	if (!str_is_text(str_of(*path)) || strpbrk(*path, refused) != NULL)
		return cli_fail(STATUS_NO, value, "the name has characters that do not fit");
	return STATUS_DONE;
}

/* Who can reach a socket can say to be any client, so the directory must be private. */
static int
check_sockets(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return cli_fail(STATUS_SYSTEM, str_of(path), "%s", strerror(errno));
	if (!S_ISDIR(st.st_mode) || (st.st_mode & 07) != 0)
		return cli_fail(STATUS_NO, str_of(path), "must be a directory closed to others");
	if (strlen(path) > SOCKET_NAME_MAX)
		return cli_fail(STATUS_NO, str_of(path), "the name of a socket would be too long");
	return STATUS_DONE;
}

/* A path as a regular expression; brackets, since backslashes mean something to the server. */
static void
put_pattern(struct buf *out, const char *path)
{
	for (; *path != '\0'; path++)
		if (*path == '.')
			buf_add(out, STR("[.]"));
		else
			buf_byte(out, (unsigned char)*path);
}

/* `below` stands for what may come before a path, `after` for what follows a well-known one. */
static void
put_paths(struct buf *out, const struct endpoint *ep, const char *below, const char *after)
{
	buf_add(out, STR("^("));
	buf_add(out, str_of(below));
	put_pattern(out, ep->path);
	if (ep->well_known != NULL) {
		buf_byte(out, '|');
		put_pattern(out, ep->well_known);
		buf_add(out, str_of(after));
	}
	buf_byte(out, ')');
}

static void
put_limits(const struct layout *l)
{
	buf_add(l->out,
		STR("server.max-request-size = 256\n"
		    "server.max-request-field-size = 32768\n"));
}

static void
put_fastcgi(const struct layout *l, const struct endpoint *ep)
{
	unsigned workers = endpoint_workers(ep);

	/* What forks by itself is started once. */
	if (conf_workers(&l->settings, ep->name, workers) > 0)
		workers = 1;

	buf_add(l->out, STR("\n$HTTP[\"url\"] =~ \""));
	put_paths(l->out, ep, "(/.+)?", "(/.*)?");
	buf_printf(l->out,
		"$\" {\n"
		"\tserver.range-requests = \"disable\"\n"
		"\tfastcgi.server = ( \"\" => ((\n"
		"\t\t\"bin-path\" => \"%s/%s\",\n"
		"\t\t\"socket\" => \"%s/%s.sock\",\n"
		"\t\t\"min-procs\" => %u, \"max-procs\" => %u,\n",
		l->programs, ep->name, l->sockets, ep->name, workers, workers);
	if (l->conf != NULL)
		buf_printf(l->out, "\t\t\"bin-environment\" => ( \"TESSERA_CONF\" => \"%s\" ),\n",
			l->conf);
	buf_add(l->out, STR("\t\t\"check-local\" => \"disable\"\n\t)))\n}\n"));
}

static void
put_all_fastcgi(const struct layout *l)
{
	size_t i;

	buf_add(l->out, STR("server.modules += ( \"mod_fastcgi\" )\n"));
	put_limits(l);
	for (i = 0; endpoint_rows[i] != NULL; i++)
		put_fastcgi(l, endpoint_rows[i]);
}

static void
put_cgi(const struct layout *l, const struct endpoint *ep)
{
	buf_printf(l->out,
		"\n$HTTP[\"url\"] == \"/tessera-cgi/%s\" {\n"
		"\tserver.range-requests = \"disable\"\n"
		"\talias.url = ( \"/tessera-cgi/%s\" => \"%s/%s\" )\n"
		"\tcgi.assign = ( \"\" => \"\" )\n",
		ep->name, ep->name, l->programs, ep->name);
	if (l->conf != NULL)
		buf_printf(l->out, "\tsetenv.set-environment = ( \"TESSERA_CONF\" => \"%s\" )\n",
			l->conf);
	buf_add(l->out, STR("}\n"));
}

/* Plain CGI runs files, so the address is rewritten to one; programs see the original. */
static void
put_all_cgi(const struct layout *l)
{
	size_t i;

	buf_add(l->out,
		STR("server.modules += ( \"mod_rewrite\", \"mod_alias\", \"mod_setenv\", "
		    "\"mod_cgi\" )\n"));
	put_limits(l);
	buf_add(l->out, STR("url.rewrite-once = (\n"));
	for (i = 0; endpoint_rows[i] != NULL; i++) {
		buf_add(l->out, STR("\t\""));
		put_paths(l->out, endpoint_rows[i], "(?:/[^?]+)?", "(?:/[^?]*)?");
		buf_printf(
			l->out, "([?].*)?$\" => \"/tessera-cgi/%s$2\",\n", endpoint_rows[i]->name);
	}
	buf_add(l->out, STR(")\n"));
	for (i = 0; endpoint_rows[i] != NULL; i++)
		put_cgi(l, endpoint_rows[i]);
}

/* Whether programs fork workers. Who prints before there are settings gets what the defaults are.
 */
static enum err
load_settings(struct cli *c, struct layout *l)
{
	struct conf_where where;
	enum err e;

	e = conf_load(&l->settings, c->a, l->conf, &where);
	return l->conf == NULL || e == ERR_NOTFOUND ? OK : e;
}

int
cmd_server_lighttpd(struct cli *c)
{
	struct buf out;
	struct layout l = { .out = &out };
	struct str text;
	int status;

	if ((status = option_path(c, "programs", "\"\\$ ", &l.programs)) != STATUS_DONE ||
		(status = option_path(c, "sockets", "\"\\$", &l.sockets)) != STATUS_DONE ||
		(status = option_path(c, "conf", "\"\\$", &l.conf)) != STATUS_DONE)
		return status;
	if (l.programs == NULL)
		l.programs = CGIDIR;
	if (!cli_has(c, "cgi") && l.sockets == NULL)
		return cli_fail(STATUS_USAGE, STR(""), "--sockets DIR is needed, or --cgi");
	if (l.sockets != NULL && (status = check_sockets(l.sockets)) != STATUS_DONE)
		return status;
	if (load_settings(c, &l) != OK)
		return cli_fail(STATUS_NO, str_of(l.conf), "the settings cannot be used");
	buf_init(&out, c->a, CONFIGURATION_MAX);
	buf_add(&out, STR("# printed by tessera server lighttpd\n"));
	if (cli_has(c, "cgi"))
		put_all_cgi(&l);
	else
		put_all_fastcgi(&l);
	if (buf_end(&out, &text) != OK)
		bug("the configuration of all programs is too long");
	text.n--; /* the line break is added again */
	return out_done(c, "configuration", text, "%.*s", STR_FMT(text));
}
