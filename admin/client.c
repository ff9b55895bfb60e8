/*
 * client - the particulars of tessera client
 * SPDX-License-Identifier: ISC
 */
#include "model/client.h"
#include "admin/commands.h"
#include "admin/record_cmd.h"
#include "base/enc.h"
#include "base/secret.h"

enum {
	ID_BYTES = 16
};

static enum err
get(struct cli *c, struct arena *a, struct str name, void *out, uint64_t *version)
{
	return client_get(c->opened.durable, a, name, out, version);
}

static enum err
put(struct cli *c, struct arena *a, void *base, uint64_t version, const char **why)
{
	const struct client *client = base;
	struct audit done = cli_audit_record(c, &kind_client, client->client_id);

	return client_put(c->opened.durable, a, base, version, &done, why);
}

static enum err
del(struct cli *c, struct str name)
{
	struct audit done = cli_audit_record(c, &kind_client, name);

	return client_del(c->opened.durable, c->a, name, &done);
}

static const char *const columns[] = { "client_id", "client_name", "enabled",
	"token_endpoint_auth_method", "grant_types", NULL };

const struct kind kind_client = {
	.noun = "client",
	.plural = "clients",
	.name = "client_id",
	.rec = &record_client,
	.class = KEY_CLIENT,
	.columns = columns,
	.get = get,
	.put = put,
	.del = del,
};

int
cmd_client_add(struct cli *c)
{
	struct str id = cli_word(c, 0);
	struct client client;
	int status;

	status = record_prepare(c, &kind_client, &client);
	if (status != STATUS_DONE)
		return status;
	if (id.n == 0 || str_eqz(id, "-"))
		client.client_id = enc_hex(c->a, secret_bytes(c->a, ID_BYTES));
	return record_create_secret(c, &kind_client, &client, !client_is_public(&client));
}
