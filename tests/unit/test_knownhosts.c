/* known_hosts: what the files say about a host's key, line by line, and the same as ssh-keygen -F says. */
#include "unit.h"

#include "base/digest.h"
#include "base/io.h"
#include "link/knownhosts.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two ECDSA keys, an Ed25519 one and an RSA one: blobs with a right name and made-up insides are all that is read. */
#define EC1 "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAABMQ=="
#define EC2 "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAABMg=="
#define ED1 "AAAAC3NzaC1lZDI1NTE5AAAAATE="
#define RSA1 "AAAAB3NzaC1yc2EAAAABMQ=="
#define EC "ecdsa-sha2-nistp256 "
#define ED "ssh-ed25519 "
#define RSA "ssh-rsa "

static void look(const char *text, const char *host, int port, const char *key, struct ra_known_found *found)
{
	char *bytes = NULL;
	size_t len = 0;
	memset(found, 0, sizeof(*found));
	assert_int_equal(ra_base64_decode(key, &bytes, &len), RA_OK);
	const struct ra_known_query query = {.host = host, .port = port, .key = bytes, .key_len = len};
	assert_int_equal(ra_known_look("kh", text, strlen(text), &query, found), RA_OK);
	free(bytes);
}

static void test_verdicts(void **state)
{
	static char overlong[RA_KNOWN_LINE_MAX + 200];
	memset(overlong, 'x', RA_KNOWN_LINE_MAX + 10);
	strcat(overlong, "\nesx01 " EC EC1 "\n");
	const struct {
		const char *text, *host;
		int port;
		enum ra_known verdict;
		int line;
	} cases[] = {
	    {"", "esx01", 22, RA_HOST_NEW, 0},
	    {"esx01 " EC EC1 "\n", "esx01", 22, RA_HOST_MATCH, 1},
	    {"esx01 " EC EC1, "esx01", 22, RA_HOST_MATCH, 1},
	    {"esx01\t" EC EC1 "\r\n", "esx01", 22, RA_HOST_MATCH, 1},
	    {"  esx01 " EC EC1 " a comment\n", "esx01", 22, RA_HOST_MATCH, 1},
	    {"# esx01 " EC EC1 "\n", "esx01", 22, RA_HOST_NEW, 0},
	    {"ESX01.Lab " EC EC1 "\n", "esx01.LAB", 22, RA_HOST_MATCH, 1},
	    {"other,esx01 " EC EC1 "\n", "esx01", 22, RA_HOST_MATCH, 1},
	    {"*.lab " EC EC1 "\n", "esx01.lab", 22, RA_HOST_MATCH, 1},
	    {"esx?? " EC EC1 "\n", "esx01", 22, RA_HOST_MATCH, 1},
	    {"*.lab,!esx01.lab " EC EC1 "\n", "esx01.lab", 22, RA_HOST_NEW, 0},
	    {"!esx01.lab,*.lab " EC EC1 "\n", "esx02.lab", 22, RA_HOST_MATCH, 1},
	    {"esx01 " EC EC2 "\n", "esx01", 22, RA_HOST_CHANGED, 1},
	    {"esx01 " EC EC2 "\nesx01 " EC EC1 "\n", "esx01", 22, RA_HOST_MATCH, 2},
	    {"esx01 " RSA RSA1 "\n", "esx01", 22, RA_HOST_OTHER_TYPE, 1},
	    {"esx01 " RSA RSA1 "\nesx01 " EC EC2 "\n", "esx01", 22, RA_HOST_CHANGED, 2},
	    {"[esx01]:2222 " EC EC1 "\n", "esx01", 2222, RA_HOST_MATCH, 1},
	    {"[esx01]:2222 " EC EC1 "\n", "esx01", 22, RA_HOST_NEW, 0},
	    {"esx01 " EC EC1 "\n", "esx01", 2222, RA_HOST_MATCH,
	     1}, /* as OpenSSH: without the port it counts when it fits */
	    {"esx01 " EC EC2 "\n", "esx01", 2222, RA_HOST_NEW, 0}, /* and says nothing when it does not */
	    {"[esx01]:2222 " EC EC2 "\nesx01 " EC EC1 "\n", "esx01", 2222, RA_HOST_MATCH, 2},
	    {"@revoked esx01 " EC EC1 "\n", "esx01", 22, RA_HOST_REVOKED, 1},
	    {"esx01 " EC EC1 "\n@revoked * " EC EC1 "\n", "esx01", 22, RA_HOST_REVOKED, 2},
	    {"@revoked * " EC EC2 "\n", "esx01", 22, RA_HOST_NEW, 0},
	    {"@cert-authority *.lab " EC EC2 "\n", "esx01.lab", 22, RA_HOST_CA, 1},
	    {"@cert-authority *.lab " EC EC2 "\n", "esx01", 22, RA_HOST_NEW, 0},
	    {"@unheard-of esx01 " EC EC1 "\n", "esx01", 22, RA_HOST_NEW, 0},
	    {"garbage\n\x01\xff\nesx01\nesx01 " EC "\nesx01 " EC "!!\nesx01 " EC EC1 "\n", "esx01", 22, RA_HOST_MATCH,
	     6},
	    {"esx01 " ED EC1 "\n", "esx01", 22, RA_HOST_NEW, 0}, /* the name beside the key is not the key's */
	    {overlong, "esx01", 22, RA_HOST_MATCH, 2},
	    {"|1|bad|bad " EC EC1 "\n|1|\n", "esx01", 22, RA_HOST_NEW, 0},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_known_found found;
		look(cases[i].text, cases[i].host, cases[i].port, EC1, &found);
		if (found.verdict != cases[i].verdict || found.line != cases[i].line)
			fail_msg("case %zu: verdict %d line %d, expected %d line %d", i, (int)found.verdict, found.line,
				 (int)cases[i].verdict, cases[i].line);
		assert_int_equal(found.line != 0, strcmp(found.file, "kh") == 0);
	}
}

