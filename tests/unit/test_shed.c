#include "tests/unit/unit.h"

#include "session/internal.h"

#include <string.h>

#define PLACE "\"v\":1,\"seq\":4,\"prev\":\"00\",\"t\":\"2026-03-02T01:00:00Z\","

/* What is left of an entry: a long record has a hundred thousand of them, and every member more costs as many. */
static void keeps_what_views_look_at(void **state)
{
	static const struct {
		const char *kind, *body, *kept;
	} rows[] = {
		{"reply",
		 "{" PLACE "\"kind\":\"reply\",\"check\":\"c\",\"plane\":\"ssh\",\"request\":\"r\",\"why\":\"answered\",\"status\":0,\"complete\":true,"
		 "\"truncated\":false,\"took_ms\":7,\"sha256\":\"ab\",\"out\":[\"one\",\"two\"],\"err\":[],\"facts\":[{\"name\":\"a.b\"}]}",
		 "{\"check\":\"c\",\"plane\":\"ssh\",\"request\":\"r\",\"why\":\"answered\",\"status\":0,\"truncated\":false,\"took_ms\":7,\"out\":\"one\\ntwo\"}"},
		/* what a text may not hold is made visible here as in any view, whatever form it comes in */
		{"reply", "{\"kind\":\"reply\",\"out\":[\"a\\u001bb\",{\"base64\":\"/w==\"},{\"$w\":true},{\"$w\":true}],\"err\":[\"e\"]}",
		 "{\"out\":\"a<1b>b\\n<ff>\\n(withheld)\",\"err\":\"e\"}"},
		{"reply", "{\"kind\":\"reply\",\"out\":\"a\\u001bb\"}", "{\"out\":\"a<1b>b\"}"},
		{"answer", "{" PLACE "\"kind\":\"answer\",\"step\":\"s\",\"ids\":[\"x\"],\"facts\":[]}", "{\"step\":\"s\",\"ids\":[\"x\"]}"},
		/* of others only what the entry says itself */
		{"torn", "{" PLACE "\"kind\":\"torn\",\"bytes\":3,\"sha256\":\"ab\"}", "{\"bytes\":3,\"sha256\":\"ab\"}"},
		{"odd", "{\"v\":1,\"kind\":\"odd\"}", "{\"v\":1,\"kind\":\"odd\"}"},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_entry entry = {.seq = 4, .body = cJSON_Parse(rows[i].body)};

		assert_non_null(entry.body);
		entry.kind = ra_json_str(entry.body, "kind", "");
		assert_int_equal(ra_session_shed(&entry), RA_OK);
		RA_AUTO(ra_mem_free) char *kept = ra_json_print(entry.body);

		assert_non_null(kept);
		assert_string_equal(kept, rows[i].kept);
		assert_string_equal(entry.kind, rows[i].kind);
		ra_entry_clear(&entry);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_views_look_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
