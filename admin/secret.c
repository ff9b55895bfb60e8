/*
 * secret - secrets of clients and APIs: made here, shown once, kept as a hash
 * SPDX-License-Identifier: ISC
 *
 * A record may have several, so that a new one can be handed out before the
 * old one is taken away.
 */
#include "admin/record_cmd.h"
#include "base/clock.h"
#include "base/field_text.h"
#include "model/client.h"
#include "schema/resource.h"

/* A hundred years; what lasts longer is said to have no end. */
#define SPAN_MAX ((int64_t)36525 * 86400)

struct secret_arg {
	struct client_secret made;
	struct str text;
	bool alone;
};

/* The list of the two kinds that have secrets. */
static struct list *
secrets_of(const struct kind *k, void *base)
{
	const struct field *f = field_find(k->rec, STR("secrets"));

	if (f == NULL)
		bug("%s has no secrets", k->noun);
	return (void *)((char *)base + f->offset);
}

int
record_create_secret(struct cli *c, const struct kind *k, void *base, bool with_secret)
{
	struct str secret = STR("");
	struct object o;
	int status;

	if (with_secret)
		secret = secret_add(c->a, secrets_of(k, base), 0, STR(""));
	status = record_create(c, k, base);
	if (status != STATUS_DONE)
		return status;
	object_begin(&o, c);
	object_record(&o, k->rec, base);
	if (with_secret) {
		cli_warn_secret();
		object_str(&o, "client_secret", secret);
	}
	status = object_end(&o);
	if (with_secret)
		out_note(c, "The secret is shown this once; only its hash is kept.");
	return status;
}

static int
secret_change(struct cli *c, const struct kind *k, void *base, void *arg)
{
	struct list *list = secrets_of(k, base);
	struct secret_arg *s = arg;

	if (k == &kind_client && client_is_public(base))
		return cli_fail(STATUS_USAGE, kind_label(c, k, cli_word(c, 0)),
			"is public (token_endpoint_auth_method=none) and has no secret");
	if (s->alone)
		*list = (struct list){ NULL, 0 };
	s->text = secret_add(c->a, list, s->made.expires, s->made.label);
	return STATUS_DONE;
}

static int
secret_options(struct cli *c, struct secret_arg *s)
{
	int64_t span = 0;

	*s = (struct secret_arg){ .alone = cli_has(c, "remove-others") };
	if (cli_has(c, "expires")) {
		if (field_number_parse(FIELD_SPAN, cli_option(c, "expires"), &span) != OK ||
			span <= 0 || span > SPAN_MAX)
			return cli_fail(STATUS_USAGE, STR("--expires"),
				"must be a time from now, such as 90d or 12h");
		s->made.expires = clock_now() + span;
	}
	s->made.label = cli_option(c, "label");
	if (!str_is_text(s->made.label))
		return cli_fail(STATUS_USAGE, STR("--label"), "must be text on one line");
	return STATUS_DONE;
}

int
cmd_record_secret(struct cli *c)
{
	const struct kind *k = kind_find(c->cmd->noun);
	void *base = arena_alloc(c->a, k->rec->size);
	struct secret_arg s;
	struct object o;
	int status;

	status = secret_options(c, &s);
	if (status == STATUS_DONE)
		status = record_change(c, k, cli_word(c, 0), secret_change, &s, base);
	if (status != STATUS_DONE)
		return status;
	cli_warn_secret();
	object_begin(&o, c);
	object_str(&o, k->name, cli_word(c, 0));
	object_str(&o, "client_secret", s.text);
	object_time(&o, "client_secret_expires_at", s.made.expires);
	return object_end(&o);
}
