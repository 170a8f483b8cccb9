#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/pattern.h"

#include <string.h>

#define TEXT(literal) literal, sizeof(literal) - 1
#define NONE SIZE_MAX

static const struct {
	const char *pattern;
	const char *subject;
	size_t len;
	size_t from;
	long at, end;   /* -1: not found */
	long at1, end1; /* group 1; -1: took no part */
} rows[] = {
    {"abc", TEXT("xxabcx"), 0, 2, 5, -1, -1},
    {"abc", TEXT("xxabx"), 0, -1, -1, -1, -1},
    {"a(b)?", TEXT("a"), 0, 0, 1, -1, -1},
    {"a(b?)", TEXT("a"), 0, 0, 1, 1, 1},
    {"(\\d+)%", TEXT("cpu 42%"), 0, 4, 7, 4, 6},
    {"(?i)PASSED", TEXT("status: passed"), 0, 8, 14, -1, -1},
    {"PASSED", TEXT("status: passed"), 0, -1, -1, -1, -1},
    {"^b", TEXT("a\nb\nb"), 0, 2, 3, -1, -1},
    {"^b", TEXT("a\nb\nb"), 3, 4, 5, -1, -1},
    {"a$", TEXT("a\r\nb"), 0, 0, 1, -1, -1},
    {"^.*$", TEXT("ab\r\ncd"), 0, 0, 2, -1, -1},
    {"^$", TEXT("a\r\nb"), 0, -1, -1, -1, -1},
    {"^(.*)$", TEXT("one\ntwo"), 4, 4, 7, 4, 7},
    {"", TEXT(""), 0, 0, 0, -1, -1},
    {"x", TEXT("x"), 1, -1, -1, -1, -1},
    {"x", TEXT("x"), 2, -1, -1, -1, -1},
    {"a.c", TEXT("a\0c"), 0, 0, 3, -1, -1},
    {"\\xff.", TEXT("\xfe\xff\x80"), 0, 1, 3, -1, -1},
    {"\xc3\xa9+", TEXT("caf\xc3\xa9"), 0, 3, 5, -1, -1},
};

static void finds(void **state)
{
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_pattern_free) struct ra_pattern *pattern = NULL;
		struct ra_match match = {0};
		bool found = true;

		assert_int_equal(ra_pattern_compile(rows[i].pattern, &pattern, NULL), RA_OK);
		assert_int_equal(ra_pattern_find(pattern, rows[i].subject, rows[i].len, rows[i].from, &found, &match),
				 RA_OK);
		if (found != (rows[i].at >= 0))
			fail_msg("row %zu %s: found %d", i, rows[i].pattern, found);
		if (found && (match.start[0] != (size_t)rows[i].at || match.end[0] != (size_t)rows[i].end ||
			      match.start[1] != (size_t)rows[i].at1 || match.end[1] != (size_t)rows[i].end1))
			fail_msg("row %zu %s: %zu-%zu, group %zu-%zu", i, rows[i].pattern, match.start[0], match.end[0],
				 match.start[1], match.end[1]);
	}
}

static void bad_patterns(void **state)
{
	static const struct {
		const char *pattern;
		const char *sentence;
	} bad[] = {
	    {"a(b", "pattern \"a(b\": missing closing parenthesis (at byte 3)"},
	    {"[z-a]", "pattern \"[z-a]\": range out of order in character class (at byte 3)"},
	    {"(1)(2)(3)(4)(5)(6)(7)(8)(9)(10)", "pattern \"(1)(2)(3)(4)(5)(6)(7)(8)(9)(10)\": expected at most 9 "
						"groups, found 10 (use (?:...))"},
	    {"(*UTF)a", NULL},
	    {"a\\Cb", NULL},
	};

	for (size_t i = 0; i < RA_LEN(bad); i++) {
		struct ra_pattern *pattern = (struct ra_pattern *)1;
		struct ra_errs errs;

		ra_errs_clear(&errs);
		assert_int_equal(ra_pattern_compile(bad[i].pattern, &pattern, &errs), RA_E_INVALID);
		assert_null(pattern);
		assert_int_equal(errs.count, 1);
		if (bad[i].sentence)
			assert_string_equal(errs.text[0], bad[i].sentence);
	}
}

