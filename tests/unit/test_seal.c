/*
 * test_seal - secrets at rest under a versioned master key
 * SPDX-License-Identifier: ISC
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/log.h"
#include "base/seal.h"

#include "tests/unit/base_fixture.h"

#define KEY_A "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define KEY_B "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"

static char dir[64], path[96];

static int
setup(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/test_seal.XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/master.key", dir);
	log_verbosity(-1);
	return fixture_setup(state);
}

static int
teardown(void **state)
{
	unlink(path);
	rmdir(dir);
	return fixture_teardown(state);
}

static void
put_file(const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
test_create(void **state)
{
	struct str sealed, plain;
	struct stat st;
	struct seal *s;

	assert_int_equal(seal_open(path, &s), ERR_NOTFOUND);
	assert_int_equal(seal_create(path), OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(seal_create(path), ERR_EXISTS);
	assert_int_equal(seal_open(path, &s), OK);
	sealed = seal_close(s, *state, STR("key/1"), STR("secret"));
	assert_int_equal(seal_reveal(s, *state, STR("key/1"), sealed, &plain), OK);
	assert_str(plain, STR("secret"));
	sealed = seal_close(s, *state, STR(""), STR(""));
	assert_int_equal(seal_reveal(s, *state, STR(""), sealed, &plain), OK);
	assert_str(plain, STR(""));
	seal_free(s);
	seal_free(NULL);
}

static void
test_altered(void **state)
{
	struct str sealed, plain, copy;
	struct seal *s;
	size_t i;

	put_file("1 " KEY_A "\n", 0600);
	assert_int_equal(seal_open(path, &s), OK);
	sealed = seal_close(s, *state, STR("here"), STR("secret"));
	assert_int_equal(seal_reveal(s, *state, STR("there"), sealed, &plain), ERR_CRYPTO);
	for (i = 0; i < sealed.n; i++) {
		copy = arena_str(*state, sealed);
		((char *)(uintptr_t)copy.p)[i] ^= 1;
		assert_int_equal(seal_reveal(s, *state, STR("here"), copy, &plain),
			i < 4 ? ERR_UNSUPPORTED : ERR_CRYPTO);
		copy = str_bytes(sealed.p, i);
		assert_int_equal(seal_reveal(s, *state, STR("here"), copy, &plain), ERR_CRYPTO);
	}
	copy = seal_close(s, *state, STR("here"), STR("secret"));
	assert_false(str_eq(copy, sealed)); /* a fresh nonce each time */
	seal_free(s);
}

static void
test_rotation(void **state)
{
	struct str old, new, plain;
	struct seal *s;

	put_file("1 " KEY_A "\n", 0600);
	assert_int_equal(seal_open(path, &s), OK);
	old = seal_close(s, *state, STR("x"), STR("old"));
	seal_free(s);

	put_file("2 " KEY_B "\n1 " KEY_A "\n", 0600);
	assert_int_equal(seal_open(path, &s), OK);
	new = seal_close(s, *state, STR("x"), STR("new"));
	assert_int_equal(seal_reveal(s, *state, STR("x"), old, &plain), OK);
	assert_str(plain, STR("old"));
	seal_free(s);

	put_file("2 " KEY_B, 0600);
	assert_int_equal(seal_open(path, &s), OK);
	assert_int_equal(seal_reveal(s, *state, STR("x"), new, &plain), OK);
	assert_int_equal(seal_reveal(s, *state, STR("x"), old, &plain), ERR_UNSUPPORTED);
	seal_free(s);
}

static void
test_bad_files(void **state)
{
	static const char *const rows[] = {
		"",
		"\n",
		KEY_A "\n",
		"1\n",
		"1 AAAA\n",
		"0 " KEY_A "\n",
		"01 " KEY_A "\n",
		"-1 " KEY_A "\n",
		"4294967296 " KEY_A "\n",
		"1  " KEY_A "\n",
		"1 " KEY_A "=\n",
		"1 " KEY_A " \n",
		"1 " KEY_A "\r\n",
		"1 0 " KEY_A "\n",
		"1 -5 " KEY_A "\n",
		"1 1 1 " KEY_A "\n",
		"1 1 \n",
		"1 " KEY_A "\n1 " KEY_B "\n",
		"1 " KEY_A "\nx\n",
	};
	struct seal *s = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		put_file(rows[i], 0600);
		assert_int_equal(seal_open(path, &s), ERR_SYNTAX);
	}
	put_file("1 " KEY_A "\n", 0604);
	assert_int_equal(seal_open(path, &s), ERR_DENIED);
	assert_null(s);
}

