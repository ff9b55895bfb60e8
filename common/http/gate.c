/*
 * gate - the accept loop: FastCGI, plain CGI or a systemd socket
 * SPDX-License-Identifier: ISC
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/log.h"
#include "base/secret.h"
#include "http/gate_port.h"
#include "http/reply.h"

#define SYSTEMD_FD 3	     /* SD_LISTEN_FDS_START */
#define VARIABLES_MAX 131072 /* bytes of all variables of a request */
#define PARAMS_SECONDS 2     /* for the server to send the variables */
#define BODY_SECONDS 10	     /* for the body, which most servers have whole before they call */

/* Whether the alarm ends the process, or only the read that libfcgi hangs in. */
static volatile sig_atomic_t is_serving;

/* The log is not made for signal handlers; should it hang as well, the second alarm, which is not
 * caught any more, ends the process. */
static void
on_alarm(int sig)
{
	struct sigaction act = { .sa_handler = SIG_DFL };

	if (!is_serving)
		return;
	sigaction(sig, &act, NULL);
	alarm(1);
	log_reason(LOG_FAILED, "a request took too long: the process ends");
	_exit(111);
}

/* `seconds` 0 disarms. It goes on every second: an alarm that comes just before the read it is to
 * interrupt would be lost. */
static void
watch(int seconds, bool serving)
{
	struct itimerval t = { .it_value.tv_sec = seconds, .it_interval.tv_sec = seconds > 0 };

	is_serving = false;
	if (setitimer(ITIMER_REAL, &t, NULL) != 0)
		bug("setitimer");
	is_serving = serving;
}

/* Signals that would cut a request short are blocked for good, also while the process ends, and
 * read from a descriptor beside the listening socket: they are seen however busy that is. */
static enum err
open_signals(struct gate *g)
{
	struct sigaction act = { .sa_handler = on_alarm, .sa_flags = SA_NODEFER };
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGUSR1);
	sigaddset(&mask, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &mask, NULL) != 0)
		return ERR_SYSTEM;
	g->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (g->signals < 0 || sigaction(SIGALRM, &act, NULL) != 0)
		return ERR_SYSTEM;
	sigemptyset(&mask);
	sigaddset(&mask, SIGALRM);
	if (sigprocmask(SIG_UNBLOCK, &mask, NULL) != 0)
		return ERR_SYSTEM;
	act = (struct sigaction){ .sa_handler = SIG_IGN };
	return sigaction(SIGPIPE, &act, NULL) == 0 ? OK : ERR_SYSTEM;
}

/* systemd passes the socket as descriptor 3 while 0 is /dev/null (sd_listen_fds(3)). */
static bool
is_systemd(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	int64_t n;

	if (str_int(str_of(pid), &n) != OK || n != getpid())
		return false;
	return str_int(str_of(fds), &n) == OK && n >= 1;
}

/* FastCGI has its listening socket as descriptor 0 (FastCGI 1.0 section 2.2); stdin of CGI may be a
 * socket too, but a connected one. */
static bool
is_fastcgi(void)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	return getpeername(STDIN_FILENO, (struct sockaddr *)&peer, &len) != 0 && errno == ENOTCONN;
}

int
gate_socket(void)
{
	if (is_systemd())
		return SYSTEMD_FD;
	return is_fastcgi() ? STDIN_FILENO : -1;
}

static enum err
open_port(struct gate *g, int listen)
{
	g->port = listen < 0 ? &gate_cgi : &gate_fcgi;
	return listen < 0 ? OK : gate_fcgi_open(g, listen);
}

enum err
gate_open(int listen, size_t body_max, struct gate **out)
{
	struct gate *g = calloc(1, sizeof(*g));
	enum err e;

	if (g == NULL)
		fatal("out of memory");
	g->arena = arena_new(ARENA_CEILING);
	g->body_max = body_max == 0 ? REQUEST_BODY_MAX : body_max;
	g->seconds = GATE_SECONDS;
	g->listen = -1;
	g->signals = -1;
	umask(007);
	e = open_port(g, listen);
	if (e == OK)
		e = open_signals(g); /* after libfcgi, which installs handlers of its own */
	if (e != OK) {
		log_errno("gate");
		gate_close(g);
		return e;
	}
	*out = g;
	return OK;
}

void
gate_ask(struct gate *g, bool (*is_over)(void *arg), void *arg)
{
	g->is_over = is_over;
	g->arg = arg;
}

void
gate_close(struct gate *g)
{
	if (g == NULL)
		return;
	watch(0, false);
	log_request((struct str){ 0 });
	g->port->close(g);
	if (g->signals >= 0)
		close(g->signals);
	arena_free(g->arena);
	free(g);
}

/* Waits until a connection may be there; ERR_EXPIRED when a signal came. */
static enum err
wait_connection(struct gate *g)
{
	struct pollfd fds[2] = {
		{ .fd = g->signals, .events = POLLIN },
		{ .fd = g->listen, .events = POLLIN },
	};

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR) {
			log_errno("poll");
			return ERR_SYSTEM;
		}
		if (fds[0].revents != 0)
			return ERR_EXPIRED;
		if (fds[1].revents == 0)
			continue;
		if (g->is_over != NULL && g->is_over(g->arg))
			return ERR_EXPIRED;
		return OK;
	}
}

