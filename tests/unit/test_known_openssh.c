/* known_hosts files by the hundred against OpenSSH: generated from a fixed seed, each asked for names of hosts, and the verdict for each
 * key held against the lines that `ssh-keygen -l -F NAME -f FILE` finds. Then: files are appended to, whoever else does it at the time.
 *
 * Where the two differ, and why: ssh-keygen knows nothing of ports, so a bare name is asked for beside [name]:port, as ssh does it;
 * names are asked for in lower case, as ssh does it (ssh-keygen would look for a hashed name as it was typed). The rest is in
 * test_differences. */
#include "unit.h"

#include "base/digest.h"
#include "base/io.h"
#include "link/knownhosts.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILES 60
#define ADDERS 8
#define ADDS 20

/* Real keys: ssh-keygen looks into them. */
static const struct {
	const char *type, *blob;
} keys[] = {
    {"ecdsa-sha2-nistp256", "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBmv3RDt0YgY5ZZG2G9swFQzOCU7tj3oLEZLrEG00giaBab+"
		"4X2cAllsgtyf/dAn+B3esM3LchKx7ZW+39JKl8Y="},
    {"ecdsa-sha2-nistp256", "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHKYzv7YWBIiVcyMKe7Y3GkV/SbWIKNNRVTQsaUBaDPN49S9"
		"h9N+b8cOYL3hP9GRguK31xWdDFaHbez4TtJmroY="},
    {"ecdsa-sha2-nistp384", "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBO93Q10KK6yZcWU0b3MjXk4mQVZfnbu1Pk6cMMCFz1c1UwbA"
		"Ey2+TWRoGVRa4cbzNzX1HWb6Y+N7ENjGiOjlxMPTfAy5XIY7t1NFBJAxqyz156KtXBwprBnWytOfDaUTew=="},
    {"ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIHXPQU8tw78wCzxtYXezF/lA9eSfWsABOUvfA6UyO6Ml"},
    {"ssh-rsa", "AAAAB3NzaC1yc2EAAAADAQABAAAAgQC5tKcKzmpJ0rOmBrYTVp5ebEDkKC/aC570EfvpuaLPdoONKxWYhXp2y6PW/KjCW+b05kKk"
		"VObpXd1MyLq49hCZ00V0+krdDNFY+HIL8oEUM8HkPe87xVWOWad3x1yLJwsDwbchp3ZobdXOIiwCMOTBcvErs8YHeC12V21mkEUkLQ=="},
};

static struct {
	char *bytes;
	size_t len;
	char fingerprint[RA_FINGERPRINT_LEN];
} blobs[RA_LEN(keys)];

static char dir[64];

static int make_ready(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/ra-known-XXXXXX");
	for (size_t i = 0; i < RA_LEN(keys); i++) {
		assert_int_equal(ra_base64_decode(keys[i].blob, &blobs[i].bytes, &blobs[i].len), RA_OK);
		assert_int_equal(ra_key_fingerprint(blobs[i].bytes, blobs[i].len, blobs[i].fingerprint), RA_OK);
	}
	return mkdtemp(dir) ? 0 : -1;
}