static void test_types(void **state)
{
	struct ra_known_found found = {0};
	const struct ra_known_query query = {.host = "esx01", .port = 22};
	static const char text[] =
	    "esx01 " EC EC1 "\nesx01 " ED ED1 "\nother " RSA RSA1 "\n@revoked esx01 " RSA RSA1 "\n";
	assert_int_equal(ra_known_look("kh", text, strlen(text), &query, &found), RA_OK);
	assert_int_equal(found.types, RA_KEY_ECDSA256 | RA_KEY_ED25519);
}

/* A directory of this test, gone at its end. */
static char dir[64];

static int make_dir(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/ra-known-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	char command[128];
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static char *run(const char *command)
{
	static char out[65536];
	FILE *pipe = popen(command, "r");
	assert_non_null(pipe);
	size_t len = fread(out, 1, sizeof(out) - 1, pipe);
	out[len] = '\0';
	pclose(pipe);
	return out;
}

/* Lines that ssh-keygen -F finds for a name and lines that we find are the same ones. */
static void compare(const char *path, const char *const *lines, size_t count, const char *name)
{
	char command[512];
	snprintf(command, sizeof(command), "ssh-keygen -F '%s' -f %s 2>/dev/null", name, path);
	const char *theirs = run(command);
	for (size_t i = 0; i < count; i++) {
		char mark[300];
		snprintf(mark, sizeof(mark), "# Host %s found: line %zu ", name, i + 1);
		const char *hosts = lines[i];
		if (*hosts == '@')
			hosts = strchr(hosts, ' ') + 1;
		bool ours = ra_known_pattern(hosts, strcspn(hosts, " "), name);
		if (ours != (strstr(theirs, mark) != NULL))
			fail_msg("%s, line %zu (%s): ours %d, ssh-keygen says:\n%s", name, i + 1, lines[i], ours,
				 theirs);
	}
}

static void test_as_ssh_keygen(void **state)
{
	if (system("command -v ssh-keygen >/dev/null") != 0)
		skip();
	static const char *const hosts[] = {
	    "esx01",
	    "esx01.lab",
	    "*.lab",
	    "*.lab,!esx01.lab",
	    "!esx01.lab,*",
	    "esx0?",
	    "*",
	    "[esx01]:2222",
	    "[*]:2222",
	    "[esx0?.lab]:*",
	    "a,b,esx02.lab",
	    "192.0.2.1",
	    "192.0.2.*",
	    "2001:db8::1",
	    "[2001:db8::1]:2222",
	    "e*x*0*1",
	    "**1",
	    "?",
	    "esx01.lab.",
	    "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg=",
	};
	static const char *const names[] = {
	    "esx01",
	    "esx01.lab",
	    "esx02.lab",
	    "esx012",
	    "[esx01]:2222",
	    "[esx02.lab]:22",
	    "b",
	    "192.0.2.1",
	    "192.0.2.17",
	    "2001:db8::1",
	    "[2001:db8::1]:2222",
	    "e0x01",
	    "192.168.1.61",
	};
	char path[100], *made[RA_LEN(hosts)];
	struct ra_buf file = {0};
	/* A real key: ssh-keygen looks at it. */
	snprintf(path, sizeof(path), "%s/key", dir);
	char command[300];
	snprintf(command, sizeof(command), "ssh-keygen -q -t ecdsa -N '' -f %s && cut -d' ' -f1,2 %s.pub", path, path);
	char key[512];
	snprintf(key, sizeof(key), "%.500s", run(command));
	for (size_t i = 0; i < RA_LEN(hosts); i++) {
		size_t len = strlen(hosts[i]) + strlen(key) + 20;
		made[i] = malloc(len);
		assert_non_null(made[i]);
		snprintf(made[i], len, "%s%s %s", i % 7 == 6 ? "@revoked " : "", hosts[i], key);
		made[i][strcspn(made[i], "\n")] = '\0';
		assert_int_equal(ra_buf_printf(&file, "%s\n", made[i]), RA_OK);
	}
	snprintf(path, sizeof(path), "%s/kh", dir);
	assert_int_equal(ra_write_file(path, 0600, ra_buf_str(&file), file.len, NULL), RA_OK);
	for (size_t i = 0; i < RA_LEN(names); i++)
		compare(path, (const char *const *)made, RA_LEN(hosts), names[i]);
	for (size_t i = 0; i < RA_LEN(hosts); i++)
		free(made[i]);
	ra_buf_free(&file);
}

/* What is written can be read back, by us and by ssh-keygen; what stood there before stays to the byte. */
static void test_add(void **state)
{
	static const struct {
		const char *before;
		int line; /* of the new entry */
	} cases[] = {
	    {NULL, 1},
	    {"# mine\n\nother " EC EC2 "\n", 4},
	    {"other " EC EC2, 2}, /* no line end: must not be swallowed */
	    {"|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= " EC EC2 "\n", 2},
	};
	char *key = NULL;
	size_t key_len = 0;
	assert_int_equal(ra_base64_decode(EC1, &key, &key_len), RA_OK);
	const struct ra_known_query query = {.host = "ESX01", .port = 2222, .key = key, .key_len = key_len};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		char path[100];
		snprintf(path, sizeof(path), "%s/new%zu/known_hosts", dir, i);
		const char *const files[] = {path, NULL};
		if (cases[i].before) {
			char parent[100];
			snprintf(parent, sizeof(parent), "%s/new%zu", dir, i);
			assert_int_equal(mkdir(parent, 0700), 0);
			assert_int_equal(ra_write_file(path, 0600, cases[i].before, strlen(cases[i].before), NULL),
					 RA_OK);
		}
		assert_int_equal(ra_known_add(path, &query, NULL), RA_OK);
		struct ra_buf after = {0};
		assert_int_equal(ra_read_file(path, &after, NULL), RA_OK);
		if (cases[i].before)
			assert_memory_equal(after.data, cases[i].before, strlen(cases[i].before));
		assert_int_equal(after.data[after.len - 1], '\n');
		bool hidden = cases[i].before && cases[i].before[0] == '|';
		assert_int_equal(strstr(after.data, "[esx01]:2222") == NULL, hidden);
		struct ra_known_found found;
		assert_int_equal(ra_known_check(files, &query, &found, NULL), RA_OK);
		assert_int_equal(found.verdict, RA_HOST_MATCH);
		assert_int_equal(found.line, cases[i].line);
		struct stat st;
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		ra_buf_free(&after);
	}
	/* Hashed where that is asked for, in a file that hides nothing. */
	char path[100];
	snprintf(path, sizeof(path), "%s/hashed/known_hosts", dir);
	const char *const files[] = {path, NULL};
	struct ra_known_query hidden = query;
	struct ra_known_found found;
	RA_AUTO(ra_buf_free) struct ra_buf after = {0};
	hidden.hashed = true;
	assert_int_equal(ra_known_add(path, &hidden, NULL), RA_OK);
	assert_int_equal(ra_read_file(path, &after, NULL), RA_OK);
	assert_memory_equal(after.data, "|1|", 3);
	assert_int_equal(ra_known_check(files, &query, &found, NULL), RA_OK);
	assert_int_equal(found.verdict, RA_HOST_MATCH);
	free(key);
}

