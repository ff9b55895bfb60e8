/*
 * run - the life of a program: settings, workers, sandbox, requests
 * SPDX-License-Identifier: ISC
 *
 * A process in its sandbox is never let into an authority that came later,
 * and cannot connect to anybody, so it has a parent outside which starts
 * another one and connects for it; that one sees no request and opens no
 * store.
 */
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/dial.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/settings.h"
#include "endpoint/endpoint.h"
#include "endpoint/page.h"
#include "http/gate.h"
#include "http/workers.h"
#include "model/reach.h"

#define FAILED 111 /* the exit status */

struct program {
	const struct endpoint *ep;
	struct arena *arena; /* of the settings */
	struct conf conf;
	int listen; /* -1: plain CGI */
	int server; /* a handle of the process that started us; -1: none */
	struct workers keeper;
};

static enum err
load_pages(const struct endpoint *ep, struct arena *a, const struct conf *conf)
{
	struct str which;
	enum err e;

	if (ep->answer != ANSWER_PAGE)
		return OK;
	e = page_load(arena_z(a, conf->templates), &which);
	if (e != OK)
		log_reason(LOG_FAILED, "template %.*s cannot be used", STR_FMT(which));
	return e;
}

/* Reads settings and templates; what was read before stays when they cannot be used. */
static enum err
load(void *arg)
{
	struct program *p = arg;
	struct arena *a = NULL;
	struct conf conf;
	enum err e;

	e = settings_read(p->ep->name, NULL, p->arena == NULL, &conf, &a);
	if (e == OK)
		e = load_pages(p->ep, a, &conf);
	if (e != OK) {
		arena_free(a);
		return e;
	}
	arena_free(p->arena);
	p->arena = a;
	p->conf = conf;
	return OK;
}

static bool
is_outdated(void *arg)
{
	return reach_is_outdated(arg);
}

static void
serve(struct program *p, struct deployment *d, struct gate *gate)
{
	struct request rq;

	gate_ask(gate, is_outdated, d);
	while (gate_next(gate, &rq) == OK) {
		rq.conf = &p->conf;
		log_request(rq.id);
		endpoint_serve(p->ep, d, &rq);
		if (gate_reply(gate, &rq) != OK)
			log_reason(LOG_SYSTEM, "the server went away before the answer");
		log_request((struct str){ 0 });
	}
}

/* One process, to its end; what cannot be locked in does not serve. */
static int
work(void *arg, int parent)
{
	struct program *p = arg;
	struct deployment *d;
	struct gate *gate;

	clock_shift(p->conf.clock_offset);
	dial_through(parent);
	if (deployment_open(&p->conf, p->ep->store, &d) != OK ||
		deployment_confine(d, p->ep->name, p->ep->writes) != OK)
		return FAILED;
	if (gate_open(p->listen, 0, &gate) != OK)
		return FAILED;
	if (p->conf.sandbox && reach_lock_in(d, p->ep->sandbox, p->listen) != OK)
		return FAILED;
	serve(p, d, gate);
	gate_close(gate);
	deployment_close(d);
	return 0;
}

/* Can be read when the process has ended (pidfd_open(2)); -1 where there is no such thing. */
static int
pidfd_of_parent(void)
{
	return (int)syscall(SYS_pidfd_open, getppid(), 0);
}

/* In the parent: a child wants to talk to a helper. */
static bool
connect_child(void *arg, int child)
{
	const struct program *p = arg;
	const struct str helpers[] = { p->conf.writer, p->conf.signer };

	return dial_answer(child, helpers, COUNT(helpers));
}

static bool
has_helpers(const struct program *p)
{
	return (p->ep->writes != NULL && p->conf.writer.n > 0) ||
		(p->ep->signs != 0 && p->conf.signer.n > 0);
}

/* A process that is locked in needs a parent that is not: to connect to helpers, and to start
 * another one when there is more to reach. */
static unsigned
count_workers(const struct program *p)
{
	unsigned n = 0;

	if (p->listen >= 0)
		n = conf_workers(&p->conf, p->ep->name, endpoint_workers(p->ep));
	if (n > 0 || !p->conf.sandbox)
		return n;
	return has_helpers(p) || (p->listen >= 0 && sandbox_hides_files());
}

static int
keep_workers(void *arg, int parent)
{
	struct program *p = arg;
	struct workers w = {
		.n = count_workers(p), .once = p->listen < 0, .work = work, .renew = load, .arg = p
	};

	(void)parent;
	if (p->server >= 0) {
		w.alone = &p->keeper;
		w.end = p->server;
	}
	if (p->conf.sandbox && has_helpers(p))
		w.answer = connect_child;
	if (p->conf.sandbox && sandbox_harden(w.answer != NULL) != OK)
		return FAILED;
	return workers_run(&w);
}

/* The process that the web server started only keeps the one that keeps the workers. Were all that
 * hold the socket to go at once, lighttpd would still find somebody there who is about to, take him
 * for a server that is not its own, and start nobody ever again. So when the second is killed the
 * first has the socket; and when that one is, the second takes its place, for as long as the server
 * lives. */
static int
keep(struct program *p)
{
	struct workers first;

	p->server = pidfd_of_parent();
	if (p->server < 0)
		return keep_workers(p, -1);
	p->keeper = (struct workers){ .n = 1,
		.work = keep_workers,
		.renew = load,
		.outlives = true,
		.end = p->server,
		.arg = p };
	first = p->keeper;
	first.end = 0; /* whoever started us may have gone at once: spawn-fcgi does */
	return workers_run(&first);
}

static int
run(struct program *p)
{
	p->server = -1;
	if (count_workers(p) == 0)
		return work(p, -1);
	return p->listen < 0 ? keep_workers(p, -1) : keep(p);
}

int
endpoint_run(const struct endpoint *ep)
{
	static struct program p;

	p.ep = ep;
	secret_init();
	if (load(&p) != OK)
		return FAILED;
	p.listen = gate_socket();
	return run(&p);
}