static int clean_up(void **state)
{
	char command[128];
	for (size_t i = 0; i < RA_LEN(keys); i++)
		free(blobs[i].bytes);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

/* The same numbers in every run. */
static uint32_t seed;

static unsigned any(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % below;
}
#define ONE_OF(table) (table)[any(RA_LEN(table))]

static void put(struct ra_buf *out, const char *text)
{
	assert_int_equal(ra_buf_text(out, text), RA_OK);
}

static const struct host {
	const char *host;
	int port;
} hosts[] = {
    {"esx01", 22}, {"esx01.lab", 22}, {"esx02.lab", 22}, {"esx01", 2222}, {"esx02.lab", 2222}, {"192.0.2.7", 22},
    {"2001:db8::1", 22}, {"2001:db8::1", 2222},
};

static void put_hashed(struct ra_buf *out)
{
	const struct host *host = &ONE_OF(hosts);
	unsigned char salt[20], mac[20];
	unsigned len = sizeof(mac);
	char name[64];
	ra_known_name(host->host, host->port, name, sizeof(name));
	for (size_t i = 0; i < sizeof(salt); i++)
		salt[i] = (unsigned char)any(256);
	assert_non_null(HMAC(EVP_sha1(), salt, sizeof(salt), (const unsigned char *)name, strlen(name), mac, &len));
	char *salt_text = ra_base64(salt, sizeof(salt)), *mac_text = ra_base64(mac, sizeof(mac));
	assert_int_equal(ra_buf_printf(out, "|1|%s|%s", salt_text, mac_text), RA_OK);
	free(salt_text);
	free(mac_text);
}

static void put_names(struct ra_buf *out)
{
	static const char *const patterns[] = {
	    "esx01", "esx01.lab", "esx02.lab", "[esx01]:2222", "[esx02.lab]:2222", "192.0.2.7", "2001:db8::1", "[2001:db8::1]:2222",
	    "*", "*.lab", "esx0?", "esx0?.lab", "[*]:2222", "[esx0?*]:*", "192.0.2.*", "*::1", "e*0*1", "???01", "other", "esx", "esx011",
	    "[esx01]", "[esx01]:222", "", "esx01.", "*.*.*", "**", "[192.0.2.7]:22",
	};
	if (any(5) == 0) {
		put_hashed(out);
		return;
	}
	for (unsigned i = 0, count = 1 + any(3); i < count; i++) {
		char pattern[64];
		snprintf(pattern, sizeof(pattern), "%s%s%s", i ? "," : "", any(6) ? "" : "!", ONE_OF(patterns));
		if (any(4) == 0)
			for (char *at = pattern; *at; at++)
				*at = *at >= 'a' && *at <= 'z' && any(2) ? (char)(*at - 'a' + 'A') : *at;
		put(out, pattern);
	}
}

static void put_entry(struct ra_buf *out)
{
	static const char *const gaps[] = {" ", " ", " ", "\t", "  ", " \t "}, *const starts[] = {"", "", "", "", " ", "\t"};
	static const char *const marks[] = {"", "", "", "", "", "@revoked", "@revoked", "@cert-authority", "@unheard-of", "@", "@Revoked"};
	static const char *const ends[] = {"", "", " remark", "\t# remark", " two words", "  "};
	const char *mark = ONE_OF(marks);
	unsigned key = any(RA_LEN(keys));
	put(out, ONE_OF(starts));
	put(out, mark);
	put(out, *mark ? any(2) ? " " : "  \t" : "");
	put_names(out);
	put(out, ONE_OF(gaps));
	/* Now and then the name beside the key is not the key's. */
	put(out, keys[any(12) ? key : any(RA_LEN(keys))].type);
	put(out, ONE_OF(gaps));
	put(out, keys[key].blob);
	put(out, ONE_OF(ends));
}

/* Lines that are no entries, or almost some. */
static void put_other(struct ra_buf *out)
{
	static const char *const others[] = {
	    "", " ", "\t", "# a remark", "  # esx01 ssh-rsa AAAA", "esx01", "esx01 ", "esx01 ssh-rsa", "esx01 ssh-rsa ", "esx01 ssh-rsa !!!",
	    "esx01 ssh-rsa AAAA", "esx01 no-such-type AAAAB3NzaC1yc2EAAAADAQAB", "@revoked", "@revoked esx01", "|1|", "|1|x|y ssh-rsa AAAA",
	    "|1|||", "garbage \x01\x02\xff\xfe", ", , ,", "esx01 1024 65537 1234567890", "# \xc3\xa4", "-----BEGIN OPENSSH PRIVATE KEY-----",
	    "esx01 # ssh-rsa", "esx01 @revoked ssh-rsa AAAA",
	};
	if (any(12)) {
		put(out, ONE_OF(others));
		return;
	}
	for (int i = 0; i < 2000; i++) /* longer than any line that counts */
		put(out, "0123456789");
}

static void make_file(uint32_t number, struct ra_buf *out)
{
	seed = 2463534242u + number * 7919u;
	const bool dos = any(4) == 0;
	for (unsigned i = 0, count = 5 + any(20); i < count; i++) {
		if (any(4))
			put_entry(out);
		else
			put_other(out);
		put(out, i + 1 == count && any(3) == 0 ? "" : dos ? "\r\n" : "\n");
	}
}

/* A line that ssh-keygen found. */
struct found {
	int line, key;
	enum { PLAIN, CA, REVOKED } mark;
};

static int ask_openssh(const char *path, const char *name, struct found *out, int cap)
{
	char command[300], text[4096];
	int count = 0;
	snprintf(command, sizeof(command), "ssh-keygen -l -F '%s' -f %s 2>/dev/null", name, path);
	FILE *pipe = popen(command, "r");
	assert_non_null(pipe);
	while (fgets(text, sizeof(text), pipe)) {
		const char *at = strstr(text, " found: line "), *sha = strstr(text, " SHA256:");
		if (text[0] == '#' && at) {
			assert_true(count < cap);
			out[count++] = (struct found){.line = atoi(at + 13),
						      .key = -1,
						      .mark = strstr(at, " REVOKED") ? REVOKED : strstr(at, " CA") ? CA : PLAIN};
		} else if (sha && count) {
			for (size_t i = 0; i < RA_LEN(keys); i++)
				if (strncmp(sha + 1, blobs[i].fingerprint, strlen(blobs[i].fingerprint)) == 0)
					out[count - 1].key = (int)i;
		}
	}
	pclose(pipe);
	return count;
}

/* What a line that names the host says about a key. */
static enum ra_known judge(const struct found *line, int key)
{
	bool same = line->key == key;
	assert_true(line->key >= 0);
	switch (line->mark) {
	case REVOKED:
		return same ? RA_HOST_REVOKED : RA_HOST_NEW;
	case CA:
		return RA_HOST_CA;
	case PLAIN:
		break;
	}
	return same ? RA_HOST_MATCH : strcmp(keys[line->key].type, keys[key].type) == 0 ? RA_HOST_CHANGED : RA_HOST_OTHER_TYPE;
}

struct expected {
	enum ra_known verdict;
	int line;
};

/* The weightiest of the lines; of the host alone, without its port, only what is good for every port. */
static struct expected expect(const struct found *lines, int count, const struct found *bare, int bare_count, int key)
{
	struct expected best = {RA_HOST_NEW, 0};
	for (int i = 0; i < count + bare_count; i++) {
		const struct found *line = i < count ? &lines[i] : &bare[i - count];
		enum ra_known verdict = judge(line, key);
		if (i >= count && verdict != RA_HOST_MATCH && verdict != RA_HOST_REVOKED)
			continue;
		if (verdict > best.verdict || (verdict == best.verdict && verdict && line->line < best.line))
			best = (struct expected){verdict, line->line};
	}
	return best;
}

static const char *line_at(const struct ra_buf *file, int line)
{
	const char *at = ra_buf_str(file);
	for (; line > 1 && at; line--)
		at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
	return line && at ? at : "";
}

static int compared;

static void compare(const char *path, const struct ra_buf *file, const struct host *host)
{
	struct found lines[64], bare[64];
	char name[64];
	ra_known_name(host->host, host->port, name, sizeof(name));
	int count = ask_openssh(path, name, lines, RA_LEN(lines));
	int bare_count = host->port == 22 ? 0 : ask_openssh(path, host->host, bare, RA_LEN(bare));
	for (size_t key = 0; key < RA_LEN(keys); key++) {
		struct ra_known_found found = {0};
		const struct ra_known_query query = {
		    .host = host->host, .port = host->port, .key = blobs[key].bytes, .key_len = blobs[key].len};
		const struct expected expected = expect(lines, count, bare, bare_count, (int)key);
		assert_int_equal(ra_known_look(path, ra_buf_str(file), file->len, &query, &found), RA_OK);
		if (found.verdict != expected.verdict || found.line != expected.line)
			fail_msg("%s, key %zu: verdict %d line %d \"%.200s\", OpenSSH's lines mean %d line %d \"%.200s\"", name, key,
				 (int)found.verdict, found.line, line_at(file, found.line), (int)expected.verdict, expected.line,
				 line_at(file, expected.line));
		compared += expected.verdict != RA_HOST_NEW;
	}
}

static bool no_openssh(void)
{
	if (system("command -v ssh-keygen >/dev/null") == 0)
		return false;
	print_message("ssh-keygen is not installed (Debian: openssh-client): known_hosts are not compared with OpenSSH\n");
	return true;
}

static void test_generated(void **state)
{
	char path[100];
	if (no_openssh())
		skip();
	snprintf(path, sizeof(path), "%s/kh", dir);
	for (uint32_t number = 0; number < FILES; number++) {
		struct ra_buf file = {0};
		make_file(number, &file);
		assert_int_equal(ra_write_file(path, 0600, ra_buf_str(&file), file.len, NULL), RA_OK);
		for (int i = 0; i < 3; i++)
			compare(path, &file, &hosts[(number * 3 + (uint32_t)i) % RA_LEN(hosts)]);
		ra_buf_free(&file);
	}
	assert_true(compared > FILES); /* the files are not all silence */
}

/* A file of one line about key 0 of esx01: how many lines OpenSSH finds, and what is found here. */
static void expect_apart(const struct ra_buf *file, int theirs, enum ra_known ours)
{
	struct found lines[4];
	struct ra_known_found found = {0};
	const struct ra_known_query query = {.host = "esx01", .port = 22, .key = blobs[0].bytes, .key_len = blobs[0].len};
	char path[100];
	snprintf(path, sizeof(path), "%s/kh", dir);
	assert_int_equal(ra_write_file(path, 0600, ra_buf_str(file), file->len, NULL), RA_OK);
	assert_int_equal(ask_openssh(path, "esx01", lines, RA_LEN(lines)), theirs);
	assert_int_equal(ra_known_look("kh", ra_buf_str(file), file->len, &query, &found), RA_OK);
	assert_int_equal(found.verdict, ours);
}

/* Lines read on one side only. Each is the safe side: nothing is trusted here that OpenSSH would not trust. */
static void test_differences(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf file = {0};
	if (no_openssh())
		skip();
	/* An overlong line, which OpenSSH reads. */
	for (int i = 0; i < 2000; i++)
		put(&file, "esx01.lab,");
	assert_int_equal(ra_buf_printf(&file, "esx01 %s %s\n", keys[0].type, keys[0].blob), RA_OK);
	expect_apart(&file, 1, RA_HOST_NEW);
	/* Behind a mark OpenSSH wants a space; with a tab there it drops the line, and a revoked key would pass. */
	ra_buf_reset(&file);
	assert_int_equal(ra_buf_printf(&file, "@revoked\tesx01 %s %s\n", keys[0].type, keys[0].blob), RA_OK);
	expect_apart(&file, 0, RA_HOST_REVOKED);
	/* Without -l ssh-keygen finds lines whose key is none, too; ssh and this do not. */
	ra_buf_reset(&file);
	put(&file, "esx01 ssh-rsa AAAA\n");
	expect_apart(&file, 0, RA_HOST_NEW);
}

/* One of several that add at a time. */
static void add_some(const char *path, int adder)
{
	for (int i = 0; i < ADDS; i++) {
		char host[32];
		const size_t key = (size_t)(adder + i) % RA_LEN(keys);
		snprintf(host, sizeof(host), "esx-%d-%d", adder, i);
		const struct ra_known_query query = {.host = host, .port = i % 2 ? 22 : 2222, .key = blobs[key].bytes, .key_len = blobs[key].len};
		if (ra_known_add(path, &query, NULL) != RA_OK)
			_exit(1);
	}
	_exit(0);
}

/* What stood there stays the beginning of the file, and of many who add at once none loses a line. */
static void test_adders(void **state)
{
	static const char *const befores[] = {"", "# mine\r\n\n@revoked * x\n", "no line end", "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|x y z"};
	for (size_t i = 0; i < RA_LEN(befores); i++) {
		char path[100];
		struct ra_buf after = {0};
		snprintf(path, sizeof(path), "%s/adders%zu", dir, i);
		assert_int_equal(ra_write_file(path, 0600, befores[i], strlen(befores[i]), NULL), RA_OK);
		pid_t children[ADDERS];
		for (int adder = 0; adder < ADDERS; adder++) {
			children[adder] = fork();
			assert_true(children[adder] >= 0);
			if (children[adder] == 0)
				add_some(path, adder);
		}
		for (int adder = 0; adder < ADDERS; adder++) {
			int status;
			assert_int_equal(waitpid(children[adder], &status, 0), children[adder]);
			assert_int_equal(status, 0);
		}
		assert_int_equal(ra_read_file(path, &after, NULL), RA_OK);
		assert_memory_equal(ra_buf_str(&after), befores[i], strlen(befores[i]));
		assert_int_equal(after.data[after.len - 1], '\n');
		for (int adder = 0; adder < ADDERS; adder++) {
			for (int j = 0; j < ADDS; j++) {
				char host[32];
				const size_t key = (size_t)(adder + j) % RA_LEN(keys);
				struct ra_known_found found = {0};
				snprintf(host, sizeof(host), "esx-%d-%d", adder, j);
				const struct ra_known_query query = {
				    .host = host, .port = j % 2 ? 22 : 2222, .key = blobs[key].bytes, .key_len = blobs[key].len};
				assert_int_equal(ra_known_look(path, after.data, after.len, &query, &found), RA_OK);
				if (found.verdict != RA_HOST_MATCH)
					fail_msg("%s is lost: verdict %d", host, (int)found.verdict);
			}
		}
		ra_buf_free(&after);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_generated, make_ready, clean_up),
	    cmocka_unit_test_setup_teardown(test_differences, make_ready, clean_up),
	    cmocka_unit_test_setup_teardown(test_adders, make_ready, clean_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
