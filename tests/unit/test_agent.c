/* The ssh agent and key files are foreign bytes: what is done with their garbage. */
#include "unit.h"

#include "link/agent.h"
#include "link/identity.h"
#include "link/wire.h"

#include "base/io.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char dir[64];

static int make_dir(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/ra-agent-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	char command[128];
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void test_wire(void **state)
{
	static const unsigned char bytes[] = {0, 0, 0, 2, 'h', 'i', 0, 0, 0, 9, 'x'};
	struct ra_wire wire = ra_wire_make(bytes, sizeof(bytes));
	size_t len;
	const unsigned char *text = ra_wire_string(&wire, &len);
	assert_int_equal(len, 2);
	assert_memory_equal(text, "hi", 2);
	assert_null(ra_wire_string(&wire, &len)); /* nine bytes of which one is there */
	assert_true(wire.bad);
	assert_int_equal(ra_wire_u8(&wire), 0); /* bad stays bad */
	wire = ra_wire_make(bytes, 3);
	assert_int_equal(ra_wire_u32(&wire), 0);
	assert_true(wire.bad);
	static const unsigned char huge[] = {0xff, 0xff, 0xff, 0xff, 1};
	wire = ra_wire_make(huge, sizeof(huge));
	assert_null(ra_wire_string(&wire, &len));
	assert_int_equal(len, 0);
}

/* An agent that says what the test wants. */
struct fake {
	int listener, fd;
	struct ra_agent *agent;
};

static struct fake fake_open(void)
{
	struct fake fake;
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/sock", dir);
	unlink(at.sun_path);
	fake.listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fake.listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fake.listener, 1), 0);
	assert_int_equal(ra_agent_open(at.sun_path, &fake.agent), RA_OK);
	fake.fd = accept(fake.listener, NULL, NULL);
	assert_true(fake.fd >= 0);
	return fake;
}

static void fake_close(struct fake *fake)
{
	fake->agent = ra_agent_free(fake->agent);
	close(fake->fd);
	close(fake->listener);
}

#define TELL(text) (text), sizeof(text) - 1

static void test_agent_lists(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		ra_err err; /* RA_E_BUSY: more is awaited; then the agent hangs up */
		int keys;
	} cases[] = {
		{TELL("\0\0\0\5\x0c\0\0\0\0"), RA_OK, 0},
		{TELL("\0\0\0\x11\x0c\0\0\0\1\0\0\0\2ab\0\0\0\2hi"), RA_OK, 1},
		{TELL("\0\0\0\x11\x0c\0\0\0\2\0\0\0\2ab\0\0\0\2hi"), RA_E_INVALID, 0}, /* two announced, one there */
		{TELL("\0\0\0\5\x0c\xff\xff\xff\xff"), RA_E_INVALID, 0},
		{TELL("\0\0\0\1\5"), RA_E_DENIED, 0},   /* failure */
		{TELL("\0\0\0\1\x0e"), RA_E_DENIED, 0}, /* an answer to another question */
		{TELL("\0\0\0\0"), RA_E_INVALID, 0},
		{TELL("\xff\xff\xff\xff"), RA_E_INVALID, 0},
		{TELL("\0\0\0\5\x0c\0\0"), RA_E_BUSY, 0},
		{TELL(""), RA_E_BUSY, 0},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct fake fake = fake_open();
		char question[16];
		short events;
		int count;
		assert_int_equal(ra_agent_fd(fake.agent, &events), -1);
		assert_int_equal(ra_agent_list(fake.agent), RA_OK);
		assert_int_equal(ra_agent_list(fake.agent), RA_E_STATE);
		assert_int_equal(ra_agent_step(fake.agent), RA_E_BUSY);
		assert_int_equal(read(fake.fd, question, sizeof(question)), 5);
		assert_memory_equal(question, "\0\0\0\1\x0b", 5);
		assert_int_equal(write(fake.fd, cases[i].bytes, cases[i].len), (ssize_t)cases[i].len);
		assert_int_equal(ra_agent_step(fake.agent), cases[i].err);
		if (cases[i].err == RA_E_BUSY) {
			shutdown(fake.fd, SHUT_RDWR);
			assert_int_equal(ra_agent_step(fake.agent), RA_E_IO);
		}
		const struct ra_agent_key *keys = ra_agent_keys(fake.agent, &count);
		if (cases[i].err == RA_OK)
			assert_int_equal(count, cases[i].keys);
		if (cases[i].keys)
			assert_string_equal(keys[0].comment, "hi");
		fake_close(&fake);
	}
}

