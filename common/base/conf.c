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
#include "base/log.h"

enum {
	FILE_MAX = 64 << 10,
	SAMPLE_MAX = 16 << 10
};

#define CENTURY ((int64_t)36525 * 86400)
#define AT(member) .offset = offsetof(struct conf, member)

static const char *const off_on[] = { "off", "on", NULL };

static bool
read_number(struct str text, int64_t *n)
{
	*n = -1; /* auto */
	if (str_eqz(text, "auto"))
		return true;
	return str_int(text, n) == OK && *n >= 0 && *n <= CONF_WORKERS_MAX;
}

/* 4, auto, token=4, login=auto */
static bool
is_workers(struct str one)
{
	struct str program, number;
	int64_t n;

	if (str_cut(one, '=', &program, &number))
		return program.n > 0 && read_number(number, &n);
	return read_number(one, &n);
}

unsigned
conf_workers(const struct conf *c, const char *program, unsigned own)
{
	struct str one, name, number;
	int64_t all = 0, n;
	size_t i;

	for (i = 0; i < c->workers.n; i++) {
		one = c->workers.v[i];
		if (!str_cut(one, '=', &name, &number)) {
			if (!read_number(one, &all))
				all = 0;
		} else if (str_eqz(name, program) && read_number(number, &n)) {
			return n < 0 ? own : (unsigned)n;
		}
	}
	return all < 0 ? own : (unsigned)all;
}

static const struct field fields[] = {
	{ .name = "data",
		.tag = 1,
		.type = FIELD_STR,
		.flags = FIELD_RESTART,
		AT(data),
		.max = 1024,
		.help = "directory of all authorities; by default the directory of this file" },
	{ .name = "templates",
		.tag = 2,
		.type = FIELD_STR,
		.flags = FIELD_RESTART,
		AT(templates),
		.value = DATADIR "/templates",
		.max = 1024,
		.help = "directory of page templates and style sheet" },
	{ .name = "master_key",
		.tag = 3,
		.type = FIELD_STR,
		.flags = FIELD_RESTART,
		AT(master_key),
		.max = 1024,
		.help = "file of the key that seals secrets; by default master.key in data" },
	{ .name = "log",
		.tag = 4,
		.type = FIELD_STR,
		.flags = FIELD_REQUIRED | FIELD_RESTART,
		AT(log),
		.value = "stderr",
		.max = 1024,
		.help = "where events go: stderr, syslog, or a file to append to" },
	{ .name = "verbosity",
		.tag = 5,
		.type = FIELD_INT,
		.flags = FIELD_RESTART,
		AT(verbosity),
		.value = "2",
		.max = 2,
		.help = "0 logs errors, 1 refusals too, 2 everything" },
	{ .name = "map_size",
		.tag = 6,
		.type = FIELD_SIZE,
		.flags = FIELD_RESTART,
		AT(map_size),
		.value = "1G",
		.min = 1 << 20,
		.max = (int64_t)1 << 40,
		.help = "what an authority's durable store may grow to" },
	{ .name = "volatile_size",
		.tag = 7,
		.type = FIELD_SIZE,
		.flags = FIELD_RESTART,
		AT(volatile_size),
		.value = "64M",
		.min = 1 << 20,
		.max = (int64_t)1 << 40,
		.help = "what an authority's volatile store may grow to" },
	{ .name = "readers",
		.tag = 8,
		.type = FIELD_INT,
		.flags = FIELD_RESTART,
		AT(readers),
		.value = "1022",
		.min = 16,
		.max = 32766,
		.help = "processes that can read a store at the same time" },
	{ .name = "open_authorities",
		.tag = 9,
		.type = FIELD_INT,
		.flags = FIELD_RESTART,
		AT(open_authorities),
		.value = "16",
		.min = 1,
		.max = 1024,
		.help = "authorities that a program keeps open" },
	{ .name = "password_memory",
		.tag = 10,
		.type = FIELD_SIZE,
		.flags = FIELD_RESTART,
		AT(password_memory),
		.value = "19M",
		.min = 8 << 10,
		.max = (int64_t)4 << 30,
		.help = "memory that hashing a password takes (Argon2id)" },
	{ .name = "password_passes",
		.tag = 11,
		.type = FIELD_INT,
		.flags = FIELD_RESTART,
		AT(password_passes),
		.value = "2",
		.min = 1,
		.max = 64,
		.help = "passes over that memory" },
	{ .name = "clock_offset",
		.tag = 12,
		.type = FIELD_INT,
		.flags = FIELD_RESTART,
		AT(clock_offset),
		.value = "0",
		.min = -CENTURY,
		.max = CENTURY,
		.help = "seconds that are added to the time of day; for tests" },
	{ .name = "sandbox",
		.tag = 13,
		.type = FIELD_CHOICE,
		.flags = FIELD_RESTART,
		AT(sandbox),
		.value = "off",
		.choices = off_on,
		.help = "locks programs in: to their own files and a few system calls" },
	{ .name = "workers",
		.tag = 14,
		.type = FIELD_STRS,
		.flags = FIELD_RESTART,
		AT(workers),
		.value = "0",
		.max = 64,
		.check = is_workers,
		.help = "processes that a FastCGI program forks to share its socket: a number, "
			"auto "
			"(what suits the program) or 0 (the web server starts as many as it "
			"wants); "
			"program=number for one of them, such as 2,token=4" },
	{ .name = "writer",
		.tag = 15,
		.type = FIELD_STR,
		.flags = FIELD_RESTART,
		AT(writer),
		.max = 1024,
		.help = "socket of tessera-writer(8), which then commits for all programs; by "
			"default each commits for itself" },
};

const struct record record_conf = { "conf", 1, sizeof(struct conf), fields, COUNT(fields) };

static enum err
fault(struct conf_where *where, enum err e, struct str what)
{
	where->what = what;
	return e;
}

static enum err
set(struct conf *c, struct arena *a, struct str name, struct str text, struct conf_where *where)
{
	const struct field *f = field_find(&record_conf, name);
	struct str range;
	enum err e;

	if (f == NULL)
		return fault(where, ERR_SYNTAX,
			arena_printf(a, "no setting is named '%.*s'", STR_FMT(name)));
	e = field_parse(f, c, a, text);
	if (e == OK)
		return OK;
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
	if (c->master_key.n == 0)
		c->master_key = arena_printf(a, "%.*s/master.key", STR_FMT(c->data));
	else
		c->master_key = beside(dir, c->master_key, a);
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
	for (f = fields; f < fields + COUNT(fields); f++) {
		range = field_range(f, a);
		buf_printf(&b, "\n# %s (%.*s)\n#%s = %s\n", f->help, STR_FMT(range), f->name,
			f->value == NULL ? "" : f->value);
	}
	return buf_str(&b);
}
