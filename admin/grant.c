/*
 * grant - tessera grant: what clients hold, and taking it away
 * SPDX-License-Identifier: ISC
 */
#include "model/grant.h"
#include "admin/commands.h"
#include "base/enc.h"

static const char *const reason = "administrator";

struct walk {
	struct cli *c;
	struct grant_filter filter;
	struct listing list;
};

static const char *const columns[] = { "id", "state", "client_id", "username", "scope", "created",
	"expires", NULL };

static enum err
each(void *arg, struct arena *a, struct str key, const void *base, uint64_t version)
{
	const struct grant *g = base;
	struct walk *w = arg;

	(void)version;
	if (!grant_is_taken(&w->filter, g))
		return OK;
	list_record(&w->list, &record_grant, g);
	list_str(&w->list, "id", enc_b64url(a, str_skip(key, 1)));
	list_str(&w->list, "username", user_name_of(w->c->opened.durable, a, g->sub));
	list_next(&w->list);
	return OK;
}

/* Who is meant by --user and --client. */
static int
filter(struct cli *c, struct grant_filter *f)
{
	*f = (struct grant_filter){ .client_id = cli_option(c, "client") };
	return user_option(c, &f->sub);
}

int
cmd_grant_list(struct cli *c)
{
	struct walk w = { .c = c };
	int status, ended;
	enum err e;

	status = filter(c, &w.filter);
	if (status != STATUS_DONE)
		return status;
	list_begin(&w.list, c, "grants", columns);
	e = record_each(c->opened.durable, KEY_GRANT, &record_grant, each, &w);
	ended = list_end(&w.list);
	return e != OK ? cli_error(STR("grants"), e) : ended;
}

static int
revoke_one(struct cli *c, struct str text, size_t *n)
{
	struct audit done = cli_audit(c, AUDIT_GRANT_REVOKED, STR(""), str_of(reason));
	struct str label = arena_printf(c->a, "grant %.*s", STR_FMT(text)), id;
	struct grant_row row;
	enum err e;

	if (dec_b64url(c->a, text, &id) != OK || id.n != GRANT_ID_LEN)
		return cli_error(label, ERR_NOTFOUND);
	e = grant_get(c->opened.durable, c->a, id, &row);
	if (e == OK && row.g.state != GRANT_REVOKED) {
		e = grant_revoke(c->opened.durable, c->a, id, &done);
		*n = 1;
	}
	return cli_error(label, e);
}

static int
revoke_many(struct cli *c, size_t *n)
{
	struct audit done = cli_audit(c, AUDIT_GRANT_REVOKED, STR(""), str_of(reason));
	struct grant_filter f;
	int status = filter(c, &f);
	enum err e;

	if (status != STATUS_DONE)
		return status;
	e = grant_revoke_all(c->opened.durable, &f, &done, n);
	return cli_error(STR("grants"), e);
}

int
cmd_grant_revoke(struct cli *c)
{
	struct str id = cli_word(c, 0);
	bool many = cli_has(c, "user") || cli_has(c, "client");
	struct object o;
	size_t n = 0;
	int status;

	if ((id.n > 0) == many)
		return cli_fail(STATUS_USAGE, STR(""),
			"say a grant's id, or --user NAME, --client ID or both");
	status = id.n > 0 ? revoke_one(c, id, &n) : revoke_many(c, &n);
	if (status != STATUS_DONE)
		return status;
	cli_changed(c, id.n > 0 ? id : STR("several"));
	object_begin(&o, c);
	object_int(&o, "revoked", (int64_t)n);
	return object_end(&o);
}
