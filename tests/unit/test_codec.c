/*
 * test_codec - records as bytes and as JSON
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "store/codec.h"

#include "tests/unit/base_fixture.h"
#include "tests/unit/records.h"

/* A record with a field of each type, some with defaults. */
struct inner {
	struct str word;
	int64_t n;
};

struct sample {
	struct str text;
	struct strs list, words;
	bool on;
	int64_t n, size, span, time;
	int choice;
	struct str bytes, json, secret, hidden;
	struct list inner;
};

static const char *const choices[] = { "red", "green", "blue", NULL };

static const struct field inner_fields[] = {
	{ .name = "word",
		.tag = 1,
		.type = FIELD_STR,
		.flags = FIELD_REQUIRED,
		.offset = offsetof(struct inner, word) },
	{ .name = "n",
		.tag = 2,
		.type = FIELD_INT,
		.value = "5",
		.offset = offsetof(struct inner, n) },
};

static const struct record record_inner = { "inner", 1, sizeof(struct inner), inner_fields, 2 };

#define AT(member) .offset = offsetof(struct sample, member)

/* clang-format off */
static const struct field fields[] = {
	{ .name = "text", .tag = 1, .type = FIELD_STR, AT(text), .value = "hello", .max = 300 },
	{ .name = "list", .tag = 2, .type = FIELD_STRS, AT(list), .value = "a,b", .max = 4 },
	{ .name = "words", .tag = 3, .type = FIELD_STRS, AT(words) },
	{ .name = "on", .tag = 4, .type = FIELD_BOOL, AT(on), .value = "true" },
	{ .name = "n", .tag = 5, .type = FIELD_INT, AT(n), .min = -10, .max = 10 },
	{ .name = "size", .tag = 6, .type = FIELD_SIZE, AT(size), .value = "1K" },
	{ .name = "span", .tag = 7, .type = FIELD_SPAN, AT(span), .value = "1h" },
	{ .name = "time", .tag = 200, .type = FIELD_TIME, AT(time) },
	{ .name = "choice", .tag = 9, .type = FIELD_CHOICE, AT(choice), .value = "green",
	  .choices = choices },
	{ .name = "bytes", .tag = 10, .type = FIELD_BYTES, AT(bytes) },
	{ .name = "json", .tag = 11, .type = FIELD_JSON, AT(json) },
	{ .name = "secret", .tag = 12, .type = FIELD_STR, .flags = FIELD_SECRET, AT(secret) },
	{ .name = "hidden", .tag = 13, .type = FIELD_STR, .flags = FIELD_HIDDEN, AT(hidden) },
	{ .name = "inner", .tag = 255, .type = FIELD_LIST, AT(inner), .record = &record_inner },
};
/* clang-format on */

static const struct record record_sample = { "sample", 3, sizeof(struct sample), fields,
	COUNT(fields) };

static struct str
written(struct arena *a, const struct record *rec, const void *base)
{
	struct str bytes;

	assert_int_equal(codec_write(rec, base, a, &bytes), OK);
	return bytes;
}

static struct str
json_of(struct arena *a, const struct record *rec, const void *base, unsigned flags)
{
	struct js_out w;
	struct buf b;
	struct str out;

	buf_init(&b, a, 1 << 20);
	js_start(&w, &b);
	js_open(&w, NULL, '{');
	codec_json(rec, base, flags, &w);
	js_close(&w, '}');
	assert_int_equal(buf_end(&b, &out), OK);
	return out;
}

/* A copy of the bytes in memory of just that length, so that ASan sees what is read behind it. */
static enum err
read_back(struct arena *a, const struct record *rec, void *base, struct str bytes)
{
	return codec_read(rec, base, a, arena_str(a, bytes));
}

static enum err
from_json(struct arena *a, struct sample *r, const char *text, struct str *member)
{
	const struct js *v;

	assert_int_equal(js_parse(a, str_of(text), &v), OK);
	*member = STR("");
	return codec_from_json(&record_sample, r, a, v, member);
}

