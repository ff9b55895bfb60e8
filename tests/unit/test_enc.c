/*
 * test_enc - base64url, base64 and hex (RFC 4648)
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "base/enc.h"

#include "tests/unit/base_fixture.h"

/* RFC 4648 section 10, and bytes that need both letters that base64url replaces (section 5). */
static const struct {
	struct str bytes, b64, b64url, hex;
} rows[] = {
	{ STR_INIT(""), STR_INIT(""), STR_INIT(""), STR_INIT("") },
	{ STR_INIT("f"), STR_INIT("Zg=="), STR_INIT("Zg"), STR_INIT("66") },
	{ STR_INIT("fo"), STR_INIT("Zm8="), STR_INIT("Zm8"), STR_INIT("666f") },
	{ STR_INIT("foo"), STR_INIT("Zm9v"), STR_INIT("Zm9v"), STR_INIT("666f6f") },
	{ STR_INIT("foob"), STR_INIT("Zm9vYg=="), STR_INIT("Zm9vYg"), STR_INIT("666f6f62") },
	{ STR_INIT("fooba"), STR_INIT("Zm9vYmE="), STR_INIT("Zm9vYmE"), STR_INIT("666f6f6261") },
	{ STR_INIT("foobar"), STR_INIT("Zm9vYmFy"), STR_INIT("Zm9vYmFy"),
		STR_INIT("666f6f626172") },
	{ STR_INIT("\xfb\xff\0"), STR_INIT("+/8A"), STR_INIT("-_8A"), STR_INIT("fbff00") },
	/* RFC 7515 appendix C. */
	{ STR_INIT("\x03\xec\xff\xe0\xc1"), STR_INIT("A+z/4ME="), STR_INIT("A-z_4ME"),
		STR_INIT("03ecffe0c1") },
};

static void
test_vectors(void **state)
{
	struct arena *a = *state;
	struct str out;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		assert_str(enc_b64(a, rows[i].bytes), rows[i].b64);
		assert_str(enc_b64url(a, rows[i].bytes), rows[i].b64url);
		assert_str(enc_hex(a, rows[i].bytes), rows[i].hex);
		assert_int_equal(dec_b64(a, rows[i].b64, &out), OK);
		assert_str(out, rows[i].bytes);
		assert_int_equal(dec_b64url(a, rows[i].b64url, &out), OK);
		assert_str(out, rows[i].bytes);
		assert_int_equal(dec_hex(a, rows[i].hex, &out), OK);
		assert_str(out, rows[i].bytes);
	}
}

static void
test_refused(void **state)
{
	static const struct str b64url[] = { STR_INIT("Z"), STR_INIT("Zg=="), STR_INIT("Zm8="),
		STR_INIT("Zh"), STR_INIT("Zm9"), STR_INIT("Zm9vYmF"), STR_INIT("+/8A"),
		STR_INIT(" Zg"), STR_INIT("Zg "), STR_INIT("Zg\n"), STR_INIT("Zm9v\n"),
		STR_INIT("Zm\n9v"), STR_INIT("Zg\0"), STR_INIT("Z\0g"), STR_INIT("Zm9vZ"),
		STR_INIT("\xc3\xa4\xc3\xa4"), STR_INIT("=") };
	static const struct str b64[] = { STR_INIT("Zg"), STR_INIT("Zg="), STR_INIT("Zg==="),
		STR_INIT("Zh=="), STR_INIT("Zm9="), STR_INIT("-_8A"), STR_INIT("Zg==\n"),
		STR_INIT("Zg==Zg=="), STR_INIT("===="), STR_INIT("Zm9v===="), STR_INIT("Zg=\0") };
	static const struct str hex[] = { STR_INIT("6"), STR_INIT("666"), STR_INIT("6F"),
		STR_INIT("0x66"), STR_INIT("6 6"), STR_INIT("66 "), STR_INIT("6g"),
		STR_INIT("66\0\0"), STR_INIT("66:66") };
	struct str out = STR("untouched");
	size_t i;

	for (i = 0; i < COUNT(b64url); i++)
		assert_int_equal(dec_b64url(*state, b64url[i], &out), ERR_SYNTAX);
	for (i = 0; i < COUNT(b64); i++)
		assert_int_equal(dec_b64(*state, b64[i], &out), ERR_SYNTAX);
	for (i = 0; i < COUNT(hex); i++)
		assert_int_equal(dec_hex(*state, hex[i], &out), ERR_SYNTAX);
	assert_str(out, STR("untouched"));
}

/* No byte but the letters is one, wherever it stands; libsodium's reader takes some others. */
static void
test_alphabet(void **state)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	char text[4] = "AAAA", hex[2] = "00";
	struct str out;
	int c, at;

	for (c = 0; c < 256; c++) {
		bool is = c != 0 && strchr(letters, c) != NULL;

		for (at = 0; at < 4; at++) {
			text[at] = (char)c;
			assert_int_equal(
				dec_b64url(*state, str_bytes(text, 4), &out), is ? OK : ERR_SYNTAX);
			text[at] = 'A';
		}
		is = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
		hex[1] = (char)c;
		assert_int_equal(dec_hex(*state, str_bytes(hex, 2), &out), is ? OK : ERR_SYNTAX);
	}
}

/* Of the 64 last characters exactly those are accepted whose unused bits are zero (section 3.5). */
static void
test_last_character(void **state)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	char text[3] = "AAA";
	struct str out;
	int i;

	for (i = 0; i < 64; i++) {
		text[1] = letters[i];
		assert_int_equal(dec_b64url(*state, str_bytes(text, 2), &out),
			i % 16 == 0 ? OK : ERR_SYNTAX);
		text[1] = 'A';
		text[2] = letters[i];
		assert_int_equal(
			dec_b64url(*state, str_bytes(text, 3), &out), i % 4 == 0 ? OK : ERR_SYNTAX);
		text[2] = 'A';
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		fixture_test(test_vectors),
		fixture_test(test_refused),
		fixture_test(test_alphabet),
		fixture_test(test_last_character),
	};

	return cmocka_run_group_tests_name("enc", tests, NULL, NULL);
}
