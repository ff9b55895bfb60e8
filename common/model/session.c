/*
 * session - signed-in browsers
 * SPDX-License-Identifier: ISC
 */
#include "model/session.h"

#include "base/clock.h"
#include "base/enc.h"
#include "model/handle.h"

static struct str
session_key(struct arena *a, struct str sid)
{
	return key_text(a, KEY_SESSION, sid);
}

void
session_new(struct arena *a, const struct user *u, struct session_row *row)
{
	field_defaults(&record_session, &row->s, a);
	row->s.sid = enc_b64url(a, secret_bytes(a, SID_LEN));
	row->s.sub = u->sub;
	row->s.epoch = u->epoch;
	row->s.created = clock_now();
	row->version = 0;
}

void
session_sign_in(struct arena *a, struct session_row *row, int64_t lifetime, struct str *cookie)
{
	struct str secret = secret_bytes(a, HANDLE_LEN), id;

	if (dec_b64url(a, row->s.sid, &id) != OK)
		bug("session with a sid that is not ours");
	row->s.cookie_hash = hash_of(a, secret);
	row->s.auth_time = clock_now();
	row->s.expires = row->s.auth_time + lifetime;
	*cookie = handle_write(a, HANDLE_SESSION, id, secret);
}

enum err
session_get_sid(struct store *db, struct arena *a, struct str sid, struct session_row *out)
{
	enum err e;

	e = record_get(db, a, &record_session, session_key(a, sid), &out->s, &out->version);
	if (e == OK && out->s.expires <= clock_now())
		return ERR_EXPIRED;
	return e;
}

enum err
session_get(struct store *db, struct arena *a, struct str cookie, struct session_row *out)
{
	struct handle h;
	enum err e;

	e = handle_parse(a, HANDLE_SESSION, cookie, &h);
	if (e == OK)
		e = session_get_sid(db, a, enc_b64url(a, h.id), out);
	if (e != OK)
		return e;
	return secret_eq(out->s.cookie_hash, hash_of(a, h.secret)) ? OK : ERR_NOTFOUND;
}

enum err
session_put(struct batch *b, struct arena *a, const struct session_row *row)
{
	return record_put(b, a, &record_session, session_key(a, row->s.sid), &row->s, row->version);
}

void
session_use_up(struct session_row *row)
{
	row->s.login_for = row->s.consent_for = (struct str){ 0 };
	row->s.consent_scope = (struct strs){ 0 };
}

void
session_del(struct batch *b, struct arena *a, const struct session_row *row)
{
	struct str key = session_key(a, row->s.sid);

	batch_guard(b, key, row->version);
	batch_del(b, key);
}

struct str
session_label(struct arena *a, const struct session_row *row)
{
	return arena_printf(a, "session %.*s", STR_FMT(row->s.sid));
}

enum err
session_end(struct store *db, struct arena *a, struct str sid, const struct audit *done)
{
	struct audit what = *done;
	struct session_row row;
	struct batch b;
	enum err e;

	/* Another tab may be writing to it: only its absence ends the attempts. */
	do {
		e = session_get_sid(db, a, sid, &row);
		if (e != OK && e != ERR_EXPIRED)
			return e;
		batch_init(&b, a);
		session_del(&b, a, &row);
		what.subject = row.s.sub;
		what.detail = session_label(a, &row);
		audit_note(&b, a, &what);
		e = store_commit(db, &b);
	} while (e == ERR_CONFLICT);
	return e;
}
