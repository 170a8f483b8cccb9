/* The exit code of `check` over many hosts: precedence, --fail-on, --exit-style. */
#include "tests/unit/unit.h"

#include "verb/checkcode.h"

#include <stdio.h>
#include <string.h>

/* Hosts in words: "10" is a code, "12w" one of a host with a WARN as well. */
static const struct {
	const char *hosts, *fail_on, *style;
	int code;
} rows[] = {
	{"0", NULL, NULL, 0},
	{"0 0 13", NULL, NULL, 13},
	{"13 11w", NULL, NULL, 11},
	{"11w 12", NULL, NULL, 12},
	{"12 10", NULL, NULL, 10},
	{"10 14", NULL, NULL, 14},
	{"14 73", NULL, NULL, 73},
	{"10 65", NULL, NULL, 65},
	{"65 73 70", NULL, NULL, 70},
	/* Not reached: a code of its own only when no host was. */
	{"20", NULL, NULL, 20},
	{"20 20", NULL, NULL, 20},
	{"20 0", NULL, NULL, 12},
	{"20 10", NULL, NULL, 10},
	{"20 11w 13", NULL, NULL, 12},
	/* --fail-on: what does not count hides nothing that does. */
	{"10", "fail", NULL, 10},
	{"11w", "fail", NULL, 0},
	{"12", "fail", NULL, 0},
	{"12w", "fail", NULL, 0},
	{"11w", "warn", NULL, 11},
	{"12", "warn", NULL, 0},
	{"12w", "warn", NULL, 11},
	{"12 11w", "warn", NULL, 11},
	{"20 11w", "warn", NULL, 11},
	{"12w 10", "warn", NULL, 10},
	{"12", "unknown", NULL, 12},
	{"11w", "unknown", NULL, 11},
	{"10 11w 12", "never", NULL, 0},
	{"13", "never", NULL, 13},
	{"20", "never", NULL, 20},
	{"73", "never", NULL, 73},
	/* Another program's codes. */
	{"0", NULL, "nagios", 0},
	{"13", NULL, "nagios", 0},
	{"11w", NULL, "nagios", 1},
	{"10", NULL, "nagios", 2},
	{"12", NULL, "nagios", 3},
	{"20", NULL, "nagios", 3},
	{"73", NULL, "nagios", 3},
	{"12w", "warn", "nagios", 1},
};

static void test_codes(void **state)
{
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_options options = {.fail_on = rows[i].fail_on, .exit_style = rows[i].style};
		struct ra_check_result hosts[4] = {{0}};
		char room[64], *save = NULL;
		size_t count = 0;

		snprintf(room, sizeof(room), "%s", rows[i].hosts);
		for (char *word = strtok_r(room, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
			hosts[count++] = (struct ra_check_result){.code = atoi(word), .warns = strchr(word, 'w') != NULL};
		}
		int code = ra_check_styled(&options, ra_check_code(&options, hosts, count));

		if (code != rows[i].code)
			fail_msg("%s, --fail-on %s, --exit-style %s: %d, expected %d", rows[i].hosts,
				 rows[i].fail_on ? rows[i].fail_on : "-", rows[i].style ? rows[i].style : "-", code,
				 rows[i].code);
	}
}

static void test_options(void **state)
{
	static const struct {
		struct ra_options options;
		const char *names; /* NULL: fine */
	} cases[] = {
		{{.fail_on = "warn", .exit_style = "nagios", .parallel = 64}, NULL},
		{{.parallel = 1}, NULL},
		{{.fail_on = "warning", .parallel = 1}, "--fail-on"},
		{{.exit_style = "icinga", .parallel = 1}, "--exit-style"},
		{{.parallel = 65}, "--parallel is at least 1 and at most 64, not 65"},
		{{.parallel = 0}, "--parallel is at least 1 and at most 64, not 0"},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_errs errs;

		ra_errs_clear(&errs);
		assert_int_equal(ra_check_options(&cases[i].options, &errs), cases[i].names ? RA_E_ARG : RA_OK);
		if (cases[i].names)
			assert_non_null(strstr(errs.text[0], cases[i].names));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_codes), cmocka_unit_test(test_options)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
