/* Secrets in what a machine says: what is taken out, and what stays to the letter. */
#include "unit.h"

#include "check/mask.h"

#include <stdlib.h>
#include <string.h>

static void test_mask(void **state)
{
	static const struct {
		const char *json, *kept;
	} cases[] = {
	    {"", ""},
	    {"{}", "{}"},
	    {"{\"TpmSecurity\":\"On\",\"n\":1}", "{\"TpmSecurity\":\"On\",\"n\":1}"},
	    {"{\"SHA256SystemPassword\":\"AB12\",\"a\":\"b\"}", "{\"SHA256SystemPassword\":\"[removed]\",\"a\":\"b\"}"},
	    {"{\"SHA256SystemPasswordSalt\" :\n \"AB12\"}", "{\"SHA256SystemPasswordSalt\" :\n \"[removed]\"}"},
	    {"{\"sys_PASSWORD\":\"x\",\"OldSalt\":\"y\"}", "{\"sys_PASSWORD\":\"[removed]\",\"OldSalt\":\"[removed]\"}"},
	    /* a value that is no text is no secret of ours; one that ends nowhere is */
	    {"{\"PasswordStatus\":null,\"PasswordTries\":3}", "{\"PasswordStatus\":null,\"PasswordTries\":3}"},
	    {"{\"Password\":\"AB1", "{\"Password\":\"[removed]"},
	    {"{\"Password\":\"A\\\"B\",\"c\":\"d\"}", "{\"Password\":\"[removed]\",\"c\":\"d\"}"},
	    /* a name spelled with escapes may be any name */
	    {"{\"P\\u0061ssword\":\"AB\"}", "{\"P\\u0061ssword\":\"[removed]\"}"},
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

		assert_int_equal(ra_mask_secrets(RA_MASK_ANSWER, cases[i].json, strlen(cases[i].json), &out), RA_OK);
		assert_string_equal(ra_buf_str(&out), cases[i].kept);
	}
}

#define KEY4 "881862-986591-091320-196049"
#define KEY16 KEY4 "-" KEY4 "-" KEY4 "-" KEY4

static void test_secrets_are_masked(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
	    {"Key: " KEY16 "\nnext", "Key: [removed]\nnext"},
	    {"  \"Key\": \"" KEY16 "\",", "  \"Key\": \"[removed]\","},
	    {"half of one " KEY4 " is one", "half of one [removed] is one"},
	    {"esxi.boot encryptionRecoveryKey=" KEY16 " quiet", "esxi.boot encryptionRecoveryKey=[removed] quiet"},
	    {"encryptionRecoveryKey=garbled quiet", "encryptionRecoveryKey=[removed] quiet"},
	    {"   Setup Password: hunter2 and more\n", "   Setup Password: [removed]\n"},
	    {"{\"SetupPassword\":\"hun\\\"ter\",\"x\":1}", "{\"SetupPassword\":\"[removed]\",\"x\":1}"},
	    {"snmp community=public, port=161", "snmp community=[removed], port=161"},
	    {"https://me:hunter2@vc.example/sdk", "https://me:[removed]@vc.example/sdk"},
	    {"Authorization: Basic aHVudGVyMg==", "Authorization: Basic [removed]"},
	    {"a\n-----BEGIN PRIVATE KEY-----\nMIIE\nAAAA\n-----END PRIVATE KEY-----\nb",
	     "a\n-----BEGIN PRIVATE KEY-----\n[removed]\n-----END PRIVATE KEY-----\nb"},
	    {"\"-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----\"",
	     "\"-----BEGIN RSA PRIVATE KEY-----[removed]-----END RSA PRIVATE KEY-----\""},
	    {"login password=\"hunter 2\", tries=1", "login password=\"[removed]\", tries=1"},
	    {"{\"body\":\"{\\\"password\\\":\\\"a\\\\b\\\",\\\"n\\\":1}\"}",
	     "{\"body\":\"{\\\"password\\\":\\\"[removed]\\\",\\\"n\\\":1}\"}"},
	    {"{\"log\":\"encryptionRecoveryKey=ab\",\"Token\":\"x\",\"UserPassword\":\"no, sir\"}",
	     "{\"log\":\"encryptionRecoveryKey=[removed]\",\"Token\":\"x\",\"UserPassword\":\"[removed]\"}"},
	    {"vmware_soap_session=\"52a\"; Path=/", "vmware_soap_session=\"[removed]\"; Path=/"},
	    {"pre-shared key: a, snmp_community=b, ApiKey = c", "pre-shared key: [removed], snmp_community=[removed], ApiKey = [removed]"},
	    {"Password:\npasswd=", "Password:\npasswd="},
	    /* what is no secret stays to the letter */
	    {"{\"passwords\":{\"a\":1},\"PasswordTries\":3,\"pwd=\":\"x\",\"m\":\"pwd=\",\"b\":\"c\"}",
	     "{\"passwords\":{\"a\":1},\"PasswordTries\":3,\"pwd=\":\"[removed]\",\"m\":\"pwd=\",\"b\":\"c\"}"},
	    {"   Setup Password: Disabled\n   Password Set: false\n",
	     "   Setup Password: Disabled\n   Password Set: false\n"},
	    {"{\"passwordSet\":true,\"password\":null,\"passwordPresent\":\"No\"}",
	     "{\"passwordSet\":true,\"password\":null,\"passwordPresent\":\"No\"}"},
	    {"incorrect user name or password", "incorrect user name or password"},
	    {"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
	     "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"},
	    {"build 22380479-22385739, 612345678us, 123456-654321",
	     "build 22380479-22385739, 612345678us, 123456-654321"},
	    {"\n\n", "\n\n"},
	    {"", ""},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf out = {0};

		assert_int_equal(ra_mask_secrets(RA_MASK_ANSWER, cases[i].in, strlen(cases[i].in), &out), RA_OK);
		assert_string_equal(ra_buf_str(&out), cases[i].out);
	}
}