/* Reading back gives the same bytes and the same JSON, hidden fields and all. */
static void
assert_round_trip(struct arena *a, const struct record *rec, const void *base)
{
	void *again = arena_alloc(a, rec->size);
	struct str bytes = written(a, rec, base);

	assert_int_equal(read_back(a, rec, again, bytes), OK);
	assert_str(written(a, rec, again), bytes);
	assert_str(json_of(a, rec, again, CODEC_SECRETS | CODEC_EMPTY),
		json_of(a, rec, base, CODEC_SECRETS | CODEC_EMPTY));
}

static void fill(struct arena *a, const struct record *rec, void *base, int64_t n);

static void
fill_list(struct arena *a, const struct field *f, struct list *list)
{
	list->n = 3;
	list->v = arena_array(a, list->n, f->record->size);
	fill(a, f->record, list->v, 1);
	fill(a, f->record, (char *)list->v + f->record->size, INT64_MIN);
}

/* Puts something into every field, whatever its row allows. */
static void
fill(struct arena *a, const struct record *rec, void *base, int64_t n)
{
	const struct field *f;
	void *at;

	for (f = rec->fields; f < rec->fields + rec->nfields; f++) {
		at = (char *)base + f->offset;
		switch (f->type) {
		case FIELD_STR:
		case FIELD_BYTES:
			*(struct str *)at =
				arena_printf(a, "%s \xc3\xa4 %lld", f->name, (long long)n);
			break;
		case FIELD_JSON:
			*(struct str *)at = STR("{\"a\":[1,{}]}");
			break;
		case FIELD_STRS:
			arena_strs_add(a, at, STR("x"));
			arena_strs_add(a, at, str_bytes(arena_alloc(a, 300), 300));
			break;
		case FIELD_BOOL:
			*(bool *)at = true;
			break;
		case FIELD_CHOICE:
			while (f->choices[*(int *)at + 1] != NULL)
				++*(int *)at;
			break;
		case FIELD_LIST:
			fill_list(a, f, at);
			break;
		default:
			*(int64_t *)at = n;
		}
	}
}

static void
every_record(void **state)
{
	void *base;
	size_t i;

	for (i = 0; i < COUNT(records); i++) {
		base = arena_alloc(*state, records[i]->size);
		assert_round_trip(*state, records[i], base); /* nothing in it */
		field_defaults(records[i], base, *state);
		assert_round_trip(*state, records[i], base);
		memset(base, 0, records[i]->size);
		fill(*state, records[i], base, 1 + (int64_t)i);
		assert_round_trip(*state, records[i], base);
		memset(base, 0, records[i]->size);
		fill(*state, records[i], base, INT64_MAX);
		assert_round_trip(*state, records[i], base);
	}
}

static void
stored_form(void **state)
{
	struct arena *a = *state;
	struct inner in = { STR_INIT("ab"), 5 };

	assert_str(written(a, &record_inner, &in), STR("\1\1\2ab\2\10\0\0\0\0\0\0\0\5"));
	in.n = -2;
	in.word = STR("");
	assert_str(written(a, &record_inner, &in), STR("\1\2\10\xff\xff\xff\xff\xff\xff\xff\xfe"));
	in.n = 0; /* its default is 5, so 0 is said */
	assert_str(written(a, &record_inner, &in), STR("\1\2\10\0\0\0\0\0\0\0\0"));
	in.word = str_bytes(arena_alloc(a, 200), 200);
	assert_true(str_has_prefix(written(a, &record_inner, &in), STR("\1\1\xc8\1\0")));
}

/* A field that is not there has its default; one that was emptied stays empty. */
static void
defaults(void **state)
{
	struct sample r;

	assert_int_equal(read_back(*state, &record_sample, &r, STR("\3")), OK);
	assert_str(r.text, STR("hello"));
	assert_int_equal(r.list.n, 2);
	assert_str(r.list.v[1], STR("b"));
	assert_true(r.on);
	assert_int_equal(r.n, 0);
	assert_int_equal(r.size, 1024);
	assert_int_equal(r.span, 3600);
	assert_int_equal(r.choice, 1);
	assert_int_equal(r.inner.n, 0);

	memset(&r, 0, sizeof(r));
	assert_int_equal(
		read_back(*state, &record_sample, &r, written(*state, &record_sample, &r)), OK);
	assert_int_equal(r.text.n, 0);
	assert_int_equal(r.list.n, 0);
	assert_false(r.on);
	assert_int_equal(r.size, 0);
	assert_int_equal(r.choice, 0);
}

