/*
 * test_store - what is put can be read, guards hold, and failures change nothing
 * SPDX-License-Identifier: ISC
 */
#include <fcntl.h>

#include "tests/unit/store_fixture.h"

static void
get_put_del(void **state)
{
	struct str value;
	uint64_t version = 1;

	(void)state;
	assert_int_equal(store_get(s, a, STR("Ca"), &value, &version), ERR_NOTFOUND);
	assert_int_equal(version, 0);
	assert_int_equal(put_if(STR("Ca"), ANY, STR("one\0two")), OK);
	assert_int_equal(put_if(STR("Cb"), ANY, STR("")), OK);
	assert_int_equal(store_get(s, a, STR("Ca"), &value, &version), OK);
	assert_str(value, STR("one\0two"));
	assert_true(version > 0);
	assert_value(STR("Cb"), STR(""));
	assert_int_equal(del(STR("Ca")), OK);
	assert_int_equal(del(STR("Ca")), OK);
	assert_int_equal(store_get(s, a, STR("Ca"), &value, NULL), ERR_NOTFOUND);
}

/* Keys that cannot be there are not found, whoever asks for them. */
static void
impossible_keys(void **state)
{
	char key[2000];
	struct str value;

	(void)state;
	memset(key, 'C', sizeof(key));
	assert_int_equal(put_if(STR("Ca"), ANY, STR("1")), OK);
	assert_int_equal(store_get(s, a, STR(""), &value, NULL), ERR_NOTFOUND);
	assert_int_equal(store_get(s, a, str_bytes(key, sizeof(key)), &value, NULL), ERR_NOTFOUND);
	assert_int_equal(put_if(str_bytes(key, KEY_MAX_LEN), ANY, STR("1")), OK);
	assert_value(str_bytes(key, KEY_MAX_LEN), STR("1"));
	assert_int_equal(put_if(str_bytes(key, KEY_MAX_LEN + 1), ANY, STR("1")), ERR_RANGE);
	assert_int_equal(put_if(STR(""), ANY, STR("1")), ERR_RANGE);
}

static void
guards(void **state)
{
	uint64_t first, second;

	(void)state;
	assert_int_equal(put_if(STR("Ca"), 1, STR("1")), ERR_CONFLICT);
	assert_int_equal(version_of(STR("Ca")), 0);
	assert_int_equal(put_if(STR("Ca"), 0, STR("1")), OK);
	assert_int_equal(put_if(STR("Ca"), 0, STR("2")), ERR_CONFLICT);
	first = version_of(STR("Ca"));
	assert_int_equal(put_if(STR("Ca"), first, STR("2")), OK);
	second = version_of(STR("Ca"));
	assert_true(second > first);
	assert_int_equal(put_if(STR("Ca"), first, STR("3")), ERR_CONFLICT);
	assert_value(STR("Ca"), STR("2"));
}

/* What was read before a delete and a new put under the same key must not pass for the new one. */
static void
versions_do_not_come_again(void **state)
{
	uint64_t before = 0, now;
	int i;

	(void)state;
	for (i = 0; i < 20; i++) {
		assert_int_equal(put_if(STR("Ca"), 0, STR("same")), OK);
		now = version_of(STR("Ca"));
		assert_true(now > before);
		before = now;
		assert_int_equal(del(STR("Ca")), OK);
		assert_int_equal(put_if(STR("Ca"), before, STR("x")), ERR_CONFLICT);
		if (i % 5 == 0)
			reopen(0);
	}
}

static void
all_or_nothing(void **state)
{
	struct batch b;

	(void)state;
	assert_int_equal(put_if(STR("Cold"), 0, STR("old")), OK);
	batch_init(&b, a);
	batch_put(&b, STR("Cnew"), STR("new"));
	batch_del(&b, STR("Cold"));
	batch_guard(&b, STR("Cold"), version_of(STR("Cold")));
	batch_guard(&b, STR("Cother"), 7);
	assert_int_equal(store_commit(s, &b), ERR_CONFLICT);
	assert_int_equal(version_of(STR("Cnew")), 0);
	assert_value(STR("Cold"), STR("old"));

	/* Guards are about what was there before, wherever they stand. */
	batch_init(&b, a);
	batch_put(&b, STR("Cnew"), STR("new"));
	batch_del(&b, STR("Cold"));
	batch_guard(&b, STR("Cold"), version_of(STR("Cold")));
	batch_guard(&b, STR("Cnew"), 0);
	assert_int_equal(store_commit(s, &b), OK);
	assert_value(STR("Cnew"), STR("new"));
	assert_int_equal(version_of(STR("Cold")), 0);
}

