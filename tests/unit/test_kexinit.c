/* Why a handshake came to nothing: the host's lists against ours, and what is to be done. */
#include "unit.h"

#include "base/buf.h"
#include "link/kexinit.h"
#include "link/wire.h"

#include <stdio.h>
#include <string.h>

#define KEX "ecdh-sha2-nistp256,curve25519-sha256"
#define HOST_KEY "ecdsa-sha2-nistp256,ssh-ed25519,rsa-sha2-512,rsa-sha2-256"
#define CIPHER "aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes128-ctr,chacha20-poly1305@openssh.com"
#define MAC "hmac-sha2-256,hmac-sha2-512,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com"

static const struct ra_kex_ours old = {
    .allowed = {KEX, HOST_KEY, CIPHER, CIPHER, MAC, MAC},
    .have = {KEX, "ecdsa-sha2-nistp256,ssh-ed25519", "aes256-ctr,aes128-ctr", "aes256-ctr,aes128-ctr", "hmac-sha2-256,hmac-sha2-512",
	     "hmac-sha2-256,hmac-sha2-512"},
    .version = "1.10.0",
};
static const struct ra_kex_ours current = {
    .allowed = {KEX, HOST_KEY, CIPHER, CIPHER, MAC, MAC},
    .have = {KEX, HOST_KEY, CIPHER, CIPHER, MAC, MAC},
    .version = "1.11.1",
};

/* A first packet: greeting, then KEXINIT with these lists. */
static void make(const char *greeting, const char *const *names, struct ra_buf *out)
{
	RA_AUTO(ra_buf_free) struct ra_buf body = {0};
	assert_int_equal(ra_buf_add(&body, "\4\24cookiecookiecook", 18), RA_OK);
	for (int i = 0; i < RA_KEX_LISTS; i++)
		assert_int_equal(ra_wire_put_string(&body, names[i], strlen(names[i])), RA_OK);
	for (int i = 0; i < 4; i++)
		assert_int_equal(ra_wire_put_string(&body, "none", i < 2 ? 4 : 0), RA_OK);
	assert_int_equal(ra_buf_add(&body, "\0\0\0\0\0pppp", 9), RA_OK);
	assert_int_equal(ra_buf_text(out, greeting), RA_OK);
	assert_int_equal(ra_wire_put_string(out, body.data, body.len), RA_OK);
}

#define GCM "aes256-gcm@openssh.com,aes128-gcm@openssh.com"
#define CHACHA "chacha20-poly1305@openssh.com"
#define ETM "hmac-sha2-512-etm@openssh.com"
#define COMMAND " (ESXi 8.0 and later: esxcli system ssh server config set -k ciphers -v " GCM ",aes256-ctr,aes192-ctr,aes128-ctr)"
#define NEWER(version) ". libssh2 1.10.0 on this workstation has none of it, " version " has. Or the host must allow "
#define NEVER(version) ". libssh2 " version " on this workstation has none of it that is safe to use. The host must allow "
#define END "; it can also be read through vCenter"

