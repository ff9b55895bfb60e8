/*
 * test_store_scan - ordered scans, page by page
 * SPDX-License-Identifier: ISC
 */
#include "tests/unit/store_fixture.h"

static void
put_all(void)
{
	static const struct str keys[] = { STR_INIT("Ba"), STR_INIT("C"), STR_INIT("Ca"),
		STR_INIT("Caa"), STR_INIT("Cb\0x"), STR_INIT("Cb\0y"), STR_INIT("C\xff\xff"),
		STR_INIT("D"), STR_INIT("\xff\xff") };
	size_t i;

	for (i = COUNT(keys); i > 0; i--)
		assert_int_equal(put_if(keys[i - 1], 0, arena_printf(a, "%zu", i - 1)), OK);
}

/* The values of the rows, as a word. */
static struct str
scan(struct str prefix, struct str after, size_t most, bool *more)
{
	struct store_rows rows;
	struct buf b;
	size_t i;

	buf_init(&b, a, 1000);
	assert_int_equal(store_scan(s, a, prefix, after, most, &rows), OK);
	for (i = 0; i < rows.n; i++) {
		assert_true(rows.v[i].version > 0);
		assert_int_equal(rows.v[i].version, version_of(rows.v[i].key));
		assert_true(i == 0 || str_cmp(rows.v[i - 1].key, rows.v[i].key) < 0);
		buf_add(&b, rows.v[i].value);
	}
	*more = rows.more;
	return buf_str(&b);
}

static void
prefixes(void **state)
{
	bool more = true;

	(void)state;
	assert_str(scan(STR("C"), STR(""), 100, &more), STR(""));
	put_all();
	assert_str(scan(STR("C"), STR(""), 100, &more), STR("123456"));
	assert_false(more);
	assert_str(scan(STR("Ca"), STR(""), 100, &more), STR("23"));
	assert_str(scan(STR("Cb\0"), STR(""), 100, &more), STR("45"));
	assert_str(scan(STR("C\xff"), STR(""), 100, &more), STR("6"));
	assert_str(scan(STR("\xff"), STR(""), 100, &more), STR("8"));
	assert_str(scan(STR("Z"), STR(""), 100, &more), STR(""));
	assert_str(scan(STR(""), STR(""), 100, &more), STR("012345678"));
	assert_false(more);
}

static void
after(void **state)
{
	bool more;

	(void)state;
	put_all();
	assert_str(scan(STR("C"), STR("C"), 100, &more), STR("23456"));
	assert_str(scan(STR("C"), STR("Ca"), 100, &more), STR("3456"));
	assert_str(scan(STR("C"), STR("Cab"), 100, &more), STR("456")); /* no such row */
	assert_str(scan(STR("C"), STR("B"), 100, &more), STR("123456"));
	assert_str(scan(STR("C"), STR("C\xff\xff"), 100, &more), STR(""));
	assert_str(scan(STR("C"), STR("E"), 100, &more), STR(""));
	assert_str(scan(STR(""), STR("D"), 100, &more), STR("8"));
	assert_str(scan(STR(""), STR("\xff\xff"), 100, &more), STR(""));
	assert_false(more);
}

static void
most(void **state)
{
	bool more;

	(void)state;
	put_all();
	assert_str(scan(STR("C"), STR(""), 0, &more), STR(""));
	assert_true(more);
	assert_str(scan(STR("C"), STR(""), 5, &more), STR("12345"));
	assert_true(more);
	assert_str(scan(STR("C"), STR(""), 6, &more), STR("123456"));
	assert_false(more); /* the next row is of another class */
	assert_str(scan(STR("C"), STR(""), SIZE_MAX, &more), STR("123456"));
}

static void
pages(void **state)
{
	struct str from = STR("");
	struct store_rows rows;
	size_t n = 0, i, page;
	struct batch b;

	(void)state;
	batch_init(&b, a);
	for (i = 0; i < 250; i++)
		batch_put(&b, arena_printf(a, "C%03zu", i), STR("v"));
	assert_int_equal(store_commit(s, &b), OK);
	for (page = 0; page < 100; page++) {
		assert_int_equal(store_scan(s, a, STR("C"), from, 33, &rows), OK);
		for (i = 0; i < rows.n; i++)
			assert_str(rows.v[i].key, arena_printf(a, "C%03zu", n + i));
		n += rows.n;
		if (!rows.more)
			break;
		from = rows.v[rows.n - 1].key;
	}
	assert_int_equal(page, 7);
	assert_int_equal(n, 250);
}

/* Large rows end a page early, so that a scan has a bound in bytes too. */
static void
bytes(void **state)
{
	char *value = arena_alloc(a, 60000);
	struct store_rows rows;
	size_t i, n;

	(void)state;
	for (i = 0; i < 40; i++)
		assert_int_equal(
			put_if(arena_printf(a, "C%02zu", i), 0, str_bytes(value, 60000)), OK);
	assert_int_equal(store_scan(s, a, STR("C"), STR(""), 1000, &rows), OK);
	assert_true(rows.more);
	n = rows.n;
	assert_true(n >= SCAN_BYTES / 61000 && n <= SCAN_BYTES / 60000 + 1);
	assert_int_equal(store_scan(s, a, STR("C"), rows.v[n - 1].key, 1000, &rows), OK);
	n += rows.n;
	assert_int_equal(store_scan(s, a, STR("C"), rows.v[rows.n - 1].key, 1000, &rows), OK);
	assert_int_equal(n + rows.n, 40);
	assert_false(rows.more);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(prefixes),
		store_test(after),
		store_test(most),
		store_test(pages),
		store_test(bytes),
	};

	return cmocka_run_group_tests_name("store_scan", tests, NULL, NULL);
}
