/*
 * authority - issuers, and which one a request belongs to
 * SPDX-License-Identifier: ISC
 *
 * A deployment is a directory: DATA/registry (issuer -> name) and, for each
 * authority, DATA/<name>/{durable,keys,volatile}. Removing the
 * directory removes the authority. A process keeps a bounded number of
 * environments open.
 *
 *	e = deployment_open(&conf, rights, &d);
 *	e = authority_find(d, a, host, path, &auth);
 *	client_get(auth->durable, a, id, &client);
 */
#ifndef MODEL_AUTHORITY_H
#define MODEL_AUTHORITY_H

#include "base/conf.h"
#include "model/audit.h"
#include "schema/authority.h"
#include "store/batch.h"
#include "store/read.h"

/* What a program may do with an authority's environments; the rows of struct endpoint say it. */
enum {
	STORE_READ = 0,
	STORE_WRITE = 1,  /* commit to the durable one */
	STORE_COUNT = 2,  /* commit to the volatile one */
	STORE_KEYS = 4,	  /* open the keys environment and sign */
	STORE_ROTATE = 8, /* with STORE_KEYS: change the keys environment; the signer */
	STORE_LIMIT = 16, /* map the table of limits: whoever looks at passwords or secrets */
	STORE_ADMIN = 32, /* change the keys environment and the registry; the command line */
};

struct deployment;
struct keyring;
struct limit_table;

struct opened {
	struct store *durable;
	struct store *volatile_; /* NULL without STORE_COUNT */
	struct keyring *keyring; /* NULL without STORE_KEYS or STORE_ADMIN; see keyset.h */
};

/* Remembers where the data is; opens nothing but the table of limits, and the registry when it is
 * first asked. Lives as long as the process. ERR_NOTFOUND when there is no such directory. */
MUST_USE enum err
deployment_open(const struct conf *conf, unsigned rights, struct deployment **out);
void deployment_close(struct deployment *d);

#define DEPLOYMENT_LIMITS "limits.map" /* a name that no authority can have */

/* What its processes count tries in; NULL without STORE_LIMIT, and when it cannot be used, which
 * the log says: then nothing is limited. The deployment's. And where it is: the arena's. */
struct limit_table *deployment_limits(const struct deployment *d);
char *deployment_limits_path(const struct deployment *d, struct arena *a);

/* Makes the registry where there is none. With STORE_ADMIN. */
MUST_USE enum err deployment_init(struct deployment *d, struct arena *a);

/* Who commits, for audit records; "tessera", the command line, unless it is said. Not copied. */
void deployment_program(struct deployment *d, const char *program);

/* For a program that serves the web, before its first request: its name, and the key classes
 * `writes` that alone it may write (bytes of enum key_class; NULL: none). It leaves commits to the
 * writer process and signatures to the signer process if the settings name them. ERR_RANGE: the
 * name of a socket is too long. */
MUST_USE enum err deployment_confine(struct deployment *d, const char *program, const char *writes);

/* Finds the authority whose issuer is `host` (with port, lower case) and path `path` ("" or
 * "/acme"). ERR_NOTFOUND: none, disabled, or its directory is gone. *auth is the arena's, *opened
 * the deployment's until the next call. */
MUST_USE enum err authority_find(struct deployment *d, struct arena *a, struct str host,
	struct str path, struct authority *auth, struct opened *opened);

/* Opens one by name, enabled or not. */
MUST_USE enum err authority_open(struct deployment *d, struct arena *a, struct str name,
	struct authority *auth, struct opened *opened);

/* Opens the environments of one alone. */
MUST_USE enum err
authority_stores(struct deployment *d, struct arena *a, struct str name, struct opened *opened);

/* What a new authority's audit chain begins with. */
struct beginning {
	struct str key;	     /* base/audit_key.h */
	struct audit record; /* who makes it, and how */
};

/* Creates directory, environments, record, standard scopes and first keys, then the registry entry.
 * ERR_EXISTS (name or issuer), ERR_RANGE, ERR_SYNTAX, ERR_SYSTEM. */
MUST_USE enum err authority_create(struct deployment *d, struct arena *a, struct authority *auth,
	const struct beginning *begin);

/* The two ends of that, for whoever fills it otherwise: the first makes directory, environments and
 * record, the second what makes it found. In between it can be removed. */
MUST_USE enum err authority_begin(struct deployment *d, struct arena *a,
	const struct authority *auth, const struct beginning *begin, struct opened *opened);
MUST_USE enum err
authority_publish(struct deployment *d, struct arena *a, const struct authority *auth);

/* Writes the record, and what the audit chain is to keep; the name cannot change. */
MUST_USE enum err authority_put(struct deployment *d, struct arena *a, const struct authority *auth,
	const struct audit *done);

/* Takes it out of the registry and removes its directory. */
MUST_USE enum err authority_remove(struct deployment *d, struct arena *a, struct str name);

/* All names in order. */
MUST_USE enum err authority_names(struct deployment *d, struct arena *a, struct strs *names);

/* Path of a file or directory of the deployment, NUL-terminated, the arena's. */
char *
deployment_path(const struct deployment *d, struct arena *a, const char *name, const char *file);

/* The path part of the issuer, "" or "/acme", and its host[:port] in lower case. */
struct str issuer_path(const struct authority *auth);
struct str issuer_host(struct arena *a, const struct authority *auth);

/* issuer + path of an endpoint, the arena's. */
struct str issuer_url(struct arena *a, const struct authority *auth, const char *path);

#endif