static void a_pattern_has_a_length(void **state)
{
	char text[RA_PATTERN_TEXT_MAX + 2];
	struct ra_pattern *pattern = NULL;

	memset(text, 'a', sizeof(text));
	text[RA_PATTERN_TEXT_MAX] = '\0';
	assert_int_equal(ra_pattern_compile(text, &pattern, NULL), RA_OK);
	pattern = ra_pattern_free(pattern);
	text[RA_PATTERN_TEXT_MAX] = 'a';
	text[RA_PATTERN_TEXT_MAX + 1] = '\0';
	assert_int_equal(ra_pattern_compile(text, &pattern, NULL), RA_E_INVALID);
}

/* Patterns that would take minutes or years: an error, within a bound that holds under a sanitizer too. */
static void runaway_patterns_are_stopped(void **state)
{
	static const struct {
		const char *pattern;
		size_t run; /* bytes 'a' between line ends */
		size_t len;
	} bad[] = {
	    {"(a+)+$", 40, 40},
	    {"^(a|aa)+$", 60, 60},
	    {"(a*)*[bc]", 40, 40},
	    {"(a+)+[bc]", 8000, 8000},
	    {"[a-z]+[:;]", 1 << 20, 1 << 20},
	    {"a*[bc]", 3000, 1 << 20},
	    {"(?:a?){60}a{60}[bc]", 70, 70},
	};

	for (size_t i = 0; i < RA_LEN(bad); i++) {
		RA_AUTO(ra_pattern_free) struct ra_pattern *pattern = NULL;
		RA_AUTO(ra_mem_free) char *subject = malloc(bad[i].len + 1);
		ra_mono_ms began = ra_mono_now();
		bool found = true;
		ra_err err;

		assert_non_null(subject);
		for (size_t at = 0; at < bad[i].len; at++)
			subject[at] = at % bad[i].run == bad[i].run - 1 ? '\n' : 'a';
		subject[bad[i].len - 1] = '!';
		assert_int_equal(ra_pattern_compile(bad[i].pattern, &pattern, NULL), RA_OK);
		err = ra_pattern_find(pattern, subject, bad[i].len, 0, &found, NULL);
		if (err != RA_E_LIMIT || found)
			fail_msg("row %zu %s: %d after %lld ms", i, bad[i].pattern, err,
				 (long long)(ra_mono_now() - began));
		if (ra_mono_now() - began > 20000)
			fail_msg("row %zu %s: took %lld ms", i, bad[i].pattern, (long long)(ra_mono_now() - began));
	}
}

/* Long subjects are searched in slices: no edge may hide, make or move a match. */
static void slices_do_not_show(void **state)
{
	RA_AUTO(ra_pattern_free) struct ra_pattern *line = NULL, *word = NULL, *empty = NULL;
	struct ra_match match;
	struct ra_buf text = {0};
	size_t from = 0, lines = 0;
	bool found;

	assert_int_equal(ra_pattern_compile("^line (\\d+)$", &line, NULL), RA_OK);
	assert_int_equal(ra_pattern_compile("(?<=e 19999)\\r?$", &word, NULL), RA_OK);
	assert_int_equal(ra_pattern_compile("^$", &empty, NULL), RA_OK);
	for (int i = 0; i < 20000; i++)
		assert_int_equal(ra_buf_printf(&text, "line %d%s", i, i < 19999 ? "\r\n" : ""), RA_OK);
	while (ra_pattern_find(line, text.data, text.len, from, &found, &match) == RA_OK && found) {
		assert_int_equal(strtoul(text.data + match.start[1], NULL, 10), lines);
		from = match.end[0];
		lines++;
	}
	assert_int_equal(lines, 20000);
	assert_int_equal(ra_pattern_find(word, text.data, text.len, 0, &found, &match), RA_OK);
	assert_true(found && match.start[0] == text.len);
	assert_int_equal(ra_pattern_find(empty, text.data, text.len, 0, &found, &match), RA_OK);
	assert_false(found);
	ra_buf_free(&text);
}

static void the_library_has_a_version(void **state)
{
	char version[64], small[3];

	assert_memory_equal(ra_pattern_library(version, sizeof(version)), "10.", 3);
	assert_null(strchr(version, ' '));
	assert_string_equal(ra_pattern_library(small, sizeof(small)), "10");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds),
	    cmocka_unit_test(bad_patterns),
	    cmocka_unit_test(a_pattern_has_a_length),
	    cmocka_unit_test(runaway_patterns_are_stopped),
	    cmocka_unit_test(slices_do_not_show),
	    cmocka_unit_test(the_library_has_a_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
