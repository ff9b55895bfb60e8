/*
 * admit - which of our programs it is that calls a helper
 * SPDX-License-Identifier: ISC
 */
#include "helper/admit.h"

#include "base/clock.h"
#include "base/log.h"

#define REFUSALS 30 /* logged each minute */

/* What one helper may ask of the other. */
static const struct privilege helpers[] = {
	{ "signer", "K", 0 },
};

bool
helper_may_log(struct helper_process *p)
{
	int64_t minute = clock_now() / 60;

	if (minute != p->minute)
		p->refusals = 0;
	p->minute = minute;
	return p->refusals++ < REFUSALS;
}

static const struct privilege *
helper_privilege(struct str name)
{
	size_t i;

	for (i = 0; i < COUNT(helpers); i++)
		if (str_eqz(name, helpers[i].name))
			return &helpers[i];
	return NULL;
}

static void
log_stranger(const struct peer *peer)
{
	log_begin(LOG_REFUSED);
	log_str("reason",
		peer->exe[0] != '\0' ? STR("no program of ours")
				     : STR("a user who is not allowed, or an executable that "
					   "the kernel does not tell"));
	log_int("pid", peer->pid);
	log_int("uid", peer->uid);
	log_str("exe", str_of(peer->exe));
	log_end();
}

const void *
admit_peer(void *arg, const struct peer *peer)
{
	struct helper_process *p = arg;
	const struct privilege *who = NULL;
	struct str name;

	if (peer_program(peer, p->programs, &name))
		who = p->helper->privilege_of(name);
	if (who == NULL && peer_program(peer, p->own, &name))
		who = helper_privilege(name);
	if (who == NULL && helper_may_log(p))
		log_stranger(peer);
	return who;
}
