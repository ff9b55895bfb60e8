/*
 * test_gate - a real process behind FastCGI records, pipes and signals
 * SPDX-License-Identifier: ISC
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/gate_port.h"

#include "tests/unit/fcgi_client.h"
#include "tests/unit/http_fixture.h"
#include "tests/unit/scratch.h"

#define BODY_MAX 100000
#define BIG 300000

static struct arena *a;
static char path[512];
static pid_t child;

/* The program under test: it tells what it was given. */
static enum err
serve(struct request *rq)
{
	struct str value;

	if (str_eq(rq->path, STR("/slow")))
		usleep(400000);
	if (str_eq(rq->path, STR("/hang")))
		for (;;)
			pause();
	if (str_eq(rq->path, STR("/big")))
		return reply_body(
			rq, 200, "text/plain", str_bytes(arena_alloc(rq->arena, BIG), BIG));
	if (str_eq(rq->path, STR("/head")))
		return reply_redirect(rq, arena_printf(rq->arena, "/%04000d", 1));
	return reply_body(rq, 200, "text/plain",
		arena_printf(rq->arena, "%d %.*s?%.*s %zu %d %zu", (int)rq->method,
			STR_FMT(rq->path), STR_FMT(rq->query), rq->body.n,
			request_variable(rq, "HTTP_DPOP", &value), rq->id.n));
}

static int
program(int seconds)
{
	struct request rq;
	struct gate *g;

	secret_init();
	if (log_open("gate", "/dev/null") != OK || gate_open(gate_socket(), BODY_MAX, &g) != OK)
		return 1;
	g->seconds = seconds;
	while (gate_next(g, &rq) == OK)
		if (serve(&rq) != OK || gate_reply(g, &rq) != OK)
			continue;
	gate_close(g);
	return 0;
}

static void
start(int seconds)
{
	int fd = fcgi_listen(path);

	child = fork();
	if (child == 0) {
		dup2(fd, STDIN_FILENO);
		close(fd);
		_exit(program(seconds));
	}
	close(fd);
}

/* The exit status, or minus the signal that ended it. */
static int
end_of_child(void)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	child = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int
setup(void **state)
{
	fixture_setup(state);
	a = *state;
	snprintf(path, sizeof(path), "%s", scratch_path("gate.sock"));
	return 0;
}

static int
setup_server(void **state)
{
	setup(state);
	start(GATE_SECONDS);
	return 0;
}

static int
teardown(void **state)
{
	if (child != 0) {
		kill(child, SIGTERM);
		assert_int_equal(end_of_child(), 0);
	}
	return fixture_teardown(state);
}

static struct str
params(const char *method, const char *uri, const char *length)
{
	struct buf b;

	buf_init(&b, a, 4096);
	fcgi_param(&b, "REQUEST_METHOD", str_of(method));
	fcgi_param(&b, "REQUEST_URI", str_of(uri));
	if (length != NULL)
		fcgi_param(&b, "CONTENT_LENGTH", str_of(length));
	return buf_str(&b);
}

/* Sends a request but for its body, and tells where. */
static int
send_head(struct str variables)
{
	struct buf b;
	int fd = fcgi_connect(path);

	buf_init(&b, a, 1 << 20);
	fcgi_begin(&b);
	fcgi_record(&b, FCGI_PARAMS, variables);
	fcgi_record(&b, FCGI_PARAMS, STR(""));
	fcgi_send(fd, buf_str(&b));
	return fd;
}

static void
send_stdin(int fd, struct str part)
{
	struct buf b;

	buf_init(&b, a, 1 << 20);
	fcgi_record(&b, FCGI_STDIN, part);
	fcgi_send(fd, buf_str(&b));
}

static struct str
zeros(size_t n)
{
	return str_bytes(arena_alloc(a, n), n);
}

static void
expect(int fd, const char *status, const char *body)
{
	bool ended;
	struct str answer = fcgi_answer(a, fd, &ended);

	assert_true(ended);
	assert_true(str_has_prefix(answer, arena_printf(a, "Status: %s\r\n", status)));
	assert_true(str_has_suffix(answer, arena_printf(a, "\r\n\r\n%s", body)));
}

static void
get(const char *uri, const char *status, const char *body)
{
	int fd = send_head(params("GET", uri, NULL));

	send_stdin(fd, STR(""));
	expect(fd, status, body);
}

