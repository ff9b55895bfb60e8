/*
 * conf - the configuration file of a deployment
 * SPDX-License-Identifier: ISC
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/limit_row.h"
#include "base/log.h"

enum {
	FILE_MAX = 64 << 10,
	SAMPLE_MAX = 16 << 10
};

static enum err
fault(struct conf_where *where, enum err e, struct str what)
{
	where->what = what;
	return e;
}

/* The first member of a list that its row does not allow; empty: it is something else. */
static struct str
bad_member(const struct field *f, struct str text)
{
	struct str one;

	while (f->type == FIELD_STRS && f->check != NULL && str_word(&text, ',', &one))
		if (!f->check(str_trim(one)))
			return str_trim(one);
	return (struct str){ 0 };
}

static enum err
set(struct conf *c, struct arena *a, struct str name, struct str text, struct conf_where *where)
{
	const struct field *f = field_find(&record_conf, name);
	struct str range, bad;
	enum err e;

	if (f == NULL)
		return fault(where, ERR_SYNTAX,
			arena_printf(a, "no setting is named '%.*s'", STR_FMT(name)));
	e = field_parse(f, c, a, text);
	if (e == OK)
		return OK;
	bad = bad_member(f, text);
	if (bad.n > 0)
		return fault(where, ERR_SYNTAX,
			arena_printf(a, "%s cannot have '%.*s'", f->name, STR_FMT(bad)));
	range = field_range(f, a);
	return fault(where, e == ERR_RANGE ? ERR_RANGE : ERR_SYNTAX,
		arena_printf(a, "%s must be %.*s", f->name, STR_FMT(range)));
}

static enum err
parse_line(struct conf *c, struct arena *a, struct strs *seen, struct str line,
	struct conf_where *where)
{
	struct str name, value;

	line = str_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return OK;
	if (!str_is_text(line) || !str_cut(line, '=', &name, &value))
		return fault(where, ERR_SYNTAX, STR("not of the form name = value"));
	name = str_trim(name);
	if (strs_has(*seen, name))
		return fault(
			where, ERR_SYNTAX, arena_printf(a, "%.*s is set twice", STR_FMT(name)));
	arena_strs_add(a, seen, name);
	return set(c, a, name, str_trim(value), where);
}

static enum err
parse_lines(struct conf *c, struct arena *a, struct str text, struct conf_where *where)
{
	struct strs seen = { NULL, 0 };
	struct str line;
	enum err e;

	while (text.n > 0) {
		where->line++;
		if (!str_cut(text, '\n', &line, &text)) {
			line = text;
			text = STR("");
		}
		e = parse_line(c, a, &seen, line, where);
		if (e != OK)
			return e;
	}
	return OK;
}

static struct str
directory_of(struct str file, struct arena *a)
{
	size_t n = file.n;

	while (n > 0 && file.p[n - 1] != '/')
		n--;
	if (n == 0)
		return STR(".");
	return n == 1 ? STR("/") : arena_bytes(a, file.p, n - 1);
}

/* Programs are started in any directory, so a relative name means: beside the file. */
static struct str
beside(struct str dir, struct str path, struct arena *a)
{
	if (path.n == 0 || path.p[0] == '/' || str_eq(dir, STR(".")))
		return path;
	return arena_printf(a, "%.*s/%.*s", STR_FMT(dir), STR_FMT(path));
}

static void
complete(struct conf *c, struct arena *a)
{
	struct str dir = directory_of(c->path, a);

	c->data = c->data.n == 0 ? dir : beside(dir, c->data, a);
	c->templates = beside(dir, c->templates, a);
	if (!str_eqz(c->log, "stderr") && !str_eqz(c->log, "syslog"))
		c->log = beside(dir, c->log, a);
	c->writer = beside(dir, c->writer, a);
	c->signer = beside(dir, c->signer, a);
	if (c->master_key.n == 0)
		c->master_key = arena_printf(a, "%.*s/master.key", STR_FMT(c->data));
	else
		c->master_key = beside(dir, c->master_key, a);
	if (c->audit_key.n == 0)
		c->audit_key = arena_printf(a, "%.*s/audit.key", STR_FMT(c->data));
	else
		c->audit_key = beside(dir, c->audit_key, a);
}

enum err
conf_parse(
	struct conf *c, struct arena *a, struct str file, struct str text, struct conf_where *where)
{
	enum err e;

	*where = (struct conf_where){ .file = file };
	field_defaults(&record_conf, c, a);
	if (text.n > FILE_MAX)
		return fault(where, ERR_RANGE, STR("the file is too long"));
	e = parse_lines(c, a, text, where);
	if (e != OK)
		return e;
	c->path = arena_str(a, file);
	complete(c, a);
	return OK;
}

static enum err
read_file(const char *path, struct arena *a, struct str *text)
{
	char *p = arena_alloc(a, FILE_MAX + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got = 0;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? ERR_NOTFOUND : ERR_SYSTEM;
	while (n <= FILE_MAX && (got = read(fd, p + n, FILE_MAX + 1 - n)) > 0)
		n += (size_t)got;
	close(fd);
	*text = str_bytes(p, n);
	return got < 0 ? ERR_SYSTEM : OK;
}

static struct str
beside_program(struct arena *a)
{
	char *path = arena_alloc(a, PATH_MAX);
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
	struct str dir;

	if (n <= 0)
		return STR("");
	dir = directory_of(str_bytes(path, (size_t)n), a);
	return arena_printf(a, "%.*s/tessera.conf", STR_FMT(dir));
}

/* A name that was given is not replaced by another place when it does not exist. */
static const char *
find(struct arena *a, const char *path)
{
	struct str own;

	if (path == NULL)
		path = getenv("TESSERA_CONF");
	if (path != NULL)
		return path;
	own = beside_program(a);
	if (own.n > 0 && access(own.p, F_OK) == 0)
		return own.p;
	return SYSCONFDIR "/tessera.conf";
}

enum err
conf_load(struct conf *c, struct arena *a, const char *path, struct conf_where *where)
{
	struct str text, file;
	char *real;
	enum err e;

	field_defaults(&record_conf, c, a);
	path = find(a, path);
	/* What is beside the file is beside what a link leads to. */
	real = realpath(path, NULL);
	file = arena_str(a, str_of(real == NULL ? path : real));
	free(real);
	*where = (struct conf_where){ .file = file };
	e = read_file(path, a, &text);
	if (e == ERR_NOTFOUND)
		return fault(where, e, STR("there is no such file"));
	if (e != OK) {
		log_errno("cannot read %s", path);
		return fault(where, e, STR("it cannot be read"));
	}
	return conf_parse(c, a, file, text, where);
}

/* What is limited has rows of its own. */
static void
add_limits(struct buf *b)
{
	const struct limit_row *row;

	for (row = limit_rows; row < limit_rows + LIMIT__MAX; row++)
		buf_printf(b, "#   %s=%s: %s\n", row->name, row->value, row->help);
}

struct str
conf_sample(struct arena *a)
{
	const struct field *f;
	struct str range;
	struct buf b;

	buf_init(&b, a, SAMPLE_MAX);
	buf_add(&b,
		STR("# Tessera. A line is `name = value`; what is commented out is the "
		    "default.\n"));
	for (f = record_conf.fields; f < record_conf.fields + record_conf.nfields; f++) {
		range = field_range(f, a);
		buf_printf(&b, "\n# %s (%.*s)\n", f->help, STR_FMT(range));
		if (f->check == limit_is_setting)
			add_limits(&b);
		buf_printf(&b, "#%s = %s\n", f->name, f->value == NULL ? "" : f->value);
	}
	return buf_str(&b);
}
