/*
 * conf_table - what may be set, and what a setting of several words means
 * SPDX-License-Identifier: ISC
 */
#include "base/conf.h"
#include "base/limit_row.h"

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
		.value = "on",
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
	{ .name = "signer",
		.tag = 16,
		.type = FIELD_STR,
		.flags = FIELD_RESTART,
		AT(signer),
		.max = 1024,
		.help = "socket of tessera-signer(8), which then holds the private keys and signs "
			"for all programs; by default those that sign read them" },
	{ .name = "limits",
		.tag = 17,
		.type = FIELD_STRS,
		.flags = FIELD_RESTART,
		AT(limits),
		.max = 64,
		.check = limit_is_setting,
		.help = "how often somebody may be wrong, where it is not to be the default: "
			"name=tokens/duration, the time in which they all come back, or name=off, "
			"such as login_pair=10/1h,code_user=off" },
	{ .name = "limits_size",
		.tag = 18,
		.type = FIELD_SIZE,
		.flags = FIELD_RESTART,
		AT(limits_size),
		.value = "1M",
		.min = LIMIT_SIZE_MIN,
		.max = 1 << 30,
		.help = "bytes of the table in which that is counted, the file limits.map in data; "
			"one that is counted takes 22 of them, a user and address that are "
			"remembered 64" },
	{ .name = "audit_key",
		.tag = 19,
		.type = FIELD_STR,
		.flags = FIELD_RESTART,
		AT(audit_key),
		.max = 1024,
		.help = "file of the key that audit chains begin with and are verified by, which "
			"no program reads; by default audit.key in data" },
};

const struct record record_conf = { "conf", 1, sizeof(struct conf), fields, COUNT(fields) };