static void
test_two(void **state)
{
	int fd;

	(void)state;
	get("/a?b=c", "200 OK", "1 /a?b=c 0 2 16");
	fd = send_head(params("POST", "/b", "5"));
	send_stdin(fd, STR("he"));
	send_stdin(fd, STR("llo"));
	send_stdin(fd, STR(""));
	expect(fd, "200 OK", "2 /b? 5 2 16");
}

/* What is_over() refuses to take is left in the queue. */
static bool
is_over(void *arg)
{
	(void)arg;
	return true;
}

static void
test_over(void **state)
{
	struct request rq;
	struct gate *g;
	int fd = fcgi_listen(path), server;

	(void)state;
	server = fcgi_connect(path);
	child = fork();
	if (child == 0) {
		dup2(fd, STDIN_FILENO);
		if (log_open("gate", "/dev/null") != OK || gate_socket() != STDIN_FILENO ||
			gate_open(STDIN_FILENO, BODY_MAX, &g) != OK)
			_exit(1);
		gate_ask(g, is_over, NULL);
		_exit(gate_next(g, &rq) == ERR_EXPIRED ? 0 : 2);
	}
	assert_int_equal(end_of_child(), 0);
	assert_true(accept(fd, NULL, NULL) >= 0);
	close(server);
	close(fd);
}

static void
test_duplicate(void **state)
{
	struct str once = params("GET", "/a", "");
	struct buf b;
	int fd;

	(void)state;
	buf_init(&b, a, 4096);
	buf_add(&b, once);
	fcgi_param(&b, "HTTP_DPOP", STR("p1"));
	fcgi_param(&b, "HTTP_DPOP", STR("p2"));
	fd = send_head(buf_str(&b));
	send_stdin(fd, STR(""));
	expect(fd, "200 OK", arena_z(a, arena_printf(a, "1 /a? 0 %d 16", ERR_DUPLICATE)));
}

/* A server that hangs in the middle of the variables must not stop the others for long. */
static void
test_half_params(void **state)
{
	int64_t before = clock_us();
	struct buf b;
	int fd = fcgi_connect(path);

	(void)state;
	buf_init(&b, a, 4096);
	fcgi_begin(&b);
	fcgi_record(&b, FCGI_PARAMS, params("GET", "/a", NULL));
	fcgi_send(fd, (struct str){ b.p, b.n - 3 });
	get("/b", "200 OK", "1 /b? 0 2 16");
	assert_true(clock_us() - before < 5000000);
	close(fd);
}

