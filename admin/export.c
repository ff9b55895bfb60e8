/*
 * export - tessera export: an authority as one JSON document
 * SPDX-License-Identifier: ISC
 *
 * Written record by record, so its size does not matter. One that breaks off
 * has no end, and import refuses it.
 */
#include <stdio.h>

#include "admin/commands.h"
#include "admin/transfer.h"
#include "base/clock.h"
#include "base/seal.h"
#include "model/private_key.h"
#include "store/codec.h"

enum {
	RECORD_MAX = 1 << 20
};

static void
put(struct str text)
{
	fwrite(text.p, 1, text.n, stdout);
}

/* One record on a line of its own. */
static enum err
put_record(struct arena *a, const struct record *rec, const void *base, const char *lead)
{
	struct str text;
	struct js_out w;
	struct buf b;
	enum err e;

	buf_init(&b, a, RECORD_MAX);
	js_start(&w, &b);
	js_open(&w, NULL, '{');
	codec_json(rec, base, CODEC_SECRETS, &w);
	js_close(&w, '}');
	e = buf_end(&b, &text);
	if (e != OK)
		return e;
	fputs(lead, stdout);
	put(text);
	return OK;
}

static const char *
lead_of(size_t n)
{
	return n > 0 ? ",\n" : "\n";
}

struct rows {
	const struct section *section;
	size_t n;
};

static enum err
put_row(void *arg, struct arena *a, struct str key, const void *base, uint64_t version)
{
	struct rows *rows = arg;

	(void)key;
	(void)version;
	return put_record(a, rows->section->rec, base, lead_of(rows->n++));
}

static int
put_section(struct cli *c, const struct section *section)
{
	struct rows rows = { section, 0 };
	enum err e;

	printf(",\n\"%s\":[", section->name);
	e = record_each(c->opened.durable, section->class, section->rec, put_row, &rows);
	fputs("]", stdout);
	return cli_error(str_of(section->name), e);
}

/* ERR_NOTFOUND: the key was swept meanwhile. */
static enum err
put_private(struct cli *c, struct arena *a, struct seal *seal, struct str kid, const char *lead)
{
	struct carried_key carried = { .kid = kid };
	struct private_key stored;
	enum err e;

	e = private_key_get(keyring_store(c->opened.keyring), a, kid, &stored);
	if (e != OK)
		return e;
	if (seal == NULL)
		carried.sealed = stored.sealed;
	else
		e = seal_reveal(seal, a, kid, stored.sealed, &carried.jwk);
	return e == OK ? put_record(a, &record_carried_key, &carried, lead) : e;
}

static int
put_private_keys(struct cli *c, struct seal *seal, const struct signing_keys *keys)
{
	struct arena *a = arena_new(ARENA_CEILING);
	size_t i, n = 0;
	enum err e = OK;

	fputs(",\n\"" TRANSFER_PRIVATE "\":[", stdout);
	for (i = 0; i < keys->n && e == OK; i++) {
		e = put_private(c, a, seal, keys->v[i].kid, lead_of(n));
		n += e == OK;
		if (e == ERR_NOTFOUND)
			e = OK;
		arena_reset(a);
	}
	fputs("]", stdout);
	arena_free(a);
	return i == 0 ? cli_error(STR("private keys"), e) : cli_error(keys->v[i - 1].kid, e);
}

static int
put_head(struct cli *c)
{
	printf("{\"" TRANSFER_FORMAT "\":%d,\n\"version\":\"" VERSION "\",\n\"exported\":%lld,\n"
	       "\"authority\":",
		TRANSFER_VERSION, (long long)clock_now());
	return cli_error(c->auth.name, put_record(c->a, &record_authority, &c->auth, ""));
}

/* Keys are read first: one that is made meanwhile is in neither list, or in the public one alone,
 * announced. */
static int
put_all(struct cli *c, struct seal *seal)
{
	struct signing_keys keys;
	int status;
	size_t i;
	enum err e;

	e = keyset_all(c->opened.durable, c->a, &keys);
	if (e != OK)
		return cli_error(STR("keys"), e);
	status = put_head(c);
	for (i = 0; sections[i].name != NULL && status == STATUS_DONE; i++)
		status = put_section(c, &sections[i]);
	if (status == STATUS_DONE)
		status = put_private_keys(c, seal, &keys);
	if (status == STATUS_DONE)
		puts("}");
	return status;
}

static int
open_seal(struct cli *c, struct seal **seal)
{
	struct identity owner;
	enum err e;

	identity_caller(&owner);
	e = seal_open(arena_z(c->a, c->conf.master_key), seal);
	identity_restore(&owner);
	return cli_error(c->conf.master_key, e);
}

int
cmd_export(struct cli *c)
{
	struct seal *seal = NULL;
	int status = STATUS_DONE;

	cli_warn_secret();
	if (cli_has(c, "plain-secrets"))
		status = open_seal(c, &seal);
	if (status == STATUS_DONE)
		status = put_all(c, seal);
	seal_free(seal);
	if (status != STATUS_DONE)
		return status;
	cli_changed(c, c->auth.name);
	return STATUS_DONE;
}