/* What a newer program added is skipped, also in the members of a list. */
static void
unknown_tags(void **state)
{
	struct sample r;

	assert_int_equal(read_back(*state, &record_sample, &r,
				 STR("\1\x63\3new\1\2me\x63\0\xff\7\1\1\1w\x63\1y")),
		OK);
	assert_str(r.text, STR("me"));
	assert_int_equal(r.inner.n, 1);
	assert_str(((struct inner *)r.inner.v)->word, STR("w"));
	assert_int_equal(((struct inner *)r.inner.v)->n, 5);
	assert_int_equal(read_back(*state, &record_sample, &r, STR("\4")), ERR_UNSUPPORTED);
	assert_int_equal(read_back(*state, &record_sample, &r, STR("\3\xff\1\2")), ERR_UNSUPPORTED);
}

static void
corrupt(void **state)
{
	static const struct str bad[] = {
		STR_INIT(""),		 /* no version */
		STR_INIT("\0"),		 /* never written */
		STR_INIT("\3\1"),	 /* no length */
		STR_INIT("\3\1\x80"),	 /* half a length */
		STR_INIT("\3\1\2a"),	 /* cut off */
		STR_INIT("\3\1\x81\0a"), /* longer than needed */
		STR_INIT("\3\1\x80\0"),	 /* the same of zero */
		STR_INIT("\3\1\xff\xff\xff\x7f"
			 "a"),				/* length of nothing */
		STR_INIT("\3\1\1a\1\1b"),		/* twice */
		STR_INIT("\3\1\0\1\0"),			/* twice, empty */
		STR_INIT("\3\4\1\2"),			/* neither true nor false */
		STR_INIT("\3\4\0"),			/* boolean of nothing */
		STR_INIT("\3\4\2\0\1"),			/* of two bytes */
		STR_INIT("\3\5\7\0\0\0\0\0\0\0"),	/* number of 7 bytes */
		STR_INIT("\3\5\0"),			/* of none */
		STR_INIT("\3\x09\x08\0\0\0\0\0\0\0\3"), /* no such choice */
		STR_INIT("\3\x09\x08\xff\xff\xff\xff\xff\xff\xff\xff"),
		STR_INIT("\3\3\0\3\1a"), /* empty, and not */
		STR_INIT("\3\3\1a\3\0"), STR_INIT("\3\3\0\3\0"),
		STR_INIT("\3\xff\0"),	    /* record without a version */
		STR_INIT("\3\xff\3\1\1\5"), /* cut off inside */
		STR_INIT("\3\x63\2a"),	    /* unknown tag, cut off */
	};
	struct sample r;
	size_t i;

	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(read_back(*state, &record_sample, &r, bad[i]), ERR_CORRUPT);
}

/* Every front part of a stored record is refused or read, never read beyond. */
static void
cut_off(void **state)
{
	struct sample r = { 0 };
	struct str bytes;
	size_t i;

	fill(*state, &record_sample, &r, 7);
	bytes = written(*state, &record_sample, &r);
	for (i = 0; i < bytes.n; i++)
		(void)!read_back(*state, &record_sample, &r, str_bytes(bytes.p, i));
	assert_int_equal(read_back(*state, &record_sample, &r, bytes), OK);
}

static void
limits(void **state)
{
	struct arena *a = *state;
	struct sample r = { 0 };
	struct str bytes;

	r.json = str_bytes(arena_alloc(a, CODEC_MAX), CODEC_MAX);
	assert_int_equal(codec_write(&record_sample, &r, a, &bytes), ERR_RANGE);
	r.json.n = 0;
	arena_strs_add(a, &r.words, STR(""));
	assert_int_equal(codec_write(&record_sample, &r, a, &bytes), ERR_RANGE);
	bytes = str_bytes(arena_alloc(a, CODEC_MAX + 1), CODEC_MAX + 1);
	memset((char *)(uintptr_t)bytes.p, 3, bytes.n);
	assert_int_equal(codec_read(&record_sample, &r, a, bytes), ERR_CORRUPT);
}

