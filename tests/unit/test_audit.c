/*
 * test_audit - notes and the records they become, what an authority keeps of them, the audit key
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "base/audit_key.h"
#include "model/audit.h"
#include "model/token.h"

#include "tests/unit/model_fixture.h"

static enum err
take_last(void *arg, struct arena *arena, const struct audit_row *row)
{
	struct audit_row *last = arg;

	(void)arena;
	*last = *row;
	last->audit.actor = arena_str(a, row->audit.actor);
	last->audit.subject = arena_str(a, row->audit.subject);
	last->audit.detail = arena_str(a, row->audit.detail);
	last->row.program = arena_str(a, row->row.program);
	return OK;
}

static struct audit_row
last_record(void)
{
	struct audit_row row = { .audit = { .event = -1 } };

	assert_int_equal(audit_each(db, 0, take_last, &row), OK);
	return row;
}

static enum err
count_one(void *arg, struct arena *arena, const struct audit_row *row)
{
	size_t *n = arg;

	(void)arena;
	(void)row;
	++*n;
	return OK;
}

static size_t
count_after(uint64_t after)
{
	size_t n = 0;

	assert_int_equal(audit_each(db, after, count_one, &n), OK);
	return n;
}

static void
a_change_says_who(void **state)
{
	struct audit_row row;
	struct user u;

	(void)state;
	u = make_user("alice");
	row = last_record();
	assert_int_equal(row.audit.event, AUDIT_RECORD_CHANGED);
	assert_str(row.audit.actor, STR("system"));
	assert_str(row.audit.subject, u.sub);
	assert_str(row.row.program, STR("tessera"));
	assert_int_equal(count_after(row.row.sequence - 1), 1);
	assert_int_equal(count_after(row.row.sequence), 0);
	assert_int_equal(count_after(0), row.row.sequence);
}

/* Whatever comes along, a record fits: it is cut where a character ends. */
static void
long_texts_are_cut(void **state)
{
	struct audit what = { .event = AUDIT_LOGIN, .actor = STR("user:x") };
	char text[4000];
	struct batch b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	what.subject = what.client_id = what.detail = what.request = what.actor =
		str_bytes(text + 2, sizeof(text) - 2);
	what.grant = STR("0123456789abcdef");
	batch_init(&b, a);
	batch_put(&b, STR("Gcut"), STR("x"));
	audit_note(&b, a, &what);
	assert_int_equal(store_commit(db, &b), OK);
	what = last_record().audit;
	assert_true(what.detail.n <= 320 && what.detail.n > 315);
	assert_true(str_is_utf8(what.detail));
	assert_true(str_has_suffix(what.detail, STR("...")));
	assert_true(what.actor.n <= 140 && what.subject.n <= 240);
}

static void
a_change_without_a_note(void **state)
{
	uint64_t before = last_record().row.sequence;
	struct batch b;

	(void)state;
	batch_init(&b, a);
	batch_put(&b, STR("Gsecretly"), STR("x"));
	assert_int_equal(store_commit(db, &b), ERR_DENIED);
	assert_int_equal(last_record().row.sequence, before);
}

/* What is denied already is no change. */
static void
a_token_is_denied_once(void **state)
{
	int64_t expires = clock_now() + 600;
	uint64_t before;

	(void)state;
	assert_int_equal(token_deny(db, a, STR("jti"), expires, &by_test), OK);
	before = last_record().row.sequence;
	assert_int_equal(token_deny(db, a, STR("jti"), expires, &by_test), OK);
	assert_int_equal(last_record().row.sequence, before);
	assert_int_equal(token_denied(db, a, STR("jti"), expires), OK);
	assert_int_equal(token_deny(db, a, STR("another"), expires, &by_test), OK);
	assert_int_equal(last_record().row.sequence, before + 1);
}

