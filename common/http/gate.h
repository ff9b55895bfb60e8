/*
 * gate - the accept loop: FastCGI, plain CGI or a systemd socket
 * SPDX-License-Identifier: ISC
 *
 *	while (gate_next(gate, &rq) == OK) {
 *		serve(&rq);
 *		gate_reply(gate, &rq);
 *	}
 *
 * Signals are blocked but while waiting, so a request that was begun is
 * finished: TERM, INT and USR1 end the loop after it. The body is read whole,
 * to its cap, before a request is handed out; one that is short or too long
 * is answered here. A watchdog ends a process that is stuck. The only user of
 * libfcgi.
 */
#ifndef HTTP_GATE_H
#define HTTP_GATE_H

#include "http/request.h"

#define GATE_HEADER_MAX 3584 /* bytes of answer headers: nginx's buffer is 4 KiB */
#define GATE_SECONDS 30	     /* a request may take this long */

struct gate;

/* Finds out how this process was started: the socket it is to listen on, or -1 for plain CGI. A
 * child of the process that was started is to be told. */
int gate_socket(void);

/* `listen` is what gate_socket() said; `body_max` 0: REQUEST_BODY_MAX. ERR_SYSTEM. */
MUST_USE enum err gate_open(int listen, size_t body_max, struct gate **out);
void gate_close(struct gate *g);

/* Is asked before each connection is accepted; when it says so, gate_next() ends and leaves the
 * connection to others. */
void gate_ask(struct gate *g, bool (*is_over)(void *arg), void *arg);

/* Waits for a request and fills `rq`, whose arena is reset first (the gate owns it). ERR_EXPIRED at
 * the end: a signal, or the one request of CGI is done. */
MUST_USE enum err gate_next(struct gate *g, struct request *rq);

/* Sends rq->reply; an answer with headers over GATE_HEADER_MAX becomes a 500. ERR_SYSTEM when the
 * server has gone: what was committed stays. */
MUST_USE enum err gate_reply(struct gate *g, struct request *rq);

#endif