static void
guards_alone_and_nothing(void **state)
{
	struct batch b;

	(void)state;
	batch_init(&b, a);
	assert_int_equal(store_commit(s, &b), OK);
	batch_guard(&b, STR("Ca"), 0);
	assert_int_equal(store_commit(s, &b), OK);
	batch_guard(&b, STR("Cb"), 1);
	assert_int_equal(store_commit(s, &b), ERR_CONFLICT);
}

/* A batch is checked whole before any of it is applied. */
static void
malformed_batch(void **state)
{
	struct str ops;
	struct batch b;

	(void)state;
	batch_init(&b, a);
	batch_put(&b, STR("Ca"), STR("1"));
	batch_put(&b, STR("Cb"), STR("2"));
	assert_int_equal(buf_end(&b.ops, &ops), OK);
	ops.n--;
	assert_int_equal(store_commit_bytes(s, ops), ERR_SYNTAX);
	assert_int_equal(version_of(STR("Ca")), 0);
	assert_int_equal(store_commit_bytes(s, STR("\0\0\0\0\1C")), ERR_SYNTAX);
	assert_int_equal(
		store_commit_bytes(s, str_bytes(arena_alloc(a, BATCH_MAX + 1), BATCH_MAX + 1)),
		ERR_RANGE);
	batch_put(&b, STR("Cc"), str_bytes(arena_alloc(a, BATCH_MAX), BATCH_MAX));
	assert_int_equal(store_commit(s, &b), ERR_RANGE);
	assert_int_equal(version_of(STR("Ca")), 0);
}

static void
absent_and_made(void **state)
{
	struct store_options options = { 0 };
	struct store *other = NULL;
	struct stat st;
	char path[600];

	(void)state;
	assert_int_equal(store_open(scratch_path("absent"), &options, &other), ERR_NOTFOUND);
	assert_int_equal(mkdir(scratch_path("empty"), 0700), 0);
	assert_int_equal(store_open(scratch_path("empty"), &options, &other), ERR_NOTFOUND);
	options.flags = STORE_READONLY | STORE_CREATE;
	assert_int_equal(store_open(scratch_path("absent"), &options, &other), ERR_NOTFOUND);
	assert_int_equal(rmdir(scratch_path("empty")), 0); /* nothing was made in it */
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 02770);
	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
}

/* LMDB must not have the same files open twice in a process. */
static void
opened_twice(void **state)
{
	struct store_options options = { .flags = STORE_READONLY };
	struct store *first = s;
	char link[600];

	(void)state;
	assert_int_equal(store_open(dir, &options, &s), ERR_EXISTS);
	snprintf(link, sizeof(link), "%s.link", dir);
	assert_int_equal(symlink(dir, link), 0);
	assert_int_equal(store_open(link, &options, &s), ERR_EXISTS);
	assert_ptr_equal(s, first);
	reopen(0);
}

static void
readonly(void **state)
{
	(void)state;
	assert_int_equal(put_if(STR("Ca"), 0, STR("1")), OK);
	reopen(STORE_READONLY);
	assert_value(STR("Ca"), STR("1"));
	assert_int_equal(put_if(STR("Ca"), ANY, STR("2")), ERR_DENIED);
	assert_value(STR("Ca"), STR("1"));
}

static enum err
fill(int *n)
{
	char *value = arena_alloc(a, 10000);
	enum err e;

	for (*n = 0; *n < 10000; ++*n) {
		e = put_if(arena_printf(a, "F%05d", *n), 0, str_bytes(value, 10000));
		if (e != OK)
			return e;
	}
	return OK;
}