static enum err
accept_request(struct gate *g, char *const **variables)
{
	enum err e;

	do {
		e = g->listen < 0 ? OK : wait_connection(g);
		if (e != OK)
			return e;
		watch(PARAMS_SECONDS, false);
		e = g->port->next(g, variables);
		if (e != OK)
			watch(0, false);
	} while (e == ERR_NOTFOUND);
	return e;
}

/* Copies the variables: libfcgi's are gone once the answer was sent. */
static enum err
copy_variables(struct request *rq, char *const *variables)
{
	struct header *v = arena_array(rq->arena, REQUEST_VARIABLES, sizeof(*v));
	struct str text, name, value;
	size_t bytes = 0;

	rq->variables = v;
	for (; *variables != NULL; variables++) {
		text = str_of(*variables);
		if (!str_cut(text, '=', &name, &value))
			continue;
		bytes += text.n;
		if (rq->nvariables == REQUEST_VARIABLES || bytes > VARIABLES_MAX)
			return ERR_RANGE;
		v[rq->nvariables].name = arena_str(rq->arena, name);
		v[rq->nvariables++].value = arena_str(rq->arena, value);
	}
	return OK;
}

/* What the server says of the body's length: *known false with chunked coding, where it may not
 * know (RFC 9112 section 6.1). */
static enum err
body_length(const struct request *rq, bool *known, size_t *length)
{
	struct str text;
	int64_t n = 0;
	enum err e = request_variable(rq, "CONTENT_LENGTH", &text);

	if (e == OK)
		e = str_int(text, &n);
	*known = e == OK;
	*length = (size_t)n;
	return e == ERR_NOTFOUND ? OK : e;
}

/* Reads to the end, also what is over the cap: a server may take an unread body for a failure.
 * Half a body must have no effect at all, so it is compared with what was announced. */
static enum err
read_body(struct gate *g, struct request *rq)
{
	size_t got, total = 0, length;
	bool known;
	struct buf b;
	char part[8192];
	enum err e = body_length(rq, &known, &length);

	if (e != OK)
		return ERR_SYNTAX;
	if (known)
		g->body_left = length;
	else
		g->body_left = request_header(rq, "HTTP_TRANSFER_ENCODING").n > 0 ? SIZE_MAX : 0;
	buf_init(&b, rq->arena, g->body_max);
	do {
		e = g->port->read(g, part, sizeof(part), &got);
		buf_add(&b, str_bytes(part, got));
		total += got;
	} while (e == OK && got > 0);
	secret_wipe(part, sizeof(part));
	if (buf_end(&b, &rq->body) != OK)
		return ERR_RANGE;
	return e != OK || (known && total != length) ? ERR_SYNTAX : OK;
}

/* A request that no handler is to see. */
static void
refuse(struct gate *g, struct request *rq, int status, const char *reason)
{
	struct str text = arena_printf(rq->arena, "%s\n", reply_reason(status));

	log_begin(LOG_REFUSED);
	log_int("status", status);
	log_str("reason", str_of(reason));
	log_end();
	if (reply_body(rq, status, "text/plain; charset=utf-8", text) != OK ||
		gate_reply(g, rq) != OK)
		return; /* nobody is left to be told */
}

/* Makes the request of its variables and body; 0, or the status it is refused with. */
static int
receive(struct gate *g, struct request *rq, char *const *variables, const char **reason)
{
	enum err e;

	*reason = "variables";
	if (copy_variables(rq, variables) != OK)
		return 431;
	*reason = "body";
	watch(BODY_SECONDS, false);
	e = read_body(g, rq);
	if (e != OK)
		return e == ERR_RANGE ? 413 : 400;
	*reason = "target";
	e = request_begin(rq);
	if (e != OK)
		return e == ERR_RANGE ? 414 : 400;
	return 0;
}

enum err
gate_next(struct gate *g, struct request *rq)
{
	char *const *variables;
	const char *reason;
	enum err e;
	int status;

	for (;;) {
		log_request((struct str){ 0 });
		arena_reset(g->arena);
		*rq = (struct request){ .arena = g->arena };
		e = accept_request(g, &variables);
		if (e != OK)
			return ERR_EXPIRED;
		rq->id = enc_hex(rq->arena, secret_bytes(rq->arena, 8));
		log_request(rq->id);
		status = receive(g, rq, variables, &reason);
		watch(g->seconds, true);
		if (status == 0)
			return OK;
		refuse(g, rq, status, reason);
	}
}

static enum err
too_long(struct request *rq, struct str *answer)
{
	log_reason(LOG_FAILED, "answer headers over %d bytes", GATE_HEADER_MAX);
	rq->reply = (struct reply){ 0 };
	if (reply_body(rq, 500, "text/plain; charset=utf-8", STR("Internal Server Error\n")) != OK)
		return ERR_FULL;
	return gate_answer(rq, answer);
}

enum err
gate_reply(struct gate *g, struct request *rq)
{
	struct str answer;
	enum err e;

	if (rq->reply.status == 0)
		bug("a request without an answer");
	e = gate_answer(rq, &answer);
	if (e == ERR_FULL)
		e = too_long(rq, &answer);
	if (e == OK)
		e = g->port->send(g, answer);
	watch(0, false);
	return e;
}
