/* A few files as one archive: what goes in comes out, and nothing comes out that is not expected. */
#include "config.h"

#include "base/tarball.h"
#include "unit.h"

#include <string.h>

static size_t expect(const char *name)
{
	return !strcmp(name, "a") ? 10 : !strcmp(name, "d/b") ? 1000 : 0;
}

static void pack(const char *const files[][2], struct ra_buf *out)
{
	RA_AUTO(ra_tarball_free) struct ra_tarball tar = {.count = 0};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	for (size_t i = 0; files[i][0]; i++) {
		struct ra_buf bytes = {0};

		assert_int_equal(ra_buf_text(&bytes, files[i][1]), RA_OK);
		assert_int_equal(ra_tarball_add(&tar, files[i][0], &bytes), RA_OK);
		assert_null(bytes.data);
	}
	assert_int_equal(ra_tarball_write(&tar, 1772413200, out, &errs), RA_OK);
}

static void test_there_and_back(void **state)
{
	static const char *const files[][2] = {{"a", "one"}, {"d/b", ""}, {NULL, NULL}};
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	RA_AUTO(ra_buf_free) struct ra_buf twice = {0};
	RA_AUTO(ra_tarball_free) struct ra_tarball tar = {.count = 0};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	pack(files, &bytes);
	pack(files, &twice);
	assert_int_equal(bytes.len, twice.len);
	assert_memory_equal(bytes.data, twice.data, bytes.len);
	assert_int_equal(ra_tarball_read(bytes.data, bytes.len, expect, 1000, &tar, &errs), RA_OK);
	assert_int_equal(tar.count, 2);
	assert_string_equal(ra_buf_str(ra_tarball_get(&tar, "a")), "one");
	assert_int_equal(ra_tarball_get(&tar, "d/b")->len, 0);
	assert_null(ra_tarball_get(&tar, "b"));
}

static void test_what_is_not_expected(void **state)
{
	static const struct {
		const char *const files[3][2];
		size_t all_max;
		ra_err err;
		const char *say;
	} cases[] = {
	    {{{"c", "x"}}, 1000, RA_E_INVALID, "does not belong there"},
	    {{{"../a", "x"}}, 1000, RA_E_INVALID, "does not belong there"},
	    {{{"/a", "x"}}, 1000, RA_E_INVALID, "does not belong there"},
	    {{{"./a", "x"}}, 1000, RA_E_INVALID, "does not belong there"},
	    {{{"a", "x"}, {"a", "y"}}, 1000, RA_E_INVALID, "twice"},
	    {{{"a", "0123456789"}}, 1000, RA_OK, ""},
	    {{{"a", "0123456789+"}}, 1000, RA_E_LIMIT, "larger than such a file may be"},
	    {{{"a", "12345"}, {"d/b", "12345"}}, 11, RA_OK, ""},
	    {{{"a", "12345"}, {"d/b", "123456"}}, 11, RA_E_LIMIT, "more than it may"},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
		RA_AUTO(ra_tarball_free) struct ra_tarball tar = {.count = 0};
		char line[1024];
		struct ra_errs errs;

		ra_errs_clear(&errs);
		pack(cases[i].files, &bytes);
		assert_int_equal(ra_tarball_read(bytes.data, bytes.len, expect, cases[i].all_max, &tar, &errs),
				 cases[i].err);
		if (cases[i].err)
			assert_non_null(strstr(ra_errs_line(&errs, line, sizeof(line)), cases[i].say));
	}
}

/* Cut anywhere, and with any byte changed: an error or the same files, never others. */
static void test_torn(void **state)
{
	static const char *const files[][2] = {{"a", "one"}, {"d/b", "some more text of it"}, {NULL, NULL}};
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};

	pack(files, &bytes);
	for (size_t len = 0; len < bytes.len; len++) {
		RA_AUTO(ra_tarball_free) struct ra_tarball tar = {.count = 0};
		struct ra_errs errs;

		ra_errs_clear(&errs);
		if (!ra_tarball_read(bytes.data, len, expect, 1000, &tar, &errs))
			for (size_t i = 0; i < tar.count; i++)
				assert_string_equal(ra_buf_str(&tar.files[i].bytes), files[i][1]);
	}
	assert_int_equal(ra_tarball_read("no archive at all", 17, expect, 1000, &(struct ra_tarball){.count = 0}, NULL),
			 RA_E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_there_and_back),
	    cmocka_unit_test(test_what_is_not_expected),
	    cmocka_unit_test(test_torn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
