/*
 * attempt - one try at a password, a secret or a code, and how many there may be
 * SPDX-License-Identifier: ISC
 */
#include "model/attempt.h"

#include <arpa/inet.h>
#include <string.h>

#include "model/deployment.h"

/* Tags of marks are beside those of buckets. */
#define MARK_ID(of) ((unsigned char)(128 + (of)))

static struct str
address_v6(struct arena *a, struct in6_addr *in)
{
	char text[INET6_ADDRSTRLEN];

	if (IN6_IS_ADDR_V4MAPPED(in)) {
		if (inet_ntop(AF_INET, in->s6_addr + 12, text, sizeof(text)) == NULL)
			bug("an IPv4 address without a text");
		return arena_str(a, str_of(text));
	}
	memset(in->s6_addr + 8, 0, 8);
	if (inet_ntop(AF_INET6, in->s6_addr, text, sizeof(text)) == NULL)
		bug("an IPv6 address without a text");
	return arena_printf(a, "%s/64", text);
}

struct str
attempt_address(struct arena *a, struct str address)
{
	struct in6_addr six;

	if (address.n < INET6_ADDRSTRLEN && inet_pton(AF_INET6, arena_z(a, address), &six) == 1)
		return address_v6(a, &six);
	return address;
}

/* The part of an attempt that a row counts by. */
static struct attempt_by
part_of(const struct limit_row *row, const struct attempt_by *who)
{
	struct attempt_by part = *who;

	if (row->per == PER_ADDRESS)
		part.subject = (struct str){ 0 };
	if (row->per == PER_SUBJECT)
		part.address = (struct str){ 0 };
	return part;
}

static uint64_t
tag_of(const struct limit_table *t, enum limit_id id, const struct attempt_by *who)
{
	struct attempt_by part = part_of(&limit_rows[id], who);

	return limit_tag(t, (unsigned char)id, part.authority, part.address, part.subject);
}

/* Where another limit has refused already nothing is taken: it is only how long to wait. */
static void
take(struct attempt *t, enum limit_id id, const struct attempt_by *who, struct strs settings)
{
	const struct limit_row *row = &limit_rows[id];
	struct limit_rate rate;
	int64_t wait;

	if (t->is_known && row->per == PER_SUBJECT)
		return;
	t->tags[row->per] = tag_of(t->table, id, who);
	t->rates[row->per] = rate = limit_rate(settings, id);
	if (t->refused == 0)
		wait = limit_take(t->table, t->tags[row->per], rate);
	else
		wait = limit_wait(t->table, t->tags[row->per], rate);
	if (wait == 0) {
		t->taken |= t->refused == 0 ? 1U << row->per : 0;
		return;
	}
	t->refused |= 1U << row->per;
	if (wait > t->wait) {
		t->wait = wait;
		t->by = row;
	}
}

enum err
attempt_begin(struct attempt *t, const struct deployment *d, struct arena *a, enum limit_try of,
	const struct attempt_by *who)
{
	struct attempt_by by = *who;
	int id;

	*t = (struct attempt){ .table = deployment_limits(d) };
	if (t->table == NULL)
		return OK;
	by.address = attempt_address(a, who->address);
	t->mark = limit_tag(t->table, MARK_ID(of), by.authority, by.address, by.subject);
	t->is_known = limit_is_marked(t->table, t->mark);
	for (id = 0; id < LIMIT__MAX; id++)
		if (limit_rows[id].of == of)
			take(t, (enum limit_id)id, &by, d->conf->limits);
	if (t->refused == 0)
		return OK;
	attempt_undo(t);
	return ERR_TOO_MANY;
}

void
attempt_undo(struct attempt *t)
{
	size_t i;

	for (i = 0; i < PER__MAX; i++)
		if (t->taken & 1U << i)
			limit_give(t->table, t->tags[i], t->rates[i]);
	t->taken = 0;
}

void
attempt_right(struct attempt *t)
{
	if (t->table == NULL)
		return;
	attempt_undo(t);
	limit_mark(t->table, t->mark, ATTEMPT_REMEMBERED);
}

size_t
attempt_reset(
	struct limit_table *t, struct arena *a, enum limit_try of, const struct attempt_by *who)
{
	struct attempt_by by = *who, part;
	size_t n = 0;
	int id;

	by.address = attempt_address(a, who->address);
	for (id = 0; id < LIMIT__MAX; id++) {
		if (limit_rows[id].of != of)
			continue;
		part = part_of(&limit_rows[id], &by);
		if (part.address.n + part.subject.n > 0)
			n += limit_reset(
				t, (unsigned char)id, part.authority, part.address, part.subject);
	}
	return n;
}
