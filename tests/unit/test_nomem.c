#include "tests/unit/unit.h"
#include "tests/unit/refuse.h"

#include "base/digest.h"
#include "base/io.h"
#include "base/json.h"
#include "base/pattern.h"
#include "base/secret.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static ra_err parse_and_print(void)
{
	static const char text[] =
	    "{\"a\":[1,2.5,{\"b\":null}],\"c\":\"\\u00e9\",\"long\":\"0123456789012345678901234567"
	    "89012345678901234567890123456789012345678901234567890123456789\"}";
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	RA_AUTO(ra_mem_free) char *printed = NULL;
	ra_err err = ra_json_parse("f", text, sizeof(text) - 1, NULL, &doc, NULL);

	if (err)
		return doc ? RA_E_INTERNAL : err;
	printed = ra_json_print(ra_json_root(doc));
	return printed ? RA_OK : RA_E_NOMEM;
}

static ra_err grow_a_buffer(void)
{
	RA_AUTO(ra_buf_free) struct ra_buf buf = {0};
	RA_AUTO(ra_mem_free) char *taken = NULL;
	ra_err err = RA_OK;

	for (int i = 0; i < 200 && !err; i++) {
		size_t before = buf.len;

		err = i % 2 ? ra_buf_printf(&buf, "%08d", i) : ra_buf_text(&buf, "12345678");
		if (err && buf.len != before)
			return RA_E_INTERNAL;
	}
	if (err)
		return err;
	taken = ra_buf_take(&buf);
	return taken ? RA_OK : RA_E_NOMEM;
}

static ra_err compile_and_find(void)
{
	RA_AUTO(ra_pattern_free) struct ra_pattern *pattern = NULL;
	ra_err err = ra_pattern_compile("a(b|c)+d", &pattern, NULL);
	bool found;

	if (err)
		return pattern ? RA_E_INTERNAL : err;
	return ra_pattern_find(pattern, "abcbcd", 6, 0, &found, NULL);
}

static ra_err keep_a_secret(void)
{
	RA_AUTO(ra_secret_free) struct ra_secret *secret = ra_secret_new();

	return secret ? ra_secret_set(secret, "x", 1) : RA_E_NOMEM;
}

static ra_err clean_and_encode(void)
{
	RA_AUTO(ra_mem_free)
	char *clean = ra_text_clean_dup("\x1b[31m and a line that is longer than the first room of a "
					"buffer, so that it grows\n",
					true);
	RA_AUTO(ra_mem_free) char *coded = clean ? ra_base64(clean, strlen(clean)) : NULL;
	RA_AUTO(ra_mem_free) char *back = NULL;
	size_t len;

	return coded ? ra_base64_decode(coded, &back, &len) : RA_E_NOMEM;
}

static ra_err use_files(void)
{
	RA_AUTO(ra_mem_free) char *path = ra_path_join(unit_dir("RA_BUILDDIR"), "test_nomem.tmp");
	RA_AUTO(ra_buf_free) struct ra_buf got = {0};
	char **names = NULL;
	size_t count = 0;
	ra_err err = path ? ra_make_dirs(unit_dir("RA_BUILDDIR"), NULL) : RA_E_NOMEM;

	if (!err)
		err = ra_write_file(path, 0, "content", 7, NULL);
	if (!err)
		err = ra_read_file(path, &got, NULL);
	if (!err)
		err = ra_list_dir(unit_dir("RA_SRCDIR"), "", &names, &count, NULL);
	ra_names_free(names, count);
	if (path)
		remove(path);
	return err;
}

/* Refuse each allocation in turn: the outcome is "no memory", nothing crashes and (under a sanitizer) nothing leaks. */
static void every_allocation_may_fail(void **state)
{
	static const struct {
		const char *name;
		ra_err (*run)(void);
	} rows[] = {
	    {"json", parse_and_print}, {"buf", grow_a_buffer},     {"pattern", compile_and_find},
	    {"secret", keep_a_secret}, {"text", clean_and_encode}, {"io", use_files},
	};
	cJSON_Hooks hooks = {.malloc_fn = __wrap_malloc, .free_fn = free};

	cJSON_InitHooks(&hooks);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		int total;

		allocations = 0;
		fail_at = -1;
		assert_int_equal(rows[i].run(), RA_OK);
		total = allocations;
		assert_true(total > 0);
		for (int at = 0; at < total; at++) {
			ra_err err;

			allocations = 0;
			fail_at = at;
			err = rows[i].run();
			fail_at = -1;
			if (err != RA_E_NOMEM)
				fail_msg("%s, allocation %d of %d refused: %d", rows[i].name, at, total, err);
		}
	}
	cJSON_InitHooks(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
