/*
 * attempt - one try at a password, a secret or a code, and how many there may be
 * SPDX-License-Identifier: ISC
 *
 * A try takes a token of each limit it comes under before anything is looked
 * at, so that a hundred at once do not all pass, and gets them back when it
 * was right:
 *
 *	e = attempt_begin(&t, rq->deployment, rq->arena, TRY_LOGIN, &who);
 *	if (e != OK)
 *		return refuse_for(t.wait);
 *	if (is_right)
 *		attempt_right(&t);
 *
 * Whoever was right is remembered with the address for some days. The limit
 * of the user or client alone, which strangers anywhere can use up, is not for
 * them: so nobody elsewhere can lock others out of where they are used to sign
 * in. Who is behind the same address can, and after a boot nobody is remembered.
 */
#ifndef MODEL_ATTEMPT_H
#define MODEL_ATTEMPT_H

#include "base/limit_row.h"
#include "model/authority.h"

#define ATTEMPT_REMEMBERED ((int64_t)14 * 86400) /* seconds */

/* Who tries. */
struct attempt_by {
	struct str authority; /* its name */
	struct str address;   /* as the web server gives it */
	struct str subject;   /* user, client or API: what is claimed */
};

struct attempt {
	struct limit_table *table; /* NULL: nothing is limited */
	uint64_t tags[PER__MAX];
	struct limit_rate rates[PER__MAX];
	unsigned taken; /* of which of them: bits */
	uint64_t mark;
	bool is_known; /* was right lately, from this address */

	/* after ERR_TOO_MANY */
	unsigned refused; /* by which: bits of enum limit_per */
	const struct limit_row *by;
	int64_t wait; /* seconds; of several limits the longest, and by is that one */
};

/* Takes the tokens: OK, or ERR_TOO_MANY and then none are taken. A deployment without a table, or
 * NULL, limits nothing. */
MUST_USE enum err attempt_begin(struct attempt *t, const struct deployment *d, struct arena *a,
	enum limit_try of, const struct attempt_by *who);

/* It was right: gives the tokens back and remembers who it was. Also after ERR_TOO_MANY. */
void attempt_right(struct attempt *t);

/* It could not be looked at: gives the tokens back. */
void attempt_undo(struct attempt *t);

/* What counts as one address: an IPv6 address by its first 64 bits, of which one customer has all,
 * an IPv4 address within IPv6 as IPv4; what is neither stays as it is. The arena's. */
struct str attempt_address(struct arena *a, struct str address);

/* Makes the limits full that are one's own: of an address, of a subject, or of this one from there;
 * an empty one is any. How many had tokens taken. */
size_t attempt_reset(
	struct limit_table *t, struct arena *a, enum limit_try of, const struct attempt_by *who);

#endif
