/*
 * fcgi_client - the web server's side of FastCGI, record by record
 * SPDX-License-Identifier: ISC
 *
 * Written from the specification, not on libfcgi, so that half a record or a
 * wrong one can be sent as well.
 */
#ifndef TESTS_FCGI_CLIENT_H
#define TESTS_FCGI_CLIENT_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"

enum {
	FCGI_BEGIN = 1,
	FCGI_ABORT = 2,
	FCGI_END = 3,
	FCGI_PARAMS = 4,
	FCGI_STDIN = 5
};
enum {
	FCGI_STDOUT = 6
};

static inline int
fcgi_listen(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	unlink(path);
	memcpy(sa.sun_path, path, strlen(path));
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) != 0 || listen(fd, 16) != 0)
		fatal("cannot listen on %s", path);
	return fd;
}

static inline int
fcgi_connect(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(sa.sun_path, path, strlen(path));
	if (fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof(sa)) != 0)
		fatal("cannot connect to %s", path);
	return fd;
}

/* A record; more than 65535 bytes become several. */
static inline void
fcgi_record(struct buf *b, unsigned char type, struct str content)
{
	struct str part;

	do {
		part = content;
		if (part.n > 65535)
			part.n = 65535;
		content = str_skip(content, part.n);
		buf_byte(b, 1);
		buf_byte(b, type);
		buf_add(b, str_bytes("\0\1", 2));
		buf_byte(b, (unsigned char)(part.n >> 8));
		buf_byte(b, (unsigned char)part.n);
		buf_add(b, str_bytes("\0\0", 2));
		buf_add(b, part);
	} while (content.n > 0);
}

/* BEGIN_REQUEST of a responder, that asks to keep the connection as some servers do. */
static inline void
fcgi_begin(struct buf *b)
{
	fcgi_record(b, FCGI_BEGIN, str_bytes("\0\1\1\0\0\0\0\0", 8));
}

static inline void
fcgi_length(struct buf *b, size_t n)
{
	if (n < 128)
		buf_byte(b, (unsigned char)n);
	else
		buf_u32(b, (uint32_t)n | 0x80000000U);
}

static inline void
fcgi_param(struct buf *b, const char *name, struct str value)
{
	fcgi_length(b, strlen(name));
	fcgi_length(b, value.n);
	buf_add(b, str_of(name));
	buf_add(b, value);
}

static inline void
fcgi_send(int fd, struct str bytes)
{
	ssize_t r;

	while (bytes.n > 0) {
		r = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
		if (r < 0)
			return; /* the other side may refuse early */
		bytes = str_skip(bytes, (size_t)r);
	}
}

static inline struct str
fcgi_read_all(struct arena *a, int fd)
{
	struct buf b;
	char part[4096];
	ssize_t r;

	buf_init(&b, a, 4 << 20);
	while ((r = read(fd, part, sizeof(part))) > 0)
		buf_add(&b, str_bytes(part, (size_t)r));
	return buf_str(&b);
}

/* What the program wrote to FCGI_STDOUT until it closed; *ended tells of an END_REQUEST. */
static inline struct str
fcgi_answer(struct arena *a, int fd, bool *ended)
{
	struct str in = fcgi_read_all(a, fd);
	struct buf out;
	size_t length, padding;
	unsigned char type;

	close(fd);
	*ended = false;
	buf_init(&out, a, 4 << 20);
	while (in.n >= 8) {
		type = (unsigned char)in.p[1];
		length = (size_t)(unsigned char)in.p[4] << 8 | (unsigned char)in.p[5];
		padding = (unsigned char)in.p[6];
		in = str_skip(in, 8);
		if (in.n < length + padding)
			break;
		if (type == FCGI_STDOUT)
			buf_add(&out, (struct str){ in.p, length });
		*ended = *ended || type == FCGI_END;
		in = str_skip(in, length + padding);
	}
	return buf_str(&out);
}

#endif