/* A list that holds lists of its own kind: deeper than any record of ours goes. */
struct tree {
	struct list children;
};

static const struct record record_tree;

static const struct field tree_fields[] = {
	{ .name = "children", .tag = 1, .type = FIELD_LIST, .record = &record_tree },
};

static const struct record record_tree = { "tree", 1, sizeof(struct tree), tree_fields, 1 };

static void
depth(void **state)
{
	struct tree t;

	assert_int_equal(read_back(*state, &record_tree, &t, STR("\1\1\7\1\1\4\1\1\1\1")), OK);
	assert_int_equal(read_back(*state, &record_tree, &t, STR("\1\1\x0a\1\1\7\1\1\4\1\1\1\1")),
		ERR_CORRUPT);
}

static void
json_out(void **state)
{
	struct arena *a = *state;
	struct inner in[2] = { { STR_INIT("w"), 5 }, { STR_INIT("v"), 0 } };
	struct sample r = { 0 };

	assert_str(json_of(a, &record_sample, &r, 0),
		STR("{\"text\":\"\",\"list\":[],\"on\":false,\"size\":0,\"span\":0,"
		    "\"choice\":\"red\"}"));
	r.text = STR("a\"b");
	arena_strs_add(a, &r.words, STR("x"));
	r.on = true;
	r.span = 90;
	r.time = 1700000000;
	r.choice = 2;
	r.bytes = STR("\xff\xfe");
	r.json = STR("{\"k\":1}");
	r.secret = STR("s3cret");
	r.hidden = STR("h1dden");
	r.inner = (struct list){ in, 2 };
	assert_str(json_of(a, &record_sample, &r, 0),
		STR("{\"text\":\"a\\\"b\",\"list\":[],\"words\":[\"x\"],\"on\":true,\"size\":0,"
		    "\"span\":90,\"time\":1700000000,\"choice\":\"blue\",\"bytes\":\"__4\","
		    "\"json\":{\"k\":1},\"inner\":[{\"word\":\"w\",\"n\":5},{\"word\":\"v\","
		    "\"n\":0}]}"));
}

static void
secrets(void **state)
{
	struct arena *a = *state;
	struct sample r = { 0 };

	field_defaults(&record_sample, &r, a);
	r.secret = STR("s3cret");
	r.hidden = STR("h1dden");
	assert_null(strstr(arena_z(a, json_of(a, &record_sample, &r, CODEC_EMPTY)), "secret"));
	assert_non_null(strstr(arena_z(a, json_of(a, &record_sample, &r, CODEC_SECRETS)),
		"\"secret\":\"s3cret\""));
	assert_null(strstr(
		arena_z(a, json_of(a, &record_sample, &r, CODEC_SECRETS | CODEC_EMPTY)), "hidden"));
}

/* What is written can be read, on top of defaults, and is the same record. */
static void
json_round_trip(void **state)
{
	static const char text[] =
		"{\"text\":\"\",\"list\":[\"q\"],\"words\":[\"x\",\"y z\"],\"on\":false,\"n\":-3,"
		"\"size\":0,\"span\":0,\"time\":5,\"choice\":\"red\",\"bytes\":\"__4\","
		"\"json\":{\"k\":[1,null]},\"secret\":\"s\",\"inner\":[{\"word\":\"w\",\"n\":5}]}";
	struct arena *a = *state;
	struct sample r;
	struct str member;

	field_defaults(&record_sample, &r, a);
	assert_int_equal(from_json(a, &r, text, &member), OK);
	assert_str(r.bytes, STR("\xff\xfe"));
	assert_int_equal(r.n, -3);
	assert_str(json_of(a, &record_sample, &r, CODEC_SECRETS), str_of(text));
	assert_int_equal(from_json(a, &r, "{\"n\":4}", &member), OK);
	assert_int_equal(r.n, 4);
	assert_int_equal(r.words.n, 2); /* what is not named stays */
	assert_int_equal(from_json(a, &r, "{\"inner\":[{\"word\":\"only\"}]}", &member), OK);
	assert_int_equal(((struct inner *)r.inner.v)->n, 5);
}

