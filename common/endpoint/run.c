/*
 * run - the life of a program: settings, workers, sandbox, requests
 * SPDX-License-Identifier: ISC
 *
 * A process in its sandbox is never let into an authority that came later, so
 * under FastCGI there is a parent outside, which starts another one; it sees
 * no request, and opens no store.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "endpoint/endpoint.h"
#include "endpoint/page.h"
#include "http/gate.h"
#include "http/workers.h"
#include "jose/jwk.h"
#include "model/reach.h"

#define FAILED 111 /* the exit status */

struct program {
	const struct endpoint *ep;
	struct arena *arena; /* of the settings */
	struct conf conf;
	int listen; /* -1: plain CGI */
};

static enum err
log_fault(const struct conf_where *where, enum err e)
{
	log_reason(LOG_FAILED, "%.*s:%u: %.*s: %s", STR_FMT(where->file), where->line,
		STR_FMT(where->what), err_text(e));
	return e;
}

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

static void
open_log(const struct endpoint *ep, struct arena *a, const struct conf *conf)
{
	if (log_open(ep->name, arena_z(a, conf->log)) != OK)
		log_reason(LOG_SYSTEM, "the log goes to standard error");
	log_verbosity((int)conf->verbosity);
}

/* Reads settings and templates; what was read before stays when they cannot be used. */
static enum err
load(void *arg)
{
	struct program *p = arg;
	struct arena *a = arena_new(ARENA_CEILING);
	struct conf_where where = { 0 };
	struct conf conf;
	enum err e;

	e = conf_load(&conf, a, NULL, &where);
	if (e == OK || p->arena == NULL)
		open_log(p->ep, a, &conf);
	e = e == OK ? load_pages(p->ep, a, &conf) : log_fault(&where, e);
	if (e != OK) {
		arena_free(a);
		return e;
	}
	arena_free(p->arena);
	p->arena = a;
	p->conf = conf;
	return OK;
}

/* OpenSSL reads its own configuration when it is first used. */
static void
allow_libraries(struct sandbox *s)
{
	char *path = jwk_library_file();

	if (path != NULL)
		sandbox_allow(s, path, SANDBOX_READ);
	free(path);
}

static enum err
lock_in(struct program *p, struct deployment *d)
{
	bool has_writer = p->conf.writer.n > 0 && p->ep->writes != NULL;
	struct sandbox *s;

	if (!p->conf.sandbox)
		return OK;
	s = sandbox_new(p->ep->sandbox, has_writer || str_eqz(p->conf.log, "syslog"));
	if (has_writer)
		sandbox_stay_known(s);
	reach_allow(d, s);
	allow_libraries(s);
	return sandbox_enter(s);
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
work(void *arg)
{
	struct program *p = arg;
	struct deployment *d;
	struct gate *gate;

	clock_shift(p->conf.clock_offset);
	if (deployment_open(&p->conf, p->ep->store, &d) != OK ||
		deployment_confine(d, p->ep->writes) != OK)
		return FAILED;
	if (gate_open(p->listen, 0, &gate) != OK)
		return FAILED;
	if (lock_in(p, d) != OK)
		return FAILED;
	serve(p, d, gate);
	gate_close(gate);
	deployment_close(d);
	return 0;
}

static int
run(struct program *p)
{
	struct workers w = { .work = work, .renew = load, .arg = p };

	if (p->listen >= 0)
		w.n = conf_workers(&p->conf, p->ep->name, endpoint_workers(p->ep));
	if (w.n == 0 && p->listen >= 0 && p->conf.sandbox && sandbox_hides_files())
		w.n = 1;
	if (w.n == 0)
		return work(p);
	if (p->conf.sandbox && sandbox_harden() != OK)
		return FAILED;
	return workers_run(&w);
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
