/*
 * test_admin - the command table, its arguments, and assignments to fields
 * SPDX-License-Identifier: ISC
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/commands.h"
#include "admin/record_cmd.h"
#include "schema/client.h"

#include "tests/unit/base_fixture.h"

static struct cli cli;

/* A command line in words parted by bars; the status of its parsing. */
static int
parse(void **state, const char *line)
{
	char *words[32] = { (char *)"tessera" };
	char *text = arena_z(*state, str_of(line));
	int n = 1;

	for (; *text != '\0'; n++) {
		words[n] = text;
		text += strcspn(text, "|");
		if (*text == '|')
			*text++ = '\0';
	}
	words[n] = NULL;
	memset(&cli, 0, sizeof(cli));
	cli.a = *state;
	return args_parse(&cli, n, words);
}

static void
check_words(const struct command *cmd)
{
	struct args_shape shape = args_shape(cmd->args);
	struct str rest = str_of(cmd->args), token;
	bool value;
	int depth = 0;

	while (args_token(&rest, &token)) {
		depth += token.p[0] == '[' || token.p[0] == '(';
		depth -= token.p[0] == ']' || token.p[0] == ')';
		assert_true(depth >= 0);
		if (token.p[0] == '<')
			assert_int_equal(token.p[token.n - 1], '>');
		if (str_has_prefix(token, STR("--")))
			assert_true(args_has_option(cmd->args, str_skip(token, 2), &value));
	}
	assert_int_equal(depth, 0);
	assert_true(shape.least <= shape.most);
}

static void
test_table(void **state)
{
	const struct command *cmd, *other;
	bool value;

	(void)state;
	for (cmd = commands; cmd->noun != NULL; cmd++) {
		assert_non_null(cmd->run);
		assert_true(strlen(cmd->help) > 0 && cmd->help[strlen(cmd->help) - 1] != '.');
		check_words(cmd);
		assert_ptr_equal(command_find(str_of(cmd->noun), str_of(cmd->verb)), cmd);
		assert_false(args_has_option(cmd->args, STR("json"), &value));
		assert_false(args_has_option(cmd->args, STR("data"), &value));
		/* What needs an authority needs data, and that a configuration. */
		if ((cmd->flags & NEEDS_AUTHORITY) != 0)
			assert_true((cmd->flags & NEEDS_DATA) != 0);
		if (cmd->flags != 0)
			assert_true((cmd->flags & NEEDS_CONF) != 0);
		/* A noun's rows stand together, and it has verbs or it has none. */
		for (other = cmd + 1; other->noun != NULL; other++)
			if (strcmp(other->noun, cmd->noun) == 0) {
				assert_non_null(cmd->verb);
				assert_non_null(other->verb);
				assert_string_equal(other[-1].noun, cmd->noun);
			}
	}
}

static void
test_kinds(void **state)
{
	const struct command *cmd;
	const struct kind *k;
	size_t i;

	(void)state;
	for (cmd = commands; cmd->noun != NULL; cmd++) {
		k = kind_find(cmd->noun);
		if (k == NULL)
			continue;
		assert_non_null(field_find(k->rec, str_of(k->name)));
		assert_ptr_equal(records_find(str_of(cmd->noun)), k->rec);
		for (i = 0; k->columns[i] != NULL; i++)
			assert_non_null(field_find(k->rec, str_of(k->columns[i])));
		assert_true(i < LIST_COLUMNS);
	}
}

