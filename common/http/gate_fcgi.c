/*
 * gate_fcgi - requests from libfcgi (FastCGI specification 1.0)
 * SPDX-License-Identifier: ISC
 *
 * Connections are not kept: a worker that serves one request at a time would
 * let everybody else on its socket starve behind an idle one.
 */
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/log.h"
#include "http/gate_port.h"

/* libfcgi waits for the server to close after each answer, two seconds unless told otherwise. */
#define CLOSE_MS "50"

enum err
gate_fcgi_open(struct gate *g, int fd)
{
	int flags = fcntl(fd, F_GETFL);
	FCGX_Request *conn;

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return ERR_SYSTEM;
	if (setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", CLOSE_MS, 1) != 0 || FCGX_Init() != 0)
		return ERR_SYSTEM;
	conn = calloc(1, sizeof(*conn));
	if (conn == NULL)
		fatal("out of memory");
	g->conn = conn;
	g->listen = fd;
	return FCGX_InitRequest(conn, fd, FCGI_FAIL_ACCEPT_ON_INTR) == 0 ? OK : ERR_SYSTEM;
}

/* A sibling may have taken the connection that woke us (EAGAIN), or it broke while its parameters
 * were read; then libfcgi has looked for the next one already. */
static enum err
next(struct gate *g, char *const **variables)
{
	FCGX_Request *conn = g->conn;
	int r = FCGX_Accept_r(conn);

	if (r == -EAGAIN || r == -EINTR)
		return ERR_NOTFOUND;
	if (r < 0) {
		errno = r > -4096 ? -r : 0;
		log_errno("accept");
		return ERR_EXPIRED;
	}
	conn->keepConnection = 0;
	*variables = conn->envp;
	return OK;
}

static enum err
read_body(struct gate *g, char *p, size_t n, size_t *got)
{
	FCGX_Request *conn = g->conn;
	int r = FCGX_GetStr(p, n > 65536 ? 65536 : (int)n, conn->in);

	*got = r > 0 ? (size_t)r : 0;
	return FCGX_GetError(conn->in) == 0 ? OK : ERR_SYSTEM;
}

/* The streams are closed by hand: FCGX_Finish_r would do it and not say whether it worked. */
static enum err
send_answer(struct gate *g, struct str answer)
{
	FCGX_Request *conn = g->conn;
	int r;

	while (answer.n > 0) {
		r = FCGX_PutStr(answer.p, answer.n > 65536 ? 65536 : (int)answer.n, conn->out);
		if (r <= 0)
			break;
		answer = str_skip(answer, (size_t)r);
	}
	r = FCGX_FClose(conn->err);
	r |= FCGX_FClose(conn->out);
	FCGX_Finish_r(conn);
	return r == 0 && answer.n == 0 ? OK : ERR_SYSTEM;
}

static void
close_port(struct gate *g)
{
	FCGX_Request *conn = g->conn;

	if (conn == NULL)
		return;
	FCGX_Finish_r(conn);
	free(conn);
	g->conn = NULL;
}

const struct port gate_fcgi = { next, read_body, send_answer, close_port };
