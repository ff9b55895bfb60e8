/*
 * cli - what the files of the command line share
 * SPDX-License-Identifier: ISC
 *
 * One row of the command table (command.c) is noun, verb, arguments in words,
 * needs, help and function. Usage, help, the man page and shell completion
 * are printed from the rows, and arguments are checked against them, so a new
 * command is a function and a row.
 */
#ifndef ADMIN_CLI_H
#define ADMIN_CLI_H

#include <stdio.h>

#include "base/conf.h"
#include "data/json.h"
#include "model/authority.h"
#include "model/keyset.h"
#include "model/record.h"

/* Exit statuses, as in the man page. */
enum {
	STATUS_DONE = 0,
	STATUS_NO = 1,
	STATUS_USAGE = 100,
	STATUS_SYSTEM = 111,
};

/* What a command needs before it runs. */
enum {
	NEEDS_CONF = 1,
	NEEDS_DATA = 2,
	NEEDS_AUTHORITY = 4, /* the one of --authority, opened */
	NEEDS_WRITE = 8,
	NEEDS_KEYS = 16,    /* the private keys and the registry */
	NEEDS_COUNTS = 32,  /* the volatile environment */
	NEEDS_SECRETS = 64, /* to read the private keys */
};

struct cli;

struct command {
	const char *noun;
	const char *verb; /* or NULL */
	const char *args; /* <required> [optional] [field=value ...] [--option VALUE] (a | b) */
	unsigned flags;
	const char *help;
	int (*run)(struct cli *c);
};

/* The table, its end marked by a NULL noun. */
extern const struct command commands[];

/* The row of the two words; `verb` may be empty. NULL when there is none. */
const struct command *command_find(struct str noun, struct str verb);
bool command_has_noun(struct str noun);

/* One `field=value` of the command line. */
struct assignment {
	struct str name;
	char op; /* '=', '+' or '-' */
	struct str value;
	bool from_file; /* then a list has one member a line */
};

struct option {
	struct str name, value;
};

#define OPTIONS_MAX 8
#define ASSIGNMENTS_MAX 64
#define INPUT_MAX 65536 /* bytes of a value from a file or standard input */

struct cli {
	struct arena *a; /* for the whole run */
	const struct command *cmd;
	struct str noun; /* for `tessera client --help` */
	bool json, help, version;
	struct str data, authority; /* options; empty: not given */
	struct strs words;	    /* what is no option and no assignment */
	struct assignment sets[ASSIGNMENTS_MAX];
	size_t nsets;
	struct option options[OPTIONS_MAX];
	size_t noptions;
	bool stdin_taken;

	unsigned needs; /* of the row, and what was asked for since */
	struct conf conf;
	struct deployment *d;
	struct authority auth;
	struct opened opened;
	struct str audit_key; /* what cli_audit_key() has read */
};

/* args.c: the command line into `c`, by the command's row. A status; errors are reported. */
MUST_USE int args_parse(struct cli *c, int argc, char *const *argv);

/* Whether the command's words have that option, and whether it takes a value. */
bool args_has_option(const char *args, struct str name, bool *takes_value);

/* How many words the command takes at least and at most, and whether assignments. */
struct args_shape {
	size_t least, most;
	bool assignments;
};
struct args_shape args_shape(const char *args);

/* Takes the next token of the words: a bracket, a bar or a word. False at the end. */
bool args_token(struct str *rest, struct str *token);

/* The i-th word, or empty; the value of an option, or empty; whether it was given. */
struct str cli_word(const struct cli *c, size_t i);
struct str cli_option(const struct cli *c, const char *name);
bool cli_has(const struct cli *c, const char *name);

/* input.c: values from `-` (standard input) or a file, read with the caller's own rights; one line
 * break at the end is left out. A status; errors are reported. */
MUST_USE int input_read(struct cli *c, struct str source, struct str *text);

/* A password: from `source` as above (first line only), or, when that is empty, typed twice at the
 * terminal, or the first line of standard input. */
MUST_USE int input_password(struct cli *c, struct str source, struct str *password);

/* cli.c: reads the configuration: its error and place, nothing reported. */
MUST_USE enum err cli_load(struct cli *c, struct conf_where *where);

