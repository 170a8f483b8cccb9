/* A redacted copy: openings go line by line, every hash stays; what is shown stands where the value stood; what is there is not
 * overwritten, and of what is broken nothing is made. */
#include "tests/unit/journal_make.h"

#include "journal/redact.h"

#include <signal.h>
#include <sys/resource.h>

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

/* A full disk is told with the name of what could not be written, and leaves nothing. */
static void a_full_disk_is_told(void **state)
{
	const char *path = small(state, "full"), *copy = path_in(state, "nowhere");
	struct rlimit was, none;
	struct ra_redacted told;
	struct ra_errs errs;
	char **names = NULL;
	size_t count = 0;
	int seen = 0;

	ra_errs_clear(&errs);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	none = (struct rlimit){.rlim_cur = 100, .rlim_max = was.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	ra_err err = ra_journal_redact(path, copy, choose, &seen, &told, &errs);

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_int_equal(err, RA_E_IO);
	assert_non_null(strstr(errs.text[0], copy));
	assert_int_equal(ra_list_dir(*state, "", &names, &count, NULL), RA_OK);
	for (size_t i = 0; i < count; i++)
		assert_null(strstr(names[i], "nowhere"));
	ra_names_free(names, count);
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

/* A text of one letter, as the bulk of an entry. */
static cJSON *bulk(char letter, size_t len)
{
	RA_AUTO(ra_mem_free) char *text = calloc(1, len + 1);
	cJSON *mark = cJSON_CreateObject();

	assert_non_null(text);
	memset(text, letter, len);
	assert_non_null(cJSON_AddStringToObject(mark, "$e", text));
	return mark;
}

static const char *large(void **state, const char *name, int pieces, size_t len)
{
	const char *path = path_in(state, name);
	cJSON *body = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(body, "list");
	struct ra_journal *journal;
	struct ra_entry entry;

	for (int i = 0; i < pieces; i++)
		assert_true(cJSON_AddItemToArray(list, bulk((char)('a' + i), len)));
	assert_true(cJSON_AddItemToArray(list, cJSON_Parse("{\"$e\":\"esx01\"}")));
	assert_true(cJSON_AddItemToObject(body, "host", cJSON_Parse("{\"$s\":\"far\"}")));
	assert_int_equal(ra_journal_create(path, &journal, NULL), RA_OK);
	assert_int_equal(ra_journal_append(journal, T0, "big", body, &entry, NULL), RA_OK);
	ra_entry_clear(&entry);
	end(journal, T0, "done");
	ra_journal_free(journal);
	return path;
}

/* What is kept of the evidence file is in the lines of the copy; what has no room there is withheld; what is not there, too. */
static void a_copy_is_one_file(void **state)
{
	static const struct {
		const char *name;
		int pieces;
		size_t len;
		bool gone;
		int64_t withheld, large;
	} cases[] = {
		{"far", 2, 200000, false, 1, 0},
		{"farther", 2, 5000000, false, 3, 1},
		{"gone", 2, 200000, true, 3, 0},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		const char *path = large(state, cases[i].name, cases[i].pieces, cases[i].len);
		RA_AUTO(ra_buf_free) struct ra_buf evidence = {0}, copy = {0};
		struct ra_redacted told;
		struct ra_verify found;
		struct ra_errs errs;
		int seen = 0;

		ra_errs_clear(&errs);
		assert_int_equal(ra_buf_printf(&evidence, "%s" RA_JOURNAL_EVIDENCE, path), RA_OK);
		assert_int_equal(ra_buf_printf(&copy, "%s.copy", path), RA_OK);
		assert_int_equal(access(ra_buf_str(&evidence), F_OK), 0);
		if (cases[i].gone)
			assert_int_equal(unlink(ra_buf_str(&evidence)), 0);
		if (ra_journal_redact(path, ra_buf_str(&copy), choose, &seen, &told, &errs))
			fail_msg("%s", errs.text[0]);
		assert_int_equal(told.large, cases[i].large);
		assert_int_equal(ra_journal_verify(ra_buf_str(&copy), NULL, NULL, &found, NULL), RA_OK);
		assert_int_equal(found.verdict, RA_VERIFY_WHOLE);
		assert_int_equal(found.withheld, cases[i].withheld);
		assert_true(found.redacted || cases[i].gone);
		assert_string_equal(found.head, told.of.head);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_copy_has_the_chain_of_the_original),
	    cmocka_unit_test(a_full_disk_is_told),
		cmocka_unit_test(of_a_broken_one_there_is_no_copy),
	    cmocka_unit_test(a_copy_is_one_file),
	    cmocka_unit_test(a_mark_in_what_is_shown_is_not_shown),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