/* What is shown of a line holds no key. */
static void test_hidden(void **state)
{
#define KEY "123456-234567-345678-456789-567890-678901-789012-890123-901234-012345-123450-234501-345012-450123-501234-012340"
	static const struct {
		const char *line, *shown;
	} cases[] = {
	    {"", ""},
	    {"boot runweasel " KEY, "boot runweasel [removed]"},
	    {"a " KEY " b " KEY ".", "a [removed] b [removed]."},
	    {"cut at the front: 56-234567-345678", "cut at the front: [removed]"},
	    {"cut at the end 123456-234567-34", "cut at the end [removed]"},
	    {"encryptionRecoveryKey=abc def", "encryptionRecoveryKey=[removed] def"},
	    {"ENCRYPTIONRECOVERYKEY=" KEY "\t x", "ENCRYPTIONRECOVERYKEY=[removed]\t x"},
	    {"{\"encryptionRecoveryKey\": \"secret\", \"a\": 1}", "{\"encryptionRecoveryKey\": \"[removed]\", \"a\": 1}"},
	    {"<encryptionRecoveryKey>secret</encryptionRecoveryKey>", "<encryptionRecoveryKey>[removed]</encryptionRecoveryKey>"},
	    {"encryptionRecoveryKey=", "encryptionRecoveryKey="},
	    {"the word encryptionRecoveryKey alone", "the word encryptionRecoveryKey alone"},
	    {"2021-03-04T05:06:07.123Z cpu24:2097931)x 20210304-050607", "2021-03-04T05:06:07.123Z cpu24:2097931)x 20210304-050607"},
	};

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf out = {0};
		RA_AUTO(ra_mem_free) char *copy = malloc(strlen(cases[i].line) + 1);

		assert_non_null(copy);
		memcpy(copy, cases[i].line, strlen(cases[i].line)); /* no NUL behind it */
		assert_int_equal(ra_mask_secrets(RA_MASK_PIECE, copy, strlen(cases[i].line), &out), RA_OK);
		assert_string_equal(ra_buf_str(&out), cases[i].shown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_mask), cmocka_unit_test(test_secrets_are_masked), cmocka_unit_test(test_hidden)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