static void test_gap(void **state)
{
	static const struct {
		const struct ra_kex_ours *ours;
		const char *theirs[RA_KEX_LISTS], *say;
	} cases[] = {
	    {&old, {KEX, HOST_KEY, CIPHER, CIPHER, MAC, MAC}, ""},
	    {&old, {"x,curve25519-sha256", "ssh-ed25519", "aes128-ctr", "aes256-ctr", "hmac-sha2-512", "hmac-sha2-256"}, ""},
	    /* A list of its own for each direction. */
	    {&old, {KEX, HOST_KEY, CIPHER, GCM, MAC, MAC}, "no common cipher: the host allows " GCM NEWER("1.11.0") "aes256-ctr too" END},
	    /* The trial matrix. */
	    {&old, {KEX, "ssh-rsa,ssh-dss", CIPHER, CIPHER, MAC, MAC},
	     "no common host key: the host allows ssh-rsa,ssh-dss" NEVER("1.10.0") "ecdsa-sha2-nistp256 too" END},
	    {&current, {KEX, "ssh-rsa", CIPHER, CIPHER, MAC, MAC},
	     "no common host key: the host allows ssh-rsa" NEVER("1.11.1") "ecdsa-sha2-nistp256 too" END},
	    {&old, {KEX, "rsa-sha2-512,rsa-sha2-256", CIPHER, CIPHER, MAC, MAC},
	     "no common host key: the host allows rsa-sha2-512,rsa-sha2-256" NEWER("1.11.0") "ecdsa-sha2-nistp256 too" END},
	    {&old, {KEX, HOST_KEY, GCM, GCM, MAC, MAC},
	     "no common cipher: the host allows " GCM NEWER("1.11.0") "aes256-ctr too" COMMAND END},
	    {&old, {KEX, HOST_KEY, CHACHA, CHACHA, ETM, ETM},
	     "no common cipher: the host allows " CHACHA "; no common MAC: the host allows " ETM NEWER("1.11.1")
	     "aes256-ctr and hmac-sha2-256 too" COMMAND END},
	    {&old, {KEX, HOST_KEY, CIPHER, CIPHER, ETM, ETM},
	     "no common MAC: the host allows " ETM NEWER("1.11.0") "hmac-sha2-256 too" END},
	    {&old, {"sntrup761x25519-sha512@openssh.com", HOST_KEY, CIPHER, CIPHER, MAC, MAC},
	     "no common key exchange: the host allows sntrup761x25519-sha512@openssh.com" NEVER("1.10.0") "ecdh-sha2-nistp256 too" END},
	    /* One gap that nothing closes: no version is praised for the other. */
	    {&old, {"sntrup761x25519-sha512@openssh.com", HOST_KEY, CHACHA, CHACHA, MAC, MAC},
	     "no common key exchange: the host allows sntrup761x25519-sha512@openssh.com; no common cipher: the host allows " CHACHA
	     NEVER("1.10.0") "ecdh-sha2-nistp256 and aes256-ctr too" COMMAND END},
	    {&current, {KEX, HOST_KEY, "3des-cbc,aes128-cbc", "3des-cbc,aes128-cbc", MAC, MAC},
	     "no common cipher: the host allows 3des-cbc,aes128-cbc" NEVER("1.11.1") "aes256-ctr too" COMMAND END},
	    /* A cipher that needs no MAC: its list says nothing. */
	    {&current, {KEX, HOST_KEY, GCM, GCM, "umac-64@openssh.com", "umac-64@openssh.com"}, ""},
	    {&current, {KEX, HOST_KEY, "aes256-ctr", "aes256-ctr", "umac-64@openssh.com", "umac-64@openssh.com"},
	     "no common MAC: the host allows umac-64@openssh.com" NEVER("1.11.1") "hmac-sha2-256 too" END},
	    {&old, {"", HOST_KEY, CIPHER, CIPHER, MAC, MAC},
	     "no common key exchange: the host allows none" NEVER("1.10.0") "ecdh-sha2-nistp256 too" END},
	    /* What is no algorithm is not told as one. */
	    {&old, {"ext-info-s,sntrup761x25519-sha512@openssh.com,kex-strict-s-v00@openssh.com", HOST_KEY, CIPHER, CIPHER, MAC, MAC},
	     "no common key exchange: the host allows sntrup761x25519-sha512@openssh.com" NEVER("1.10.0") "ecdh-sha2-nistp256 too" END},
	    {&old, {"kex-strict-s-v00@openssh.com", HOST_KEY, CIPHER, CIPHER, MAC, MAC},
	     "no common key exchange: the host allows none" NEVER("1.10.0") "ecdh-sha2-nistp256 too" END},
	    /* Parts of names are no names. */
	    {&old, {"ecdh-sha2-nistp2567,xcurve25519-sha256", HOST_KEY, CIPHER, CIPHER, MAC, MAC},
	     "no common key exchange: the host allows ecdh-sha2-nistp2567,xcurve25519-sha256" NEVER("1.10.0") "ecdh-sha2-nistp256 too" END},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
		struct ra_kexinit theirs;
		char say[640];
		make("SSH-2.0-OpenSSH_9.2\r\n", cases[i].theirs, &bytes);
		assert_true(ra_kexinit_find(bytes.data, bytes.len, &theirs));
		ra_kex_gap(&theirs, cases[i].ours, say, sizeof(say));
		if (strcmp(say, cases[i].say) != 0)
			fail_msg("case %zu: \"%s\"\nexpected \"%s\"", i, say, cases[i].say);
	}
}

