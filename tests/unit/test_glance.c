/* The quick look: sees what it is asked for, and calls nothing broken that a verification calls whole, nor a changed body whole. */
#include "config.h"

#include "tests/unit/journal_make.h"

static const char *const kinds[] = {"start", "end", NULL};

/* What was given, "start host=esx01; end". */
static ra_err hear(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	struct ra_buf *out = payload;

	(void)errs;
	return ra_buf_printf(out, "%lld %s %s;", (long long)entry->seq, entry->kind, ra_json_str(entry->body, "host", "-"));
}

static struct ra_verify glance(const char *path, struct ra_buf *heard)
{
	struct ra_verify out;

	ra_buf_reset(heard);
	assert_int_equal(ra_journal_glance(path, kinds, hear, heard, &out, NULL), RA_OK);
	return out;
}

static void make(const char *path)
{
	struct ra_journal *journal = NULL;

	(void)unlink(path);
	assert_int_equal(ra_journal_create(path, &journal, NULL), RA_OK);
	append(journal, T0, "start", "{\"flow\":\"f\",\"host\":{\"$s\":\"esx01\"}}");
	append(journal, T0 + 5, "reply", "{\"check\":\"c\",\"out\":[{\"$s\":\"a,\\\"hash\\\":\\\"{\"},{\"$s\":\"}b\"}]}");
	append(journal, T0 + 9, "note", "{\"text\":{\"$s\":\"said\"}}");
	end(journal, T0 + 10, "operator");
	ra_journal_free(journal);
}

static void sees_what_is_asked_for(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf heard = {0};
	const char *path = path_in(state, "j.jsonl");

	make(path);
	struct ra_verify out = glance(path, &heard), whole;

	assert_int_equal(ra_journal_verify(path, NULL, NULL, &whole, NULL), RA_OK);
	assert_string_equal(ra_buf_str(&heard), "0 start esx01;3 end -;");
	assert_int_equal(out.verdict, RA_VERIFY_WHOLE);
	assert_int_equal(out.count, 4);
	assert_string_equal(out.head, whole.head);
	assert_false(out.redacted);
}

/* Every byte changed: in a body it is seen, and at its entry; nowhere more is called broken than a verification calls so. */
static void every_byte(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0}, heard = {0};
	const char *path = path_in(state, "k.jsonl");
	int64_t line = 0;
	bool in_body = true;

	make(path);
	get(path, &bytes);
	for (size_t i = 0; i + 1 < bytes.len; i++) {
		struct ra_verify whole;

		in_body = i && bytes.data[i - 1] == '\n' ? true : in_body;
		in_body = in_body && strncmp(bytes.data + i, ",\"hash\":\"", 9) != 0;
		bytes.data[i] ^= 2;
		put(path, bytes.data, bytes.len);
		struct ra_verify out = glance(path, &heard);

		assert_int_equal(ra_journal_verify(path, NULL, NULL, &whole, NULL), RA_OK);
		assert_int_equal(whole.verdict, RA_VERIFY_BROKEN);
		if (in_body && out.verdict != RA_VERIFY_BROKEN)
			fail_msg("byte %zu, of a body, was changed, and it was not seen", i);
		if (out.verdict == RA_VERIFY_BROKEN && bytes.data[i] != ('\n' ^ 2))
			assert_int_equal(out.first_bad, line);
		bytes.data[i] ^= 2;
		line += bytes.data[i] == '\n';
	}
}

static void every_length(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0}, heard = {0};
	const char *path = path_in(state, "l.jsonl");

	make(path);
	get(path, &bytes);
	for (size_t len = 0; len <= bytes.len; len++) {
		put(path, bytes.data, len);
		struct ra_verify out = glance(path, &heard), whole;

		assert_int_equal(ra_journal_verify(path, NULL, NULL, &whole, NULL), RA_OK);
		assert_int_equal(out.verdict, whole.verdict);
		assert_int_equal(out.count, whole.count);
		assert_int_equal(out.torn_len, whole.torn_len);
	}
}

/* A copy with openings dropped, and what is no journal at all. */
static void other_files(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf heard = {0};
	char top[600];
	const char *src = getenv("RA_SRCDIR");
	struct ra_verify out;

	snprintf(top, sizeof(top), "%s/tests/unit/data/journal-1-redacted.jsonl", src ? src : ".");
	assert_true(glance(top, &heard).redacted);
	snprintf(top, sizeof(top), "%s/tests/unit/data/journal-1-evidence.jsonl", src ? src : ".");
	assert_false(glance(top, &heard).redacted);
	snprintf(top, sizeof(top), "%s/tests/unit/data/journal-1-torn.jsonl", src ? src : ".");
	assert_int_not_equal(glance(top, &heard).verdict, RA_VERIFY_BROKEN);
	assert_int_equal(ra_journal_glance("/nonexistent", kinds, hear, &heard, &out, NULL), RA_E_NOTFOUND);
	assert_int_equal(ra_journal_glance("/", kinds, hear, &heard, &out, NULL), RA_E_IO);
	put(path_in(state, "odd"), "{}\n", 3);
	assert_int_equal(glance(path_in(state, "odd"), &heard).verdict, RA_VERIFY_BROKEN);
	put(path_in(state, "long"), "", 0);
	assert_int_equal(truncate(path_in(state, "long"), (off_t)RA_JOURNAL_LINE_MAX * 8), 0);
	out = glance(path_in(state, "long"), &heard);
	assert_int_equal(out.verdict, RA_VERIFY_BROKEN);
	assert_non_null(strstr(out.why, "longer than a line may be"));
	put(path_in(state, "none"), "", 0);
	assert_int_equal(glance(path_in(state, "none"), &heard).verdict, RA_VERIFY_INCOMPLETE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sees_what_is_asked_for),
		cmocka_unit_test(every_byte),
		cmocka_unit_test(every_length),
		cmocka_unit_test(other_files),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
