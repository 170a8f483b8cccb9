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
#define DIGITS24 "881862986591091320196049"
#define DIGITS96 DIGITS24 DIGITS24 DIGITS24 DIGITS24
#define ZEROS64 "0000000000000000000000000000000000000000000000000000000000000000"

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
	    /* however the groups are joined, whatever stands around them, and where a terminal broke the line in a group */
	    {"Key: 881862 986591 091320 196049 881862", "Key: [removed]"},
	    {"881862_986591_091320_196049", "[removed]"},
	    {"881862 - 986591 - 091320 - 196049", "[removed]"},
	    {"881862, 986591, 091320, 196049", "[removed]"},
	    {"{\"m\":\"881862\\u2013986591\\u2013091320\\u2013196049\"}", "{\"m\":\"[removed]\"}"},
	    {"key-" KEY16 "-old", "key-[removed]-old"},
	    {"-" KEY16 "-" KEY4 "-", "-[removed]-"},
	    {"{12}  " KEY4 "-88\n1862-" KEY4, "{12}  [removed]\n[removed]"},
	    {DIGITS96, "[removed]"},
	    /* numbers of JSON that may be one become a text */
	    {"{\"a\":[1,881862,986591,091320,196049],\"b\": " DIGITS96 "}", "{\"a\":[1,\"[removed]\"],\"b\": \"[removed]\"}"},
	    {"[0.881862,986591,191320,196049,1]", "[0.881862,986591,191320,196049,1]"},
	    {"[0,881862,986591,191320,196049.5]", "[0,881862,986591,191320,196049.5]"},
	    {"[0,881862,-986591,191320,196049,567890]", "[0,\"[removed]\"]"},
	    {"[0.881862,-986591,191320,196049]", "[0.881862,-986591,191320,196049]"},
	    {"[1e-881862,986591,191320,196049]", "[1e-881862,986591,191320,196049]"},
	    {"[-881862,986591,191320,196049]", "[-881862,986591,191320,196049]"},
	    {"code881862 986591 091320 196049, key-881862,986591,091320,196049.", "code[removed], key-[removed]."},
	    /* quotes, blanks and tags around a password; one that begins like a switch, one with a comma */
	    {"password='hunter2' x", "password='[removed]' x"},
	    {"GOVC_PASSWORD=\"hunter2\"", "GOVC_PASSWORD=\"[removed]\""},
	    {"msg \"password=\\\"hunter2\\\"\"", "msg \"password=\\\"[removed]\\\"\""},
	    {"<password>hunter2</password>", "<password>[removed]</password>"},
	    {"<string name=\"password\">hunter2</string>", "<string name=\"password\">[removed]</string>"},
	    {"{\"x\":\"<a name=\\\"password\\\">hunter2</a>\"}", "{\"x\":\"<a name=\\\"password\\\">[removed]</a>\"}"},
	    {"Password: not-so-secret", "Password: [removed]"},
	    {"{\"Password\":\"yes!sir\"}", "{\"Password\":\"[removed]\"}"},
	    {"password=hun,ter;2, port=161", "password=[removed], port=161"},
	    {"run --password hunter2 --port 1", "run --password [removed] --port 1"},
	    {"run --admin-password 'hunter2' --port=1", "run --admin-password '[removed]' --port=1"},
	    {"root:$6$abcdefgh$0123456789abcdef./:19000:0", "root:[removed]:19000:0"},
	    {"{\"shadow\":\"root:$6$abcdefgh$01234\\/56789:19000\"}", "{\"shadow\":\"root:[removed]:19000\"}"},
	    /* what a session is taken over with */
	    {"Cookie: vmware_soap_session=\"52abc\"; Path=/", "Cookie: vmware_soap_session=\"[removed]\"; Path=/"},
	    {"Set-Cookie: vmware_soap_session=\"52abc\"; Path=/\nb", "Set-Cookie: [removed]; Path=/\nb"},
	    {"'Set-Cookie': 'id=\"52abc\"; Path=/'", "'Set-Cookie': '[removed]; Path=/'"},
	    {"X-Auth-Token: 52abc", "X-Auth-Token: [removed]"},
	    {"sessionId='52abc-1'", "sessionId='[removed]'"},
	    {"{\"b\":\"{\\\"session-token\\\":\\\"a\\\\\\\"b\\\",\\\"n\\\":1}\"}", "{\"b\":\"{\\\"session-token\\\":\\\"[removed]\\\",\\\"n\\\":1}\"}"},
	    /* a key behind the end of something else, with such an end in it, and one that was cut */
	    {"-----END CERTIFICATE----------BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
	     "-----END CERTIFICATE----------BEGIN PRIVATE KEY-----\n[removed]\n-----END PRIVATE KEY-----"},
	    {"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END CERTIFICATE-----\nAAAA\n-----END PRIVATE KEY-----",
	     "-----BEGIN PRIVATE KEY-----\n[removed]\n-----END PRIVATE KEY-----"},
	    {"-----BEGIN PRIVATE KEY-----\nMIIE\nAAAA-----END PRIVATE KEY-----",
	     "-----BEGIN PRIVATE KEY-----\n[removed]-----END PRIVATE KEY-----"},
	    {"\"-----BEGIN PRIVATE KEY-----\\nMIIE\"", "\"-----BEGIN PRIVATE KEY-----[removed]\""},
	    {"lost:\nMII+\nAA==\n-----END RSA PRIVATE KEY-----", "lost:\n[removed]\n-----END RSA PRIVATE KEY-----"},
	    {"{\"a\":\"MII\\nAA==\\n-----END PRIVATE KEY-----\"}", "{\"a\":\"[removed]-----END PRIVATE KEY-----\"}"},
	    /* what is no secret stays to the letter */
	    {"   Password: Not set\n   BIOS Password: Not Installed", "   Password: Not set\n   BIOS Password: Not Installed"},
	    {"{\"SetupPassword\":\"Not Installed\"} (password: none)", "{\"SetupPassword\":\"Not Installed\"} (password: none)"},
	    {"<passwordSet>true</passwordSet><a b=\"password\">none</a>", "<passwordSet>true</passwordSet><a b=\"password\">none</a>"},
	    {"the non-password based way", "the non-password based way"},
	    {"-----END PRIVATE KEY-----", "-----END PRIVATE KEY-----"},
	    {"$6 and $6$short", "$6 and $6$short"},
	    {ZEROS64, ZEROS64},
	    {"000000 000000 000000 000000 000000", "000000 000000 000000 000000 000000"},
	    {"PCR " ZEROS64 "00000000000000000000000000000000", "PCR " ZEROS64 "00000000000000000000000000000000"},
	    {"1234567 1234567 1234567 1234567 1234567", "1234567 1234567 1234567 1234567 1234567"},
	    {"{\"passwords\":{\"a\":1},\"PasswordTries\":3,\"pwd=\":\"x\",\"m\":\"pwd=\",\"b\":\"c\"}",
	     "{\"passwords\":{\"a\":1},\"PasswordTries\":3,\"pwd=\":\"[removed]\",\"m\":\"pwd=\",\"b\":\"c\"}"},
	    {"   Setup Password: Disabled\n   Password Set: false\n",
	     "   Setup Password: Disabled\n   Password Set: false\n"},
	    {"{\"passwordSet\":true,\"password\":null,\"passwordPresent\":\"No\"}",
	     "{\"passwordSet\":true,\"password\":null,\"passwordPresent\":\"No\"}"},
	    {"incorrect user name or password", "incorrect user name or password"},
	    {"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
	     "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"},
	    /* letters of a certificate spell the name of a secret, about once in two thousand: as they come, and within JSON */
	    {"-----BEGIN CERTIFICATE-----\nMIIBZreN\nPSk=\n-----END CERTIFICATE-----\n",
	     "-----BEGIN CERTIFICATE-----\nMIIBZreN\nPSk=\n-----END CERTIFICATE-----\n"},
	    {"[\"-----BEGIN CERTIFICATE-----\\nMIIBPwdDdfAz\\/xg==\\n-----END CERTIFICATE-----\\n\"]",
	     "[\"-----BEGIN CERTIFICATE-----\\nMIIBPwdDdfAz\\/xg==\\n-----END CERTIFICATE-----\\n\"]"},
	    /* but what is none, or is not whole, hides nothing */
	    {"-----BEGIN CERTIFICATE-----\nMIIB\npwd: hunter2", "-----BEGIN CERTIFICATE-----\nMIIB\npwd: [removed]"},
	    {"-----BEGIN CERTIFICATE-----\npwd=hunter2\n-----END CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\npwd=[removed]\n-----END CERTIFICATE-----"},
	    {"-----BEGIN CERTIFICATE-----\nMII/123456234567345678456789567890678901789012890123901234012345123450234501345012450123501234012340/\n-----END CERTIFICATE-----",
	     "-----BEGIN CERTIFICATE-----\nMII/[removed]/\n-----END CERTIFICATE-----"},
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
	    /* however it is joined: a key is taken with blanks or without dashes, too */
	    {"a 123456 234567 345678 456789 567890 b", "a [removed] b"},
	    {"a 123456_234567_345678_456789 b", "a [removed] b"},
	    {"a 123456 - 234567 - 345678 - 456789, b", "a [removed], b"},
	    {"a 123456\xe2\x80\x93"
	     "234567\xe2\x80\x93"
	     "345678\xe2\x80\x93"
	     "456789.",
	     "a [removed]."},
	    {"a 123456234567345678456789567890678901789012890123 b", "a [removed] b"},
	    {"cut at both ends: 56 234567 345678 456789 567890 67", "cut at both ends: [removed]"},
	    {"cut at both ends: 56-234567-345678 456789 567890 67", "cut at both ends: [removed]"},
	    {"encryptionRecoveryKey=123456 234567 345678 456789 567890 x", "encryptionRecoveryKey=[removed] x"},
	    {"three 123456 234567 345678 and " ZEROS64, "three 123456 234567 345678 and " ZEROS64},
	    {"digest 12345678901234567890123456789012345678901234567890abcdef", "digest 12345678901234567890123456789012345678901234567890abcdef"},
	    {"encryptionRecoveryKey=abc def", "encryptionRecoveryKey=[removed] def"},
	    {"ENCRYPTIONRECOVERYKEY=" KEY "\t x", "ENCRYPTIONRECOVERYKEY=[removed]\t x"},
	    {"{\"encryptionRecoveryKey\": \"secret\", \"a\": 1}", "{\"encryptionRecoveryKey\": \"[removed]\", \"a\": 1}"},
	    {"<encryptionRecoveryKey>secret</encryptionRecoveryKey>", "<encryptionRecoveryKey>[removed]</encryptionRecoveryKey>"},
	    {"<encryptionRecoveryKey>secr", "<encryptionRecoveryKey>[removed]"},
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
