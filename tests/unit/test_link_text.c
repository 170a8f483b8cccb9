/* What link/ makes of text: shell words, requests as command lines, targets. */
#include "unit.h"

#include "link/quote.h"

#include <stdio.h>
#include <string.h>

static void test_words(void **state)
{
	static const struct {
		const char *word, *quoted;
	} cases[] = {
	    {"esxcli", "esxcli"},
	    {"--formatter=json", "'--formatter=json'"},
	    {"/usr/lib/vmware/secureboot/bin/secureBoot.py", "/usr/lib/vmware/secureboot/bin/secureBoot.py"},
	    {"", "''"},
	    {"a b", "'a b'"},
	    {"it's", "'it'\\''s'"},
	    {"'", "''\\'''"},
	    {"$(reboot)", "'$(reboot)'"},
	    {"`x`;&|<>\n#", "'`x`;&|<>\n#'"},
	    {"~root", "'~root'"},
	    {"*", "'*'"},
	    {"\\", "'\\'"},
	    {"!", "'!'"},
	    {"A=b", "'A=b'"},
	    {"\xff\xfe", "'\xff\xfe'"},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_buf out = {0};
		assert_int_equal(ra_quote_word(cases[i].word, &out), RA_OK);
		assert_string_equal(ra_buf_str(&out), cases[i].quoted);
		ra_buf_free(&out);
	}
}

/* Every byte that can stand in a word comes out of a real shell as it went in. */
static void test_words_by_shell(void **state)
{
	char word[256];
	for (int i = 1; i < 256; i++)
		word[i - 1] = (char)i;
	word[255] = '\0';
	struct ra_buf line = {0};
	assert_int_equal(ra_buf_text(&line, "printf %s "), RA_OK);
	assert_int_equal(ra_quote_word(word, &line), RA_OK);
	FILE *shell = popen(ra_buf_str(&line), "r");
	assert_non_null(shell);
	char back[300] = "";
	size_t len = fread(back, 1, sizeof(back) - 1, shell);
	assert_int_equal(pclose(shell), 0);
	assert_int_equal(len, 255);
	assert_memory_equal(back, word, 255);
	ra_buf_free(&line);
}

static ra_err request(const char *text, struct ra_buf *out)
{
	struct ra_json *doc = NULL;
	assert_int_equal(ra_json_parse("request", text, strlen(text), NULL, &doc, NULL), RA_OK);
	ra_err err = ra_quote_request(ra_json_root(doc), out);
	ra_json_free(doc);
	return err;
}

static void test_requests(void **state)
{
	static const struct {
		const char *request, *line; /* NULL: refused */
	} cases[] = {
	    {"{\"run\":[\"esxcli\",\"system\",\"version\",\"get\"]}", "esxcli system version get"},
	    {"{\"run\":[\"date\",\"-u\",\"+%Y-%m-%dT%H:%M:%SZ\"]}", "date -u +%Y-%m-%dT%H:%M:%SZ"},
	    {"{\"run\":[\"echo\",\"; reboot\"]}", "echo '; reboot'"},
	    {"{\"run\":[]}", NULL},
	    {"{\"run\":[1]}", NULL},
	    {"{\"run\":\"reboot\"}", NULL},
	    {"{\"property\":\"summary.x\"}", NULL},
	    {"{\"log\":{\"files\":[\"vobd\"],\"lines_max\":7}}",
	     "eval '( n=1; for f in vobd; do d=/var/run/log; [ -e $d/$f.log ] || d=/var/log; [ -e $d/$f.log ] || continue; n=0; "
	     "echo \"==> $f <==\"; { for i in 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0; do [ -e $d/$f.$i.gz ] && zcat $d/$f.$i.gz; done; "
	     "cat $d/$f.log; } | tail -n 7; done; exit $n )'"},
	    {"{\"log\":{}}", NULL},
	    {"{\"log\":{\"files\":[]}}", NULL},
	    {"{\"log\":{\"files\":[\"../etc/shadow\"]}}", NULL},
	    {"{\"log\":{\"files\":[\"a b\"]}}", NULL},
	    {"{\"log\":{\"files\":[\"vmkernel\"],\"lines_max\":0}}", NULL},
	    {"{\"log\":{\"files\":[\"vmkernel\"],\"lines_max\":1000000}}", NULL},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_buf out = {0};
		assert_int_equal(request(cases[i].request, &out), cases[i].line ? RA_OK : RA_E_INVALID);
		if (cases[i].line)
			assert_string_equal(ra_buf_str(&out), cases[i].line);
		ra_buf_free(&out);
	}
}

static void test_targets(void **state)
{
	static const struct {
		const char *text, *host, *user;
		int port; /* -1: refused */
	} cases[] = {
	    {"esx01", "esx01", "", 0},
	    {"root@esx01", "esx01", "root", 0},
	    {"root@esx01:2222", "esx01", "root", 2222},
	    {"ssh://root@esx01.lab.example:22/", "esx01.lab.example", "root", 22},
	    {"dom\\user@corp@esx01", "esx01", "dom\\user@corp", 0},
	    {"192.0.2.1:22", "192.0.2.1", "", 22},
	    {"2001:db8::1", "2001:db8::1", "", 0},
	    {"[2001:db8::1]", "2001:db8::1", "", 0},
	    {"[fe80::1%eth0]:2222", "fe80::1%eth0", "", 2222},
	    {"", "", "", -1},
	    {"@esx01", "", "", -1},
	    {"root@", "", "", -1},
	    {"-oProxyCommand=x", "", "", -1},
	    {"$(id)", "", "", -1},
	    {"a b", "", "", -1},
	    {"esx01:", "", "", -1},
	    {"esx01:0", "", "", -1},
	    {"esx01:65536", "", "", -1},
	    {"esx01:ssh", "", "", -1},
	    {"[::1]x", "", "", -1},
	    {"https://esx01/", "", "", -1},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_ssh_target target;
		ra_err err = ra_ssh_target_parse(cases[i].text, &target, NULL);
		if ((err == RA_OK) != (cases[i].port >= 0))
			fail_msg("%s: %d", cases[i].text, err);
		if (err)
			continue;
		assert_string_equal(target.host, cases[i].host);
		assert_string_equal(target.user, cases[i].user);
		assert_int_equal(target.port, cases[i].port);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_words_by_shell),
	    cmocka_unit_test(test_requests),
	    cmocka_unit_test(test_targets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