static void
test_dropped(void **state)
{
	int fd;

	(void)state;
	close(fcgi_connect(path));
	close(send_head(params("GET", "/a", NULL)));
	fd = send_head(params("GET", "/big", NULL));
	send_stdin(fd, STR(""));
	close(fd);
	fd = fcgi_connect(path);
	fcgi_send(fd, STR("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
	close(fd);
	get("/b", "200 OK", "1 /b? 0 2 16");
}

static void
test_truncated(void **state)
{
	int fd;

	(void)state;
	fd = send_head(params("POST", "/a", "10"));
	send_stdin(fd, STR("hello"));
	send_stdin(fd, STR(""));
	expect(fd, "400 Bad Request", "Bad Request\n");
	fd = send_head(params("POST", "/a", "10"));
	send_stdin(fd, STR("hello"));
	shutdown(fd, SHUT_WR);
	expect(fd, "400 Bad Request", "Bad Request\n");
	fd = send_head(params("POST", "/a", "3"));
	send_stdin(fd, STR("hello"));
	send_stdin(fd, STR(""));
	expect(fd, "400 Bad Request", "Bad Request\n");
	fd = send_head(params("POST", "/a", "5x"));
	send_stdin(fd, STR("hello"));
	send_stdin(fd, STR(""));
	expect(fd, "400 Bad Request", "Bad Request\n");
}

/* FCGI_ABORT_REQUEST is how servers tell that the client went away. */
static void
test_aborted(void **state)
{
	struct buf b;
	int fd = send_head(params("POST", "/a", NULL));

	(void)state;
	send_stdin(fd, STR("hello"));
	buf_init(&b, a, 64);
	fcgi_record(&b, FCGI_ABORT, STR(""));
	fcgi_send(fd, buf_str(&b));
	expect(fd, "400 Bad Request", "Bad Request\n");
}

static void
test_sizes(void **state)
{
	int fd;

	(void)state;
	fd = send_head(params("POST", "/a", "100000"));
	send_stdin(fd, zeros(BODY_MAX));
	send_stdin(fd, STR(""));
	expect(fd, "200 OK", "2 /a? 100000 2 16");
	fd = send_head(params("POST", "/a", "100001"));
	send_stdin(fd, zeros(BODY_MAX + 1));
	send_stdin(fd, STR(""));
	expect(fd, "413 Content Too Large", "Content Too Large\n");
	/* chunked: no length */
	fd = send_head(params("POST", "/a", NULL));
	send_stdin(fd, zeros(5));
	send_stdin(fd, STR(""));
	expect(fd, "200 OK", "2 /a? 5 2 16");
}

static void
test_variables(void **state)
{
	struct buf b;
	char *uri = arena_alloc(a, REQUEST_TARGET_MAX + 2);
	size_t i;
	int fd;

	(void)state;
	memset(uri, '/', REQUEST_TARGET_MAX + 1);
	buf_init(&b, a, 1 << 17);
	fcgi_param(&b, "REQUEST_METHOD", STR("GET"));
	fcgi_param(&b, "REQUEST_URI", str_of(uri));
	fd = send_head(buf_str(&b));
	send_stdin(fd, STR(""));
	expect(fd, "414 URI Too Long", "URI Too Long\n");
	for (i = 0; i < REQUEST_VARIABLES; i++)
		fcgi_param(&b, "HTTP_X", STR("y"));
	fd = send_head(buf_str(&b));
	send_stdin(fd, STR(""));
	expect(fd, "431 Request Header Fields Too Large", "Request Header Fields Too Large\n");
	get("/a//b", "400 Bad Request", "Bad Request\n");
	get("*", "400 Bad Request", "Bad Request\n");
}

static void
test_answers(void **state)
{
	struct str answer;
	bool ended;
	int fd;

	(void)state;
	fd = send_head(params("HEAD", "/a", NULL));
	send_stdin(fd, STR(""));
	answer = fcgi_answer(a, fd, &ended);
	assert_non_null(memmem(answer.p, answer.n, "Content-Length: 12\r\n", 20));
	assert_true(str_has_suffix(answer, STR("\r\n\r\n")));
	get("/head", "500 Internal Server Error", "Internal Server Error\n");
	fd = send_head(params("GET", "/big", NULL));
	send_stdin(fd, STR(""));
	answer = fcgi_answer(a, fd, &ended);
	assert_true(ended);
	assert_true(answer.n > BIG);
}

static void
test_term_idle(void **state)
{
	(void)state;
	get("/a", "200 OK", "1 /a? 0 2 16");
	kill(child, SIGTERM);
	assert_int_equal(end_of_child(), 0);
}

/* What was begun is finished: in the handler, in the body, while a large answer is written. */
static void
test_term_busy(void **state)
{
	static const int signals[] = { SIGTERM, SIGUSR1, SIGINT, SIGHUP };
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < COUNT(signals); i++) {
		start(GATE_SECONDS);
		fd = send_head(params("GET", "/slow", NULL));
		send_stdin(fd, STR(""));
		usleep(100000);
		kill(child, signals[i]);
		expect(fd, "200 OK", "1 /slow? 0 2 16");
		assert_int_equal(end_of_child(), 0);
	}
	start(GATE_SECONDS);
	fd = send_head(params("POST", "/a", "10"));
	send_stdin(fd, STR("hello"));
	usleep(100000);
	kill(child, SIGTERM);
	usleep(100000);
	send_stdin(fd, STR("world"));
	send_stdin(fd, STR(""));
	expect(fd, "200 OK", "2 /a? 10 2 16");
	assert_int_equal(end_of_child(), 0);
}

static void
test_term_writing(void **state)
{
	struct str answer;
	bool ended;
	int fd = send_head(params("GET", "/big", NULL));

	(void)state;
	send_stdin(fd, STR(""));
	usleep(100000);
	kill(child, SIGTERM);
	usleep(100000);
	answer = fcgi_answer(a, fd, &ended);
	assert_true(ended);
	assert_true(answer.n > BIG);
	assert_int_equal(end_of_child(), 0);
}

static void
test_watchdog(void **state)
{
	bool ended;
	int fd;

	(void)state;
	start(1);
	fd = send_head(params("GET", "/hang", NULL));
	send_stdin(fd, STR(""));
	assert_int_equal(fcgi_answer(a, fd, &ended).n, 0);
	assert_int_equal(end_of_child(), 111);
}

/* sd_listen_fds(3): the socket is descriptor 3, descriptor 0 is /dev/null. */
static void
test_systemd(void **state)
{
	char pid[16];
	int fd;

	(void)state;
	fd = fcgi_listen(path);
	child = fork();
	if (child == 0) {
		dup2(fd, 3);
		dup2(open("/dev/null", O_RDWR), STDIN_FILENO);
		snprintf(pid, sizeof(pid), "%d", getpid());
		setenv("LISTEN_PID", pid, 1);
		setenv("LISTEN_FDS", "1", 1);
		_exit(program(GATE_SECONDS));
	}
	close(fd);
	get("/a", "200 OK", "1 /a? 0 2 16");
}

/* Runs the program as CGI and gives its output. A server need not close stdin after the body. */
static struct str
cgi(const char *const *variables, struct str body, bool close_stdin)
{
	struct str answer;
	int in[2], out[2];
	pid_t pid;
	int status;

	assert_int_equal(pipe(in) | pipe(out), 0);
	pid = fork();
	if (pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[1]);
		close(out[0]);
		clearenv();
		for (; *variables != NULL; variables++)
			putenv(strdup(*variables));
		_exit(program(GATE_SECONDS));
	}
	close(in[0]);
	close(out[1]);
	assert_int_equal(write(in[1], body.p, body.n), body.n);
	if (close_stdin)
		close(in[1]);
	answer = fcgi_read_all(a, out[0]);
	if (!close_stdin)
		close(in[1]);
	close(out[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return answer;
}

static void
test_cgi(void **state)
{
	static const char *const get_env[] = { "REQUEST_METHOD=GET", "REQUEST_URI=/a?b=c",
		"CONTENT_LENGTH=", NULL };
	static const char *const post_env[] = { "REQUEST_METHOD=POST", "REQUEST_URI=/a",
		"CONTENT_LENGTH=5", NULL };
	static const char *const chunked_env[] = { "REQUEST_METHOD=POST", "REQUEST_URI=/a",
		"HTTP_TRANSFER_ENCODING=chunked", NULL };

	(void)state;
	assert_str(cgi(get_env, STR(""), false),
		STR("Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 15\r\n"
		    "Cache-Control: no-store\r\nPragma: no-cache\r\nAccept-Ranges: none\r\n"
		    "X-Content-Type-Options: nosniff\r\n\r\n1 /a?b=c 0 2 16"));
	assert_true(str_has_suffix(cgi(post_env, STR("hello"), false), STR("\n2 /a? 5 2 16")));
	assert_true(str_has_suffix(cgi(chunked_env, STR("hello"), true), STR("\n2 /a? 5 2 16")));
	assert_true(str_has_prefix(cgi(post_env, STR("hell"), true), STR("Status: 400 ")));
}

static void
test_cgi_refused(void **state)
{
	static const char *const none[] = { NULL };
	static const char *const long_env[] = { "REQUEST_METHOD=POST", "REQUEST_URI=/a",
		"CONTENT_LENGTH=9223372036854775807", NULL };
	static const char *const bad_env[] = { "REQUEST_METHOD=GET", "REQUEST_URI=/../a", NULL };

	(void)state;
	assert_true(str_has_prefix(cgi(none, STR(""), false), STR("Status: 400 ")));
	assert_true(str_has_prefix(cgi(long_env, STR("hell"), true), STR("Status: 400 ")));
	assert_true(str_has_prefix(cgi(bad_env, STR(""), false), STR("Status: 400 ")));
}

#define server_test(fn) cmocka_unit_test_setup_teardown(fn, setup_server, teardown)
#define bare_test(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		server_test(test_two),
		server_test(test_duplicate),
		server_test(test_half_params),
		server_test(test_dropped),
		server_test(test_truncated),
		server_test(test_aborted),
		server_test(test_sizes),
		server_test(test_variables),
		server_test(test_answers),
		server_test(test_term_idle),
		bare_test(test_term_busy),
		server_test(test_term_writing),
		bare_test(test_watchdog),
		bare_test(test_over),
		bare_test(test_systemd),
		bare_test(test_cgi),
		bare_test(test_cgi_refused),
	};

	alarm(120); /* a gate that hangs is a failure, not a wait */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
