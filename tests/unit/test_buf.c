#include "tests/unit/unit.h"

#include "base/buf.h"

#include <string.h>

static void grows_and_stays_text(void **state)
{
	struct ra_buf buf = {0};

	assert_string_equal(ra_buf_str(&buf), "");
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(ra_buf_printf(&buf, "%03d,", i), RA_OK);
		assert_int_equal(buf.data[buf.len], '\0');
	}
	assert_int_equal(buf.len, 4000);
	assert_memory_equal(buf.data + 3996, "999,", 5);
	ra_buf_reset(&buf);
	assert_string_equal(ra_buf_str(&buf), "");
	assert_int_equal(ra_buf_text(&buf, "again"), RA_OK);
	assert_string_equal(ra_buf_str(&buf), "again");
	ra_buf_free(&buf);
	assert_null(buf.data);
	assert_int_equal(ra_buf_text(&buf, "once more"), RA_OK);
	ra_buf_free(&buf);
}

static void holds_any_byte(void **state)
{
	struct ra_buf buf = {0};

	assert_int_equal(ra_buf_add(&buf, "a\0b", 3), RA_OK);
	assert_int_equal(ra_buf_add(&buf, NULL, 0), RA_OK);
	assert_int_equal(buf.len, 3);
	assert_memory_equal(buf.data, "a\0b", 4);
	ra_buf_free(&buf);
}

static void a_refused_append_changes_nothing(void **state)
{
	struct ra_buf buf = {.max_len = 5};

	assert_int_equal(ra_buf_text(&buf, "12345"), RA_OK);
	assert_int_equal(ra_buf_text(&buf, "6"), RA_E_LIMIT);
	assert_int_equal(ra_buf_printf(&buf, "%d", 6), RA_E_LIMIT);
	assert_int_equal(ra_buf_add(&buf, "x", SIZE_MAX), RA_E_LIMIT);
	assert_string_equal(ra_buf_str(&buf), "12345");
	assert_int_equal(buf.len, 5);
	assert_int_equal(ra_buf_text(&buf, ""), RA_OK);
	ra_buf_free(&buf);
}

static void take_hands_over(void **state)
{
	struct ra_buf buf = {0};
	char *text;

	assert_int_equal(ra_buf_text(&buf, "mine"), RA_OK);
	text = ra_buf_take(&buf);
	assert_string_equal(text, "mine");
	free(text);
	assert_int_equal(buf.len, 0);
	assert_string_equal(ra_buf_str(&buf), "");
	text = ra_buf_take(&buf);
	assert_string_equal(text, "");
	free(text);
}

static void auto_frees(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf buf = {0};
	RA_AUTO(ra_mem_free) char *text = NULL;

	assert_int_equal(ra_buf_text(&buf, "leak checker"), RA_OK);
	text = ra_buf_take(&buf);
	assert_int_equal(ra_buf_text(&buf, text), RA_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(grows_and_stays_text),
	    cmocka_unit_test(holds_any_byte),
	    cmocka_unit_test(a_refused_append_changes_nothing),
	    cmocka_unit_test(take_hands_over),
	    cmocka_unit_test(auto_frees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
