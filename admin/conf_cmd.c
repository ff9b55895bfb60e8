/*
 * conf_cmd - tessera conf: the settings that are in force, a sample, a check
 * SPDX-License-Identifier: ISC
 */
#include "admin/commands.h"

int
cmd_conf_show(struct cli *c)
{
	struct object o;

	object_begin(&o, c);
	object_str(&o, "file", c->conf.path);
	object_record(&o, &record_conf, &c->conf);
	return object_end(&o);
}

int
cmd_conf_sample(struct cli *c)
{
	struct str text = conf_sample(c->a);

	if (text.n > 0 && text.p[text.n - 1] == '\n')
		text.n--;
	return out_done(c, "sample", text, "%.*s", STR_FMT(text));
}

int
cmd_conf_check(struct cli *c)
{
	struct conf_where where;
	struct str fault;
	struct object o;
	enum err e;

	e = cli_load(c, &where);
	if (e == OK)
		return out_done(c, "file", c->conf.path, "%.*s is good", STR_FMT(c->conf.path));
	fault = cli_conf_fault(c, &where);
	cli_fail(STATUS_NO, where.file, "%.*s", STR_FMT(fault));
	if (!c->json)
		return STATUS_NO;
	object_begin(&o, c);
	object_str(&o, "file", where.file);
	object_int(&o, "line", where.line);
	object_str(&o, "problem", where.what);
	return object_end(&o) == STATUS_DONE ? STATUS_NO : STATUS_SYSTEM;
}