/* What is kept follows the settings. */
static void
settings_bound_it(void **state)
{
	struct chain_head head;
	struct batch b;
	size_t i;

	(void)state;
	for (i = 0; i < 270; i++) {
		batch_init(&b, a);
		batch_put(&b, STR("Gagain"), STR("x"));
		while (b.notes < NOTES_MAX)
			audit_note(&b, a, &by_test);
		assert_int_equal(store_commit(db, &b), OK);
	}
	assert_int_equal(chain_head_get(db, a, &head), OK);
	assert_int_equal(head.first, 1);
	assert_int_equal(authority_open(deployment, a, STR("acme"), &auth, &o), OK);
	auth.audit_records = 1000;
	assert_int_equal(authority_put(deployment, a, &auth, &by_test), OK);
	assert_int_equal(chain_head_get(db, a, &head), OK);
	assert_true(head.first > 100);
	assert_true(head.last - head.first < 1000);
	assert_int_equal(last_record().audit.event, AUDIT_PRUNED);
	assert_str(last_record().audit.detail,
		arena_printf(a, "through %u", (unsigned)head.first - 1));
}

struct seen {
	size_t n, gaps;
	uint64_t missing, last;
};

/* Others push out at the first record what the second page would have begun with. */
static enum err
prune_meanwhile(void *arg, struct arena *arena, const struct audit_row *row)
{
	struct seen *seen = arg;
	struct batch b;
	size_t i;

	(void)arena;
	for (i = 0; i < 50 && seen->n == 0; i++) {
		batch_init(&b, a);
		batch_put(&b, STR("Gagain"), STR("x"));
		while (b.notes < NOTES_MAX)
			audit_note(&b, a, &by_test);
		assert_int_equal(store_commit(db, &b), OK);
	}
	seen->n++;
	seen->gaps += row->missing > 0;
	seen->missing += row->missing;
	seen->last = row->row.sequence;
	return OK;
}

static void
a_gap_between_pages(void **state)
{
	struct chain_head head;
	struct seen seen = { 0 };

	(void)state;
	assert_int_equal(chain_head_get(db, a, &head), OK);
	assert_int_equal(audit_each(db, head.first - 1, prune_meanwhile, &seen), OK);
	assert_int_equal(seen.gaps, 1);
	assert_true(seen.missing > 50);
	assert_int_equal(seen.n + seen.missing, seen.last - head.first + 1);
}

static void
write_key(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

#define HEX16 "00112233445566778899aabbccddeeff"

static void
the_key_file(void **state)
{
	const char *path = arena_z(a, str_of(scratch_path("audit.key")));
	struct str key, again;
	struct stat st;

	(void)state;
	assert_int_equal(audit_key_read(path, a, &key), ERR_NOTFOUND);
	assert_int_equal(audit_key_create(path), OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(audit_key_read(path, a, &key), OK);
	assert_int_equal(key.n, CHAIN_KEY_LEN);
	assert_int_equal(audit_key_create(path), ERR_EXISTS);
	assert_int_equal(audit_key_read(path, a, &again), OK);
	assert_str(again, key);
	write_key(path, HEX16 HEX16, 0600);
	assert_int_equal(audit_key_read(path, a, &key), OK);
	write_key(path, HEX16 HEX16 "\n", 0604);
	assert_int_equal(audit_key_read(path, a, &key), ERR_DENIED);
	write_key(path, HEX16 HEX16 "\n", 0640);
	assert_int_equal(audit_key_read(path, a, &key), ERR_DENIED);
	write_key(path, HEX16 "\n", 0600);
	assert_int_equal(audit_key_read(path, a, &key), ERR_SYNTAX);
	write_key(path, HEX16 HEX16 HEX16, 0600);
	assert_int_equal(audit_key_read(path, a, &key), ERR_SYNTAX);
	write_key(path, "", 0600);
	assert_int_equal(audit_key_read(path, a, &key), ERR_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		model_test(a_change_says_who),
		model_test(long_texts_are_cut),
		model_test(a_change_without_a_note),
		model_test(a_token_is_denied_once),
		model_test(the_key_file),
		model_test(settings_bound_it),
		model_test(a_gap_between_pages),
	};

	return run_model_tests(tests);
}
