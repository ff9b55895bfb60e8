/*
 * gate_cgi - one request on stdin, stdout and the environment (RFC 3875)
 * SPDX-License-Identifier: ISC
 */
#include <errno.h>
#include <unistd.h>

#include "base/log.h"
#include "http/gate_port.h"

static enum err
next(struct gate *g, char *const **variables)
{
	static char *const none[] = { NULL };

	if (g->is_done)
		return ERR_EXPIRED;
	g->is_done = true;
	*variables = environ == NULL ? none : environ;
	return OK;
}

/* Never past the body: the server need not close its end (RFC 3875 section 4.2). */
static enum err
read_body(struct gate *g, char *p, size_t n, size_t *got)
{
	ssize_t r;

	*got = 0;
	if (n > g->body_left)
		n = g->body_left;
	if (n == 0)
		return OK;
	r = read(STDIN_FILENO, p, n);
	if (r < 0)
		return ERR_SYSTEM;
	g->body_left -= (size_t)r;
	*got = (size_t)r;
	return OK;
}

static enum err
send_answer(struct gate *g, struct str answer)
{
	ssize_t r;

	(void)g;
	while (answer.n > 0) {
		r = write(STDOUT_FILENO, answer.p, answer.n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0) {
			log_errno("answer");
			return ERR_SYSTEM;
		}
		answer = str_skip(answer, (size_t)r);
	}
	return OK;
}

static void
close_port(struct gate *g)
{
	(void)g;
}

const struct port gate_cgi = { next, read_body, send_answer, close_port };
