/*
 * helper - a process beside the programs that holds one power for them
 * SPDX-License-Identifier: ISC
 */
#include "helper/helper.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/dial.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/settings.h"
#include "helper/admit.h"
#include "helper/chores.h"
#include "http/workers.h"
#include "model/reach.h"

enum {
	EXIT_USAGE = 100,
	EXIT_SYSTEM = 111
};

bool
helper_leaves(struct helper_process *p, enum err e)
{
	if (e == OK || !reach_is_outdated(p->deployment))
		return false;
	serve_leave(p->serve);
	return true;
}

static void
take(void *arg, struct arena *a, struct message *v, size_t n)
{
	struct helper_process *p = arg;

	p->helper->take(p, a, v, n);
}

/* The stores, and what is asked of the other helper; then no more than the class may do. */
static enum err
open_all(struct helper_process *p)
{
	enum err e;

	e = deployment_open(&p->conf, p->helper->rights, &p->deployment);
	if (e == OK)
		deployment_program(p->deployment, p->helper->name);
	if (e == OK && p->helper->writes != NULL)
		e = deployment_confine(p->deployment, p->helper->name, p->helper->writes);
	if (e == OK && p->conf.sandbox)
		e = reach_lock_in(p->deployment, p->helper->sandbox, -1);
	return e;
}

/* The child. */
static int
work(void *arg, int parent)
{
	struct helper_process *p = arg;
	const struct serve_handler handler = { p->helper->message_max, admit_peer, take,
		chores_idle };

	clock_shift(p->conf.clock_offset);
	dial_through(parent);
	chores_init(p);
	if (serve_open(parent, &handler, p, &p->serve) != OK || open_all(p) != OK)
		return EXIT_SYSTEM;
	while (serve_round(p->serve))
		;
	serve_close(p->serve);
	deployment_close(p->deployment);
	return 0;
}

static void
let_in(void *arg, int child)
{
	const struct helper_process *p = arg;

	door_admit(&p->door, child);
}

static bool
connect_child(void *arg, int child)
{
	const struct helper_process *p = arg;

	return dial_answer(child, &p->conf.writer, 1);
}

static const struct str *
socket_of(const struct helper_process *p)
{
	return (const struct str *)((const char *)&p->conf + p->helper->socket);
}

/* Reads the settings; what was read before stays when they cannot be used. */
static enum err
load(void *arg)
{
	struct helper_process *p = arg;
	struct arena *a = NULL;
	struct conf conf;
	enum err e;

	e = settings_read(p->helper->name, p->conf_path, p->arena == NULL, &conf, &a);
	if (e != OK)
		return e;
	arena_free(p->arena);
	p->arena = a;
	p->conf = conf;
	return OK;
}

static int
keep(struct helper_process *p)
{
	struct workers w = {
		.n = 1, .work = work, .renew = load, .admit = let_in, .door = p->door.fd, .arg = p
	};
	int status;

	if (p->helper->writes != NULL)
		w.answer = connect_child;
	if (p->conf.sandbox && sandbox_harden(w.answer != NULL) != OK)
		return EXIT_SYSTEM;
	log_reason(LOG_START, "callers come by %.*s", STR_FMT(*socket_of(p)));
	status = workers_run(&w);
	log_reason(LOG_STOP, "a signal came");
	return status;
}

int
helper_run(struct helper_process *p)
{
	int status;

	if (door_open(*socket_of(p), &p->door) != OK)
		return EXIT_SYSTEM;
	p->began = clock_us();
	status = keep(p);
	door_close(&p->door);
	return status;
}

static int
usage(const struct helper *h)
{
	fprintf(stderr, "usage: %s [--conf FILE] [--programs DIR]\n", h->name);
	return EXIT_USAGE;
}

/* The exit status, 0 to go on. */
static int
parse_args(struct helper_process *p, int argc, char **argv)
{
	int i;

	p->programs_path = CGIDIR;
	for (i = 1; i < argc; i += 2) {
		if (i + 1 == argc)
			return usage(p->helper);
		if (str_eqz(STR("--conf"), argv[i]))
			p->conf_path = argv[i + 1];
		else if (str_eqz(STR("--programs"), argv[i]))
			p->programs_path = argv[i + 1];
		else
			return usage(p->helper);
	}
	return 0;
}

/* Programs are known by the directory they are in, helpers by ours. */
static int
find_directories(struct helper_process *p, struct arena *a)
{
	char *real = realpath(p->programs_path, NULL), own[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own));

	if (real == NULL || n <= 0) {
		log_errno("the directory of programs, %s", p->programs_path);
		free(real);
		return EXIT_SYSTEM;
	}
	p->programs = arena_str(a, str_of(real));
	free(real);
	while (n > 0 && own[n - 1] != '/')
		n--;
	p->own = arena_str(a, str_bytes(own, n > 0 ? (size_t)n - 1 : 0));
	return 0;
}

static int
set_up(struct helper_process *p, struct arena *a)
{
	if (load(p) != OK)
		return EXIT_SYSTEM;
	if (socket_of(p)->n == 0) {
		log_reason(LOG_FAILED, "%.*s: `%s` is not set", STR_FMT(p->conf.path),
			p->helper->name);
		return EXIT_USAGE;
	}
	return find_directories(p, a);
}

int
helper_main(const struct helper *h, int argc, char **argv)
{
	struct helper_process p = { .helper = h };
	struct arena *a;
	int status;

	status = parse_args(&p, argc, argv);
	if (status != 0)
		return status;
	umask(007);
	secret_init();
	a = arena_new(ARENA_CEILING);
	status = set_up(&p, a);
	if (status == 0)
		status = helper_run(&p);
	arena_free(p.arena);
	arena_free(a);
	return status;
}
