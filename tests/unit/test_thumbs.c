/* govc's files of known servers: what a line means, which line counts, and what is written. */
#include "unit.h"

#include "base/io.h"
#include "link/thumbs.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Thumbprints of two certificates, A and B, and of A by SHA-1. */
#define HALF(x) x ":" x ":" x ":" x ":" x ":" x ":" x ":" x
#define A HALF("A0") ":" HALF("A1") ":" HALF("A2") ":" HALF("A3")
#define LOWER_A HALF("a0") ":" HALF("a1") ":" HALF("a2") ":" HALF("a3")
#define B HALF("B0") ":" HALF("B1") ":" HALF("B2") ":" HALF("B3")
#define A1 HALF("1A") ":" HALF("2A") ":3A:3A:3A:3A"
#define B1 HALF("1B") ":" HALF("2B") ":3B:3B:3B:3B"

static struct ra_thumb_found look(const char *text, const char *host, int port)
{
	const struct ra_thumb_query query = {.host = host, .port = port, .sha256 = A, .sha1 = A1};
	struct ra_thumb_found found = {0};
	ra_thumbs_look("kh", text, strlen(text), &query, &found);
	return found;
}

static void test_lines(void **state)
{
	static char overlong[3000], just[3000];
	memset(overlong, 'x', 2000);
	strcpy(overlong + 2000, "\nvc " A "\n");
	memset(just, ' ', 2000);
	memcpy(just, "vc " A, strlen("vc " A)); /* blanks without end behind it: over the cap of a line */
	strcpy(just + 2000, "\n");
	static const struct {
		const char *text, *host;
		int port;
		enum ra_thumb verdict;
		int line;
	} cases[] = {
	    {"", "vc", 443, RA_THUMB_NEW, 0},
	    {"\n\n\r\n", "vc", 443, RA_THUMB_NEW, 0},
	    {"vc " A "\n", "vc", 443, RA_THUMB_MATCH, 1},
	    {"vc " A, "vc", 443, RA_THUMB_MATCH, 1},
	    {"vc:443 " A "\n", "vc", 443, RA_THUMB_MATCH, 1},
	    {"vc " A1 "\n", "vc", 443, RA_THUMB_MATCH, 1},
	    {"vc " B "\n", "vc", 443, RA_THUMB_CHANGED, 1},
	    {"vc " B1 "\n", "vc", 443, RA_THUMB_CHANGED, 1},
	    {"vc " A "\r\n", "vc", 443, RA_THUMB_MATCH, 1},
	    {"vc\t" A "  \n", "vc", 443, RA_THUMB_MATCH, 1},
	    {"vc   " A "\n", "vc", 443, RA_THUMB_MATCH, 1},
	    {"vc " LOWER_A "\n", "vc", 443, RA_THUMB_MATCH, 1},
	    {"VC.Lab " A "\n", "vc.lab", 443, RA_THUMB_MATCH, 1},
	    {"vc.lab " A "\n", "VC.LAB", 443, RA_THUMB_MATCH, 1},
	    /* the port belongs to the name */
	    {"vc:8443 " A "\n", "vc", 443, RA_THUMB_NEW, 0},
	    {"vc " A "\n", "vc", 8443, RA_THUMB_NEW, 0},
	    {"vc:8443 " A "\n", "vc", 8443, RA_THUMB_MATCH, 1},
	    {"vc:08443 " A "\n", "vc", 8443, RA_THUMB_MATCH, 1},
	    {"vc: " A "\nvc:x " A "\nvc:0 " A "\nvc:65979 " A "\nvc:+443 " A "\nvc:4294967739 " A, "vc", 443,
	     RA_THUMB_NEW, 0},
	    {"vcx " A "\nv " A "\n", "vc", 443, RA_THUMB_NEW, 0},
	    /* IPv6, in the forms govc takes and writes */
	    {"[2001:db8::1]:443 " A "\n", "2001:db8::1", 443, RA_THUMB_MATCH, 1},
	    {"[2001:db8::1] " A "\n", "2001:db8::1", 443, RA_THUMB_MATCH, 1},
	    {"2001:db8::1 " A "\n", "2001:db8::1", 443, RA_THUMB_MATCH, 1},
	    {"2001:DB8::1 " A "\n", "2001:db8::1", 443, RA_THUMB_MATCH, 1},
	    {"2001:db8::1:443 " A "\n", "2001:db8::1", 443, RA_THUMB_NEW, 0},
	    {"[2001:db8::1]:8443 " A "\n", "2001:db8::1", 8443, RA_THUMB_MATCH, 1},
	    {"[2001:db8::1]8443 " A "\n[2001:db8::1 " A "\n[] " A "\n[]:1 " A, "2001:db8::1", 8443, RA_THUMB_NEW, 0},
	    /* a bad line hides nothing */
	    {"# vc " A "\nvc\nvc \n " A "\nvc " A1 ":00\nvc A0:A1\nvc " A "x\nvc x" A "\nvc " A " note\n", "vc", 443,
	     RA_THUMB_NEW, 0},
	    {"vc \x01\xff\nvc " A "\n", "vc", 443, RA_THUMB_MATCH, 2},
	    {overlong, "vc", 443, RA_THUMB_MATCH, 2},
	    {just, "vc", 443, RA_THUMB_NEW, 0},
	    /* several lines: a match outranks, and the first of its kind is named */
	    {"vc " B "\nvc " A "\n", "vc", 443, RA_THUMB_MATCH, 2},
	    {"vc " A "\nvc " B "\n", "vc", 443, RA_THUMB_MATCH, 1},
	    {"x " A "\nvc " B "\nvc " B1 "\n", "vc", 443, RA_THUMB_CHANGED, 2},
	    {"vc " A "\nvc " A "\n", "vc", 443, RA_THUMB_MATCH, 1},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_thumb_found found = look(cases[i].text, cases[i].host, cases[i].port);
		if (found.verdict != cases[i].verdict || found.line != cases[i].line)
			fail_msg("case %zu: verdict %d line %d, expected %d line %d", i, (int)found.verdict, found.line,
				 (int)cases[i].verdict, cases[i].line);
		assert_string_equal(found.file, found.line ? "kh" : "");
	}
	struct ra_thumb_found found = look("vc " LOWER_A "\n", "vc", 443);
	assert_string_equal(found.known, A);
	static const char nul[] = "vc\0 " A "\nvc " A "\n";
	const struct ra_thumb_query query = {.host = "vc", .port = 443, .sha256 = A, .sha1 = A1};
	memset(&found, 0, sizeof(found));
	ra_thumbs_look("kh", nul, sizeof(nul) - 1, &query, &found);
	assert_int_equal(found.verdict, RA_THUMB_MATCH);
}

