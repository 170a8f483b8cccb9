#include "tests/unit/unit.h"

#include "base/err.h"

#include <stdio.h>
#include <string.h>

static void cause_first_then_context(void **state)
{
	struct ra_errs errs;
	char line[128];

	ra_errs_clear(&errs);
	assert_int_equal(errs.code, RA_OK);
	assert_string_equal(ra_errs_line(&errs, line, sizeof(line)), "");
	assert_int_equal(ra_fail(&errs, RA_E_IO, "open %s: %s", "x.json", "no such file"), RA_E_IO);
	assert_int_equal(ra_fail(&errs, RA_E_INVALID, "cannot load the flows"), RA_E_INVALID);
	assert_int_equal(errs.code, RA_E_IO);
	assert_int_equal(errs.count, 2);
	assert_string_equal(ra_errs_line(&errs, line, sizeof(line)),
			    "cannot load the flows: open x.json: no such file");
}

static void no_stack_is_allowed(void **state)
{
	assert_int_equal(ra_fail(NULL, RA_E_BUSY, "nobody listens to %d", 1), RA_E_BUSY);
}

static void full_stack_drops_oldest_context(void **state)
{
	struct ra_errs errs;
	char line[128];

	ra_errs_clear(&errs);
	for (int i = 0; i < RA_ERRS_MAX + 3; i++)
		ra_fail(&errs, RA_E_IO - i, "s%d", i);
	assert_int_equal(errs.count, RA_ERRS_MAX);
	assert_int_equal(errs.code, RA_E_IO);
	assert_string_equal(ra_errs_line(&errs, line, sizeof(line)), "s10: s9: s8: s7: s6: s5: s4: s0");
}

static void an_argument_may_stand_in_the_stack(void **state)
{
	struct ra_errs errs;

	ra_errs_clear(&errs);
	for (int i = 0; i < RA_ERRS_MAX; i++)
		ra_fail(&errs, RA_E_IO, "s%d", i);
	ra_fail(&errs, RA_E_IO, "again %s", errs.text[1]);
	assert_string_equal(errs.text[RA_ERRS_MAX - 1], "again s1");
}

static void a_long_sentence_is_cut_between_characters(void **state)
{
	struct ra_errs errs;
	char text[2 * RA_ERR_TEXT_MAX + 1];

	for (size_t i = 0; i + 1 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa9", 3);
	ra_errs_clear(&errs);
	ra_fail(&errs, RA_E_IO, "%s", text);
	assert_int_equal(strlen(errs.text[0]), 511);
	assert_string_equal(errs.text[0] + 508, "...");
	ra_fail(&errs, RA_E_IO, "x%s", text);
	assert_int_equal(strlen(errs.text[1]), 510);
	assert_memory_equal(errs.text[1] + 505, "\xc3\xa9...", 6);
}

static void the_line_is_cut_at_its_room(void **state)
{
	struct ra_errs errs;
	char line[8];

	ra_errs_clear(&errs);
	ra_fail(&errs, RA_E_IO, "cause");
	ra_fail(&errs, RA_E_IO, "top");
	assert_string_equal(ra_errs_line(&errs, line, sizeof(line)), "top: ca");
	assert_string_equal(ra_errs_line(&errs, line, 1), "");
	assert_string_equal(ra_errs_line(&errs, line, 0), "");
}

static void every_code_has_a_name_of_its_own(void **state)
{
	for (ra_err a = RA_OK; a >= RA_E_INTERNAL; a--) {
		assert_string_not_equal(ra_err_name(a), "unknown");
		for (ra_err b = RA_OK; b > a; b--)
			assert_string_not_equal(ra_err_name(a), ra_err_name(b));
	}
	assert_string_equal(ra_err_name(RA_OK), "ok");
	assert_string_equal(ra_err_name(RA_E_TIMEOUT), "timeout");
	assert_string_equal(ra_err_name(RA_E_INTERNAL), "internal");
	assert_string_equal(ra_err_name(1), "unknown");
	assert_string_equal(ra_err_name(RA_E_INTERNAL - 1), "unknown");
	assert_string_equal(ra_err_name(INT32_MIN), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cause_first_then_context),
	    cmocka_unit_test(no_stack_is_allowed),
	    cmocka_unit_test(full_stack_drops_oldest_context),
	    cmocka_unit_test(an_argument_may_stand_in_the_stack),
	    cmocka_unit_test(a_long_sentence_is_cut_between_characters),
	    cmocka_unit_test(the_line_is_cut_at_its_room),
	    cmocka_unit_test(every_code_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
