/*
 * ready - how long a program takes from exec to its first answer: ready SOCKET HOST TARGET PROGRAM
 * SPDX-License-Identifier: ISC
 *
 * Does what a web server does: listens on a socket, starts the program with it
 * as descriptor 0, and sends one FastCGI request (version 1, section 3). Prints
 * microseconds.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	BEGIN_REQUEST = 1,
	PARAMS = 4,
	STDIN = 5
};

struct packet {
	unsigned char bytes[4096];
	size_t n;
};

static void
die(const char *what)
{
	perror(what);
	exit(111);
}

/* A record of one request, id 1. */
static void
put_record(struct packet *p, unsigned char type, const void *content, size_t n)
{
	unsigned char head[8] = { 1, type, 0, 1, (unsigned char)(n >> 8), (unsigned char)n, 0, 0 };

	memcpy(p->bytes + p->n, head, sizeof(head));
	if (n > 0)
		memcpy(p->bytes + p->n + sizeof(head), content, n);
	p->n += sizeof(head) + n;
}

static size_t
put_pair(unsigned char *out, const char *name, const char *value)
{
	size_t n = strlen(name), m = strlen(value);

	if (n > 127 || m > 127)
		die("too long");
	out[0] = (unsigned char)n;
	out[1] = (unsigned char)m;
	memcpy(out + 2, name, n);
	memcpy(out + 2 + n, value, m);
	return 2 + n + m;
}

static void
put_request(struct packet *p, const char *host, const char *target)
{
	static const unsigned char responder[8] = { 0, 1 };
	unsigned char params[1024];
	size_t n = 0;

	n += put_pair(params + n, "REQUEST_METHOD", "GET");
	n += put_pair(params + n, "REQUEST_URI", target);
	n += put_pair(params + n, "HTTP_HOST", host);
	n += put_pair(params + n, "SERVER_PROTOCOL", "HTTP/1.1");
	put_record(p, BEGIN_REQUEST, responder, sizeof(responder));
	put_record(p, PARAMS, params, n);
	put_record(p, PARAMS, NULL, 0);
	put_record(p, STDIN, NULL, 0);
}

static int
listen_at(const char *path, struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	*at = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (fd < 0 || strlen(path) >= sizeof(at->sun_path))
		die(path);
	memcpy(at->sun_path, path, strlen(path));
	unlink(path);
	if (bind(fd, (struct sockaddr *)at, sizeof(*at)) != 0 || listen(fd, 8) != 0)
		die(path);
	return fd;
}

static pid_t
start(int listener, const char *program)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid > 0)
		return pid;
	if (dup2(listener, 0) < 0)
		die("dup2");
	execl(program, program, (char *)NULL);
	die(program);
	return -1;
}

static void
ask(const struct sockaddr_un *at, const struct packet *request)
{
	char answer[64];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)at, sizeof(*at)) != 0)
		die("connect");
	if (write(fd, request->bytes, request->n) != (ssize_t)request->n)
		die("write");
	if (read(fd, answer, sizeof(answer)) <= 0)
		die("no answer");
	close(fd);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

int
main(int argc, char **argv)
{
	struct packet request = { .n = 0 };
	struct sockaddr_un at;
	double began;
	pid_t pid;
	int fd;

	if (argc != 5)
		return 100;
	put_request(&request, argv[2], argv[3]);
	fd = listen_at(argv[1], &at);
	began = now();
	pid = start(fd, argv[4]);
	ask(&at, &request);
	printf("%.0f\n", now() - began);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	unlink(argv[1]);
	return 0;
}
