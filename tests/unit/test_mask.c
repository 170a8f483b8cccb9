/* What may not be kept of an answer: password hashes among the settings of a server's firmware. */
#include "unit.h"

#include "check/mask.h"

#include <string.h>

static void test_mask(void **state)
{
	static const struct {
		const char *json, *kept;
	} cases[] = {
	    {"", ""},
	    {"{}", "{}"},
	    {"{\"TpmSecurity\":\"On\",\"n\":1}", "{\"TpmSecurity\":\"On\",\"n\":1}"},
	    {"{\"SHA256SystemPassword\":\"AB12\",\"a\":\"b\"}", "{\"SHA256SystemPassword\":\"(withheld)\",\"a\":\"b\"}"},
	    {"{\"SHA256SystemPasswordSalt\" :\n \"AB12\"}", "{\"SHA256SystemPasswordSalt\" :\n \"(withheld)\"}"},
	    {"{\"sys_PASSWORD\":\"x\",\"OldSalt\":\"y\"}", "{\"sys_PASSWORD\":\"(withheld)\",\"OldSalt\":\"(withheld)\"}"},
	    /* a value that is no text is no secret of ours; one that ends nowhere is */
	    {"{\"PasswordStatus\":null,\"PasswordTries\":3}", "{\"PasswordStatus\":null,\"PasswordTries\":3}"},
	    {"{\"Password\":\"AB1", "{\"Password\":\"(withheld)\""},
	    {"{\"Password\":\"A\\\"B\",\"c\":\"d\"}", "{\"Password\":\"(withheld)\",\"c\":\"d\"}"},
	    /* a name spelled with escapes may be any name */
	    {"{\"P\\u0061ssword\":\"AB\"}", "{\"P\\u0061ssword\":\"(withheld)\"}"},
	    /* a value is not a name */
	    {"[\"Password\",\"x\"]", "[\"Password\",\"x\"]"},
	    {"{\"a\":\"Password\",\"b\":\"c\"}", "{\"a\":\"Password\",\"b\":\"c\"}"},
	    /* no JSON at all */
	    {"\"", "\""},
	    {"\"Password\"", "\"Password\""},
	    {"\"Password\":", "\"Password\":"},
	    {"\"Password\\", "\"Password\\"},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf out = {0};

		assert_int_equal(ra_mask_passwords(cases[i].json, strlen(cases[i].json), &out), RA_OK);
		assert_string_equal(ra_buf_str(&out), cases[i].kept);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_mask)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
