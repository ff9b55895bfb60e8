/*
 * commit - commits per second, in-process and through the writer: commit [SECONDS]
 * SPDX-License-Identifier: ISC
 *
 * Callers are processes that commit one guarded put of a grant's size, one
 * after the other, as programs do. The figure to trust is the ratio of the two
 * ways, which take turns. Places: the disk below the working directory, the
 * same with a sync that takes a millisecond longer, and memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/clock.h"
#include "base/seal.h"
#include "base/secret.h"
#include "store/key.h"

#include "tests/unit/scratch.h"
#include "tests/unit/writer_fixture.h"

#define ROWS 4096  /* of each caller */
#define VALUE 400  /* bytes of a row */
#define STEP 20	   /* microseconds of a bar of the histogram */
#define BARS 50000 /* up to a second */
#define CALLERS 32
#define ROUNDS 3

/* What callers and we share. */
struct tally {
	unsigned start, stop;
	unsigned commits, failed;
	unsigned bars[BARS];
};

struct result {
	double rate, p99; /* commits per second; milliseconds */
};

static struct tally *tally;
static struct conf conf;
static struct arena *a;
static long delay_us;

/* The one that LMDB calls: a program's own symbol comes before that of the C library. */
int
fdatasync(int fd)
{
	struct timespec t = { 0, delay_us * 1000 };

	if (delay_us > 0)
		nanosleep(&t, NULL);
	return (int)syscall(SYS_fdatasync, fd);
}

static void
must(enum err e, const char *what)
{
	if (e != OK)
		fatal("%s: %s", what, err_text(e));
}

static void
sleep_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static void
count(enum err e, int64_t us)
{
	int64_t bar = us / STEP;

	__atomic_add_fetch(e == OK ? &tally->commits : &tally->failed, 1, __ATOMIC_RELAXED);
	__atomic_add_fetch(&tally->bars[bar < BARS ? bar : BARS - 1], 1, __ATOMIC_RELAXED);
}

/* Rows are written over again, so that the store stays as large as one in use. */
static void
commit_until_told(struct store *db)
{
	const struct audit done = { .event = AUDIT_REFRESHED,
		.actor = STR("client:bench"),
		.subject = STR("bench"),
		.client_id = STR("bench"),
		.request = STR("0123456789abcdef") };
	struct str key, value, absent = STR("G\0\0\0\1none");
	unsigned n = 0, pid = (unsigned)getpid();
	struct batch b;
	int64_t began;
	enum err e;

	while (!__atomic_load_n(&tally->stop, __ATOMIC_RELAXED)) {
		arena_reset(a);
		value = secret_bytes(a, VALUE);
		key = key_hour(a, KEY_GRANT, 2, arena_printf(a, "%08x%04x", pid, n++ % ROWS));
		batch_init(&b, a);
		batch_guard(&b, absent, 0);
		batch_put(&b, key, value);
		audit_note(&b, a, &done);
		began = clock_us();
		e = store_commit(db, &b);
		count(e, clock_us() - began);
	}
}

static void
be_caller(const char *path)
{
	struct deployment *d;
	struct opened o;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	conf.writer = str_of(path);
	must(deployment_open(&conf, STORE_WRITE, &d), "deployment");
	must(deployment_confine(d, "bench", "G"), "writer");
	must(authority_stores(d, a, STR("bench"), &o), "authority");
	__atomic_add_fetch(&tally->start, 1, __ATOMIC_SEQ_CST);
	commit_until_told(o.durable);
	_exit(0);
}

static double
percentile(double part)
{
	unsigned long all = 0, seen = 0;
	size_t i;

	for (i = 0; i < BARS; i++)
		all += tally->bars[i];
	for (i = 0; i < BARS && (double)seen < part * (double)all; i++)
		seen += tally->bars[i];
	return (double)(i * STEP) / 1000;
}

