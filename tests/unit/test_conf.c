/*
 * test_conf - the configuration file
 * SPDX-License-Identifier: ISC
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"

#include "tests/unit/base_fixture.h"

static enum err
parse(struct conf *c, void **state, const char *file, const char *text, struct conf_where *where)
{
	return conf_parse(c, *state, str_of(file), str_of(text), where);
}

static void
test_defaults(void **state)
{
	struct conf_where where;
	struct conf c;

	assert_int_equal(parse(&c, state, "/srv/t/tessera.conf", "", &where), OK);
	assert_str(c.path, STR("/srv/t/tessera.conf"));
	assert_str(c.data, STR("/srv/t"));
	assert_str(c.master_key, STR("/srv/t/master.key"));
	assert_str(c.templates, STR(DATADIR "/templates"));
	assert_str(c.log, STR("stderr"));
	assert_int_equal(c.verbosity, 2);
	assert_int_equal(c.map_size, 1 << 30);
	assert_int_equal(c.volatile_size, 64 << 20);
	assert_int_equal(c.readers, 1022);
	assert_int_equal(c.open_authorities, 16);
	assert_int_equal(c.password_memory, 19 << 20);
	assert_int_equal(c.password_passes, 2);
	assert_int_equal(c.clock_offset, 0);
}

static void
test_set(void **state)
{
	static const char text[] = "# a comment\n"
				   "\n"
				   "  data=/var/lib/tessera  \n"
				   "\t# another\n"
				   "log = tessera.log\n"
				   "templates = my/templates\n"
				   "map_size = 2G\n"
				   "clock_offset = -86400";
	struct conf_where where;
	struct conf c;

	assert_int_equal(parse(&c, state, "/etc/tessera/tessera.conf", text, &where), OK);
	assert_str(c.data, STR("/var/lib/tessera"));
	assert_str(c.master_key, STR("/var/lib/tessera/master.key"));
	assert_str(c.log, STR("/etc/tessera/tessera.log"));
	assert_str(c.templates, STR("/etc/tessera/my/templates"));
	assert_true(c.map_size == INT64_C(2) << 30);
	assert_int_equal(c.clock_offset, -86400);

	assert_int_equal(parse(&c, state, "x.conf", "master_key = /run/key\n", &where), OK);
	assert_str(c.data, STR("."));
	assert_str(c.master_key, STR("/run/key"));
	assert_int_equal(parse(&c, state, "/x.conf", "log = syslog\n", &where), OK);
	assert_str(c.data, STR("/"));
	assert_str(c.log, STR("syslog"));
}

static void
test_errors(void **state)
{
	static const struct {
		const char *text;
		enum err e;
		unsigned line;
		const char *what;
	} rows[] = {
		{ "\n\ndata /x\n", ERR_SYNTAX, 3, "not of the form name = value" },
		{ "colour = red", ERR_SYNTAX, 1, "no setting is named 'colour'" },
		{ "path = /x", ERR_SYNTAX, 1, "no setting is named 'path'" },
		{ "Data = /x", ERR_SYNTAX, 1, "no setting is named 'Data'" },
		{ "= /x", ERR_SYNTAX, 1, "no setting is named ''" },
		{ "data = /x\ndata = /x\n", ERR_SYNTAX, 2, "data is set twice" },
		{ "verbosity = 3", ERR_RANGE, 1, "verbosity must be 0 to 2" },
		{ "verbosity =", ERR_SYNTAX, 1, "verbosity must be 0 to 2" },
		{ "verbosity = two", ERR_SYNTAX, 1, "verbosity must be 0 to 2" },
		{ "map_size = 1023K", ERR_RANGE, 1, "map_size must be 1M to 1024G bytes" },
		{ "open_authorities = 0", ERR_RANGE, 1, "open_authorities must be 1 to 1024" },
		{ "open_authorities = 1025", ERR_RANGE, 1, "open_authorities must be 1 to 1024" },
		{ "\nlimits = login_pair=5/10m, login_pear=off", ERR_SYNTAX, 2,
			"limits cannot have 'login_pear=off'" },
		{ "limits = login_user=5", ERR_SYNTAX, 1, "limits cannot have 'login_user=5'" },
		{ "limits_size = 4095", ERR_RANGE, 1, "limits_size must be 4K to 1G bytes" },
		{ "log =", ERR_SYNTAX, 1, "log must be at most 1024 bytes" },
		{ "data = /x\r\n", ERR_SYNTAX, 1, "not of the form name = value" },
		{ "data = /\xff\n", ERR_SYNTAX, 1, "not of the form name = value" },
	};
	struct conf_where where;
	struct conf c;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(parse(&c, state, "f", rows[i].text, &where), rows[i].e);
		assert_int_equal(where.line, rows[i].line);
		assert_str(where.what, str_of(rows[i].what));
		assert_str(where.file, STR("f"));
	}
	assert_int_equal(
		conf_parse(&c, *state, STR("f"), STR("data = a\0b\n"), &where), ERR_SYNTAX);
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void
test_load(void **state)
{
	char dir[] = "/tmp/test_conf.XXXXXX", path[64], link[64];
	struct conf_where where;
	struct conf c;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/tessera.conf", dir);
	assert_int_equal(conf_load(&c, *state, path, &where), ERR_NOTFOUND);
	assert_str(where.file, str_of(path));
	assert_int_equal(where.line, 0);
	assert_int_equal(c.readers, 1022);
	assert_int_equal(c.path.n, 0);

	write_file(path, "readers = 99\n");
	assert_int_equal(conf_load(&c, *state, path, &where), OK);
	assert_int_equal(c.readers, 99);
	assert_str(c.data, str_of(dir));
	snprintf(link, sizeof(link), "%s.link", dir);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(conf_load(&c, *state, link, &where), OK);
	assert_str(c.data, str_of(dir)); /* not where the link is */
	unlink(link);
	assert_int_equal(setenv("TESSERA_CONF", path, 1), 0);
	assert_int_equal(conf_load(&c, *state, NULL, &where), OK);
	assert_str(c.path, str_of(path));
	unlink(path);
	assert_int_equal(conf_load(&c, *state, NULL, &where), ERR_NOTFOUND);
	assert_int_equal(unsetenv("TESSERA_CONF"), 0);
	assert_int_equal(conf_load(&c, *state, dir, &where), ERR_SYSTEM);
	rmdir(dir);
}

