/*
 * assign - field=value, field+=value and field-=value, by the field's row
 * SPDX-License-Identifier: ISC
 */
#include "admin/record_cmd.h"

static struct str
value_of(const struct field *f, const void *base)
{
	return *(const struct str *)((const char *)base + f->offset);
}

/* The members of a list: parted by commas, or one a line where a file can have commas in them. */
static struct strs
split(struct cli *c, const struct assignment *s)
{
	struct strs list = { NULL, 0 };
	struct str rest = s->value, word;

	while (str_word(&rest, s->from_file ? '\n' : ',', &word)) {
		word = str_trim(word);
		if (str_has_suffix(word, STR("\r")))
			word.n--;
		if (word.n > 0 && !strs_has(list, word))
			arena_strs_add(c->a, &list, word);
	}
	return list;
}

static void
merge(struct cli *c, struct strs *to, struct strs from, struct strs without)
{
	size_t i;

	for (i = 0; i < from.n; i++)
		if (!strs_has(without, from.v[i]) && !strs_has(*to, from.v[i]))
			arena_strs_add(c->a, to, from.v[i]);
}

static bool
is_text(enum field_type t)
{
	return t == FIELD_STR || t == FIELD_STRS || t == FIELD_BYTES || t == FIELD_JSON;
}

static int
bad_value(struct cli *c, const struct field *f)
{
	struct str range = field_range(f, c->a), name = str_of(f->name);

	if (is_text(f->type))
		return cli_fail(
			STATUS_USAGE, name, "cannot be that: %s (%.*s)", f->help, STR_FMT(range));
	return cli_fail(STATUS_USAGE, name, "must be %.*s (%s)", STR_FMT(range), f->help);
}

static int
assign_list(struct cli *c, const struct field *f, const struct assignment *s, void *base)
{
	struct strs *field = (void *)((char *)base + f->offset), old = *field;
	struct strs none = { NULL, 0 }, given = split(c, s);

	*field = none;
	if (s->op != '=')
		merge(c, field, old, s->op == '-' ? given : none);
	if (s->op != '-')
		merge(c, field, given, none);
	if (field->n == 0 || field_check(f, base) == OK)
		return STATUS_DONE;
	*field = old;
	return bad_value(c, f);
}

static int
assign_json(struct cli *c, const struct field *f, const struct assignment *s, void *base)
{
	struct str text = STR("");
	const struct js *v;

	if (s->value.n > 0) {
		if (js_parse(c->a, s->value, &v) != OK || js_type(v) != JS_OBJECT)
			return cli_fail(STATUS_USAGE, s->name, "must be a JSON object");
		text = js_text(v, c->a);
	}
	return field_parse(f, base, c->a, text) == OK ? STATUS_DONE : bad_value(c, f);
}

static int
may_assign(const struct field *f, const struct assignment *s, const char *allowed)
{
	struct str name = str_of(f->name);

	if (f->type == FIELD_LIST)
		return cli_fail(STATUS_USAGE, name, "has a command of its own; see --help");
	if ((f->flags & FIELD_FIXED) != 0 && (allowed == NULL || !str_eqz(name, allowed)))
		return cli_fail(STATUS_USAGE, name, "is set by the program and cannot be changed");
	if ((f->flags & FIELD_SECRET) != 0)
		return cli_fail(STATUS_USAGE, name,
			"is a secret, which has a command of its own and never comes from a "
			"command line");
	if (s->op != '=' && f->type != FIELD_STRS)
		return cli_fail(STATUS_USAGE, name, "is no list; use %s=", f->name);
	return STATUS_DONE;
}

static int
assign_one(struct cli *c, const struct kind *k, const struct assignment *s, void *base, bool adding)
{
	const struct field *f = field_find(k->rec, s->name);
	bool taken = false;
	int status;

	if (f == NULL && k->assign != NULL) {
		status = k->assign(c, s, base, &taken);
		if (taken)
			return status;
	}
	if (f == NULL || (f->flags & FIELD_HIDDEN) != 0)
		return cli_fail(STATUS_USAGE, s->name,
			"is no field; `tessera schema %s` lists them", k->noun);
	status = may_assign(f, s, adding ? k->free : NULL);
	if (status != STATUS_DONE)
		return status;
	if (f->type == FIELD_STRS)
		return assign_list(c, f, s, base);
	if (f->type == FIELD_JSON)
		return assign_json(c, f, s, base);
	return field_parse(f, base, c->a, s->value) == OK ? STATUS_DONE : bad_value(c, f);
}

int
assign_all(struct cli *c, const struct kind *k, void *base, bool adding)
{
	int status = STATUS_DONE;
	size_t i;

	for (i = 0; i < c->nsets && status == STATUS_DONE; i++)
		status = assign_one(c, k, &c->sets[i], base, adding);
	return status;
}

int
assign_check(struct cli *c, const struct record *rec, const void *base)
{
	const struct field *which = NULL;
	struct str text;
	enum err e;

	e = field_check_all(rec, base, &which);
	if (e == OK)
		return STATUS_DONE;
	if (e == ERR_NOTFOUND)
		return cli_fail(STATUS_USAGE, str_of(which->name), "is needed (%s)", which->help);
	if (which->type == FIELD_STR && value_of(which, base).n <= 64) {
		text = out_clean(c->a, value_of(which, base));
		return cli_fail(STATUS_USAGE, str_of(which->name), "cannot be `%.*s` (%s)",
			STR_FMT(text), which->help);
	}
	return bad_value(c, which);
}