static mode_t
mode_of(void)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 0777;
}

/* A new version seals, the old ones go on opening; one that is taken out does not. */
static void
test_rotate(void **state)
{
	struct str old, new, plain;
	struct seal_version v;
	struct seal *s;
	uint32_t version;

	assert_int_equal(seal_rotate(path, &v), ERR_NOTFOUND);
	put_file("1 " KEY_A "\n", 0640);
	assert_int_equal(seal_open(path, &s), OK);
	assert_true(seal_version(s, 0, &v));
	assert_int_equal(v.created, 0);
	assert_false(seal_version(s, 1, &v));
	old = seal_close(s, *state, STR("x"), STR("old"));
	seal_free(s);

	assert_int_equal(seal_rotate(path, &v), OK);
	assert_int_equal(v.version, 2);
	assert_true(v.created > 0);
	assert_int_equal(mode_of(), 0640);
	assert_int_equal(seal_open(path, &s), OK);
	assert_true(seal_version(s, 0, &v));
	assert_int_equal(v.version, 2);
	assert_true(v.created > 0);
	new = seal_close(s, *state, STR("x"), STR("new"));
	assert_int_equal(seal_version_of(new, &version), OK);
	assert_int_equal(version, 2);
	assert_int_equal(seal_version_of(STR("\0\0\0\2"), &version), ERR_CRYPTO);
	assert_int_equal(seal_reveal(s, *state, STR("x"), old, &plain), OK);
	assert_str(plain, STR("old"));
	seal_free(s);

	assert_int_equal(seal_drop(path, 2), ERR_DENIED);
	assert_int_equal(seal_drop(path, 3), ERR_NOTFOUND);
	assert_int_equal(seal_drop(path, 1), OK);
	assert_int_equal(mode_of(), 0640);
	assert_int_equal(seal_open(path, &s), OK);
	assert_int_equal(seal_reveal(s, *state, STR("x"), old, &plain), ERR_UNSUPPORTED);
	assert_int_equal(seal_reveal(s, *state, STR("x"), new, &plain), OK);
	seal_free(s);
}

/* A number is never given twice, and a file that is full or bad stays as it is. */
static void
test_rotate_limits(void **state)
{
	char beside[128], link[128];
	struct seal_version v;
	struct stat st;
	struct seal *s;
	uint32_t i;

	(void)state;
	assert_int_equal(seal_create(path), OK);
	snprintf(beside, sizeof(beside), "%s.new", path);
	close(open(beside, O_WRONLY | O_CREAT, 0666)); /* of one who was interrupted */
	for (i = 2; i <= SEAL_VERSIONS_MAX; i++) {
		assert_int_equal(seal_rotate(path, &v), OK);
		assert_int_equal(v.version, i);
	}
	assert_int_equal(seal_rotate(path, &v), ERR_FULL);
	assert_int_equal(access(beside, F_OK), -1);
	assert_int_equal(seal_drop(path, 1), OK);
	assert_int_equal(seal_rotate(path, &v), OK);
	assert_int_equal(v.version, SEAL_VERSIONS_MAX + 1);

	snprintf(link, sizeof(link), "%s/link", dir);
	assert_int_equal(symlink("master.key", link), 0);
	assert_int_equal(seal_drop(link, 2), OK);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	unlink(link);
	assert_int_equal(seal_open(path, &s), OK);
	assert_false(seal_version(s, SEAL_VERSIONS_MAX - 1, &v));
	seal_free(s);

	put_file("1 x\n", 0600);
	assert_int_equal(seal_rotate(path, &v), ERR_SYNTAX);
	assert_int_equal(seal_drop(path, 1), ERR_SYNTAX);
}

#define seal_test(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		seal_test(test_create),
		seal_test(test_altered),
		seal_test(test_rotation),
		seal_test(test_bad_files),
		seal_test(test_rotate),
		seal_test(test_rotate_limits),
	};

	return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