/* With its comment signs taken away the sample sets every default. */
static void
test_sample(void **state)
{
	struct str sample = conf_sample(*state), rest = sample, line, text = STR("");
	struct conf_where where;
	struct conf c, d;
	size_t i;

	while (str_word(&rest, '\n', &line))
		if (!str_has_prefix(line, STR("# ")))
			text = arena_printf(
				*state, "%.*s%.*s\n", STR_FMT(text), STR_FMT(str_skip(line, 1)));
	assert_int_equal(conf_parse(&c, *state, STR("f"), sample, &where), OK);
	assert_int_equal(conf_parse(&d, *state, STR("f"), text, &where), OK);
	for (i = 0; i < record_conf.nfields; i++)
		assert_str(field_text(&record_conf.fields[i], &d, *state),
			field_text(&record_conf.fields[i], &c, *state));
}

static unsigned
workers(struct arena *a, const char *value, const char *program)
{
	struct conf_where where;
	struct str text = arena_printf(a, "workers = %s\n", value);
	struct conf c;

	assert_int_equal(conf_parse(&c, a, STR("f"), text, &where), OK);
	return conf_workers(&c, program, 3);
}

static void
test_workers(void **state)
{
	const char *const bad[] = { "many", "-1", "65", "=3", "token=", "token=x", "1.5" };
	struct conf_where where;
	struct conf c;
	size_t i;

	assert_int_equal(conf_parse(&c, *state, STR("f"), STR(""), &where), OK);
	assert_int_equal(conf_workers(&c, "token", 3), 0);
	assert_int_equal(workers(*state, "4", "token"), 4);
	assert_int_equal(workers(*state, "auto", "token"), 3);
	assert_int_equal(workers(*state, "token=8,login=auto", "token"), 8);
	assert_int_equal(workers(*state, "token=8,login=auto", "login"), 3);
	assert_int_equal(workers(*state, "token=8,login=auto", "jwks"), 0);
	assert_int_equal(workers(*state, "token=0,2", "token"), 0);
	assert_int_equal(workers(*state, "token=0,2", "tokens"), 2);
	for (i = 0; i < COUNT(bad); i++) {
		struct str text = arena_printf(*state, "workers = %s\n", bad[i]);

		assert_int_not_equal(conf_parse(&c, *state, STR("f"), text, &where), OK);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(test_defaults),
		fixture_test(test_set),
		fixture_test(test_errors),
		fixture_test(test_load),
		fixture_test(test_sample),
		fixture_test(test_workers),
	};

	log_verbosity(-1);
	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
