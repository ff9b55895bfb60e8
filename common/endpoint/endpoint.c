/*
 * endpoint - one request, from what the program declares to the answer
 * SPDX-License-Identifier: ISC
 */
#include "endpoint/endpoint.h"

#include "base/clock.h"
#include "base/log.h"
#include "endpoint/answer.h"

struct str
endpoint_url(const struct request *rq, const char *path)
{
	return issuer_url(rq->arena, rq->authority, path);
}

unsigned
endpoint_workers(const struct endpoint *ep)
{
	return ep->workers == 0 ? ENDPOINT_WORKERS : ep->workers;
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