/* A list longer than a sentence: whole names of it, and that there are more. */
static void test_long_list(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	char list[2000] = "", say[640];
	struct ra_kexinit theirs;
	for (int i = 0; i < 90; i++)
		strcat(list, i ? ",algorithm-of-theirs" : "algorithm-of-theirs");
	const char *const names[] = {list, list, list, list, list, list};
	make("SSH-2.0-x\n", names, &bytes);
	assert_true(ra_kexinit_find(bytes.data, bytes.len, &theirs));
	ra_kex_gap(&theirs, &old, say, sizeof(say));
	assert_non_null(strstr(say, "allows algorithm-of-theirs,"));
	assert_non_null(strstr(say, "of-theirs, ...; no common host key"));
	assert_in_range(strlen(say), 300, sizeof(say) - 1);
	/* One name longer than all, and no room at all. */
	memset(list, 'x', sizeof(list) - 1);
	bytes.len = 0;
	make("SSH-2.0-x\n", names, &bytes);
	assert_true(ra_kexinit_find(bytes.data, bytes.len, &theirs));
	ra_kex_gap(&theirs, &old, say, sizeof(say));
	assert_non_null(strstr(say, "the host allows names too long to tell; no common host key"));
	ra_kex_gap(&theirs, &old, say, 5);
	assert_string_equal(say, "no c");
}

/* Where the lists are, and that a packet cut anywhere is none. */
static void test_find(void **state)
{
	static const char *const names[] = {"a", "b,c", "d", "e", "f", "g"};
	static const struct {
		const char *greeting;
		bool found;
	} cases[] = {
	    {"SSH-2.0-x\r\n", true},      {"SSH-2.0-x\n", true}, {"hello\r\nSSH-1\r\nSSH-2.0-x\r\n", false},
	    {"hello\r\nSSH-2.0-x\r\n", true}, {"", false},           {"HTTP/1.1 400\r\n", false},
	    {"SSH-2.0-x", false},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
		struct ra_kexinit found;
		make(cases[i].greeting, names, &bytes);
		if (ra_kexinit_find(bytes.data, bytes.len, &found) != cases[i].found)
			fail_msg("case %zu", i);
		if (!cases[i].found)
			continue;
		for (int list = 0; list < RA_KEX_LISTS; list++) {
			assert_int_equal(found.len[list], strlen(names[list]));
			assert_memory_equal(found.names[list], names[list], found.len[list]);
		}
		for (size_t len = 0; len < bytes.len; len++) {
			char *cut = malloc(len ? len : 1);
			assert_non_null(cut);
			memcpy(cut, bytes.data, len);
			assert_false(ra_kexinit_find(cut, len, &found));
			free(cut);
		}
	}
}

/* Which libssh2 brought an algorithm. */
static void test_brought_by(void **state)
{
	static const struct {
		int list;
		const char *name, *version; /* NULL: none has it that reattest would use */
	} cases[] = {
	    {RA_KEX_CIPHER_OUT, "aes256-gcm@openssh.com", "1.11.0"},     {RA_KEX_CIPHER_IN, "aes128-gcm@openssh.com", "1.11.0"},
	    {RA_KEX_MAC_OUT, "hmac-sha2-256-etm@openssh.com", "1.11.0"}, {RA_KEX_MAC_IN, "hmac-sha2-512-etm@openssh.com", "1.11.0"},
	    {RA_KEX_HOST_KEY, "rsa-sha2-256", "1.11.0"},                 {RA_KEX_HOST_KEY, "rsa-sha2-512", "1.11.0"},
	    {RA_KEX_CIPHER_OUT, "chacha20-poly1305@openssh.com", "1.11.1"},
	    {RA_KEX_CIPHER_OUT, "aes256-cbc", NULL},                     {RA_KEX_EXCHANGE, "mlkem768x25519-sha256", NULL},
	    {RA_KEX_HOST_KEY, "ssh-rsa", NULL},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
		const char *names[] = {KEX, HOST_KEY, CIPHER, CIPHER, MAC, MAC};
		struct ra_kexinit theirs;
		char say[640], part[40];
		names[cases[i].list] = cases[i].name;
		make("SSH-2.0-x\n", names, &bytes);
		assert_true(ra_kexinit_find(bytes.data, bytes.len, &theirs));
		ra_kex_gap(&theirs, &old, say, sizeof(say));
		snprintf(part, sizeof(part), "none of it, %s has.", cases[i].version ? cases[i].version : "");
		if (!strstr(say, cases[i].version ? part : "none of it that is safe to use"))
			fail_msg("%s: %s", cases[i].name, say);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_gap),
	    cmocka_unit_test(test_long_list),
	    cmocka_unit_test(test_find),
	    cmocka_unit_test(test_brought_by),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
