/*
 * err - the one list of errors, and the two ways a program gives up
 * SPDX-License-Identifier: ISC
 *
 * Whatever can fail returns `enum err`, OK being 0, so callers write
 *
 *	e = client_get(db, a, id, &client);
 *	if (e != OK)
 *		return e;
 *
 * A broken invariant is no error: bug() logs and aborts, and the web server
 * starts the program anew. So does running out of memory, fatal(): every
 * state change is one commit, hence nothing is left half done.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define NRETURN __attribute__((noreturn))

enum err {
	OK = 0,
	ERR_REFUSED,	 /* the caller was refused; request.fail says how and why */
	ERR_NOTFOUND,	 /* no such record, member, header or key */
	ERR_EXISTS,	 /* a record of that name is there already */
	ERR_CONFLICT,	 /* a guard did not hold: nothing was written, read again */
	ERR_EXPIRED,	 /* too old, or not valid yet */
	ERR_SYNTAX,	 /* malformed */
	ERR_RANGE,	 /* well formed, but too long, too large or not allowed */
	ERR_DUPLICATE,	 /* a parameter or member is there twice */
	ERR_TYPE,	 /* a value of another type than wanted */
	ERR_CRYPTO,	 /* a signature, MAC, seal or password does not verify */
	ERR_UNSUPPORTED, /* an algorithm, version or feature we do not have */
	ERR_DENIED,	 /* the operating system or a declared right forbids it */
	ERR_FULL,	 /* disk, map, table or ceiling is full */
	ERR_TOO_MANY,	 /* tried too often: wait */
	ERR_SYSTEM,	 /* a system or library call failed; the log has the reason */
	ERR_CORRUPT,	 /* stored data that cannot be decoded */
	ERR_UNAVAILABLE, /* a helper process did not answer in time */
	ERR__MAX
};

/* A short English text for `e`, for logs and the command line; never NULL. */
const char *err_text(enum err e);

/* Logs a broken invariant of our own and aborts. */
NRETURN void bug(const char *fmt, ...) PRINTF(1, 2);

/* Logs what the process cannot live without (memory) and exits 111. */
NRETURN void fatal(const char *fmt, ...) PRINTF(1, 2);

#endif