static void test_agent_signs(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		ra_err err;
	} cases[] = {
		{TELL("\0\0\0\x0f\x0e\0\0\0\x0a\0\0\0\1x\0\0\0\1s"), RA_OK},
		{TELL("\0\0\0\x0f\x0e\0\0\0\x0a\0\0\0\1x\0\0\0\2s"), RA_E_INVALID},
		{TELL("\0\0\0\1\x0e"), RA_E_INVALID},
		{TELL("\0\0\0\1\5"), RA_E_DENIED},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct fake fake = fake_open();
		const struct ra_agent_work work = {
			.key = (const unsigned char *)"kk", .key_len = 2, .data = (const unsigned char *)"d", .data_len = 1, .flags = 2};
		char question[64];
		size_t len;
		assert_int_equal(ra_agent_sign(fake.agent, &work), RA_OK);
		assert_int_equal(ra_agent_step(fake.agent), RA_E_BUSY);
		assert_int_equal(read(fake.fd, question, sizeof(question)), 20);
		assert_memory_equal(question, "\0\0\0\x10\x0d\0\0\0\2kk\0\0\0\1d\0\0\0\2", 20);
		assert_int_equal(write(fake.fd, cases[i].bytes, cases[i].len), (ssize_t)cases[i].len);
		assert_int_equal(ra_agent_step(fake.agent), cases[i].err);
		if (cases[i].err == RA_OK) {
			assert_memory_equal(ra_agent_signature(fake.agent, &len), "s", 1);
			assert_int_equal(len, 1);
		}
		fake_close(&fake);
	}
}

static void test_no_agent(void **state)
{
	struct ra_agent *agent;
	char path[100];
	snprintf(path, sizeof(path), "%s/none", dir);
	assert_int_equal(ra_agent_open(path, &agent), RA_E_NOTFOUND);
	assert_int_equal(ra_agent_open("", &agent), RA_E_NOTFOUND);
	assert_null(agent);
}

static ra_err load(const char *path, struct ra_errs *errs)
{
	struct ra_identity *identity = NULL;
	ra_errs_clear(errs);
	ra_err err = ra_identity_load(path, &identity, errs);
	assert_int_equal(err == RA_OK, identity != NULL);
	if (identity)
		(void)!ra_identity_open(identity, NULL);
	ra_identity_free(identity);
	return err;
}

static void test_files_that_are_no_keys(void **state)
{
	static const struct {
		const char *text;
		mode_t mode;
		ra_err err;
		const char *say;
	} cases[] = {
		{"", 0600, RA_E_INVALID, "no private key"},
		{"ssh-ed25519 AAAA a public one", 0600, RA_E_INVALID, "no private key"},
		{"-----BEGIN OPENSSH PRIVATE KEY-----", 0600, RA_E_INVALID, "no private key"},
		{"-----BEGIN OPENSSH PRIVATE KEY-----\n!!\n-----END", 0600, RA_E_INVALID, "no private key"},
		{"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END", 0600, RA_E_INVALID, "no private key"},
		{"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", 0600, RA_OK, ""},
		{"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", 0640, RA_E_DENIED, "others can read it"},
	};
	char path[100];
	struct ra_errs errs;
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		snprintf(path, sizeof(path), "%s/key%zu", dir, i);
		assert_int_equal(ra_write_file(path, 0600, cases[i].text, strlen(cases[i].text), NULL), RA_OK);
		assert_int_equal(chmod(path, cases[i].mode), 0);
		assert_int_equal(load(path, &errs), cases[i].err);
		assert_int_equal(strncmp(errs.text[0], cases[i].say, strlen(cases[i].say)), 0);
	}
	assert_int_equal(load(dir, &errs), RA_E_INVALID);
	snprintf(path, sizeof(path), "%s/nowhere", dir);
	assert_int_equal(load(path, &errs), RA_E_NOTFOUND);
}

/* A key with any of its bytes changed, or cut anywhere, is opened or refused, and nothing else. */
static void test_broken_keys(void **state)
{
	static const char *const kinds[] = {"ecdsa", "ed25519", "rsa -b 1024"};
	if (system("command -v ssh-keygen >/dev/null") != 0)
		skip();
	for (size_t i = 0; i < RA_LEN(kinds); i++) {
		char command[300], path[100];
		struct ra_buf whole = {0};
		struct ra_errs errs;
		snprintf(path, sizeof(path), "%s/broken%zu", dir, i);
		snprintf(command, sizeof(command), "ssh-keygen -q -N '' -t %s -f %s", kinds[i], path);
		assert_int_equal(system(command), 0);
		assert_int_equal(ra_read_file(path, &whole, NULL), RA_OK);
		assert_int_equal(load(path, &errs), RA_OK);
		for (size_t at = 0; at < whole.len; at += 7) {
			const char kept = whole.data[at];
			whole.data[at] = kept == 'A' ? '/' : 'A';
			assert_int_equal(ra_write_file(path, 0600, whole.data, whole.len, NULL), RA_OK);
			(void)load(path, &errs);
			whole.data[at] = kept;
			assert_int_equal(ra_write_file(path, 0600, whole.data, at, NULL), RA_OK);
			(void)load(path, &errs);
		}
		ra_buf_free(&whole);
	}
}

