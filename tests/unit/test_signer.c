/*
 * test_signer - signatures of another process: by who may, of what it may, and no more
 * SPDX-License-Identifier: ISC
 *
 * The signer takes this very program for one whose row signs `allowed`.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "helper/sign.h"
#include "jose/jwt.h"
#include "model/sign_order.h"
#include "store/wire.h"

#include "tests/unit/model_fixture.h"
#include "tests/unit/writer_fixture.h"

static unsigned allowed;
static bool known;
static pid_t signer;

static const struct privilege *
privilege(struct str name)
{
	static struct privilege p = { .name = "test" };

	(void)name;
	p.signs = allowed;
	return known ? &p : NULL;
}

static const struct helper row = {
	.name = "signer",
	.socket = offsetof(struct conf, signer),
	.rights = STORE_WRITE | STORE_KEYS | STORE_ROTATE,
	.sandbox = SANDBOX_SIGNER,
	.message_max = SIGN_ORDER_MAX,
	.privilege_of = privilege,
	.take = sign_take,
	.upkeep = sign_upkeep,
};

static int
setup(void **state)
{
	if (model_open(state) != 0)
		return -1;
	deployment_close(deployment);
	deployment = NULL;
	conf.signer = arena_str(kept, str_of(scratch_path("signer")));
	return 0;
}

static void
start(unsigned signs, bool is_known)
{
	struct helper_process p = { .helper = &row, .conf = conf, .programs = writer_programs() };

	allowed = signs;
	known = is_known;
	signer = fork();
	if (signer == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(helper_run(&p));
	}
}

/* As a program that signs does. */
static void
join(void)
{
	assert_int_equal(deployment_open(&conf, STORE_KEYS, &deployment), OK);
	assert_int_equal(deployment_confine(deployment, "test", NULL), OK);
	assert_int_equal(authority_open(deployment, a, STR("acme"), &auth, &o), OK);
	db = o.durable;
}

static int
stop(void **state)
{
	int status = -1;

	deployment_close(deployment);
	deployment = NULL;
	model_reset(state);
	if (signer <= 0)
		return 0;
	kill(signer, SIGTERM);
	waitpid(signer, &status, 0);
	signer = 0;
	return status;
}

static enum err
sign(enum sign_purpose purpose, struct str *token)
{
	return keyset_sign(o.keyring, db, a, purpose, ALG_ES256, STR("{\"sub\":\"x\"}"), token);
}

/* What stands in the header is the signer's, whatever the claims look like. */
static void
typ_is_the_signers(void **state)
{
	const struct str claims = STR("{\"typ\":\"logout+jwt\",\"events\":{}}");
	struct str token;
	struct jws jws;
	struct jwk *key;

	(void)state;
	start(SIGNS(SIGN_ID_TOKEN) | SIGNS(SIGN_ACCESS_TOKEN), true);
	join();
	assert_int_equal(
		keyset_sign(o.keyring, db, a, SIGN_ID_TOKEN, ALG_ES256, claims, &token), OK);
	assert_int_equal(jws_parse(a, token, &jws), OK);
	assert_str(jws.typ, STR("JWT"));
	assert_str(jws.payload, claims);
	assert_int_equal(keyset_find(db, a, jws.kid, false, clock_now(), &key), OK);
	assert_int_equal(jws_verify(&jws, key), OK);
	assert_int_equal(sign(SIGN_ACCESS_TOKEN, &token), OK);
	assert_int_equal(jws_parse(a, token, &jws), OK);
	assert_str(jws.typ, STR("at+jwt"));
}

static void
only_what_the_row_signs(void **state)
{
	struct str token;

	(void)state;
	start(SIGNS(SIGN_ACCESS_TOKEN), true);
	join();
	assert_int_equal(sign(SIGN_ID_TOKEN, &token), ERR_DENIED);
	assert_int_equal(sign(SIGN_ACCESS_TOKEN, &token), OK);
}

static void
strangers(void **state)
{
	struct str token;

	(void)state;
	start(SIGNS(SIGN_ACCESS_TOKEN), false);
	join();
	assert_int_equal(sign(SIGN_ACCESS_TOKEN, &token), ERR_DENIED);
}

/* The ring is the way to it, and nothing else. */
static void
no_key_here(void **state)
{
	struct key_options options = { .alg = ALG_ES256 };
	struct signing_key made;
	struct str token;

	(void)state;
	start(SIGNS(SIGN_ACCESS_TOKEN), true);
	join();
	assert_int_equal(sign(SIGN_ACCESS_TOKEN, &token), OK);
	assert_int_equal(
		keyset_rotate(o.keyring, db, a, &auth, &options, &by_test, &made), ERR_DENIED);
}

