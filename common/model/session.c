/*
 * session - signed-in browsers
 * SPDX-License-Identifier: ISC
 */
#include "model/session.h"

#include "base/clock.h"
#include "base/enc.h"
#include "model/handle.h"

#define SID_LEN 16

void
session_new(struct arena *a, struct str sub, int64_t lifetime, struct session_row *row,
	struct str *cookie)
{
	int64_t now = clock_now();
	uint32_t hour = key_hour_after(now + lifetime);
	struct str secret = secret_bytes(a, HANDLE_LEN);
	struct buf id;

	buf_init(&id, a, 4);
	buf_u32(&id, hour);
	field_defaults(&record_session, &row->s, a);
	row->s.sid = enc_b64url(a, secret_bytes(a, SID_LEN));
	row->s.sub = sub;
	row->s.auth_time = row->s.created = now;
	row->s.expires = now + lifetime;
	row->key = key_hour(a, KEY_SESSION, hour, hash_of(a, secret));
	row->version = 0;
	*cookie = handle_write(a, HANDLE_SESSION, buf_str(&id), secret);
}

enum err
session_get_key(struct store *db, struct arena *a, struct str key, struct session_row *out)
{
	enum err e;

	out->key = key;
	e = record_get(db, a, &record_session, key, &out->s, &out->version);
	if (e == OK && out->s.expires <= clock_now())
		return ERR_EXPIRED;
	return e;
}

enum err
session_get(struct store *db, struct arena *a, struct str cookie, struct session_row *out)
{
	struct handle h;
	uint32_t hour;
	enum err e;

	e = handle_parse(a, HANDLE_SESSION, cookie, &h);
	if (e == OK)
		e = str_take_u32(&h.id, &hour);
	if (e != OK)
		return e;
	return session_get_key(db, a, key_hour(a, KEY_SESSION, hour, hash_of(a, h.secret)), out);
}

enum err
session_put(struct batch *b, struct arena *a, const struct session_row *row)
{
	return record_put(b, a, &record_session, row->key, &row->s, row->version);
}

enum err
session_end(struct store *db, struct arena *a, const struct session_row *row)
{
	struct session_row have = *row;
	struct batch b;
	enum err e;

	/* Another tab may be writing to it: only its absence ends the attempts. */
	do {
		e = session_get_key(db, a, row->key, &have);
		if (e != OK && e != ERR_EXPIRED)
			return e;
		batch_init(&b, a);
		batch_guard(&b, have.key, have.version);
		batch_del(&b, have.key);
		e = store_commit(db, &b);
	} while (e == ERR_CONFLICT);
	return e;
}
