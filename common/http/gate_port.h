/*
 * gate_port - the two ways a request comes in; private to the gate
 * SPDX-License-Identifier: ISC
 *
 * gate.c knows what a request must look like and how long it may take; a port
 * moves its bytes: gate_fcgi.c with libfcgi, gate_cgi.c on stdin and stdout.
 */
#ifndef HTTP_GATE_PORT_H
#define HTTP_GATE_PORT_H

#include "http/gate.h"

struct port {
	/* The next request's variables, `NAME=value` and NULL at the end; they live until send().
	 * ERR_NOTFOUND: none yet, wait on g->listen and ask again. ERR_EXPIRED: there will be none.
	 */
	enum err (*next)(struct gate *g, char *const **variables);

	/* Up to `n` bytes of the body, *got 0 at its end. ERR_SYSTEM when it broke off. */
	enum err (*read)(struct gate *g, char *p, size_t n, size_t *got);

	/* The whole answer; ends the request. ERR_SYSTEM when the server has gone. */
	enum err (*send)(struct gate *g, struct str answer);

	void (*close)(struct gate *g);
};

struct gate {
	const struct port *port;
	struct arena *arena;
	size_t body_max;
	int seconds; /* the watchdog; GATE_SECONDS, less in tests */
	int listen;  /* FastCGI: the listening socket, non-blocking; CGI: -1 */
	int signals; /* a signalfd */
	bool (*is_over)(void *arg);
	void *arg;
	void *conn;	  /* FastCGI: libfcgi's */
	size_t body_left; /* CGI: bytes of stdin that are this request's */
	bool is_done;	  /* CGI: its one request was handed out */
};

extern const struct port gate_fcgi, gate_cgi;

/* Makes g->listen of `fd` ready for libfcgi: ERR_SYSTEM. */
MUST_USE enum err gate_fcgi_open(struct gate *g, int fd);

/* The bytes of rq->reply, head and body: ERR_FULL when the head is over GATE_HEADER_MAX. */
MUST_USE enum err gate_answer(struct request *rq, struct str *out);

#endif