static void
map_full(void **state)
{
	struct store_usage usage;
	int n, more;

	(void)state;
	store_close(s);
	snprintf(dir + strlen(dir), sizeof(dir) - strlen(dir), "s");
	assert_int_equal(open_as(STORE_CREATE, MIB), OK);
	assert_int_equal(fill(&n), ERR_FULL);
	assert_true(n > 50 && n < 110);
	assert_true(version_of(STR("F00000")) > 0);
	assert_int_equal(version_of(arena_printf(a, "F%05d", n)), 0);
	assert_int_equal(store_usage(s, &usage), OK);
	assert_int_equal(usage.map_size, MIB);
	assert_true(usage.used > MIB * 3 / 4 && usage.used <= MIB);
	assert_int_equal(usage.entries, n);

	store_close(s);
	assert_int_equal(open_as(0, 4 * MIB), OK);
	assert_int_equal(put_if(STR("Ca"), 0, STR("1")), OK);
	reopen(0); /* the new size is remembered */
	assert_int_equal(del(STR("F00000")), OK);
	for (more = 1; more < n; more++)
		assert_true(version_of(arena_printf(a, "F%05d", more)) > 0);
	assert_int_equal(store_usage(s, &usage), OK);
	assert_int_equal(usage.map_size, 4 * MIB);
}

static void
usage_sees_free_pages(void **state)
{
	struct store_usage empty, full, freed;
	int i;

	(void)state;
	assert_int_equal(store_usage(s, &empty), OK);
	assert_int_equal(empty.entries, 0);
	for (i = 0; i < 50; i++)
		assert_int_equal(put_if(arena_printf(a, "F%d", i), 0,
					 str_bytes(arena_alloc(a, 20000), 20000)),
			OK);
	assert_int_equal(store_usage(s, &full), OK);
	assert_true(full.used > 50 * 20000 && full.used < 3 * 50 * 20000);
	for (i = 0; i < 50; i++)
		assert_int_equal(del(arena_printf(a, "F%d", i)), OK);
	assert_int_equal(store_usage(s, &freed), OK);
	assert_int_equal(freed.entries, 0);
	assert_true(freed.used < full.used / 10);
}

/* A copy counts its transactions anew, but not its versions. */
static void
copies(void **state)
{
	uint64_t version;
	char from[512];
	int i;

	(void)state;
	for (i = 0; i < 30; i++)
		assert_int_equal(put_if(STR("Ca"), ANY, arena_printf(a, "%d", i)), OK);
	version = version_of(STR("Ca"));
	for (i = 0; i < 2; i++) {
		snprintf(from, sizeof(from), "%s", dir);
		snprintf(dir, sizeof(dir), "%.500s.%d", from, i);
		assert_int_equal(mkdir(dir, 0770), 0);
		assert_int_equal(store_copy(s, dir), OK);
		assert_int_equal(put_if(STR("Ca"), ANY, STR("later")), OK);
		reopen(0);
		assert_int_equal(version_of(STR("Ca")), version);
		assert_value(STR("Ca"), STR("29"));
		assert_int_equal(del(STR("Ca")), OK);
		assert_int_equal(put_if(STR("Ca"), 0, STR("29")), OK);
		assert_true(version_of(STR("Ca")) > version);
		version = version_of(STR("Ca"));
	}
}

static void
copy_that_was_cut_off_does_not_open_as_whole(void **state)
{
	struct store_options options = { .flags = STORE_READONLY | STORE_WHOLE };
	struct store *copy;
	struct stat st;
	char path[600];
	int i;

	(void)state;
	for (i = 0; i < 300; i++)
		assert_int_equal(
			put_if(arena_printf(a, "C%d", i), 0, arena_printf(a, "%0200d", i)), OK);
	for (i = 0; i < 200; i++)
		assert_int_equal(del(arena_printf(a, "C%d", i)), OK);
	snprintf(dir + strlen(dir), 6, ".copy");
	assert_int_equal(mkdir(dir, 0770), 0);
	assert_int_equal(store_copy(s, dir), OK);
	assert_int_equal(store_open(dir, &options, &copy), OK);
	store_close(copy);
	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	assert_int_equal(stat(path, &st), 0);
	for (i = 1; i <= 3; i++) {
		assert_int_equal(truncate(path, st.st_size - i), 0);
		assert_int_equal(store_open(dir, &options, &copy), ERR_CORRUPT);
	}
}