/* `callers` at once for some seconds; `path` is the writer's socket, NULL for in-process. */
static struct result
measure(unsigned callers, const char *path, double seconds)
{
	pid_t pid[CALLERS];
	struct result r;
	int64_t began;
	unsigned i;

	memset(tally, 0, sizeof(*tally));
	for (i = 0; i < callers; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			be_caller(path);
	}
	while (__atomic_load_n(&tally->start, __ATOMIC_SEQ_CST) < callers)
		sleep_ms(1);
	began = clock_us();
	sleep_ms((long)(seconds * 1000));
	r.rate = (double)tally->commits * 1e6 / (double)(clock_us() - began);
	tally->stop = 1;
	for (i = 0; i < callers; i++)
		waitpid(pid[i], NULL, 0);
	if (tally->failed > 0)
		fatal("%u commits failed", tally->failed);
	r.p99 = percentile(0.99);
	return r;
}

static int
by_rate(const void *x, const void *y)
{
	const struct result *p = x, *q = y;

	return (p->rate > q->rate) - (p->rate < q->rate);
}

static void
compare(unsigned callers, const char *path, double seconds)
{
	struct result alone[ROUNDS], together[ROUNDS];
	struct result *x = &alone[ROUNDS / 2], *y = &together[ROUNDS / 2];
	int i;

	for (i = 0; i < ROUNDS; i++) {
		alone[i] = measure(callers, NULL, seconds / ROUNDS);
		together[i] = measure(callers, path, seconds / ROUNDS);
	}
	qsort(alone, ROUNDS, sizeof(alone[0]), by_rate);
	qsort(together, ROUNDS, sizeof(together[0]), by_rate);
	printf("  %3u callers %8.0f/s p99 %7.2f ms %8.0f/s p99 %7.2f ms   x %.2f\n", callers,
		x->rate, x->p99, y->rate, y->p99, y->rate / x->rate);
	fflush(stdout);
}

static void
make_authority(void)
{
	struct beginning begin = { .key = STR("audit key"),
		.record = { .event = AUDIT_AUTHORITY_CREATED, .actor = STR("system") } };
	struct deployment *d;
	struct authority auth;

	field_defaults(&record_conf, &conf, a);
	conf.map_size = (int64_t)8 << 30;
	conf.data = str_of(strdup(scratch_path("data")));
	conf.master_key = str_of(strdup(scratch_path("master.key")));
	field_defaults(&record_authority, &auth, a);
	auth.name = STR("bench");
	auth.issuer = STR("https://id.example/bench");
	if (mkdir(scratch_path("data"), 0700) != 0)
		fatal("no directory for the data");
	must(seal_create(scratch_path("master.key")), "master key");
	must(deployment_open(&conf, STORE_ADMIN | STORE_WRITE, &d), "deployment");
	must(authority_create(d, a, &auth, &begin), "authority");
	deployment_close(d);
}

/* In a process of its own: the scratch directory is one for each. */
static int
bench_place(const char *name, const char *place, long delay, double seconds)
{
	static const unsigned callers[] = { 1, 4, 16, 32 };
	const char *path;
	pid_t writer;
	size_t i;

	if (setenv("TMPDIR", place, 1) != 0)
		return 111;
	make_authority();
	path = strdup(scratch_path("writer"));
	conf.writer = str_of(path);
	delay_us = delay;
	writer = writer_start(&conf);
	printf("%-14s        each alone                 writer             ratio\n", name);
	for (i = 0; i < COUNT(callers); i++)
		compare(callers[i], path, seconds);
	return writer_stop(writer);
}

static void
bench(const char *name, const char *place, long delay, double seconds)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		exit(bench_place(name, place, delay, seconds));
	if (waitpid(pid, &status, 0) != pid || status != 0)
		fatal("%s: status %d", name, status);
}

int
main(int argc, char **argv)
{
	int64_t seconds = 3;

	if (argc > 1 && str_int(str_of(argv[1]), &seconds) != OK)
		return 100;
	secret_init();
	log_verbosity(1);
	a = arena_new(ARENA_CEILING);
	tally = mmap(
		NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tally == MAP_FAILED)
		fatal("no shared memory");
	bench("disk", ".", 0, (double)seconds);
	bench("disk + 1 ms", ".", 1000, (double)seconds);
	bench("memory", "/dev/shm", 0, (double)seconds);
	return 0;
}
