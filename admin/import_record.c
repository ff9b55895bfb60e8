/*
 * import_record - records of an import: read, checked by their tables and models, written in
 * batches SPDX-License-Identifier: ISC
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "admin/import.h"
#include "base/seal.h"
#include "model/private_key.h"
#include "store/codec.h"

enum {
	BATCH_RECORDS = 64,
	BATCH_BYTES = BATCH_MAX / 2
};

int
import_refuse(struct import *m, const char *fmt, ...)
{
	char *what = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		fatal("out of memory");
	va_end(ap);
	cli_fail(STATUS_USAGE, m->file, "line %zu: %s", m->in.line, what);
	free(what);
	return STATUS_USAGE;
}

int
import_record(
	struct import *m, struct arena *a, const struct record *rec, const struct js *v, void *base)
{
	const struct field *which = NULL;
	struct str member = STR(""), clean;
	enum err e;

	field_defaults(rec, base, a);
	e = codec_from_json(rec, base, a, v, &member);
	if (e == OK) {
		e = field_check_all(rec, base, &which);
		if (e != OK)
			member = str_of(which->name);
	}
	if (e == OK)
		return STATUS_DONE;
	clean = out_clean(a, member);
	return import_refuse(m, "%s: %.*s%s%s", rec->name, STR_FMT(clean), clean.n > 0 ? ": " : "",
		e == ERR_NOTFOUND ? "is no field, or required" : err_text(e));
}

static bool
is_pending(const struct import *m, struct str key)
{
	struct str ops = buf_str(&m->batch.ops);
	struct batch_op op;

	while (batch_next(&ops, &op) == OK)
		if (op.kind == BATCH_PUT && str_eq(op.key, key))
			return true;
	return false;
}

/* Guards are about what was there before the batch; within it we look ourselves. */
static enum err
merge(struct import *m, const struct batch *one)
{
	struct str ops = buf_str(&one->ops);
	struct batch_op op;

	if (one->ops.full)
		return ERR_RANGE;
	while (batch_next(&ops, &op) == OK) {
		if (op.kind == BATCH_GUARD) {
			batch_guard(&m->batch, op.key, op.version);
		} else if (op.kind == BATCH_PUT) {
			if (is_pending(m, op.key))
				return ERR_EXISTS;
			batch_put(&m->batch, op.key, op.value);
		}
	}
	m->records++;
	return OK;
}

int
import_flush(struct import *m)
{
	struct audit what;
	enum err e = OK;

	if (m->records > 0) {
		what = cli_audit(m->c, AUDIT_IMPORTED, str_of(m->section->name),
			arena_printf(m->pending, "%zu", m->records));
		audit_note(&m->batch, m->pending, &what);
		e = store_commit(m->c->opened.durable, &m->batch);
	}
	arena_reset(m->pending);
	batch_init(&m->batch, m->pending);
	m->records = 0;
	if (e == ERR_CONFLICT)
		return import_refuse(m, "%s: one is there twice", m->section->name);
	return cli_error(m->c->auth.name, e);
}

int
import_row(struct import *m, struct arena *a, const struct js *v)
{
	const struct section *section = m->section;
	void *base = arena_alloc(a, section->rec->size);
	const char *why = NULL;
	struct batch one;
	int status;
	enum err e;

	status = import_record(m, a, section->rec, v, base);
	if (status != STATUS_DONE)
		return status;
	batch_init(&one, a);
	e = section->add(&one, a, base, &why);
	if (e == OK)
		e = merge(m, &one);
	if (e == ERR_EXISTS)
		return import_refuse(m, "%s: one is there twice", section->name);
	if (e != OK)
		return import_refuse(m, "%s: %s", section->name, why != NULL ? why : err_text(e));
	m->count[section - sections]++;
	if (m->records >= BATCH_RECORDS || buf_str(&m->batch.ops).n >= BATCH_BYTES)
		return import_flush(m);
	return STATUS_DONE;
}

/* Versions count from 1 in every file, so one of the same number may be another key. */
static int
refuse_seal(struct import *m, const struct carried_key *carried, enum err e)
{
	struct cli *c = m->c;
	uint32_t version = 0;

	if (seal_version_of(carried->sealed, &version) != OK)
		return import_refuse(
			m, "the private key %.*s is not sealed", STR_FMT(carried->kid));
	if (e == ERR_UNSUPPORTED)
		return import_refuse(m,
			"the private key %.*s is sealed with version %u of a master key, which "
			"%.*s does not have: export with --plain-secrets, or bring that version",
			STR_FMT(carried->kid), (unsigned)version, STR_FMT(c->conf.master_key));
	return import_refuse(m,
		"the private key %.*s is sealed with version %u of another master key than %.*s: "
		"export with --plain-secrets, or use that file",
		STR_FMT(carried->kid), (unsigned)version, STR_FMT(c->conf.master_key));
}

static int
commit_private(struct import *m, struct arena *a, const struct signing_key *half, struct str json)
{
	struct batch b;
	enum err e;

	batch_init(&b, a);
	e = private_key_add(&b, a, m->seal, half, json);
	if (e != OK)
		return import_refuse(m,
			"the private key %.*s is none, or not that of its public half: %s",
			STR_FMT(half->kid), err_text(e));
	e = store_commit(keyring_store(m->c->opened.keyring), &b);
	if (e == ERR_CONFLICT)
		return import_refuse(m, TRANSFER_PRIVATE ": one is there twice");
	m->private_keys++;
	return cli_error(half->kid, e);
}

int
import_private(struct import *m, struct arena *a, const struct js *v)
{
	struct carried_key carried;
	struct signing_key half;
	struct str json;
	int status;
	enum err e;

	status = import_record(m, a, &record_carried_key, v, &carried);
	if (status != STATUS_DONE)
		return status;
	e = record_get(m->c->opened.durable, a, &record_key, key_text(a, KEY_KEY, carried.kid),
		&half, NULL);
	if (e == ERR_NOTFOUND)
		return import_refuse(m, "the private key %.*s is not among the keys before",
			STR_FMT(carried.kid));
	if (e != OK)
		return cli_error(carried.kid, e);
	if (carried.jwk.n > 0)
		return commit_private(m, a, &half, carried.jwk);
	e = seal_reveal(m->seal, a, carried.kid, carried.sealed, &json);
	return e == OK ? commit_private(m, a, &half, json) : refuse_seal(m, &carried, e);
}