static void
unknown_alg_and_authority(void **state)
{
	struct sign_order order = { SIGN_ACCESS_TOKEN, ALG_PS256, STR("acme"), STR("{}") };
	struct call *c;
	struct str token;

	(void)state;
	start(SIGNS(SIGN_ACCESS_TOKEN), true);
	assert_int_equal(call_open(conf.signer, "signer", &c), OK);
	assert_int_equal(sign_order_ask(c, a, &order, &token), ERR_NOTFOUND); /* no such ring */
	order.alg = ALG_ES256;
	assert_int_equal(sign_order_ask(c, a, &order, &token), OK);
	order.name = STR("nobody");
	assert_int_equal(sign_order_ask(c, a, &order, &token), ERR_NOTFOUND);
	order.name = STR("../acme");
	assert_int_equal(sign_order_ask(c, a, &order, &token), ERR_SYNTAX);
	order.name = STR("acme");
	order.claims = str_bytes(arena_alloc(a, SIGN_CLAIMS_MAX + 1), SIGN_CLAIMS_MAX + 1);
	assert_int_equal(sign_order_ask(c, a, &order, &token), ERR_RANGE);
	order.claims.n--;
	assert_int_equal(sign_order_ask(c, a, &order, &token), OK);
	call_close(c);
}

/* What it says to these bytes: the status, or -1. */
static int
say(struct str bytes)
{
	struct call *c;
	char answer[SIGN_ANSWER_MAX];
	size_t n;
	enum err e;

	assert_int_equal(call_open(conf.signer, "signer", &c), OK);
	e = call_ask(c, &bytes, 1, answer, sizeof(answer), &n);
	call_close(c);
	return e == OK && n > 0 ? (unsigned char)answer[0] : -1;
}

static void
malformed_orders(void **state)
{
	const struct str good = STR("\1\1\2\4acme{}");
	struct str bad;
	size_t n;

	(void)state;
	start(SIGNS(SIGN_ACCESS_TOKEN), true);
	assert_int_equal(say(good), wire_status(OK));
	for (n = 1; n < 8; n++)
		assert_int_equal(say(str_bytes(good.p, n)), wire_status(ERR_SYNTAX));
	assert_int_equal(say(STR("\2\1\2\4acme{}")), wire_status(ERR_UNSUPPORTED));
	assert_int_equal(say(STR("\1\2\2\4acme{}")), wire_status(ERR_UNSUPPORTED));
	assert_int_equal(say(STR("\1\377\2\4acme{}")), wire_status(ERR_UNSUPPORTED));
	assert_int_equal(say(STR("\1\1\4\4acme{}")), wire_status(ERR_UNSUPPORTED));
	assert_int_equal(say(STR("\1\0\2\4acme{}")), wire_status(ERR_DENIED));
	bad = str_bytes(arena_alloc(a, SIGN_ORDER_MAX + 1), SIGN_ORDER_MAX + 1);
	assert_int_equal(say(bad), wire_status(ERR_SYNTAX));
	for (n = 0; n < 100; n++)
		assert_int_not_equal(say(secret_bytes(a, 1 + n * 13)), wire_status(OK));
	assert_int_equal(say(good), wire_status(OK));
}

/* The child of the process that was started. */
static pid_t
at_work(void)
{
	char path[64], text[32] = "";
	ssize_t n;
	int64_t pid;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)signer, (int)signer);
	fd = open(path, O_RDONLY);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	return n > 1 && str_int(str_bytes(text, (size_t)n - 1), &pid) == OK ? (pid_t)pid : -1;
}

static void
killed(void **state)
{
	struct timespec t = { 0, 3000000 };
	struct str token;
	unsigned kills = 0;
	pid_t pid;
	int i;

	(void)state;
	start(SIGNS(SIGN_ACCESS_TOKEN), true);
	join();
	for (i = 0; i < 300; i++) {
		pid = i % 10 == 0 ? at_work() : -1;
		if (pid > 0 && kill(pid, SIGKILL) == 0)
			kills++;
		assert_int_equal(sign(SIGN_ACCESS_TOKEN, &token), OK);
		if (i % 10 == 0)
			nanosleep(&t, NULL);
	}
	assert_true(kills > 10);
	print_message("[          ] 300 tokens signed over %u kills\n", kills);
}

static void
nobody_answers(void **state)
{
	struct str token;
	int64_t began = clock_us();

	(void)state;
	join();
	assert_int_equal(sign(SIGN_ACCESS_TOKEN, &token), ERR_UNAVAILABLE);
	assert_in_range(clock_us() - began, 7500000, 9000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(typ_is_the_signers, stop),
		cmocka_unit_test_teardown(only_what_the_row_signs, stop),
		cmocka_unit_test_teardown(strangers, stop),
		cmocka_unit_test_teardown(no_key_here, stop),
		cmocka_unit_test_teardown(unknown_alg_and_authority, stop),
		cmocka_unit_test_teardown(malformed_orders, stop),
		cmocka_unit_test_teardown(killed, stop),
		cmocka_unit_test_teardown(nobody_answers, stop),
	};

	return cmocka_run_group_tests_name("signer", tests, setup, model_close);
}
