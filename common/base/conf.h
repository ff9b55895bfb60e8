/*
 * conf - the configuration file of a deployment
 * SPDX-License-Identifier: ISC
 *
 * One setting a line, `name = value`; `#` begins a comment line. What may be
 * set is the table record_conf (in conf.c), from which the sample file and
 * the man page are printed. An unknown name, a name given twice or a bad
 * value is an error with file and line: nothing is guessed.
 *
 * Programs are started by web servers that pass no arguments, and under
 * suEXEC no environment, so the file is looked for in this order:
 * $TESSERA_CONF (a client cannot set it: header variables begin with HTTP_),
 * tessera.conf in the directory of the executable, SYSCONFDIR/tessera.conf.
 */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include "base/field.h"

struct conf {
	struct str path;	  /* the file that was read; empty for none */
	struct str data;	  /* directory of all authorities */
	struct str templates;	  /* directory of page templates and style sheet */
	struct str master_key;	  /* file; empty: master.key in `data` */
	struct str audit_key;	  /* file; empty: audit.key in `data` */
	struct str log;		  /* stderr, syslog or a file */
	struct str writer;	  /* socket of the process that commits; empty: none */
	struct str signer;	  /* socket of the process that has the keys; empty: none */
	int64_t verbosity;	  /* log_verbosity() */
	int64_t map_size;	  /* bytes an authority's durable store may grow to */
	int64_t volatile_size;	  /* the same of the volatile store */
	int64_t readers;	  /* LMDB reader slots of an environment */
	int64_t open_authorities; /* environments a program keeps open */
	int64_t password_memory;  /* Argon2id, bytes */
	int64_t password_passes;
	int sandbox;	      /* 0: off */
	struct strs workers;  /* see conf_workers() */
	struct strs limits;   /* see limit_rate() */
	int64_t limits_size;  /* bytes of the table of limits */
	int64_t clock_offset; /* seconds; for tests */
};

struct conf_where {
	struct str file;
	unsigned line; /* 0: the file as a whole */
	struct str what;
};

#define CONF_WORKERS_MAX 64

extern const struct record record_conf;

/* Reads `path`, or the first of the places above when it is NULL. `data` defaults to the directory
 * of the file. ERR_NOTFOUND without a file (then `c` has the defaults), ERR_SYNTAX or ERR_RANGE
 * with *where set. What `c` points to is the arena's. */
MUST_USE enum err
conf_load(struct conf *c, struct arena *a, const char *path, struct conf_where *where);

/* The same from text already read; `file` is for messages. For tests and fuzzing. */
MUST_USE enum err conf_parse(struct conf *c, struct arena *a, struct str file, struct str text,
	struct conf_where *where);

/* How many workers the program is to fork: 0 for none, `own` where the setting says auto. */
unsigned conf_workers(const struct conf *c, const char *program, unsigned own);

/* A sample file of every setting with its help and default, the arena's. */
struct str conf_sample(struct arena *a);

#endif