static void
json_errors(void **state)
{
	static const struct {
		const char *text, *member;
		enum err e;
	} bad[] = {
		{ "{\"n\":1,\"unknown\":1}", "unknown", ERR_NOTFOUND },
		{ "{\"hidden\":\"x\"}", "hidden", ERR_NOTFOUND },
		{ "{\"text\":1}", "text", ERR_TYPE },
		{ "{\"text\":null}", "text", ERR_TYPE },
		{ "{\"words\":\"a b\"}", "words", ERR_TYPE },
		{ "{\"words\":[1]}", "words", ERR_TYPE },
		{ "{\"words\":[\"\"]}", "words", ERR_RANGE },
		{ "{\"list\":[\"1\",\"2\",\"3\",\"4\",\"5\"]}", "list", ERR_RANGE },
		{ "{\"on\":\"true\"}", "on", ERR_TYPE },
		{ "{\"n\":11}", "n", ERR_RANGE },
		{ "{\"n\":1.5}", "n", ERR_TYPE },
		{ "{\"span\":\"1h\"}", "span", ERR_TYPE },
		{ "{\"span\":-1}", "span", ERR_RANGE },
		{ "{\"choice\":\"pink\"}", "choice", ERR_RANGE },
		{ "{\"choice\":1}", "choice", ERR_TYPE },
		{ "{\"bytes\":\"a+b=\"}", "bytes", ERR_SYNTAX },
		{ "{\"json\":[]}", "json", ERR_TYPE },
		{ "{\"inner\":{}}", "inner", ERR_TYPE },
		{ "{\"inner\":[1]}", "inner", ERR_TYPE },
		{ "{\"inner\":[{\"word\":\"\"}]}", "word", ERR_RANGE },
		{ "{\"inner\":[{\"n\":1}]}", "inner", ERR_RANGE },
		{ "{\"inner\":[{\"word\":\"a\",\"x\":1}]}", "x", ERR_NOTFOUND },
	};
	struct str member;
	struct sample r;
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		field_defaults(&record_sample, &r, *state);
		assert_int_equal(from_json(*state, &r, bad[i].text, &member), bad[i].e);
		assert_str(member, str_of(bad[i].member));
	}
	assert_int_equal(from_json(*state, &r, "[]", &member), ERR_TYPE);
}

/* A client as an administrator may import it, checked by its real rows. */
static void
a_client(void **state)
{
	static const struct str text = STR_INIT(
		"{\"client_id\":\"web\",\"redirect_uris\":[\"https://app.example/cb\"],"
		"\"scope\":[\"openid\",\"profile\"],\"token_endpoint_auth_method\":\"none\","
		"\"secrets\":[{\"hash\":\"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU\"}]}");
	const struct field *which;
	const struct js *v;
	struct str member;
	struct client c;

	assert_int_equal(js_parse(*state, text, &v), OK);
	field_defaults(&record_client, &c, *state);
	assert_int_equal(codec_from_json(&record_client, &c, *state, v, &member), OK);
	assert_int_equal(field_check_all(&record_client, &c, &which), OK);
	assert_int_equal(c.token_endpoint_auth_method, CLIENT_AUTH_NONE);
	assert_int_equal(c.secrets.n, 1);
	assert_int_equal(c.scope.n, 2);
	assert_round_trip(*state, &record_client, &c);
	assert_null(strstr(arena_z(*state, json_of(*state, &record_client, &c, 0)), "47DEQ"));

	assert_int_equal(js_parse(*state, STR("{\"redirect_uris\":[\"javascript:1\"]}"), &v), OK);
	assert_int_equal(codec_from_json(&record_client, &c, *state, v, &member), ERR_SYNTAX);
	assert_str(member, STR("redirect_uris"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(every_record),
		fixture_test(stored_form),
		fixture_test(defaults),
		fixture_test(unknown_tags),
		fixture_test(corrupt),
		fixture_test(cut_off),
		fixture_test(limits),
		fixture_test(depth),
		fixture_test(json_out),
		fixture_test(secrets),
		fixture_test(json_round_trip),
		fixture_test(json_errors),
		fixture_test(a_client),
	};

	return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
