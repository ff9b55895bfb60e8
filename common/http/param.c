/*
 * param - the parameters of a program, checked against its table
 * SPDX-License-Identifier: ISC
 */
#include "http/param.h"

/* What a request brought: its query, and a POST's body. */
struct input {
	struct form query, body;
};

bool
param_vschar(struct str value)
{
	return str_is_vschar(value);
}

bool
param_token(struct str value)
{
	return str_is_token(value);
}

bool
param_text(struct str value)
{
	return str_is_text(value);
}

/* The media type alone decides: parameters such as charset mean nothing here (RFC 6749 appendix B
 * fixes UTF-8). Two Content-Type headers joined by a comma are no form. */
static bool
is_form(const struct request *rq)
{
	struct str type = request_header(rq, "CONTENT_TYPE"), rest;

	str_cut(type, ';', &type, &rest);
	return str_ieq(str_trim(type), STR("application/x-www-form-urlencoded"));
}

static enum err
read_input(const struct request *rq, struct input *in)
{
	enum err e, result;

	*in = (struct input){ 0 };
	result = form_parse(rq->arena, rq->query, &in->query);
	if (result != OK)
		in->query = (struct form){ 0 };
	if (rq->method != METHOD_POST || rq->body.n == 0)
		return result;
	e = is_form(rq) ? form_parse(rq->arena, rq->body, &in->body) : ERR_SYNTAX;
	if (e != OK)
		in->body = (struct form){ 0 };
	return result != OK ? result : e;
}

static enum err
check(const struct param *row, struct str value)
{
	if (value.n > row->max || (row->check != NULL && !row->check(value)))
		return ERR_RANGE;
	return OK;
}

/* Adds the values of one form to the list; *seen counts empty ones too, since a parameter that is
 * there twice is refused whatever it says (RFC 6749 section 3.1). */
static enum err
collect(struct arena *a, const struct form *form, const struct param *row, struct strs *list,
	size_t *seen)
{
	struct str name = str_of(row->name);
	size_t i;

	for (i = 0; i < form->n; i++) {
		if (!str_eq(form->v[i].name, name))
			continue;
		(*seen)++;
		if (form->v[i].value.n == 0)
			continue;
		if (check(row, form->v[i].value) != OK || list->n == PARAM_MULTI_MAX)
			return ERR_RANGE;
		arena_strs_add(a, list, form->v[i].value);
	}
	return OK;
}

/* All values of one row. An error leaves the list empty. */
static enum err
read_row(struct arena *a, const struct input *in, const struct param *row, struct strs *list)
{
	size_t seen = 0, in_query;
	enum err e;

	e = collect(a, &in->query, row, list, &seen);
	in_query = seen;
	if (e == OK)
		e = collect(a, &in->body, row, list, &seen);
	if (e == OK && in_query > 0 && (row->flags & PARAM_BODY) != 0)
		e = ERR_RANGE;
	if (seen > 1 && (row->flags & PARAM_MULTI) == 0)
		e = ERR_DUPLICATE;
	if (e == OK && list->n == 0 && (row->flags & PARAM_REQUIRED) != 0)
		e = ERR_NOTFOUND;
	if (e != OK)
		*list = (struct strs){ 0 };
	return e;
}

static struct str
canonical(const struct request *rq, const struct param *table, const struct strs *lists, size_t n)
{
	struct buf b;
	size_t i, k;

	/* Every byte may take three; names and separators are bounded by the table. */
	buf_init(&b, rq->arena, 3 * (rq->query.n + rq->body.n) + 256 * n + 1);
	for (i = 0; i < n; i++) {
		if ((table[i].flags & PARAM_LOCAL) != 0)
			continue;
		for (k = 0; k < lists[i].n; k++)
			form_add(&b, str_of(table[i].name), lists[i].v[k]);
	}
	return buf_str(&b);
}

enum err
param_read(struct request *rq, const struct param *table, size_t n, size_t *at)
{
	struct strs *lists = arena_array(rq->arena, n + 1, sizeof(*lists));
	struct input in;
	enum err e, result;
	size_t i;

	rq->param = arena_array(rq->arena, n + 1, sizeof(*rq->param));
	rq->param_all = lists;
	*at = PARAM_WHOLE;
	result = read_input(rq, &in);
	for (i = 0; i < n; i++) {
		e = read_row(rq->arena, &in, &table[i], &lists[i]);
		if (e != OK && result == OK) {
			result = e;
			*at = i;
		}
		if (lists[i].n > 0)
			rq->param[i] = lists[i].v[0];
	}
	rq->canonical = canonical(rq, table, lists, n);
	return result;
}
