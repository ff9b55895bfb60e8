/*
 * input - values and passwords from files, standard input and the terminal
 * SPDX-License-Identifier: ISC
 *
 * A secret on the command line can be seen by everybody on the machine and
 * stays in the shell's history, so none is taken from there.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "admin/cli.h"
#include "base/password.h"
#include "base/secret.h"

static struct termios terminal; /* as it was, for the signal handler */

static ssize_t
read_all(int fd, char *p, size_t most)
{
	size_t got = 0;
	ssize_t n;

	while (got < most) {
		n = read(fd, p + got, most - got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

static int
read_fd(struct cli *c, int fd, struct str what, struct str *text)
{
	char *p = arena_alloc(c->a, INPUT_MAX + 1);
	ssize_t n = read_all(fd, p, INPUT_MAX + 1);

	if (n < 0)
		return cli_fail(STATUS_SYSTEM, what, "%s", strerror(errno));
	if (n > INPUT_MAX)
		return cli_fail(STATUS_USAGE, what, "is longer than %d bytes", INPUT_MAX);
	*text = str_bytes(p, (size_t)n);
	if (str_has_suffix(*text, STR("\n")))
		text->n--;
	if (str_has_suffix(*text, STR("\r")))
		text->n--;
	return STATUS_DONE;
}

static int
take_stdin(struct cli *c)
{
	if (c->stdin_taken)
		return cli_fail(STATUS_USAGE, STR(""), "standard input is asked for twice");
	c->stdin_taken = true;
	return STATUS_DONE;
}

int
input_read(struct cli *c, struct str source, struct str *text)
{
	struct identity owner;
	int fd, error, status;

	if (str_eqz(source, "-")) {
		status = take_stdin(c);
		if (status != STATUS_DONE)
			return status;
		return read_fd(c, STDIN_FILENO, STR("standard input"), text);
	}
	identity_caller(&owner);
	fd = open(arena_z(c->a, source), O_RDONLY | O_CLOEXEC);
	error = errno;
	identity_restore(&owner);
	if (fd < 0)
		return cli_fail(
			error == ENOENT ? STATUS_NO : STATUS_SYSTEM, source, "%s", strerror(error));
	status = read_fd(c, fd, source, text);
	close(fd);
	return status;
}

static void
on_signal(int sig)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
	signal(sig, SIG_DFL);
	raise(sig);
}

static void
echo_off(void)
{
	struct termios silent = terminal;

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	signal(SIGHUP, on_signal);
	silent.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
}

static void
echo_on(void)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	fputc('\n', stderr);
}

/* One line of the terminal, which gives no more than one at a time. */
static int
ask(struct cli *c, const char *prompt, struct str *line)
{
	char *p = arena_alloc(c->a, PASSWORD_MAX + 2);
	ssize_t n;

	fputs(prompt, stderr);
	fflush(stderr);
	echo_off();
	n = read(STDIN_FILENO, p, PASSWORD_MAX + 2);
	echo_on();
	if (n <= 0)
		return cli_fail(STATUS_USAGE, STR("password"), "none was typed");
	*line = str_bytes(p, (size_t)n);
	if (str_has_suffix(*line, STR("\n")))
		line->n--;
	return STATUS_DONE;
}

static int
ask_twice(struct cli *c, struct str *password)
{
	struct str again;
	int status;

	status = ask(c, "Password: ", password);
	if (status == STATUS_DONE)
		status = ask(c, "Again: ", &again);
	if (status != STATUS_DONE)
		return status;
	if (!secret_eq(*password, again))
		return cli_fail(STATUS_USAGE, STR("password"), "the two are not the same");
	return STATUS_DONE;
}

int
input_password(struct cli *c, struct str source, struct str *password)
{
	struct str rest;
	int status;

	if (source.n == 0 && !c->stdin_taken && tcgetattr(STDIN_FILENO, &terminal) == 0)
		status = ask_twice(c, password);
	else
		status = input_read(c, source.n == 0 ? STR("-") : source, password);
	if (status != STATUS_DONE)
		return status;
	if (str_cut(*password, '\n', password, &rest) && str_has_suffix(*password, STR("\r")))
		password->n--;
	if (password->n == 0)
		return cli_fail(STATUS_USAGE, STR("password"), "is empty");
	if (password->n > PASSWORD_MAX || !str_is_utf8(*password))
		return cli_fail(STATUS_USAGE, STR("password"),
			"must be UTF-8 text of at most %d bytes", PASSWORD_MAX);
	return STATUS_DONE;
}