static void
test_words(void **state)
{
	assert_int_equal(parse(state, ""), STATUS_DONE);
	assert_null(cli.cmd);
	assert_int_equal(parse(state, "--help"), STATUS_DONE);
	assert_true(cli.help);
	assert_int_equal(parse(state, "client|--help"), STATUS_DONE);
	assert_str(cli.noun, STR("client"));
	assert_int_equal(
		parse(state, "--json|client|show|web|--data=/x|--authority|acme"), STATUS_DONE);
	assert_string_equal(cli.cmd->verb, "show");
	assert_true(cli.json);
	assert_str(cli.data, STR("/x"));
	assert_str(cli.authority, STR("acme"));
	assert_str(cli_word(&cli, 0), STR("web"));
	assert_int_equal(cli_word(&cli, 1).n, 0);
	assert_int_equal(parse(state, "client|show|--|--json"), STATUS_DONE);
	assert_str(cli_word(&cli, 0), STR("--json"));
	assert_int_equal(parse(state, "session|revoke|-Kzb2_4D0GKcR1cBWAGb_u"), STATUS_DONE);
	assert_str(cli_word(&cli, 0), STR("-Kzb2_4D0GKcR1cBWAGb_u"));
	assert_int_equal(parse(state, "session|revoke|--user|al"), STATUS_DONE);
	assert_true(cli_has(&cli, "user"));
	assert_str(cli_option(&cli, "user"), STR("al"));
	assert_int_equal(cli.words.n, 0);
}

static void
test_wrong_words(void **state)
{
	static const char *const wrong[] = { "nothing", "client|nothing", "client|show",
		"client|show|a|b", "client|list|a", "client|list|--nothing", "client|list|-j",
		"client|list|--json=1", "client|list|--data",
		"client|list|--data=", "client|list|--data|--json", "client|list|--json|--json",
		"client|add|a|b", "client|add|a|=b", "user|add|u|--password|x", "--nothing" };
	size_t i;

	for (i = 0; i < COUNT(wrong); i++)
		assert_int_equal(parse(state, wrong[i]), STATUS_USAGE);
}

static void
test_assignments(void **state)
{
	assert_int_equal(
		parse(state, "client|add|web|scope=a,b|scope+=c|scope-=a|x==y|n="), STATUS_DONE);
	assert_str(cli_word(&cli, 0), STR("web"));
	assert_int_equal(cli.nsets, 5);
	assert_str(cli.sets[0].name, STR("scope"));
	assert_int_equal(cli.sets[0].op, '=');
	assert_int_equal(cli.sets[1].op, '+');
	assert_str(cli.sets[1].name, STR("scope"));
	assert_int_equal(cli.sets[2].op, '-');
	assert_str(cli.sets[3].value, STR("=y"));
	assert_int_equal(cli.sets[4].value.n, 0);
	/* Without an id the first word is an assignment. */
	assert_int_equal(parse(state, "client|add|scope=a"), STATUS_DONE);
	assert_int_equal(cli.words.n, 0);
	assert_int_equal(cli.nsets, 1);
	/* What is required is a word, whatever it looks like. */
	assert_int_equal(parse(state, "resource|add|https://x/?a=b|title=@@t"), STATUS_DONE);
	assert_str(cli_word(&cli, 0), STR("https://x/?a=b"));
	assert_str(cli.sets[0].value, STR("@t"));
	assert_false(cli.sets[0].from_file);
}

static void
test_files(void **state)
{
	char path[] = "/tmp/test_admin.XXXXXX";
	int fd = mkstemp(path);
	struct str line;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "a,b\r\nc\n", 7), 7);
	close(fd);
	line = arena_printf(*state, "client|add|x|scope=@%s", path);
	assert_int_equal(parse(state, arena_z(*state, line)), STATUS_DONE);
	assert_true(cli.sets[0].from_file);
	assert_str(cli.sets[0].value, STR("a,b\r\nc"));
	unlink(path);
	assert_int_equal(parse(state, arena_z(*state, line)), STATUS_NO);
}

static int
assign(void **state, struct client *c, const char *words)
{
	struct str line = arena_printf(*state, "client|set|web|%s", words);

	assert_int_equal(parse(state, arena_z(*state, line)), STATUS_DONE);
	return assign_all(&cli, &kind_client, c, false);
}

