/* Values: types, order, spelling, JSON there and back. */
#include "config.h"

#include "tests/unit/unit.h"

#include "check/value.h"

#include <string.h>

static void test_version_order(void **state)
{
	static const struct { const char *a, *b; int order; } cases[] = {
		{"7.0.10", "7.0.2", 1}, {"7.0.2", "7.0.2", 0}, {"6.7.0", "7.0.0", -1}, {"8.0", "8.0.0", 0}, {"8.0", "8.0.1", -1},
		{"8.0.0.1", "8.0", 1}, {"07.0", "7.0", 0}, {"99999999999999999999.1", "99999999999999999998.9", 1},
		{"1.2-a", "1.2-b", -1}, {"1.2", "1.2-b", -1}, {"1.10-a", "1.9-b", 1}, {"2", "10", -1}, {"8.0.", "8.0.0", 1},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_value a = {.type = RA_VERSION, .as.text = (char *)cases[i].a};
		struct ra_value b = {.type = RA_VERSION, .as.text = (char *)cases[i].b};
		bool ok;
		int order = ra_value_order(&a, &b, &ok), back = ra_value_order(&b, &a, &ok);

		assert_true(ok);
		if ((order > 0) - (order < 0) != cases[i].order || (back > 0) - (back < 0) != -cases[i].order)
			fail_msg("%s ? %s: %d, %d", cases[i].a, cases[i].b, order, back);
		assert_int_equal(ra_value_equal(&a, &b), cases[i].order == 0);
	}
}

static void test_no_order(void **state)
{
	struct ra_value yes = {.type = RA_BOOL, .as.yes = true}, one = {.type = RA_INT, .as.number = 1};
	struct ra_value text = {.type = RA_TEXT, .as.text = "1"};
	bool ok = true;

	ra_value_order(&yes, &yes, &ok);
	assert_false(ok);
	ra_value_order(&one, &text, &ok);
	assert_false(ok);
	ra_value_order(&text, &text, &ok);
	assert_false(ok);
	assert_false(ra_value_equal(&one, &text));
}

static void test_words(void **state)
{
	static const struct { enum ra_type type; const char *word; const char *text; } cases[] = {
		{RA_BOOL, "true", "yes"}, {RA_BOOL, "False", "no"}, {RA_BOOL, "1", NULL}, {RA_BOOL, "yes", NULL}, {RA_BOOL, "", NULL},
		{RA_INT, "12", "12"}, {RA_INT, "-12", "-12"}, {RA_INT, "9007199254740991", "9007199254740991"}, {RA_INT, "9007199254740992", NULL},
		{RA_INT, "1.5", NULL}, {RA_INT, "", NULL}, {RA_INT, "-", NULL}, {RA_INT, "0x10", NULL}, {RA_INT, "99999999999999999999", NULL},
		{RA_VERSION, "8.0.2", "8.0.2"}, {RA_VERSION, "v8", NULL}, {RA_VERSION, "", NULL}, {RA_VERSION, "8.0;rm", NULL},
		{RA_VERSION, "218.0.38.0-1OEM.700.1.0.15843807", "218.0.38.0-1OEM.700.1.0.15843807"},
		{RA_TIME, "2026-03-02T01:00:00Z", "2026-03-02T01:00:00Z"}, {RA_TIME, "2026-03-02T02:00:00.500+01:00", "2026-03-02T01:00:00.500Z"},
		{RA_TIME, "yesterday", NULL}, {RA_TIME, "", NULL}, {RA_TEXT, "", ""}, {RA_TEXT, "\303\244", "\303\244"},
		{RA_TEXT, "\377", NULL}, {RA_LIST, "a", NULL},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_value value;
		ra_err err = ra_value_from_word(cases[i].type, cases[i].word, strlen(cases[i].word), &value);
		char *text;

		if (err != (cases[i].text ? RA_OK : RA_E_INVALID))
			fail_msg("%s \"%s\": %d", ra_type_name(cases[i].type), cases[i].word, err);
		if (err)
			continue;
		text = ra_value_text(&value);
		assert_string_equal(text, cases[i].text);
		free(text);
		ra_value_clear(&value);
	}
}

static void test_json_and_copy(void **state)
{
	static const struct { enum ra_type type; const char *json; bool ok; const char *text; } cases[] = {
		{RA_BOOL, "true", true, "yes"}, {RA_BOOL, "\"true\"", false, NULL}, {RA_BOOL, "1", false, NULL},
		{RA_INT, "-5", true, "-5"}, {RA_INT, "5.5", false, NULL}, {RA_INT, "1e300", false, NULL}, {RA_INT, "\"5\"", false, NULL},
		{RA_TEXT, "\"a\"", true, "a"}, {RA_TEXT, "5", false, NULL}, {RA_TEXT, "null", false, NULL},
		{RA_VERSION, "\"7.0.2\"", true, "7.0.2"}, {RA_VERSION, "7.0", false, NULL},
		{RA_TIME, "\"2026-03-02T01:00:00Z\"", true, "2026-03-02T01:00:00Z"}, {RA_TIME, "5", false, NULL},
		{RA_LIST, "[\"a\",\"b\"]", true, "a, b"}, {RA_LIST, "[\"a, b\",\"c\"]", true, "a, b; c"}, {RA_LIST, "[]", true, ""}, {RA_LIST, "[1]", false, NULL}, {RA_LIST, "\"a\"", false, NULL},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		cJSON *json = cJSON_Parse(cases[i].json), *back;
		struct ra_value value, copy;
		char *text;

		assert_int_equal(ra_value_from_json(cases[i].type, json, &value), cases[i].ok ? RA_OK : RA_E_INVALID);
		if (cases[i].ok) {
			back = ra_value_to_json(&value);
			assert_true(cJSON_Compare(json, back, true));
			cJSON_Delete(back);
			assert_int_equal(ra_value_copy(&value, &copy), RA_OK);
			assert_true(ra_value_equal(&value, &copy));
			ra_value_clear(&value);
			text = ra_value_text(&copy);
			assert_string_equal(text, cases[i].text);
			free(text);
			ra_value_clear(&copy);
		}
		cJSON_Delete(json);
	}
}

static void test_list_limits(void **state)
{
	struct ra_value list = {.type = RA_LIST}, other = {.type = RA_LIST};
	char *big = calloc(1, RA_LIST_ITEM_MAX + 2);

	memset(big, 'a', RA_LIST_ITEM_MAX + 1);
	assert_int_equal(ra_value_list_add(&list, big, RA_LIST_ITEM_MAX + 1), RA_E_INVALID);
	assert_int_equal(ra_value_list_add(&list, "a\0b", 3), RA_E_INVALID);
	for (int i = 0; i < RA_LIST_MAX; i++)
		assert_int_equal(ra_value_list_add(&list, "a", 1), RA_OK);
	assert_int_equal(ra_value_list_add(&list, "a", 1), RA_E_LIMIT);
	assert_int_equal(list.as.list.count, RA_LIST_MAX);
	assert_false(ra_value_equal(&list, &other));
	ra_value_clear(&list);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version_order), cmocka_unit_test(test_no_order),	  cmocka_unit_test(test_words),
		cmocka_unit_test(test_json_and_copy), cmocka_unit_test(test_list_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
