/*
 * test_field - records described by tables
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "base/field.h"

#include "tests/unit/base_fixture.h"

struct inner {
	struct str name;
};

struct thing {
	struct str text, id, bytes, json, secret;
	struct strs words;
	struct list inners;
	bool flag;
	int64_t number, signed_number, size, span, when;
	int choice;
};

static bool
is_lower(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < 'a' || s.p[i] > 'z')
			return false;
	return true;
}

static const struct field inner_fields[] = {
	{ .name = "name", .tag = 1, .flags = FIELD_REQUIRED, .max = 8 },
};
static const struct record record_inner = { "inner", 1, sizeof(struct inner), inner_fields, 1 };
static const char *const choices[] = { "jwt", "opaque", NULL };

#define AT(member) .offset = offsetof(struct thing, member)

static const struct field fields[] = {
	{ .name = "text", .type = FIELD_STR, AT(text), .value = "hello" },
	{ .name = "id",
		.type = FIELD_STR,
		.flags = FIELD_REQUIRED,
		AT(id),
		.value = "a",
		.min = 1,
		.max = 5,
		.check = is_lower },
	{ .name = "words",
		.type = FIELD_STRS,
		AT(words),
		.max = 3,
		.check = is_lower,
		.value = "a,b" },
	{ .name = "flag", .type = FIELD_BOOL, AT(flag), .value = "true" },
	{ .name = "number", .type = FIELD_INT, AT(number), .min = 2, .max = 100, .value = "7" },
	{ .name = "signed", .type = FIELD_INT, AT(signed_number), .min = -10, .max = 10 },
	{ .name = "size", .type = FIELD_SIZE, AT(size), .value = "19M" },
	{ .name = "span", .type = FIELD_SPAN, AT(span), .max = 86400, .value = "10m" },
	{ .name = "when", .type = FIELD_TIME, AT(when), .min = 86400 },
	{ .name = "choice", .type = FIELD_CHOICE, AT(choice), .choices = choices },
	{ .name = "bytes", .type = FIELD_BYTES, AT(bytes), .max = 4 },
	{ .name = "json", .type = FIELD_JSON, AT(json), .max = 20 },
	{ .name = "secret", .type = FIELD_STR, .flags = FIELD_SECRET, AT(secret) },
	{ .name = "inners", .type = FIELD_LIST, AT(inners), .max = 2, .record = &record_inner },
};
static const struct record record_thing = { "thing", 1, sizeof(struct thing), fields,
	COUNT(fields) };

static void
test_defaults(void **state)
{
	static const char *const texts[] = { "hello", "a", "a,b", "true", "7", "0", "19M", "10m",
		"", "jwt", "", "", "", "0 entries" };
	const struct field *which = NULL;
	struct thing t;
	size_t i;

	field_defaults(&record_thing, &t, *state);
	for (i = 0; i < COUNT(fields); i++)
		assert_str(field_text(&fields[i], &t, *state), str_of(texts[i]));
	assert_int_equal(t.size, 19 << 20);
	assert_int_equal(field_check_all(&record_thing, &t, &which), OK);
	assert_null(which);
	assert_ptr_equal(field_find(&record_thing, STR("id")), &fields[1]);
	assert_null(field_find(&record_thing, STR("ID")));
	assert_null(field_find(&record_thing, STR("")));
}

struct row {
	const char *field, *text;
	enum err e;
	const char *back; /* its text form afterwards, when it differs */
};