static void
test_fields(void **state)
{
	struct client c;

	field_defaults(&record_client, &c, *state);
	assert_int_equal(assign(state, &c, "scope=a,b|scope+=c,a|scope-=b,nothing"), STATUS_DONE);
	assert_int_equal(c.scope.n, 2);
	assert_str(c.scope.v[0], STR("a"));
	assert_str(c.scope.v[1], STR("c"));
	assert_int_equal(assign(state, &c, "scope="), STATUS_DONE);
	assert_int_equal(c.scope.n, 0);
	assert_int_equal(assign(state, &c, "access_token_lifetime=10m|enabled=false"), STATUS_DONE);
	assert_int_equal(c.access_token_lifetime, 600);
	assert_false(c.enabled);
	assert_int_equal(assign(state, &c, "access_token_lifetime=x"), STATUS_USAGE);
	assert_int_equal(c.access_token_lifetime, 600);
	assert_int_equal(assign(state, &c, "enabled+=true"), STATUS_USAGE);
	assert_int_equal(assign(state, &c, "nothing=1"), STATUS_USAGE);
	assert_int_equal(assign(state, &c, "created=2026-01-01T00:00:00Z"), STATUS_USAGE);
	assert_int_equal(assign(state, &c, "client_id=x"), STATUS_USAGE);
	assert_int_equal(assign(state, &c, "secrets=x"), STATUS_USAGE);
	assert_int_equal(assign(state, &c, "redirect_uris=javascript:alert(1)"), STATUS_USAGE);
	assert_int_equal(c.redirect_uris.n, 0);
}

static int
claim(void **state, struct user *u, const char *words)
{
	struct str line = arena_printf(*state, "user|set|al|%s", words);

	assert_int_equal(parse(state, arena_z(*state, line)), STATUS_DONE);
	return assign_all(&cli, &kind_user, u, false);
}

/* OpenID Connect Core 5.1: what type a standard claim has. */
static void
test_claims(void **state)
{
	struct user u;

	field_defaults(&record_user, &u, *state);
	assert_int_equal(claim(state, &u, "claim:name=Al|claim:email_verified=true"), STATUS_DONE);
	assert_str(u.claims, STR("{\"name\":\"Al\",\"email_verified\":true}"));
	assert_int_equal(claim(state, &u, "claim:name=|claim:updated_at=7"), STATUS_DONE);
	assert_str(u.claims, STR("{\"email_verified\":true,\"updated_at\":7}"));
	assert_int_equal(claim(state, &u, "claim:email_verified=|claim:updated_at="), STATUS_DONE);
	assert_int_equal(u.claims.n, 0);
	assert_int_equal(claim(state, &u, "claim:x=\"\\"), STATUS_DONE);
	assert_str(u.claims, STR("{\"x\":\"\\\"\\\\\"}"));
	assert_int_equal(claim(state, &u, "claim:email_verified=1"), STATUS_USAGE);
	assert_int_equal(claim(state, &u, "claim:updated_at=soon"), STATUS_USAGE);
	assert_int_equal(claim(state, &u, "claim:address=here"), STATUS_USAGE);
	assert_int_equal(claim(state, &u, "claim:=x"), STATUS_USAGE);
	assert_int_equal(claim(state, &u, "claim:name+=x"), STATUS_USAGE);
	assert_int_equal(claim(state, &u, "claims=[1]"), STATUS_USAGE);
	assert_int_equal(claim(state, &u, "claims={\"a\": 1}"), STATUS_DONE);
	assert_str(u.claims, STR("{\"a\":1}"));
	assert_int_equal(claim(state, &u, "password=x"), STATUS_USAGE);
	assert_int_equal(claim(state, &u, "sub=x"), STATUS_USAGE);
}

static void
test_clean(void **state)
{
	assert_str(out_clean(*state, STR("a\033[31mb\n")), STR("a?[31mb?"));
	assert_str(out_clean(*state, STR("\xc3\xbc")), STR("\xc3\xbc"));
	assert_str(out_clean(*state,
			   STR("\xc2\x9b"
			       "1m\xff")),
		STR("?1m?"));
	assert_str(out_clean(*state, STR("")), STR(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_table),
		fixture_test(test_kinds),
		fixture_test(test_words),
		fixture_test(test_wrong_words),
		fixture_test(test_assignments),
		fixture_test(test_files),
		fixture_test(test_fields),
		fixture_test(test_claims),
		fixture_test(test_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
