/* What the SSH side says of itself: the library against its own word, the agent whether it answers, hangs or talks
 * rubbish. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "link/about.h"
#include "link/http.h"
#include "link/ssh.h"

#include <curl/curl.h>
#include <libxml/xmlversion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static bool library_has(int method, const char *name)
{
	LIBSSH2_SESSION *session = libssh2_session_init();
	const char **names = NULL;
	int count = libssh2_session_supported_algs(session, method, &names);
	bool found = false;

	for (int i = 0; i < count; i++)
		found = found || !strcmp(names[i], name);
	libssh2_free(session, (void *)names);
	libssh2_session_free(session);
	return found;
}

/* A whole name stands among those told, not only the beginning of one. */
static bool names_it(const char *said, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = said; (at = strstr(at, name)); at += len)
		if (at[len] == ',' || at[len] == ':')
			return true;
	return false;
}

/* A name reattest would use is told to be lacking exactly when the library does not know it. */
static void lacks(void **state)
{
	static const struct {
		int method;
		const char *name, *words;
	} rows[] = {
	    {LIBSSH2_METHOD_CRYPT_CS, "aes256-gcm@openssh.com", "no ciphers "},
	    {LIBSSH2_METHOD_CRYPT_CS, "aes256-ctr", "no ciphers "},
	    {LIBSSH2_METHOD_HOSTKEY, "rsa-sha2-512", "no host keys "},
	    {LIBSSH2_METHOD_HOSTKEY, "ecdsa-sha2-nistp256", "no host keys "},
	    {LIBSSH2_METHOD_CRYPT_CS, "chacha20-poly1305@openssh.com", "no ciphers "},
	    {LIBSSH2_METHOD_MAC_CS, "hmac-sha2-256", "no MACs "},
	    {LIBSSH2_METHOD_MAC_CS, "hmac-sha2-256-etm@openssh.com", "no MACs "},
	    {LIBSSH2_METHOD_KEX, "ecdh-sha2-nistp256", "no key exchange "},
	};
	RA_AUTO(ra_buf_free) struct ra_buf said = {0};

	assert_int_equal(ra_ssh_lacks(&said), RA_OK);
	assert_string_equal(ra_ssh_library(), libssh2_version(0));
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		bool told = names_it(ra_buf_str(&said), rows[i].name) && strstr(ra_buf_str(&said), rows[i].words);

		assert_int_equal(told, !library_has(rows[i].method, rows[i].name));
	}
	assert_int_equal(strstr(ra_buf_str(&said), "SHA-2 signatures with RSA keys") != NULL,
			 libssh2_version(0x010b00) == NULL);
	/* A host has an ECDSA key beside its RSA keys: said where one is lacking and the other is not. */
	assert_int_equal(strstr(ra_buf_str(&said), "offer an ECDSA key, too") != NULL,
			 strstr(ra_buf_str(&said), "no host keys ") && library_has(LIBSSH2_METHOD_HOSTKEY, "ecdsa-sha2-nistp256"));
	assert_true(!said.len || said.data[said.len - 1] == '\n');
}

/* The libraries of the way to vCenter tell the versions that are loaded. */
static void https_libraries(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf lacks_said = {0};
	char curl[128], want[128], xml[32];
	const curl_version_info_data *about = curl_version_info(CURLVERSION_NOW);

	snprintf(want, sizeof(want), "%s %s", about->version, about->ssl_version);
	assert_string_equal(ra_http_library(curl, sizeof(curl)), want);
	assert_int_equal(ra_https_lacks(&lacks_said), RA_OK);
	assert_int_equal(lacks_said.len == 0, strncmp(about->ssl_version, "OpenSSL/", 8) == 0);
	/* Tests run with the library they were compiled against. */
	assert_string_equal(ra_xml_library(xml, sizeof(xml)), LIBXML_DOTTED_VERSION);
}

/* An agent in a child: takes one request and answers with these bytes; len 0: never answers; -1: hangs up. */
static pid_t agent(const char *path, const char *bytes, int len)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), peer;
	char request[5];
	pid_t child;

	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(listen(fd, 1), 0);
	child = fork();
	if (child) {
		close(fd);
		return child;
	}
	peer = accept(fd, NULL, NULL);
	if (peer >= 0 && len >= 0 && read(peer, request, sizeof(request)) == (ssize_t)sizeof(request)) {
		if (len > 0)
			_exit(write(peer, bytes, (size_t)len) != len);
		(void)!read(peer, request, 1); /* until the caller gives up */
	}
	_exit(0);
}

static void agents(void **state)
{
	static const struct {
		const char *what, *bytes;
		int len;
		ra_err err;
		int keys;
	} rows[] = {
	    {"no keys", "\0\0\0\5\14\0\0\0\0", 9, RA_OK, 0},
	    {"two keys", "\0\0\0\31\14\0\0\0\2\0\0\0\1A\0\0\0\1a\0\0\0\1B\0\0\0\1b", 29, RA_OK, 2},
	    {"more than it says", "\0\0\0\5\14\0\0\0\7", 9, RA_E_INVALID, 0},
	    {"too long", "\377\377\377\377\14", 5, RA_E_INVALID, 0},
	    {"refuses", "\0\0\0\1\5", 5, RA_E_DENIED, 0},
	    {"silent", "", 0, RA_E_TIMEOUT, 0},
	    {"hangs up", "", -1, RA_E_IO, 0},
	};
	char dir[] = "/tmp/reattest-agent-XXXXXX", path[64];

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/s", dir);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		pid_t child = agent(path, rows[i].bytes, rows[i].len);
		ra_mono_ms began = ra_mono_now();
		int keys = -1, status;
		ra_err err = ra_ssh_agent_count(path, rows[i].err == RA_E_TIMEOUT ? 50 : 10000, &keys);

		if (err != rows[i].err || keys != rows[i].keys)
			fail_msg("%s: %s, %d keys", rows[i].what, ra_err_name(err), keys);
		assert_true(ra_mono_now() - began < 10000);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		unlink(path);
	}
	rmdir(dir);
}

static void nobody_there(void **state)
{
	int keys = -1;

	assert_int_equal(ra_ssh_agent_count(NULL, 1000, &keys), RA_E_NOTFOUND);
	assert_int_equal(ra_ssh_agent_count("", 1000, &keys), RA_E_NOTFOUND);
	assert_int_equal(ra_ssh_agent_count("/nonexistent/agent", 1000, &keys), RA_E_NOTFOUND);
	assert_int_equal(keys, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lacks),
	    cmocka_unit_test(https_libraries),
	    cmocka_unit_test(agents),
	    cmocka_unit_test(nobody_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