/* What is wrong with it and where, in words; the arena's. */
struct str cli_conf_fault(struct cli *c, const struct conf_where *where);

/* Whether both paths lead to one file or directory that exists. */
bool cli_same_file(struct cli *c, struct str one, struct str other);

/* The configuration; then the data and authority that the row needs. */
MUST_USE int cli_configure(struct cli *c);
MUST_USE int cli_open(struct cli *c);
void cli_close(struct cli *c);

/* Opens data and authority once more, with what else a change turns out to need. */
MUST_USE int cli_need(struct cli *c, unsigned needs);

/* From then on root works as the owner of the data directory. */
MUST_USE int cli_become_owner(struct cli *c);

/* Whether the data directory has an authority of that name. */
bool cli_has_authority(struct cli *c, struct str name);

/* Makes another authority the current one; `a` is for its record. */
MUST_USE int cli_use(struct cli *c, struct arena *a, struct str name);

/* Calls fn for the authority of --authority, or for each, every time with a fresh c->a. The worst
 * status. */
MUST_USE int cli_each_authority(struct cli *c, int (*fn)(struct cli *c, void *arg), void *arg);

/* Between the two, files are used with the rights of whoever called, not of the owner of the data.
 */
struct identity {
	unsigned uid, gid;
};
void identity_caller(struct identity *saved);
void identity_restore(const struct identity *saved);

/* stop.c: from then on SIGINT, SIGTERM and SIGHUP are only remembered, and whether one came. */
void stop_catch(void);
bool stop_is_asked(void);

/* Reports `tessera: what: why` and returns the status; `what` may be empty. */
int cli_fail(int status, struct str what, const char *why, ...) PRINTF(3, 4);

/* The same with the text of `e` and the status that fits it. */
int cli_error(struct str what, enum err e);

/* actor.c: an audit record of something that the command does; its texts are the arena's. */
struct audit
cli_audit(struct cli *c, enum audit_event event, struct str subject, struct str detail);

/* Reads the audit key, with the rights of the caller, into c->audit_key. */
MUST_USE int cli_audit_key(struct cli *c);

/* Logs that the command changed `name`. */
void cli_changed(const struct cli *c, struct str name);

/* Warns when standard output is a file that others can read; call before showing a secret. */
void cli_warn_secret(void);

/* out.c: one object, as lines of name and value or as JSON. */
struct object {
	const struct cli *c;
	struct arena *a;
	struct buf buf;
	struct js_out w;
};
void object_begin(struct object *o, const struct cli *c);
void object_record(struct object *o, const struct record *rec, const void *base);
void object_str(struct object *o, const char *name, struct str value);
void object_int(struct object *o, const char *name, int64_t value);
void object_time(struct object *o, const char *name, int64_t value);
MUST_USE int object_end(struct object *o);

/* A list, as aligned columns or as {"plural":[...]}, printed page by page. Columns are names of
 * fields of the record or of extra values; JSON has them all. */
#define LIST_COLUMNS 8
#define LIST_PAGE 64
struct listing {
	const struct cli *c;
	struct arena *a;
	const char *const *columns;
	size_t ncolumns, nrows, total;
	size_t width[LIST_COLUMNS];
	struct str cell[LIST_PAGE][LIST_COLUMNS];
	struct buf buf;
	struct js_out w;
};
void
list_begin(struct listing *l, const struct cli *c, const char *plural, const char *const *columns);
void list_record(struct listing *l, const struct record *rec, const void *base);
void list_str(struct listing *l, const char *name, struct str value);
void list_int(struct listing *l, const char *name, int64_t value);
void list_time(struct listing *l, const char *name, int64_t value);
void list_next(struct listing *l);
MUST_USE int list_end(struct listing *l);

/* `fmt` for people, {member: value} for programs. */
int out_done(const struct cli *c, const char *member, struct str value, const char *fmt, ...)
	PRINTF(4, 5);

/* A line for people; nothing with --json. */
void out_note(const struct cli *c, const char *fmt, ...) PRINTF(2, 3);

/* Text from outside without what could steer a terminal, the arena's. */
struct str out_clean(struct arena *a, struct str s);

#endif
