#include "tests/unit/unit.h"

#include "base/digest.h"

#include <string.h>

/* Source: FIPS 180-4 examples (NIST), RFC 4648 section 10. */
static void sha256(void **state)
{
	char hex[RA_SHA256_HEX_LEN];

	assert_int_equal(ra_sha256_hex("abc", 3, hex), RA_OK);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(ra_sha256_hex(NULL, 0, hex), RA_OK);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* One after the other from the same context, each as if it were the first. */
static void sha256_of_many(void **state)
{
	RA_AUTO(ra_sha256_free) struct ra_sha256 *sha256 = ra_sha256_new();
	char hex[RA_SHA256_HEX_LEN], alone[RA_SHA256_HEX_LEN], bytes[300];

	assert_non_null(sha256);
	memset(bytes, 'x', sizeof(bytes));
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		assert_int_equal(ra_sha256_next(sha256, bytes, len, hex), RA_OK);
		assert_int_equal(ra_sha256_hex(bytes, len, alone), RA_OK);
		assert_string_equal(hex, alone);
	}
	assert_int_equal(ra_sha256_next(sha256, NULL, 0, hex), RA_OK);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void knows_a_digest_when_it_sees_one(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} rows[] = {
	    {"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", true},
	    {"BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", false},
	    {"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a", false},
	    {"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0", false},
	    {"ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", false},
	    {"", false},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++)
		assert_int_equal(ra_is_sha256_hex(rows[i].text), rows[i].is);
}

static void random_bytes_differ(void **state)
{
	char a[2 * 100 + 1], b[2 * 100 + 1];

	assert_int_equal(ra_random_hex(100, a), RA_OK);
	assert_int_equal(ra_random_hex(100, b), RA_OK);
	assert_int_equal(strlen(a), 200);
	assert_int_equal(strspn(a, "0123456789abcdef"), 200);
	assert_string_not_equal(a, b);
	assert_int_equal(ra_random_hex(0, a), RA_OK);
	assert_string_equal(a, "");
}

static void base64_both_ways(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *text;
	} rows[] = {
	    {"", 0, ""},
	    {"f", 1, "Zg=="},
	    {"fo", 2, "Zm8="},
	    {"foo", 3, "Zm9v"},
	    {"foob", 4, "Zm9vYg=="},
	    {"fooba", 5, "Zm9vYmE="},
	    {"foobar", 6, "Zm9vYmFy"},
	    {"\0\xff\xfe", 3, "AP/+"},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char *text = ra_base64(rows[i].bytes, rows[i].len);
		char *bytes;
		size_t len;

		assert_string_equal(text, rows[i].text);
		assert_int_equal(ra_base64_decode(text, &bytes, &len), RA_OK);
		assert_int_equal(len, rows[i].len);
		assert_memory_equal(bytes, rows[i].bytes, len + 1);
		free(bytes);
		free(text);
	}
}

static void base64_refuses(void **state)
{
	static const char *const rows[] = {
	    "Z",     "Zg",     "Zg=",  "Zg===", "====", "=Zg=", "Z===",   "Zg==Zg==", "Zm9v\n",
	    " Zm9v", "Zm 9v=", "Zm9-", "Zm9_",  "Zh==", "Zm9=", "Zg==\n", "Zm9vZ===", "Zm\xc3\xa9",
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char *bytes = (char *)1;
		size_t len = 1;

		if (ra_base64_decode(rows[i], &bytes, &len) != RA_E_INVALID)
			fail_msg("row %zu '%s' was taken", i, rows[i]);
		assert_null(bytes);
		assert_int_equal(len, 0);
	}
}

static void base64_of_more_than_one_chunk(void **state)
{
	size_t len = (7u << 20) + 1, back_len;
	char *bytes = malloc(len), *text, *back;

	assert_non_null(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(i * 131 >> 3);
	text = ra_base64(bytes, len);
	assert_int_equal(strlen(text), (len + 2) / 3 * 4);
	assert_int_equal(ra_base64_decode(text, &back, &back_len), RA_OK);
	assert_int_equal(back_len, len);
	assert_true(memcmp(back, bytes, len) == 0);
	free(back);
	free(text);
	free(bytes);
}

static void the_library_has_a_version(void **state)
{
	assert_true(ra_digest_library()[0] >= '3' && strchr(ra_digest_library(), '.'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sha256),
	    cmocka_unit_test(sha256_of_many),
	    cmocka_unit_test(knows_a_digest_when_it_sees_one),
	    cmocka_unit_test(random_bytes_differ),
	    cmocka_unit_test(base64_both_ways),
	    cmocka_unit_test(base64_refuses),
	    cmocka_unit_test(base64_of_more_than_one_chunk),
	    cmocka_unit_test(the_library_has_a_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
