/*
 * signer - holds the private keys of all authorities of a deployment, and signs with them
 * SPDX-License-Identifier: ISC
 *
 * Who asks names the authority, what the token is for, and an algorithm. What
 * each program may have signed is its row (struct endpoint); key and header
 * are chosen here (model/keyset.h). Once an hour the signer brings the key
 * rings up to date.
 */
#include "endpoint/endpoint.h"
#include "helper/sign.h"
#include "model/sign_order.h"

static const struct helper signer = {
	.name = "signer",
	.socket = offsetof(struct conf, signer),
	.rights = STORE_WRITE | STORE_KEYS | STORE_ROTATE,
	.writes = "K",
	.sandbox = SANDBOX_SIGNER,
	.message_max = SIGN_ORDER_MAX,
	.privilege_of = endpoint_privilege,
	.take = sign_take,
	.upkeep = sign_upkeep,
};

int
main(int argc, char **argv)
{
	return helper_main(&signer, argc, argv);
}
