/* A redacted copy: openings go line by line, every hash stays; what is shown stands where the value stood; what is there is not
 * overwritten, and of what is broken nothing is made. */
#include "tests/unit/journal_make.h"

#include "journal/redact.h"

static const char *small(void **state, const char *name)
{
	const char *path = path_in(state, name);
	struct ra_journal *journal;

	assert_int_equal(ra_journal_create(path, &journal, NULL), RA_OK);
	append(journal, T0, "start", "{\"host\":{\"$s\":\"esx01\"},\"list\":[{\"$s\":\"a\"},{\"$s\":\"esx01 b\"},{\"$s\":{\"k\":1}}],\"open\":\"yes\"}");
	append(journal, T0, "note", "{\"text\":{\"$s\":\"nothing\"}}");
	end(journal, T0, "done");
	ra_journal_free(journal);
	return path;
}

/* Everything that names esx01 is shown as host-1. */
static ra_err choose(void *payload, int64_t seq, struct ra_redact_line *line, struct ra_errs *errs)
{
	int *seen = payload;

	(void)errs;
	assert_true(seq >= 0);
	*seen += (int)line->count;
	for (size_t i = 0; i < line->count; i++) {
		struct ra_redact_part *part = &line->parts[i];

		assert_true(!strcmp(part->key, "host") || !strcmp(part->key, "list") || !strcmp(part->key, "text"));
		assert_int_equal(cJSON_IsArray(part->within), !strcmp(part->key, "list"));
		if (part->value && cJSON_IsString(part->value) && strstr(part->value->valuestring, "esx01"))
			part->masked = cJSON_CreateString("host-1");
		if (part->shown)
			assert_string_equal(part->shown->valuestring, "host-1");
	}
	return RA_OK;
}

static ra_err hear(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	int *good = payload;

	(void)errs;
	if (strcmp(entry->kind, "start"))
		return RA_OK;
	const cJSON *list = ra_json_get(entry->body, "list");

	assert_string_equal(ra_json_str(ra_json_get(entry->body, "host"), "$w", ""), "host-1");
	assert_string_equal(cJSON_GetArrayItem(list, 0)->valuestring, "a");
	assert_string_equal(ra_json_str(cJSON_GetArrayItem(list, 1), "$w", ""), "host-1");
	assert_int_equal(ra_json_int(cJSON_GetArrayItem(list, 2), "k", 0), 1);
	++*good;
	return RA_OK;
}

static void a_copy_has_the_chain_of_the_original(void **state)
{
	const char *path = small(state, "one"), *copy = path_in(state, "copy"), *again = path_in(state, "again");
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0}, twice = {0};
	struct ra_redacted told;
	struct ra_verify found;
	struct ra_errs errs;
	int seen = 0, good = 0;

	ra_errs_clear(&errs);
	assert_int_equal(ra_journal_look(path, choose, &seen, &errs), RA_OK);
	assert_int_equal(seen, 5);
	assert_int_equal(ra_journal_redact(path, copy, choose, &seen, &told, &errs), RA_OK);
	assert_int_equal(told.dropped, 2);
	assert_int_equal(told.lines, 1);
	assert_int_equal(ra_journal_verify(copy, hear, &good, &found, &errs), RA_OK);
	assert_int_equal(found.verdict, RA_VERIFY_WHOLE);
	assert_int_equal(found.withheld, 2);
	assert_true(found.redacted && good == 1);
	assert_string_equal(found.head, told.of.head);
	assert_int_equal(ra_read_file(copy, &bytes, NULL), RA_OK);
	assert_null(strstr(ra_buf_str(&bytes), "esx01"));
	/* a copy of the copy is the same */
	assert_int_equal(ra_journal_redact(copy, again, choose, &seen, &told, &errs), RA_OK);
	assert_int_equal(told.dropped, 0);
	assert_int_equal(ra_read_file(again, &twice, NULL), RA_OK);
	assert_string_equal(ra_buf_str(&bytes), ra_buf_str(&twice));
	/* and nothing stands in for what is there */
	assert_int_equal(ra_journal_redact(path, copy, choose, &seen, &told, &errs), RA_E_IO);
}

static void of_a_broken_one_there_is_no_copy(void **state)
{
	const char *path = small(state, "broken"), *copy = path_in(state, "nocopy");
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	struct ra_redacted told;
	struct ra_errs errs;
	int seen = 0;

	ra_errs_clear(&errs);
	assert_int_equal(ra_read_file(path, &bytes, NULL), RA_OK);
	char *at = strstr(bytes.data, "nothing");

	assert_non_null(at);
	*at = 'N';
	assert_int_equal(ra_write_file(path, 0600, bytes.data, bytes.len, NULL), RA_OK);
	assert_int_equal(ra_journal_redact(path, copy, choose, &seen, &told, &errs), RA_E_BROKEN);
	assert_non_null(strstr(errs.text[0], "entry 1"));
	assert_int_equal(access(copy, F_OK), -1);
	ra_errs_clear(&errs);
	assert_int_equal(ra_journal_redact(path_in(state, "none"), copy, choose, &seen, &told, &errs), RA_E_NOTFOUND);
	assert_int_equal(access(copy, F_OK), -1);
}

/* What is shown may say anything: no key in it passes for a mark of the journal. */
static void a_mark_in_what_is_shown_is_not_shown(void **state)
{
	static const char line[] = "{\"body\":{\"a\":{\"$c\":\"%s\"}},\"hash\":\"%s\",\"open\":[],\"shown\":{\"%s\":{\"$w\":1}}}";
	RA_AUTO(ra_buf_free) struct ra_buf text = {0}, body = {0};
	RA_AUTO(ra_cjson_free) cJSON *resolved = NULL;
	struct ra_line parts;
	char hash[RA_SHA256_HEX_LEN], c[65];
	int64_t withheld;

	(void)state;
	memset(c, 'a', 64);
	c[64] = '\0';
	assert_int_equal(ra_buf_printf(&body, "{\"a\":{\"$c\":\"%s\"}}", c), RA_OK);
	assert_int_equal(ra_sha256_hex(body.data, body.len, hash), RA_OK);
	assert_int_equal(ra_buf_printf(&text, line, c, hash, c), RA_OK);
	assert_int_equal(ra_line_split("entry 0", (struct ra_span){text.data, text.len}, &parts, NULL), RA_OK);
	assert_int_equal(ra_line_resolve("entry 0", &parts, &resolved, &withheld, NULL), RA_OK);
	assert_true(ra_json_bool(ra_json_get(resolved, "a"), "$w", false));
	assert_int_equal(withheld, 1);
	ra_line_clear(&parts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_copy_has_the_chain_of_the_original),
	    cmocka_unit_test(of_a_broken_one_there_is_no_copy),
	    cmocka_unit_test(a_mark_in_what_is_shown_is_not_shown),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
