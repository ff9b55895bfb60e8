/*
 * limit_row - what is limited, one row each
 * SPDX-License-Identifier: ISC
 *
 * The setting `limits`, the man page, the sample file and `tessera limit` are
 * made from the rows. See model/attempt.h for what takes the tokens.
 */
#ifndef BASE_LIMIT_ROW_H
#define BASE_LIMIT_ROW_H

#include "base/arena.h"
#include "base/limit.h"

/* Kept in the table of limits: never another order, new ones at the end. */
enum limit_id {
	LIMIT_LOGIN_ADDRESS,
	LIMIT_LOGIN_USER,
	LIMIT_LOGIN_PAIR,
	LIMIT_SECRET_ADDRESS,
	LIMIT_SECRET_CLIENT,
	LIMIT_SECRET_PAIR,
	LIMIT_CODE_ADDRESS,
	LIMIT_CODE_USER,
	LIMIT__MAX
};

/* What is tried. */
enum limit_try {
	TRY_LOGIN,  /* a password */
	TRY_SECRET, /* the secret of a client or an API */
	TRY_CODE,   /* a user code */
	TRY__MAX
};

enum limit_per {
	PER_ADDRESS,
	PER_SUBJECT, /* the user, client or API */
	PER_PAIR,    /* one such from one address */
	PER__MAX
};

struct limit_row {
	const char *name;
	enum limit_try of;
	enum limit_per per;
	const char *value; /* the default, as it is set */
	const char *help;  /* what takes a token */
};

extern const struct limit_row limit_rows[LIMIT__MAX];

/* Whether it is one member of the setting: name=tokens/duration or name=off. */
bool limit_is_setting(struct str one);

/* The rate in force: what is set (the last of several), or the default. */
struct limit_rate limit_rate(struct strs set, enum limit_id id);

/* The same as it would be set: 5/10m, or off; the arena's. */
struct str limit_rate_text(struct arena *a, struct limit_rate rate);

#endif