static const struct row rows[] = {
	{ "text", "", OK, NULL },
	{ "text", "Zo\xc3\xab", OK, NULL },
	{ "text", "a\nb", ERR_SYNTAX, NULL },
	{ "text", "\xff", ERR_SYNTAX, NULL },
	{ "id", "abcde", OK, NULL },
	{ "id", "abcdef", ERR_RANGE, NULL },
	{ "id", "ABC", ERR_SYNTAX, NULL },
	{ "id", "", ERR_SYNTAX, NULL },
	{ "words", "x, y ,z", OK, "x,y,z" },
	{ "words", "", OK, NULL },
	{ "words", "a,b,c,d", ERR_RANGE, NULL },
	{ "words", "a,,b", ERR_SYNTAX, NULL },
	{ "words", "a,", ERR_SYNTAX, NULL },
	{ "words", "a,B", ERR_SYNTAX, NULL },
	{ "flag", "false", OK, NULL },
	{ "flag", "True", ERR_SYNTAX, NULL },
	{ "flag", "1", ERR_SYNTAX, NULL },
	{ "flag", "", ERR_SYNTAX, NULL },
	{ "number", "2", OK, NULL },
	{ "number", "100", OK, NULL },
	{ "number", "1", ERR_RANGE, NULL },
	{ "number", "101", ERR_RANGE, NULL },
	{ "number", "-2", ERR_RANGE, NULL },
	{ "number", "", ERR_SYNTAX, NULL },
	{ "number", " 3", ERR_SYNTAX, NULL },
	{ "number", "9223372036854775808", ERR_RANGE, NULL },
	{ "signed", "-10", OK, NULL },
	{ "signed", "-11", ERR_RANGE, NULL },
	{ "signed", "-0", ERR_SYNTAX, NULL },
	{ "signed", "--1", ERR_SYNTAX, NULL },
	{ "signed", "-", ERR_SYNTAX, NULL },
	{ "size", "0", OK, NULL },
	{ "size", "1023", OK, NULL },
	{ "size", "1024", OK, "1K" },
	{ "size", "64K", OK, NULL },
	{ "size", "1G", OK, NULL },
	{ "size", "64k", ERR_SYNTAX, NULL },
	{ "size", "64KB", ERR_SYNTAX, NULL },
	{ "size", "K", ERR_SYNTAX, NULL },
	{ "size", "1KK", ERR_SYNTAX, NULL },
	{ "size", "1.5G", ERR_SYNTAX, NULL },
	{ "size", "9007199254740992K", ERR_RANGE, NULL },
	{ "span", "90", OK, NULL },
	{ "span", "120", OK, "2m" },
	{ "span", "8h", OK, NULL },
	{ "span", "1d", OK, NULL },
	{ "span", "2d", ERR_RANGE, NULL },
	{ "span", "1h30m", ERR_SYNTAX, NULL },
	{ "span", "8H", ERR_SYNTAX, NULL },
	{ "span", "8 h", ERR_SYNTAX, NULL },
	{ "span", "90s", ERR_SYNTAX, NULL },
	{ "when", "2026-01-02T03:04:05Z", OK, NULL },
	{ "when", "2024-02-29T23:59:59Z", OK, NULL },
	{ "when", "9999-12-31T23:59:59Z", OK, NULL },
	{ "when", "", OK, NULL },
	{ "when", "1970-01-01T00:00:01Z", ERR_RANGE, NULL },
	{ "when", "2025-02-29T00:00:00Z", ERR_RANGE, NULL },
	{ "when", "2026-13-01T00:00:00Z", ERR_RANGE, NULL },
	{ "when", "2026-01-01T24:00:00Z", ERR_RANGE, NULL },
	{ "when", "1969-12-31T23:59:59Z", ERR_RANGE, NULL },
	{ "when", "2026-01-02T03:04:05z", ERR_SYNTAX, NULL },
	{ "when", "2026-01-02 03:04:05Z", ERR_SYNTAX, NULL },
	{ "when", "2026-01-02T03:04:05+00:00", ERR_SYNTAX, NULL },
	{ "when", "2026-01-02T03:04:05.5Z", ERR_SYNTAX, NULL },
	{ "when", "2026-1-02T03:04:05Z", ERR_SYNTAX, NULL },
	{ "when", "2026-01-02", ERR_SYNTAX, NULL },
	{ "choice", "opaque", OK, NULL },
	{ "choice", "OPAQUE", ERR_RANGE, NULL },
	{ "choice", "", ERR_RANGE, NULL },
	{ "bytes", "AAAAAA", OK, NULL },
	{ "bytes", "AAAAAAA", ERR_RANGE, NULL },
	{ "bytes", "AB", ERR_SYNTAX, NULL },
	{ "json", "{\"a\":1}", OK, NULL },
	{ "json", "", OK, NULL },
	{ "json", "[]", ERR_SYNTAX, NULL },
	{ "json", "{", ERR_SYNTAX, NULL },
	{ "json", "{\"a\":\"01234567890123\"}", ERR_RANGE, NULL },
	{ "secret", "hush", OK, "********" },
	{ "secret", "", OK, NULL },
	{ "inners", "x", ERR_TYPE, NULL },
};

