/*
 * resource - the particulars of tessera resource and tessera scope
 * SPDX-License-Identifier: ISC
 */
#include "model/resource.h"
#include "admin/commands.h"
#include "admin/record_cmd.h"

static enum err
get_resource(struct cli *c, struct arena *a, struct str name, void *out, uint64_t *version)
{
	return resource_get(c->opened.durable, a, name, out, version);
}

static enum err
put_resource(struct cli *c, struct arena *a, void *base, uint64_t version, const char **why)
{
	const struct resource *r = base;
	struct audit done = cli_audit_record(c, &kind_resource, r->name);

	return resource_put(c->opened.durable, a, base, version, &done, why);
}

static enum err
del_resource(struct cli *c, struct str name)
{
	struct audit done = cli_audit_record(c, &kind_resource, name);

	return resource_del(c->opened.durable, c->a, name, &done);
}

static const char *const resource_columns[] = { "name", "title", "enabled", "scopes", NULL };

const struct kind kind_resource = {
	.noun = "resource",
	.plural = "resources",
	.name = "name",
	.rec = &record_resource,
	.class = KEY_RESOURCE,
	.columns = resource_columns,
	.get = get_resource,
	.put = put_resource,
	.del = del_resource,
};

int
cmd_resource_add(struct cli *c)
{
	struct resource r;
	int status = record_prepare(c, &kind_resource, &r);

	return status == STATUS_DONE ? record_create_secret(c, &kind_resource, &r, true) : status;
}

static enum err
get_scope(struct cli *c, struct arena *a, struct str name, void *out, uint64_t *version)
{
	return scope_get(c->opened.durable, a, name, out, version);
}

static enum err
put_scope(struct cli *c, struct arena *a, void *base, uint64_t version, const char **why)
{
	const struct scope *s = base;
	struct audit done = cli_audit_record(c, &kind_scope, s->name);

	return scope_put(c->opened.durable, a, base, version, &done, why);
}

static enum err
del_scope(struct cli *c, struct str name)
{
	struct audit done = cli_audit_record(c, &kind_scope, name);

	return scope_del(c->opened.durable, c->a, name, &done);
}

static const char *const scope_columns[] = { "name", "title", "enabled", "identity", "required",
	"claims", NULL };

const struct kind kind_scope = {
	.noun = "scope",
	.plural = "scopes",
	.name = "name",
	.rec = &record_scope,
	.class = KEY_SCOPE,
	.columns = scope_columns,
	.get = get_scope,
	.put = put_scope,
	.del = del_scope,
};