static void test_offer(void **state)
{
	static const char rsa[] = "\0\0\0\7ssh-rsa\0\0\0\1\3", ed[] = "\0\0\0\x0bssh-ed25519\0\0\0\1k";
	struct ra_buf out = {0};
	assert_int_equal(ra_identity_offer((const unsigned char *)rsa, sizeof(rsa) - 1, false, &out), RA_OK);
	assert_int_equal(out.len, sizeof(rsa) - 1 + 5);
	assert_memory_equal(out.data, "\0\0\0\x0crsa-sha2-256\0\0\0\1\3", out.len);
	assert_int_equal(ra_identity_offer((const unsigned char *)rsa, sizeof(rsa) - 1, true, &out), RA_OK);
	assert_int_equal(out.len, sizeof(rsa) - 1);
	assert_memory_equal(out.data, rsa, out.len);
	assert_int_equal(ra_identity_offer((const unsigned char *)ed, sizeof(ed) - 1, false, &out), RA_OK);
	assert_int_equal(out.len, sizeof(ed) - 1);
	assert_memory_equal(out.data, ed, out.len);
	assert_int_equal(ra_identity_offer((const unsigned char *)"\0\0\0\x09x", 5, false, &out), RA_E_INVALID);
	ra_buf_free(&out);
}

/* What a client signs to log in, with this algorithm named in it. */
static void put_login(struct ra_buf *out, const char *algorithm)
{
	ra_buf_reset(out);
	assert_int_equal(ra_wire_put_string(out, "session", 7), RA_OK);
	assert_int_equal(ra_buf_add(out, "\x32", 1), RA_OK);
	assert_int_equal(ra_wire_put_string(out, "root", 4), RA_OK);
	assert_int_equal(ra_wire_put_string(out, "ssh-connection", 14), RA_OK);
	assert_int_equal(ra_wire_put_string(out, "publickey", 9), RA_OK);
	assert_int_equal(ra_buf_add(out, "\1", 1), RA_OK);
	assert_int_equal(ra_wire_put_string(out, algorithm, strlen(algorithm)), RA_OK);
}

/* An RSA key signs as the login says, and never with SHA-1; what is no login is not signed. */
static void test_rsa_signs(void **state)
{
	static const struct {
		const char *algorithm;
		int bits;
	} rows[] = {{"rsa-sha2-256", 256}, {"rsa-sha2-512", 512}, {"ssh-rsa", 0}, {"rsa-sha2-384", 0}, {"rsa-sha2-5", 0}, {"", 0}};
	char path[128];
	struct ra_buf login = {0}, signature = {0};
	struct ra_identity *identity = NULL;
	struct ra_errs errs;
	EVP_PKEY *pkey = EVP_RSA_gen(2048);

	ra_errs_clear(&errs);
	snprintf(path, sizeof(path), "%s/rsa", dir);
	FILE *file = fopen(path, "w");

	assert_non_null(pkey);
	assert_non_null(file);
	assert_int_equal(PEM_write_PrivateKey(file, pkey, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(ra_identity_load(path, &identity, &errs), RA_OK);
	assert_int_equal(ra_identity_open(identity, NULL), RA_OK);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		put_login(&login, rows[i].algorithm);
		assert_int_equal(ra_identity_rsa_bits(login.data, login.len), rows[i].bits);
		ra_buf_reset(&signature);
		assert_int_equal(ra_identity_sign(identity, login.data, login.len, &signature), rows[i].bits ? RA_OK : RA_E_DENIED);
		if (!rows[i].bits)
			continue;
		EVP_MD_CTX *context = EVP_MD_CTX_new();

		assert_int_equal(EVP_DigestVerifyInit(context, NULL, rows[i].bits == 256 ? EVP_sha256() : EVP_sha512(), NULL, pkey), 1);
		assert_int_equal(EVP_DigestVerify(context, (const unsigned char *)signature.data, signature.len,
						  (const unsigned char *)login.data, login.len), 1);
		EVP_MD_CTX_free(context);
		for (size_t len = 0; len < login.len; len++)
			assert_int_equal(ra_identity_rsa_bits(login.data, len), 0);
	}
	ra_identity_free(identity);
	EVP_PKEY_free(pkey);
	ra_buf_free(&login);
	ra_buf_free(&signature);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wire),
		cmocka_unit_test_setup_teardown(test_agent_lists, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_agent_signs, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_no_agent, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_files_that_are_no_keys, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_broken_keys, make_dir, remove_dir),
		cmocka_unit_test(test_offer),
		cmocka_unit_test_setup_teardown(test_rsa_signs, make_dir, remove_dir),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