static void
check_row(struct arena *a, const struct row *row)
{
	const struct field *f = field_find(&record_thing, str_of(row->field));
	struct thing t, before;
	enum err e;

	field_defaults(&record_thing, &t, a);
	memcpy(&before, &t, sizeof(t));
	e = field_parse(f, &t, a, str_of(row->text));
	if (e != row->e)
		fail_msg("%s = '%s': %s", row->field, row->text, err_text(e));
	if (e != OK)
		assert_memory_equal(&t, &before, sizeof(t));
	else
		assert_str(field_text(f, &t, a), str_of(row->back != NULL ? row->back : row->text));
}

static void
test_parse(void **state)
{
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		check_row(*state, &rows[i]);
}

static void
test_check_all(void **state)
{
	struct inner inners[3] = { { STR("one") }, { STR("") }, { STR("three") } };
	const struct field *which = NULL;
	struct thing t;

	field_defaults(&record_thing, &t, *state);
	t.inners = (struct list){ inners, 1 };
	assert_int_equal(field_check_all(&record_thing, &t, &which), OK);
	t.inners.n = 2;
	assert_int_equal(field_check_all(&record_thing, &t, &which), ERR_NOTFOUND);
	assert_string_equal(which->name, "inners");
	t.inners.n = 3;
	assert_int_equal(field_check_all(&record_thing, &t, &which), ERR_RANGE);
	field_defaults(&record_thing, &t, *state);
	t.choice = 2;
	assert_int_equal(field_check_all(&record_thing, &t, &which), ERR_RANGE);
	assert_string_equal(which->name, "choice");
	field_defaults(&record_thing, &t, *state);
	t.id = STR("");
	assert_int_equal(field_check_all(&record_thing, &t, &which), ERR_NOTFOUND);
	assert_string_equal(which->name, "id");
}

static void
test_empty(void **state)
{
	struct thing t;
	size_t i;

	(void)state;
	memset(&t, 0, sizeof(t));
	for (i = 0; i < COUNT(fields); i++)
		assert_int_equal(field_is_empty(&fields[i], &t), fields[i].type != FIELD_CHOICE);
	t.flag = true;
	assert_false(field_is_empty(field_find(&record_thing, STR("flag")), &t));
}

static void
test_ranges(void **state)
{
	static const char *const texts[] = { "at most 2048 bytes", "1 to 5 bytes",
		"at most 3 words", "true, false", "2 to 100", "-10 to 10", "0 bytes or more",
		"0 to 86400 seconds", "a time in UTC, such as 2026-01-02T03:04:05Z", "jwt, opaque",
		"at most 4 bytes", "at most 20 bytes of JSON", "at most 2048 bytes",
		"at most 2 entries" };
	size_t i;
	int t;

	for (i = 0; i < COUNT(fields); i++)
		assert_str(field_range(&fields[i], *state), str_of(texts[i]));
	for (t = 0; t < FIELD__MAX; t++)
		assert_non_null(field_type_name((enum field_type)t));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(test_defaults),
		fixture_test(test_parse),
		fixture_test(test_check_all),
		fixture_test(test_empty),
		fixture_test(test_ranges),
	};

	return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