/* A file that cannot be read must not look like one in which the host is new. */
static void test_unreadable(void **state)
{
	struct ra_known_found found;
	const struct ra_known_query query = {.host = "esx01", .port = 22};
	const char *const files[] = {dir, NULL}, *const none[] = {"/nowhere/known_hosts", NULL};
	struct ra_errs errs;
	ra_errs_clear(&errs);
	assert_int_not_equal(ra_known_check(files, &query, &found, &errs), RA_OK);
	assert_non_null(strstr(errs.text[0], dir));
	assert_int_equal(ra_known_check(none, &query, &found, NULL), RA_OK);
	assert_int_equal(found.verdict, RA_HOST_NEW);
}

static void test_fingerprint(void **state)
{
	char out[RA_FINGERPRINT_LEN], type[32];
	/* printf x | openssl sha256 -binary | base64 */
	assert_int_equal(ra_key_fingerprint("x", 1, out), RA_OK);
	assert_string_equal(out, "SHA256:LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE");
	ra_key_type_name("\0\0\0\7ssh-rsa", 11, type, sizeof(type));
	assert_string_equal(type, "ssh-rsa");
	ra_key_type_name("\0\0\0\x8ssh-rsa", 11, type, sizeof(type));
	assert_string_equal(type, "");
	ra_key_type_name("\0\0", 2, type, sizeof(type));
	assert_string_equal(type, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_verdicts),
	    cmocka_unit_test(test_types),
	    cmocka_unit_test_setup_teardown(test_as_ssh_keygen, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(test_add, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(test_unreadable, make_dir, remove_dir),
	    cmocka_unit_test(test_fingerprint),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
