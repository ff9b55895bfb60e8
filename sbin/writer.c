/*
 * writer - commits for the programs that serve the web, for all authorities of a deployment
 * SPDX-License-Identifier: ISC
 *
 * Those programs can only read. What they want changed they send here, and
 * what each of them may change is its row (struct endpoint). Once an hour the
 * writer removes what has expired, a little at a time between two rounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "endpoint/endpoint.h"
#include "helper/apply.h"
#include "model/upkeep.h"
#include "store/wire.h"

#define HOUR ((int64_t)3600 * 1000000) /* microseconds, as clock_us() */
#define MINUTE (HOUR / 60)
#define SLICE 512	     /* rows of a class that one slice of the sweep removes */
#define NAMES_MAX (64 << 20) /* memory for the names of all authorities */

enum {
	EXIT_USAGE = 100,
	EXIT_SYSTEM = 111
};

struct writer {
	struct applier applier;
	struct arena *names_arena, *slice_arena;
	struct strs names; /* those that the sweep is to visit */
	size_t next;	   /* which is next; names.n: it is done */
	struct upkeep_place place;
	int64_t due; /* when the sweep begins again, by clock_us() */
};

static const char *
writes_of(struct str name)
{
	size_t i;

	for (i = 0; endpoint_rows[i] != NULL; i++)
		if (str_eqz(name, endpoint_rows[i]->name))
			return endpoint_rows[i]->writes == NULL ? "" : endpoint_rows[i]->writes;
	return NULL;
}

static const void *
admit(void *arg, const struct peer *p)
{
	struct writer *w = arg;

	return apply_admit(&w->applier, p);
}

static void
take(void *arg, struct arena *a, struct message *v, size_t n)
{
	struct writer *w = arg;

	apply_take(&w->applier, a, v, n);
}

/* Up to a tenth more than `us`, so that deployments on one machine do not sweep together. */
static int64_t
soon_after(int64_t us)
{
	uint16_t random;

	secret_random(&random, sizeof(random));
	return us + us / 10 * random / UINT16_MAX;
}

static void
begin_sweep(struct writer *w)
{
	arena_reset(w->names_arena);
	w->names = (struct strs){ 0 };
	w->next = 0;
	w->place = (struct upkeep_place){ 0 };
	w->due = clock_us() + soon_after(HOUR);
	if (authority_names(w->applier.deployment, w->names_arena, &w->names) != OK)
		log_reason(LOG_STORE, "the names of authorities cannot be read");
}

static void
next_authority(struct writer *w)
{
	w->next++;
	w->place = (struct upkeep_place){ 0 };
}

/* A few rows of the authority whose turn it is. */
static void
sweep_slice(struct writer *w)
{
	struct upkeep done = { 0 };
	struct opened o;
	enum err e;

	e = authority_stores(w->applier.deployment, w->slice_arena, w->names.v[w->next], &o);
	if (e == OK)
		e = upkeep_slice(&o, clock_now(), SLICE, &w->place, &done);
	if (e == OK && w->place.done)
		e = store_clear_readers(o.durable, NULL);
	if (e != OK && e != ERR_NOTFOUND)
		log_reason(
			LOG_STORE, "sweep of %.*s: %s", STR_FMT(w->names.v[w->next]), err_text(e));
	if (e != OK || w->place.done)
		next_authority(w);
	arena_reset(w->slice_arena);
}

static int
idle(void *arg)
{
	struct writer *w = arg;
	int64_t left = w->due - clock_us();

	if (left <= 0)
		begin_sweep(w);
	if (w->next < w->names.n)
		sweep_slice(w);
	if (w->next < w->names.n)
		return 0;
	return left <= 0 ? 0 : (int)(left / 1000) + 1;
}

static const struct serve_handler handler = { WIRE_MAX, admit, take, idle };

static int
usage(void)
{
	fputs("usage: writer [--conf FILE] [--programs DIR]\n", stderr);
	return EXIT_USAGE;
}

/* --conf FILE and --programs DIR; the exit status, 0 to go on. */
static int
parse_args(int argc, char **argv, const char **conf, const char **programs)
{
	int i;

	*conf = NULL;
	*programs = CGIDIR;
	for (i = 1; i < argc; i += 2) {
		if (i + 1 == argc)
			return usage();
		if (str_eqz(STR("--conf"), argv[i]))
			*conf = argv[i + 1];
		else if (str_eqz(STR("--programs"), argv[i]))
			*programs = argv[i + 1];
		else
			return usage();
	}
	return 0;
}

static int
read_conf(struct conf *conf, struct arena *a, const char *path)
{
	struct conf_where where = { 0 };
	enum err e;

	e = conf_load(conf, a, path, &where);
	if (log_open("writer", arena_z(a, conf->log)) != OK)
		log_reason(LOG_SYSTEM, "the log goes to standard error");
	log_verbosity((int)conf->verbosity);
	if (e != OK) {
		log_reason(LOG_FAILED, "%.*s:%u: %.*s: %s", STR_FMT(where.file), where.line,
			STR_FMT(where.what), err_text(e));
		return EXIT_SYSTEM;
	}
	if (conf->writer.n == 0) {
		log_reason(LOG_FAILED, "%.*s: `writer` is not set", STR_FMT(where.file));
		return EXIT_USAGE;
	}
	clock_shift(conf->clock_offset);
	return 0;
}

static int
open_programs(struct writer *w, struct arena *a, const char *path)
{
	char *real = realpath(path, NULL);

	if (real == NULL) {
		log_errno("the directory of programs, %s", path);
		return EXIT_SYSTEM;
	}
	w->applier.programs = arena_str(a, str_of(real));
	free(real);
	return 0;
}

static int
run(struct writer *w, const struct conf *conf)
{
	struct serve *s;

	if (deployment_open(conf, STORE_WRITE | STORE_COUNT, &w->applier.deployment) != OK)
		return EXIT_SYSTEM;
	if (serve_open(conf->writer, &handler, w, &s) != OK) {
		deployment_close(w->applier.deployment);
		return EXIT_SYSTEM;
	}
	log_reason(LOG_START, "commits come by %.*s", STR_FMT(conf->writer));
	while (serve_round(s))
		;
	log_reason(LOG_STOP, "a signal came");
	serve_close(s);
	deployment_close(w->applier.deployment);
	return 0;
}

int
main(int argc, char **argv)
{
	struct writer w = { .applier = { .writes_of = writes_of } };
	struct arena *a = arena_new(ARENA_CEILING);
	const char *path, *programs;
	struct conf conf;
	int status;

	status = parse_args(argc, argv, &path, &programs);
	if (status != 0)
		return status;
	umask(007);
	secret_init();
	w.names_arena = arena_new(NAMES_MAX);
	w.slice_arena = arena_new(ARENA_CEILING);
	w.due = clock_us() + soon_after(MINUTE);
	status = read_conf(&conf, a, path);
	if (status == 0)
		status = open_programs(&w, a, programs);
	if (status == 0)
		status = run(&w, &conf);
	arena_free(w.slice_arena);
	arena_free(w.names_arena);
	arena_free(a);
	return status;
}
