/*
 * request - one HTTP request and the answer to it
 * SPDX-License-Identifier: ISC
 *
 * gate fills the first part from FastCGI or CGI; endpoint_run fills the rest
 * on the way to the handler. Everything is the arena's. The types of the
 * floors above are only named here.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/buf.h"
#include "data/form.h"

#define REQUEST_BODY_MAX ((size_t)131072)
#define REQUEST_TARGET_MAX 16384 /* bytes of REQUEST_URI */
#define REQUEST_VARIABLES 128	 /* CGI variables looked at; more is a refusal */

enum method {
	METHOD_GET = 1,
	METHOD_POST = 2,
	METHOD_HEAD = 4,
	METHOD_OPTIONS = 8,
	METHOD_OTHER = 16,
};

struct header {
	struct str name, value;
};

struct reply {
	int status; /* 0: nothing was decided yet */
	struct header headers[16];
	size_t nheaders;
	struct str body;
	bool cacheable; /* without it the answer carries Cache-Control: no-store */
};

/* Why a request is refused; filled by oauth_fail(), read by endpoint_run(). */
struct fail {
	int error;	     /* enum oauth_error */
	struct str text;     /* error_description for the caller */
	struct str reason;   /* for the log */
	int64_t retry_after; /* seconds; 0: it does not say */
};

struct param;
struct endpoint;
struct conf;
struct store;
struct authority;
struct client;
struct caller;
struct session;
struct deployment;
struct keyring;

struct request {
	struct arena *arena;
	struct str id; /* random, for the log */
	enum method method;
	struct str target; /* REQUEST_URI as it came */
	struct str path;   /* decoded once */
	struct str query;
	struct str body;
	bool is_https;
	struct header *variables; /* CGI meta-variables (RFC 3875 4.1) */
	size_t nvariables;
	struct reply reply;

	/* from here on set by endpoint_run() */
	const struct endpoint *endpoint;
	const struct conf *conf;
	struct str *param;	/* by index of the program's table; empty: absent */
	struct strs *param_all; /* the same for PARAM_MULTI rows */
	struct str canonical;	/* known parameters, form-encoded in the order of the table */
	enum err param_error;	/* what param_read said, and at which row, for lenient programs */
	size_t param_at;
	struct fail fail;
	const struct authority *authority;
	struct deployment *deployment;
	struct store *db;	     /* durable */
	struct store *volatile_;     /* volatile */
	struct keyring *keyring;     /* with STORE_KEYS */
	const struct client *client; /* with AUTH_CLIENT; NULL before */
	const struct caller *caller; /* with AUTH_CALLER */
};

/* A CGI variable such as "HTTP_ORIGIN": ERR_NOTFOUND (absent or empty), or ERR_DUPLICATE when the
 * server passed it twice. */
MUST_USE enum err request_variable(const struct request *rq, const char *name, struct str *value);

/* The same, where twice is as good as absent. */
struct str request_header(const struct request *rq, const char *name);

/* The Authorization header, or what the server made of it: ERR_NOTFOUND, ERR_DUPLICATE (also two in
 * one, joined by a comma, for schemes that have none). Splits off the scheme. */
MUST_USE enum err
request_authorization(const struct request *rq, struct str *scheme, struct str *credentials);

/* Host and port the client asked for, lower case; empty when absent or malformed. */
struct str request_host(const struct request *rq);

/* Fills method, target, path, query of a request whose variables are set. ERR_SYNTAX for a target
 * that must not be served (bad escapes, dot segments, absolute form elsewhere), ERR_RANGE. */
MUST_USE enum err request_begin(struct request *rq);

/* "GET", ...: the method of that name, or METHOD_OTHER; and "GET, POST" of a set, for Allow. */
enum method method_find(struct str name);
struct str method_list(struct arena *a, unsigned methods);

#endif
