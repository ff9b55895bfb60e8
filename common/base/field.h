/*
 * field - records described by tables
 * SPDX-License-Identifier: ISC
 *
 * A record is a struct and a table with one row for each of its fields. The
 * row is the only place where the field is declared: its name on the command
 * line and in JSON, its tag in the store, type, default, range, check and
 * help. Configuration files, stored values, JSON, `tessera schema` and the
 * man pages are made from the same rows (see store/codec.h and conf.h).
 *
 *	struct point { int64_t x; struct str label; };
 *
 *	static const struct field fields[] = {
 *		{ .name = "x", .tag = 1, .type = FIELD_INT, .offset = offsetof(struct point, x),
 *		  .max = 100, .help = "how far to the right" },
 *		...
 *	};
 *	const struct record record_point = { "point", 1, sizeof(struct point), fields, COUNT(fields)
 *};
 */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include "base/arena.h"

enum field_type {     /* in the struct	text form		JSON */
	FIELD_STR,    /* struct str		as it is		string */
	FIELD_STRS,   /* struct strs		words parted by a comma	array of strings */
	FIELD_BOOL,   /* bool			true, false		boolean */
	FIELD_INT,    /* int64_t		decimal			number */
	FIELD_SIZE,   /* int64_t, bytes	64K, 19M, 1G		number */
	FIELD_SPAN,   /* int64_t, seconds	90, 10m, 8h, 30d	number */
	FIELD_TIME,   /* int64_t, since 1970	RFC 3339 in UTC		number */
	FIELD_CHOICE, /* int, an index	one of .choices		string */
	FIELD_BYTES,  /* struct str		base64url		string, base64url */
	FIELD_JSON,   /* struct str		a JSON object		object */
	FIELD_LIST,   /* struct list		(JSON only)		array of objects */
	FIELD__MAX
};

enum {
	FIELD_REQUIRED = 1, /* may not be empty */
	FIELD_SECRET = 2,   /* never shown, never taken from a command line */
	FIELD_FIXED = 4,    /* set by the program or at creation, not by `set` */
	FIELD_HIDDEN = 8,   /* stored, but no part of any outside form */
	FIELD_RESTART = 16, /* configuration: read at start only */
};

struct list {
	void *v; /* `n` structs of the row's .record */
	size_t n;
};

struct record;

struct field {
	const char *name;
	unsigned char tag; /* in the store; 1 to 255, never used again for something else */
	enum field_type type;
	unsigned flags;
	size_t offset;
	const char *value; /* the default in text form, or NULL: empty, 0, false */
	int64_t min, max;  /* of a number; max 0: none. Of a text, list or JSON: its length */
	const char *const *choices;    /* FIELD_CHOICE: names, NULL at the end */
	const struct record *record;   /* FIELD_LIST: what it is a list of */
	bool (*check)(struct str one); /* of a text, or of each member of a list */
	const char *help;
};

struct record {
	const char *name;
	unsigned char version; /* leads every stored value */
	size_t size;
	const struct field *fields;
	size_t nfields;
};

/* A text no longer than this where a row says no .max. */
#define FIELD_TEXT_MAX 2048

/* No list has more members than this, whatever its row says. */
#define FIELD_LIST_MAX 1024

/* The row named `name`, or NULL. */
const struct field *field_find(const struct record *rec, struct str name);

/* Makes `base` a record with every default. */
void field_defaults(const struct record *rec, void *base, struct arena *a);

/* Sets one field from its text form: ERR_SYNTAX, ERR_RANGE or ERR_TYPE (FIELD_LIST has no text
 * form), and then the field is as it was. What is kept is the arena's. */
MUST_USE enum err field_parse(const struct field *f, void *base, struct arena *a, struct str text);

/* The text form of one field, the arena's; a secret that is set is `********`. */
struct str field_text(const struct field *f, const void *base, struct arena *a);

/* Whether the field holds nothing: empty, 0, false. A choice always holds something. */
bool field_is_empty(const struct field *f, const void *base);

/* Checks one field or all against their rows: ERR_RANGE, ERR_SYNTAX or ERR_NOTFOUND (required but
 * empty); the second sets *which to the row at fault. */
MUST_USE enum err field_check(const struct field *f, const void *base);
MUST_USE enum err
field_check_all(const struct record *rec, const void *base, const struct field **which);

/* The allowed values in words, such as "0 to 86400 seconds" or "jwt, opaque"; the arena's. */
struct str field_range(const struct field *f, struct arena *a);

/* The type's name for schema and man pages: "string", "duration", ... */
const char *field_type_name(enum field_type t);

#endif
