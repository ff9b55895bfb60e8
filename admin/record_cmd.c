/*
 * record_cmd - add, list, show, set and remove, the same for every kind of record
 * SPDX-License-Identifier: ISC
 */

#include "admin/record_cmd.h"

/* How often a change is tried when others change the same record. */
enum {
	TRIES = 8
};

static const struct kind *const kinds[] = {
	&kind_authority,
	&kind_client,
	&kind_resource,
	&kind_scope,
	&kind_user,
};

const struct kind *
kind_find(const char *noun)
{
	size_t i;

	for (i = 0; i < COUNT(kinds); i++)
		if (str_eqz(str_of(kinds[i]->noun), noun))
			return kinds[i];
	return NULL;
}

static const struct kind *
kind_of(const struct cli *c)
{
	const struct kind *k = kind_find(c->cmd->noun);

	if (k == NULL)
		bug("no kind of record is named %s", c->cmd->noun);
	return k;
}

struct str
kind_label(struct cli *c, const struct kind *k, struct str name)
{
	struct str clean = out_clean(c->a, name);

	return arena_printf(c->a, "%s %.*s", k->noun, STR_FMT(clean));
}

static struct str
name_of(const struct kind *k, const void *base)
{
	const struct field *f = field_find(k->rec, str_of(k->name));

	return *(const struct str *)((const char *)base + f->offset);
}

static int
put(struct cli *c, const struct kind *k, void *base, uint64_t version, enum err *e)
{
	struct str label = kind_label(c, k, name_of(k, base));
	const char *why = NULL;
	int status = STATUS_DONE;

	*e = OK;
	if (k->check != NULL)
		status = k->check(c, base);
	if (status == STATUS_DONE)
		status = assign_check(c, k->rec, base);
	if (status != STATUS_DONE)
		return status;
	*e = k->put(c, c->a, base, version, &why);
	if (*e == OK || *e == ERR_CONFLICT)
		return STATUS_DONE;
	if (why != NULL)
		return cli_fail(*e == ERR_EXISTS ? STATUS_NO : STATUS_USAGE, label, "%s", why);
	return cli_error(label, *e);
}

int
record_prepare(struct cli *c, const struct kind *k, void *base)
{
	const struct field *f = field_find(k->rec, str_of(k->name));

	field_defaults(k->rec, base, c->a);
	*(struct str *)((char *)base + f->offset) = cli_word(c, 0);
	return assign_all(c, k, base, true);
}

/* A record that asks for an algorithm brings its ring of keys with it. */
static int
follow(struct cli *c)
{
	size_t i;

	for (i = 0; i < c->nsets; i++)
		if (str_has_suffix(c->sets[i].name, STR("_alg")))
			return key_upkeep(c);
	return STATUS_DONE;
}

int
record_create(struct cli *c, const struct kind *k, void *base)
{
	void *other = arena_alloc(c->a, k->rec->size);
	int status;
	enum err e;

	/* Said first, whatever else may be wrong with it; the commit guards against a race. */
	if (k != &kind_authority && k->get(c, c->a, name_of(k, base), other, NULL) == OK)
		return cli_error(kind_label(c, k, name_of(k, base)), ERR_EXISTS);
	status = put(c, k, base, 0, &e);
	if (status == STATUS_DONE && e != OK)
		status = cli_error(kind_label(c, k, name_of(k, base)), ERR_EXISTS);
	if (status != STATUS_DONE)
		return status;
	cli_changed(c, name_of(k, base));
	return k == &kind_authority ? STATUS_DONE : follow(c); /* it was made with its keys */
}

int
record_change(
	struct cli *c, const struct kind *k, struct str name, change_fn *fn, void *arg, void *base)
{
	struct str label = kind_label(c, k, name);
	uint64_t version = 0;
	int i, status;
	enum err e;

	for (i = 0; i < TRIES; i++) {
		e = k->get(c, c->a, name, base, &version);
		if (e != OK)
			return cli_error(label, e);
		status = fn(c, k, base, arg);
		if (status == STATUS_DONE)
			status = put(c, k, base, version, &e);
		if (status != STATUS_DONE)
			return status;
		if (e == OK) {
			cli_changed(c, name);
			return follow(c);
		}
	}
	return cli_error(label, ERR_CONFLICT);
}

static int
show(struct cli *c, const struct kind *k, const void *base)
{
	struct object o;

	object_begin(&o, c);
	object_record(&o, k->rec, base);
	return object_end(&o);
}

int
cmd_record_add(struct cli *c)
{
	const struct kind *k = kind_of(c);
	void *base = arena_alloc(c->a, k->rec->size);
	int status = record_prepare(c, k, base);

	if (status == STATUS_DONE)
		status = record_create(c, k, base);
	return status == STATUS_DONE ? show(c, k, base) : status;
}

struct list_arg {
	struct listing list;
	const struct kind *kind;
};

static enum err
list_one(void *arg, struct arena *a, struct str key, const void *base, uint64_t version)
{
	struct list_arg *l = arg;

	(void)a;
	(void)key;
	(void)version;
	list_record(&l->list, l->kind->rec, base);
	list_next(&l->list);
	return OK;
}

int
cmd_record_list(struct cli *c)
{
	struct list_arg l = { .kind = kind_of(c) };
	enum err e;
	int status;

	list_begin(&l.list, c, l.kind->plural, l.kind->columns);
	e = record_each(c->opened.durable, l.kind->class, l.kind->rec, list_one, &l);
	status = list_end(&l.list);
	return e != OK ? cli_error(str_of(l.kind->plural), e) : status;
}

int
cmd_record_show(struct cli *c)
{
	const struct kind *k = kind_of(c);
	void *base = arena_alloc(c->a, k->rec->size);
	enum err e;

	e = k->get(c, c->a, cli_word(c, 0), base, NULL);
	if (e != OK)
		return cli_error(kind_label(c, k, cli_word(c, 0)), e);
	return show(c, k, base);
}

static int
assign_change(struct cli *c, const struct kind *k, void *base, void *arg)
{
	(void)arg;
	return assign_all(c, k, base, false);
}

int
cmd_record_set(struct cli *c)
{
	const struct kind *k = kind_of(c);
	void *base = arena_alloc(c->a, k->rec->size);
	int status;

	if (c->nsets == 0)
		return cli_fail(STATUS_USAGE, STR(""), "nothing to set; say field=value");
	status = record_change(c, k, cli_word(c, 0), assign_change, NULL, base);
	return status == STATUS_DONE ? show(c, k, base) : status;
}

int
cmd_record_remove(struct cli *c)
{
	const struct kind *k = kind_of(c);
	struct str name = cli_word(c, 0), label = kind_label(c, k, name);
	enum err e = ERR_CONFLICT;
	int i;

	for (i = 0; i < TRIES && e == ERR_CONFLICT; i++)
		e = k->del(c, name);
	if (e != OK)
		return cli_error(label, e);
	cli_changed(c, name);
	return out_done(c, "removed", name, "%.*s is removed", STR_FMT(label));
}