/* A directory of this test, gone at its end. */
static char dir[64];

static int make_dir(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/ra-thumbs-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	char command[128];
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void put(const char *name, const char *text)
{
	char path[100];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(ra_write_file(path, 0600, text, strlen(text), NULL), RA_OK);
}

static void test_files(void **state)
{
	const struct ra_thumb_query query = {.host = "vc", .port = 443, .sha256 = A, .sha1 = A1};
	struct ra_thumb_found found;
	struct ra_errs errs;
	char files[300], want[100];
	put("one", "x " A "\nvc " B "\n");
	put("two", "vc " A "\n");
	static const struct {
		const char *names[3];
		enum ra_thumb verdict;
		const char *file;
		int line;
	} cases[] = {
	    {{"one", "two", "none"}, RA_THUMB_MATCH, "two", 1},
	    {{"two", "one", "none"}, RA_THUMB_MATCH, "two", 1},
	    {{"none", "one", "one"}, RA_THUMB_CHANGED, "one", 2},
	    {{"none", "none", "none"}, RA_THUMB_NEW, NULL, 0},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		snprintf(files, sizeof(files), "%s/%s:%s/%s:%s/%s", dir, cases[i].names[0], dir, cases[i].names[1], dir,
			 cases[i].names[2]);
		assert_int_equal(ra_thumbs_check(files, &query, &found, NULL), RA_OK);
		snprintf(want, sizeof(want), "%s/%s", dir, cases[i].file ? cases[i].file : "");
		assert_int_equal(found.verdict, cases[i].verdict);
		assert_string_equal(found.file, cases[i].file ? want : "");
		assert_int_equal(found.line, cases[i].line);
	}
	/* A file that cannot be read must not look like one in which the server is new. */
	ra_errs_clear(&errs);
	assert_int_not_equal(ra_thumbs_check(dir, &query, &found, &errs), RA_OK);
	assert_non_null(strstr(errs.text[0], dir));
	static char large[(1 << 20) + 100];
	memset(large, '\n', sizeof(large) - 1);
	put("large", large);
	snprintf(files, sizeof(files), "%s/large", dir);
	assert_int_equal(ra_thumbs_check(files, &query, &found, NULL), RA_E_LIMIT);
}

/* What is written can be read back; what stood there before stays to the byte. */
static void test_add(void **state)
{
	static const struct {
		const char *before, *host, *line;
		int number;
	} cases[] = {
	    {NULL, "vc.lab", "vc.lab:8443 " A "\n", 1},
	    {"", "vc.lab", "vc.lab:8443 " A "\n", 1},
	    {"# mine\nother " B "\n", "vc.lab", "vc.lab:8443 " A "\n", 3},
	    {"other " B, "vc.lab", "\nvc.lab:8443 " A "\n", 2}, /* no line end: must not be swallowed */
	    {NULL, "2001:db8::1", "[2001:db8::1]:8443 " A "\n", 1},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		const struct ra_thumb_query query = {.host = cases[i].host, .port = 8443, .sha256 = A, .sha1 = A1};
		struct ra_thumb_found found;
		struct ra_buf after = {0};
		struct stat st;
		char parent[100], path[110], files[300], want[400];
		snprintf(parent, sizeof(parent), "%s/new%zu", dir, i);
		snprintf(path, sizeof(path), "%s/known", parent);
		snprintf(files, sizeof(files), "%s:%s/never", path, dir);
		if (cases[i].before) {
			assert_int_equal(mkdir(parent, 0755), 0);
			assert_int_equal(ra_write_file(path, 0600, cases[i].before, strlen(cases[i].before), NULL),
					 RA_OK);
		}
		assert_int_equal(ra_thumbs_add(files, &query, NULL), RA_OK);
		assert_int_equal(ra_read_file(path, &after, NULL), RA_OK);
		snprintf(want, sizeof(want), "%s%s", cases[i].before ? cases[i].before : "", cases[i].line);
		assert_string_equal(ra_buf_str(&after), want);
		ra_buf_free(&after);
		assert_int_equal(ra_thumbs_check(files, &query, &found, NULL), RA_OK);
		assert_int_equal(found.verdict, RA_THUMB_MATCH);
		assert_int_equal(found.line, cases[i].number);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		assert_int_equal(stat(parent, &st), 0);
		assert_int_equal(st.st_mode & 0777, cases[i].before ? 0755 : 0700);
	}
	const struct ra_thumb_query query = {.host = "vc", .port = 443, .sha256 = A, .sha1 = A1};
	struct ra_errs errs;
	ra_errs_clear(&errs);
	assert_int_equal(ra_thumbs_add(dir, &query, &errs), RA_E_IO);
	assert_non_null(strstr(errs.text[0], dir));
	assert_int_equal(ra_thumbs_add("/proc/none/known", &query, NULL), RA_E_IO);
	assert_int_equal(ra_thumbs_add("", &query, NULL), RA_E_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test_setup_teardown(test_files, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(test_add, make_dir, remove_dir),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
