/*
 * endpoint - what a program declares, and the loop that runs it
 * SPDX-License-Identifier: ISC
 */
#include "endpoint/endpoint.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "endpoint/answer.h"
#include "endpoint/page.h"
#include "http/gate.h"

struct str
endpoint_url(const struct request *rq, const char *path)
{
	return issuer_url(rq->arena, rq->authority, path);
}

bool
endpoint_is_disabled(const struct authority *auth, const struct endpoint *ep)
{
	return strs_has(auth->disabled, str_of(ep->name));
}

/* What remains of the path when the program's own part is taken off: the issuer's path. */
static bool
issuer_part(const struct endpoint *ep, struct str path, struct str *out)
{
	struct str own = str_of(ep->path), well = str_of(ep->well_known);

	/* RFC 8414 section 3.1: the issuer's path comes behind. */
	if (well.n > 0 && str_has_prefix(path, well)) {
		*out = str_skip(path, well.n);
		return out->n == 0 || (out->p[0] == '/' && out->n > 1);
	}
	if (!str_has_suffix(path, own))
		return false;
	*out = str_bytes(path.p, path.n - own.n);
	return true;
}

/* Host comes from the client and is only looked up; the port of a default is left out in issuers.
 */
static enum err
find_authority(const struct endpoint *ep, struct deployment *d, struct request *rq)
{
	struct authority *auth = arena_alloc(rq->arena, sizeof(*auth));
	struct str host = request_host(rq), path;
	struct opened o;
	enum err e;

	if (host.n == 0 || !issuer_part(ep, rq->path, &path))
		return ERR_NOTFOUND;
	e = authority_find(d, rq->arena, host, path, auth, &o);
	if (e == ERR_NOTFOUND && str_has_suffix(host, STR(":443")))
		e = authority_find(d, rq->arena, str_bytes(host.p, host.n - 4), path, auth, &o);
	if (e == ERR_NOTFOUND && str_has_suffix(host, STR(":80")))
		e = authority_find(d, rq->arena, str_bytes(host.p, host.n - 3), path, auth, &o);
	if (e != OK)
		return e;
	if (endpoint_is_disabled(auth, ep))
		return ERR_NOTFOUND;
	rq->authority = auth;
	rq->db = o.durable;
	rq->volatile_ = o.volatile_;
	rq->keyring = o.keyring;
	return OK;
}

static enum err
check_method(const struct endpoint *ep, struct request *rq)
{
	unsigned allowed = ep->methods;

	/* What changes something must not be asked for without an answer to read. */
	if ((allowed & METHOD_GET) && ep->auth == AUTH_NONE)
		allowed |= METHOD_HEAD;
	if (rq->method & allowed)
		return OK;
	reply_header(rq, "Allow",
		method_list(rq->arena, allowed | (ep->cors ? (unsigned)METHOD_OPTIONS : 0)));
	return oauth_fail(rq, OAUTH_METHOD, "method not allowed");
}

static enum err
check_params(const struct endpoint *ep, struct request *rq)
{
	rq->param_error = param_read(rq, ep->params, ep->nparams, &rq->param_at);
	if (rq->param_error == OK || ep->lenient)
		return OK;
	return oauth_fail_param(rq, ep->params, ep->nparams);
}

static enum err
authenticate(const struct endpoint *ep, struct request *rq)
{
	switch (ep->auth) {
	case AUTH_CLIENT:
		return client_authenticate(rq, rq->param[ep->form_id], rq->param[ep->form_secret]);
	case AUTH_CALLER:
		return caller_authenticate(rq, rq->param[ep->form_id], rq->param[ep->form_secret]);
	case AUTH_NONE:
	case AUTH_HANDLER:
		break;
	}
	return OK;
}

static enum err
run(const struct endpoint *ep, struct deployment *d, struct request *rq)
{
	enum err e = OK;

	if (!ep->any_issuer)
		e = find_authority(ep, d, rq);
	if (e == ERR_NOTFOUND)
		return oauth_fail(rq, OAUTH_NOT_FOUND, "nothing is served here");
	if (e != OK)
		return e;
	if (ep->cors && rq->method == METHOD_OPTIONS)
		return answer_preflight(rq);
	e = check_method(ep, rq);
	if (e == OK)
		e = check_params(ep, rq);
	if (e == OK)
		e = authenticate(ep, rq);
	return e == OK ? ep->handle(rq) : e;
}

void
endpoint_serve(const struct endpoint *ep, struct deployment *d, struct request *rq)
{
	int64_t began = clock_us();
	enum err e;

	rq->endpoint = ep;
	rq->deployment = d;
	e = run(ep, d, rq);
	if (e != OK)
		answer_error(rq, e);
	if (ep->cors)
		answer_cors(rq);
	log_begin(LOG_ANSWER);
	log_int("status", rq->reply.status);
	if (rq->client != NULL)
		log_str("client", rq->client->client_id);
	log_int("us", clock_us() - began);
	log_end();
}

/* What a program needs before its first request; the exit status, 0 for none. */
static int
start(const struct endpoint *ep, struct conf *conf, struct deployment **d)
{
	static struct arena *a; /* settings live as long as the process */
	struct conf_where where = { 0 };
	struct str which;
	enum err e;

	a = arena_new(ARENA_CEILING);
	secret_init();
	e = conf_load(conf, a, NULL, &where);
	if (log_open(ep->name, arena_z(a, conf->log)) != OK)
		log_reason(LOG_SYSTEM, "the log goes to standard error");
	log_verbosity((int)conf->verbosity);
	if (e != OK) {
		log_reason(LOG_FAILED, "%.*s:%u: %.*s: %s", STR_FMT(where.file), where.line,
			STR_FMT(where.what), err_text(e));
		return 111;
	}
	clock_shift(conf->clock_offset);
	if (ep->answer == ANSWER_PAGE && page_load(arena_z(a, conf->templates), &which) != OK) {
		log_reason(LOG_FAILED, "template %.*s cannot be used", STR_FMT(which));
		return 111;
	}
	return deployment_open(conf, ep->store, d) == OK ? 0 : 111;
}

int
endpoint_run(const struct endpoint *ep)
{
	static struct conf conf;
	struct deployment *d;
	struct request rq;
	struct gate *gate;
	int status;

	status = start(ep, &conf, &d);
	if (status != 0)
		return status;
	if (gate_open(gate_socket(), 0, &gate) != OK)
		return 111;
	while (gate_next(gate, &rq) == OK) {
		rq.conf = &conf;
		log_request(rq.id);
		endpoint_serve(ep, d, &rq);
		if (gate_reply(gate, &rq) != OK)
			log_reason(LOG_SYSTEM, "the server went away before the answer");
		log_request((struct str){ 0 });
	}
	gate_close(gate);
	deployment_close(d);
	return 0;
}