static void
copy_is_not_seen_as_a_row(void **state)
{
	struct store_usage usage;
	struct store_rows rows;
	struct str value;

	(void)state;
	assert_int_equal(put_if(STR("Ca"), 0, STR("1")), OK);
	snprintf(dir + strlen(dir), 6, ".copy");
	assert_int_equal(mkdir(dir, 0770), 0);
	assert_int_equal(store_copy(s, dir), OK);
	assert_int_not_equal(store_copy(s, dir), OK); /* never over another */
	reopen(STORE_READONLY);
	assert_int_equal(store_scan(s, a, STR(""), STR(""), 10, &rows), OK);
	assert_int_equal(rows.n, 1);
	assert_str(rows.v[0].key, STR("Ca"));
	assert_int_equal(store_usage(s, &usage), OK);
	assert_int_equal(usage.entries, 1);
	assert_int_equal(store_get(s, a, STR("C"), &value, NULL), ERR_NOTFOUND);
}

static void
overwrite(off_t at, const char *bytes, size_t n, off_t length)
{
	char path[600];
	int fd;

	store_close(s);
	s = NULL;
	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, n, at), n);
	if (length >= 0)
		assert_int_equal(ftruncate(fd, length), 0);
	close(fd);
}

static void
damaged(void **state)
{
	char noise[8192];
	int n;

	(void)state;
	assert_int_equal(put_if(STR("Ca"), 0, STR("1")), OK);
	memset(noise, 0x5a, sizeof(noise));
	overwrite(0, noise, sizeof(noise), -1);
	assert_int_equal(open_as(0, 0), ERR_CORRUPT);
	assert_null(s);

	snprintf(dir + strlen(dir), 6, ".cut");
	assert_int_equal(open_as(STORE_CREATE, MIB), OK);
	assert_int_equal(fill(&n), ERR_FULL);
	overwrite(0, "", 0, 100000);
	assert_int_equal(open_as(0, 0), ERR_CORRUPT);
	overwrite(0, "", 0, 100);
	assert_int_equal(open_as(0, 0), ERR_CORRUPT);
}

static void
set_boot(const char *id)
{
	char path[600];
	int fd;

	store_close(s);
	s = NULL;
	snprintf(path, sizeof(path), "%s/boot", dir);
	fd = open(path, O_WRONLY | O_TRUNC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, id, strlen(id)), strlen(id));
	close(fd);
}

/* The volatile kind outlives its processes, but not a boot. */
static void
volatile_store(void **state)
{
	const unsigned flags = STORE_VOLATILE | STORE_CREATE;

	(void)state;
	store_close(s);
	snprintf(dir + strlen(dir), 10, ".volatile");
	assert_int_equal(open_as(flags, MIB), OK);
	assert_int_equal(put_if(STR("Fa"), 0, STR("1")), OK);
	reopen(flags);
	assert_value(STR("Fa"), STR("1"));
	reopen(STORE_VOLATILE | STORE_READONLY);
	assert_value(STR("Fa"), STR("1"));
	set_boot("00000000-0000-0000-0000-000000000000");
	assert_int_equal(open_as(STORE_VOLATILE | STORE_READONLY, 0), ERR_NOTFOUND);
	assert_int_equal(open_as(STORE_VOLATILE, 0), ERR_NOTFOUND);
	assert_int_equal(open_as(flags, 0), OK);
	assert_int_equal(version_of(STR("Fa")), 0);
	assert_int_equal(put_if(STR("Fa"), 0, STR("2")), OK);
	set_boot("");
	assert_int_equal(open_as(flags, 0), OK);
	assert_int_equal(version_of(STR("Fa")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(get_put_del),
		store_test(impossible_keys),
		store_test(guards),
		store_test(versions_do_not_come_again),
		store_test(all_or_nothing),
		store_test(guards_alone_and_nothing),
		store_test(malformed_batch),
		store_test(absent_and_made),
		store_test(opened_twice),
		store_test(readonly),
		store_test(map_full),
		store_test(usage_sees_free_pages),
		store_test(copies),
		store_test(copy_is_not_seen_as_a_row),
		store_test(copy_that_was_cut_off_does_not_open_as_whole),
		store_test(damaged),
		store_test(volatile_store),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
