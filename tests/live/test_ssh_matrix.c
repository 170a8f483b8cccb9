/* The trial matrix: what hosts of every age allow, and every kind of key an operator has, each with its exact outcome. What depends on the
 * version of libssh2 is asked of libssh2. Run by ssh-matrix.sh. */
#include "config.h"

#include "live.h"

#include "link/ssh.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define NEVER 0x7fffffff
#define V1_11_0 0x010b00
#define V1_11_1 0x010b01

#define GCM "aes256-gcm@openssh.com,aes128-gcm@openssh.com"
#define CHACHA "chacha20-poly1305@openssh.com"
#define ETM "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com"
#define COMMAND " (ESXi 8.0 and later: esxcli system ssh server config set -k ciphers -v " GCM ",aes256-ctr,aes192-ctr,aes128-ctr)"
#define NONE(version) ". libssh2 @ on this workstation has none of it, " version " has. Or the host must allow "
#define NONE_SAFE ". libssh2 @ on this workstation has none of it that is safe to use. The host must allow "
#define END "; it can also be read through vCenter."

/* The host of the whole group; a test that starts another comes back to it, however it ends. */
static struct live_host first;

static int come_back(void **state)
{
	if (strcmp(live_host.dir, first.dir) != 0)
		live_stop_host();
	live_host = first;
	if (getenv("SSH_AUTH_SOCK"))
		live_agent_stop();
	return 0;
}

static bool since(int version)
{
	return libssh2_version(version) != NULL;
}

/* A text with libssh2's version for @ and the first host's directory for %. Out: out[1024]. */
static const char *filled(const char *text, char *out)
{
	size_t len = 0;
	for (; *text && len < 800; text++) {
		if (*text == '@' && text[1] == ' ')
			len += (size_t)sprintf(out + len, "%s", libssh2_version(0));
		else if (*text == '%')
			len += (size_t)sprintf(out + len, "%.120s", first.dir);
		else
			out[len++] = *text;
	}
	out[len] = '\0';
	return out;
}

/* The host in use is known by all its keys. */
static const char *know_all(char *path, size_t cap)
{
	snprintf(path, cap, "%s/known_all", live_host.dir);
	live_shell("for k in ecdsa rsa; do printf '[127.0.0.1]:%d '; cut -d' ' -f1,2 %s/host_$k.pub; done >%s", live_host.port,
		   live_host.dir, path);
	return path;
}

/* What the two sides agreed on. */
static void expect_method(struct ra_link *link, int method, const char *name, const char *row)
{
	const char *agreed = libssh2_session_methods(((struct ra_ssh *)link)->session, method);
	if (name && strcmp(agreed, name) != 0)
		fail_msg("%s: method %d is %s, expected %s", row, method, agreed, name);
}

struct algorithms {
	const char *name, *config;
	int since; /* the libssh2 that can */
	const char *say; /* of an older one */
	const char *kex, *key, *old_cipher, *cipher, *mac; /* agreed on; old_cipher: before 1.11.0 */
};

static void try_algorithms(const struct algorithms *row)
{
	char config[1024], expected[1024], known[160];
	live_start_host(filled(row->config, config));
	struct ra_link *link = live_open_link(&(struct live_want){.known_hosts = know_all(known, sizeof(known))});
	struct ra_event event = live_ask(link, ECHO);
	if (since(row->since)) {
		assert_string_equal(live_states, "connecting up ");
		expect_method(link, LIBSSH2_METHOD_KEX, row->kex, row->name);
		expect_method(link, LIBSSH2_METHOD_HOSTKEY, row->key, row->name);
		expect_method(link, LIBSSH2_METHOD_CRYPT_CS, since(V1_11_0) ? row->cipher : row->old_cipher, row->name);
		expect_method(link, LIBSSH2_METHOD_MAC_CS, row->mac, row->name);
		live_expect_out(&event, "hi\n");
	} else {
		assert_string_equal(live_states, "connecting down ");
		assert_int_equal(event.reply.why, RA_LINK_UNREACHABLE);
		const char *said = strstr(event.reply.say, "): no SSH handshake, ");
		if (!said || strcmp(said + 21, filled(row->say, expected)) != 0)
			fail_msg("%s: \"%s\"\nexpected \"%s\"", row->name, event.reply.say, filled(row->say, expected));
		assert_memory_equal(event.reply.say, "127.0.0.1 (SSH-2.0-OpenSSH", 26);
		ra_event_clear(&event);
	}
	link = ra_link_free(link);
	(void)come_back(NULL);
}

static void test_algorithms(void **state)
{
	static const struct algorithms rows[] = {
	    {"6-like, only SHA-1",
	     "HostKeyAlgorithms ssh-rsa\nCiphers aes128-ctr,aes192-ctr,aes256-ctr,3des-cbc\nMACs hmac-sha2-256,hmac-sha2-512,hmac-sha1",
	     NEVER, "no common host key: the host allows ssh-rsa" NONE_SAFE "ecdsa-sha2-nistp256 too" END, NULL, NULL, NULL, NULL, NULL},
	    {"6-like, only old ciphers", "Ciphers 3des-cbc,aes128-cbc", NEVER,
	     "no common cipher: the host allows 3des-cbc,aes128-cbc" NONE_SAFE "aes256-ctr too" COMMAND END, NULL, NULL, NULL, NULL, NULL},
	    {"6-like with an ECDSA key",
	     "HostKeyAlgorithms ssh-rsa,ecdsa-sha2-nistp256\nCiphers aes128-ctr,aes192-ctr,aes256-ctr,3des-cbc\n"
	     "MACs hmac-sha2-256,hmac-sha2-512,hmac-sha1\nKexAlgorithms curve25519-sha256,diffie-hellman-group14-sha1",
	     0, "", "curve25519-sha256", "ecdsa-sha2-nistp256", "aes256-ctr", "aes256-ctr", "hmac-sha2-256"},
	    {"7-like",
	     "PubkeyAcceptedAlgorithms ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256,ssh-rsa", 0, "",
	     "ecdh-sha2-nistp256", "ecdsa-sha2-nistp256", "aes256-ctr", "aes256-gcm@openssh.com", NULL},
	    {"8.0.2", "", 0, "", "ecdh-sha2-nistp256", "ecdsa-sha2-nistp256", "aes256-ctr", "aes256-gcm@openssh.com", NULL},
	    {"8.0.2, SHA-512 groups only", "KexAlgorithms diffie-hellman-group16-sha512,diffie-hellman-group18-sha512", 0, "",
	     "diffie-hellman-group16-sha512", "ecdsa-sha2-nistp256", "aes256-ctr", "aes256-gcm@openssh.com", NULL},
	    {"GCM only", "Ciphers " GCM, V1_11_0, "no common cipher: the host allows " GCM NONE("1.11.0") "aes256-ctr too" COMMAND END,
	     "ecdh-sha2-nistp256", "ecdsa-sha2-nistp256", NULL, "aes256-gcm@openssh.com", NULL},
	    {"RSA host key", "HostKeyAlgorithms rsa-sha2-512,rsa-sha2-256", V1_11_0,
	     "no common host key: the host allows rsa-sha2-512,rsa-sha2-256" NONE("1.11.0") "ecdsa-sha2-nistp256 too" END,
	     "ecdh-sha2-nistp256", "rsa-sha2-512", NULL, "aes256-gcm@openssh.com", NULL},
	    {"ETM only", "Ciphers aes256-ctr\nMACs " ETM, V1_11_0,
	     "no common MAC: the host allows " ETM NONE("1.11.0") "hmac-sha2-256 too" END, "ecdh-sha2-nistp256", "ecdsa-sha2-nistp256",
	     NULL, "aes256-ctr", "hmac-sha2-256-etm@openssh.com"},
	    {"chacha20 only", "Ciphers " CHACHA, V1_11_1,
	     "no common cipher: the host allows " CHACHA NONE("1.11.1") "aes256-ctr too" COMMAND END, "ecdh-sha2-nistp256",
	     "ecdsa-sha2-nistp256", NULL, CHACHA, NULL},
	    {"sntrup only", "KexAlgorithms sntrup761x25519-sha512@openssh.com", NEVER,
	     "no common key exchange: the host allows sntrup761x25519-sha512@openssh.com" NONE_SAFE "ecdh-sha2-nistp256 too" END, NULL,
	     NULL, NULL, NULL, NULL},
	    {"host certificate", "HostCertificate %/host_ecdsa-cert.pub\n"
				 "HostKeyAlgorithms ecdsa-sha2-nistp256-cert-v01@openssh.com,ecdsa-sha2-nistp256,rsa-sha2-256",
	     0, "", "ecdh-sha2-nistp256", "ecdsa-sha2-nistp256", "aes256-ctr", "aes256-gcm@openssh.com", NULL},
	};
	live_shell("cd %s && ssh-keygen -q -t ecdsa -N '' -f authority && ssh-keygen -q -s authority -h -I esx01 host_ecdsa.pub 2>/dev/null",
		   first.dir);
	for (size_t i = 0; i < RA_LEN(rows); i++)
		try_algorithms(&rows[i]);
}

/* Key files beside those of fake-esxi.sh: the same keys in other dress, and ciphers of a passphrase. */
static int make_keys(void **state)
{
	live_group_setup(state);
	first = live_host;
	live_shell("cd %s && dress() { cp -p $1 $2 && shift && ssh-keygen -q -p -P '' -f \"$@\" >/dev/null; } && "
		   "dress id_rsa id_rsa_pem -m PEM -N '' && dress id_rsa id_rsa_pem_locked -m PEM -N 'open sesame' && "
		   "dress id_rsa id_rsa_locked -N 'open sesame' && dress id_ed25519 id_ed_locked -N 'open sesame' && "
		   "dress id_ecdsa id_ec_gcm -N 'open sesame' -Z aes256-gcm@openssh.com && "
		   "dress id_ecdsa id_ec_chacha -N 'open sesame' -Z chacha20-poly1305@openssh.com && "
		   "ssh-keygen -q -t ecdsa -b 384 -N '' -f id_ec384 && cat id_ec384.pub >>authorized_keys",
		   live_host.dir);
	return 0;
}

#define ESXI_8 "PubkeyAcceptedAlgorithms ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-256,rsa-sha2-512"
#define RIGHT "open sesame"

struct key_row {
	const char *file;
	const char *answers[4]; /* to questions for its passphrase, in turn; "" refuses one */
	const char *say;        /* in the refusal; NULL: it lets in */
};

static void try_key(const struct key_row *row, bool may_ask)
{
	struct ra_link *link = live_open_link(&(struct live_want){.identity = row->file, .may_ask = may_ask});
	bool lets_in = !row->say;
	live_submit(link, 1, ECHO, (struct ra_ticket){0});
	for (int i = 0; may_ask && row->answers[i]; i++) {
		struct ra_event event = live_wait_for(link, RA_EV_NEED);
		assert_int_equal(event.need.kind, RA_NEED_PASSPHRASE);
		ra_event_clear(&event);
		if (row->answers[i][0])
			live_answer_text(link, row->answers[i]);
		else
			link->ops->answer(link, false, NULL);
	}
	struct ra_event event = live_wait_for(link, RA_EV_REPLY);
	assert_string_equal(strrchr(live_states, 'u') ? "up " : "down ", lets_in ? "up " : "down ");
	if (lets_in)
		live_expect_out(&event, "hi\n");
	else
		live_expect_why(&event, RA_LINK_REFUSED, row->say);
	link = ra_link_free(link);
}

static void test_keys_of_8(void **state)
{
	static const struct key_row rows[] = {
	    {.file = "id_rsa"},
	    {.file = "id_rsa_pem"},
	    {.file = "id_pkcs8"},
	    {.file = "id_ecdsa"},
	    {.file = "id_ec384"},
	    {.file = "id_ec521"},
	    {.file = "id_pem_ec"},
	    {.file = "id_ed25519", .say = "id_ed25519: not accepted (ESXi 8.0.2 was seen to turn Ed25519 keys away)"},
	    {.file = "id_rsa_pem_locked", .answers = {RIGHT}},
	};
	/* OpenSSH's format with a passphrase is libssh2's to read, and the older one has only SHA-1 to sign with. */
	static const struct key_row older = {.file = "id_rsa_locked",
					     .say = "id_rsa_locked: an RSA key with a passphrase in this format needs the ssh agent, or a copy of "
						    "it in another: cp FILE COPY, ssh-keygen -p -m PEM -f COPY"};
	static const struct key_row newer = {.file = "id_rsa_locked", .answers = {RIGHT}};
	live_start_host(ESXI_8);
	for (size_t i = 0; i < RA_LEN(rows); i++)
		try_key(&rows[i], true);
	try_key(since(V1_11_0) ? &newer : &older, true);
}

static void test_passphrases(void **state)
{
	static const struct key_row rows[] = {
	    {.file = "id_ed_locked", .answers = {RIGHT}},
	    {.file = "id_ed_locked", .answers = {"wrong", RIGHT}},
	    {.file = "id_ed_locked", .answers = {"wrong", "wrong", "wrong"}, .say = "id_ed_locked: the passphrase does not open it"},
	    {.file = "id_ed_locked", .answers = {""}, .say = "id_ed_locked: no passphrase given"},
	    {.file = "id_locked", .answers = {"wrong", "wrong", RIGHT}},
	    {.file = "id_locked", .answers = {"wrong", ""}, .say = "id_locked: no passphrase given"},
	    {.file = "id_rsa_pem_locked", .answers = {"wrong", "wrong", "wrong"}, .say = "id_rsa_pem_locked: the passphrase does not open it"},
	};
	static const struct key_row alone[] = {
	    {.file = "id_ed_locked", .say = "id_ed_locked: has a passphrase and nobody can be asked: load it with ssh-add"},
	    {.file = "id_locked", .say = "id_locked: has a passphrase and nobody can be asked: load it with ssh-add"},
	    {.file = "id_rsa_pem_locked", .say = "id_rsa_pem_locked: has a passphrase and nobody can be asked: load it with ssh-add"},
	};
	for (size_t i = 0; i < RA_LEN(rows); i++)
		try_key(&rows[i], true);
	for (size_t i = 0; i < RA_LEN(alone); i++)
		try_key(&alone[i], false);
}

/* Ciphers of a passphrase that libssh2 has not: the operator is not asked in vain. */
static void test_passphrase_ciphers(void **state)
{
	static const struct {
		const char *file, *cipher;
		int since;
	} rows[] = {
	    {"id_ec_gcm", "aes256-gcm@openssh.com", V1_11_1},
	    {"id_ec_chacha", CHACHA, 0x010b02},
	};
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char say[300];
		snprintf(say, sizeof(say), "%s: its passphrase is by %s, which libssh2 %s cannot open: add it to the ssh agent, or "
					   "convert a copy: ssh-keygen -p -Z aes256-ctr -f COPY", rows[i].file, rows[i].cipher, libssh2_version(0));
		const struct key_row newer = {.file = rows[i].file, .answers = {RIGHT}}, older = {.file = rows[i].file, .say = say};
		try_key(since(rows[i].since) ? &newer : &older, true);
	}
}

/* What a link by this file and the agent comes to. A refusal stands: nothing is offered a second time. */
static void expect_login(const char *file, const char *say)
{
	struct ra_link *link = live_open_link(&(struct live_want){.identity = file, .use_agent = true});
	struct ra_event event = live_ask(link, ECHO);
	if (say) {
		live_expect_why(&event, RA_LINK_REFUSED, say);
		event = live_ask(link, ECHO);
		assert_string_equal(live_states, "");
		live_expect_why(&event, RA_LINK_REFUSED, say);
	} else {
		live_expect_out(&event, "hi\n");
	}
	link = ra_link_free(link);
}

static void test_agent_of_8(void **state)
{
	static const struct {
		const char *add, *file, *say;
	} rows[] = {
	    {"id_rsa", "", NULL},
	    {"id_ecdsa", "", NULL},
	    {"id_ec384", "", NULL},
	    {"id_ec521", "", NULL},
	    {"id_ed25519", "", "agent key ssh-ed25519 (test ed25519): not accepted (ESXi 8.0.2 was seen to turn Ed25519 keys away)"},
	    {"id_ed25519 id_rsa", "", NULL},
	    {"id_ed25519", "id_ecdsa", NULL},
	    {NULL, "", "the ssh agent holds no key"},
	    {NULL, "id_ecdsa", NULL},
	};
	live_agent_start();
	live_start_host(ESXI_8);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		live_shell("cd %s && ssh-add -q -D 2>/dev/null; for k in %s; do ssh-add -q $k 2>/dev/null || exit 1; done", live_host.dir,
			   rows[i].add ? rows[i].add : "");
		expect_login(rows[i].file, rows[i].say);
	}
}

/* More keys than a host has patience for: few are offered, and what was not offered is said. */
static void test_many_keys(void **state)
{
	static const struct {
		const char *name, *config, *file, *say;
		int strangers;
		bool knows; /* the agent's last key is the right one */
	} rows[] = {
	    {"the fourth key of the agent", "", "", NULL, 3, true},
	    {"the fifth is not offered", "", "", "(stranger 4): not accepted", 4, true},
	    {"four of the agent, then the file", "", "id_ecdsa", NULL, 6, false},
	    {"no patience for two", "MaxAuthTries 2", "id_ecdsa", "ended the connection after 2 tries (\"Too many authentication failures\"). Name the key it knows", 4, false},
	    {"patience for one more", "MaxAuthTries 6", "id_ecdsa", NULL, 4, false},
	};
	live_shell("cd %s && for i in 1 2 3 4 5 6; do ssh-keygen -q -t ed25519 -N '' -C \"stranger $i\" -f stranger$i; done", first.dir);
	live_agent_start();
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		live_shell("cd %s && ssh-add -q -D 2>/dev/null; for i in $(seq %d); do ssh-add -q stranger$i 2>/dev/null || exit 1; done; "
			   "%s", first.dir, rows[i].strangers, rows[i].knows ? "ssh-add -q id_ecdsa 2>/dev/null" : ":");
		live_start_host(rows[i].config);
		expect_login(rows[i].file, rows[i].say);
		live_stop_host();
		live_host = first;
	}
}

/* A file of known hosts: {N} is the host's name with its port, {E} its ECDSA key, {R} its RSA key, {X} a key of somebody else's. */
static void write_known(const char *text, bool hashed, const char *path)
{
	char *keys[3], name[64];
	static const char *const files[] = {"host_ecdsa.pub", "host_rsa.pub", "id_ecdsa.pub"};
	snprintf(name, sizeof(name), "[127.0.0.1]:%d", live_host.port);
	for (size_t i = 0; i < RA_LEN(files); i++) {
		char from[200];
		snprintf(from, sizeof(from), "%s/%s", live_host.dir, files[i]);
		keys[i] = live_slurp(from);
		char *end = strchr(strchr(keys[i], ' ') + 1, ' ');
		keys[i][end ? (size_t)(end - keys[i]) : strcspn(keys[i], "\n")] = '\0';
	}
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	for (; *text; text += *text == '{' ? 3 : 1) {
		const char *word = *text != '{' ? NULL : text[1] == 'N' ? name : text[1] == 'E' ? keys[0] : text[1] == 'R' ? keys[1] : keys[2];
		assert_true(word ? fputs(word, file) >= 0 : putc(*text, file) != EOF);
	}
	assert_int_equal(fclose(file), 0);
	for (size_t i = 0; i < RA_LEN(files); i++)
		free(keys[i]);
	if (hashed)
		live_shell("ssh-keygen -q -H -f %s >/dev/null 2>&1", path);
}

/* Does OpenSSH's own ssh connect by this file? */
static bool ssh_connects(const char *known)
{
	char command[1200];
	snprintf(command, sizeof(command),
		 "ssh -F none -o UserKnownHostsFile=%s -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes -o BatchMode=yes "
		 "-o UpdateHostKeys=no -o IdentitiesOnly=yes -o IdentityAgent=none -i %s/id_ecdsa -p %d %s@127.0.0.1 echo hi "
		 "</dev/null >%s.out 2>%s.err",
		 known, live_host.dir, live_host.port, live_host.user, known, known);
	return system(command) == 0;
}

/* What a file of known hosts means: the same as to ssh, but for what stands in `stricter`. */
static void test_known_as_ssh(void **state)
{
	static const struct {
		const char *known, *say; /* NULL: connects */
		bool hashed, stricter;   /* ssh would connect */
	} rows[] = {
	    {"{N} {E}\n", NULL, false, false},
	    {"{N} {E}\n", NULL, true, false},
	    {"127.0.0.1 {E}\n", NULL, false, false},
	    {"127.0.0.1 {E}\n", NULL, true, false},
	    {"127.0.0.1 {X}\n", "not known here", false, false},
	    {"other,127.0.0.1,{N} {E} a remark\n", NULL, false, false},
	    {"*.lab,[127.0.0.*]:* {E}\n", NULL, false, false},
	    {"[127.0.0.*]:*,!{N} {E}\n", "not known here", false, false},
	    {"{N} {X}\n", "HAS CHANGED", false, false},
	    {"{N} {X}\n{N} {E}\n", NULL, false, false},
	    {"@revoked * {E}\n{N} {E}\n", "revoked", false, false},
	    {"{N} {E}\n@revoked {N} {X}\n", NULL, false, false},
	    {"@cert-authority * {X}\n", "not known here", false, false},
	    {"@cert-authority * {X}\n{N} {E}\n", NULL, false, false},
	    {"{N}\t{E}\r\n", NULL, false, false},
	    {"garbage\n\001\377\n{N}\n{N} ssh-rsa !\n{N} {E}", NULL, false, false},
	    {"#{N} {E}\n", "not known here", false, false},
	    {"", "not known here", false, false},
	    /* A key revoked for the host without its port is not taken for the port either. */
	    {"@revoked 127.0.0.1 {E}\n{N} {E}\n", "revoked", false, true},
	};
	char known[200];
	snprintf(known, sizeof(known), "%s/known_rows", live_host.dir);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		write_known(rows[i].known, rows[i].hashed, known);
		bool theirs = ssh_connects(known);
		if (theirs != (!rows[i].say || rows[i].stricter))
			fail_msg("row %zu: ssh %s", i, theirs ? "connects" : "does not connect");
		char *before = live_slurp(known);
		struct ra_link *link = live_open_link(&(struct live_want){.known_hosts = known, .policy = RA_HOSTKEY_YES});
		struct ra_event event = live_ask(link, ECHO);
		if ((event.reply.why == RA_LINK_ANSWERED) != !rows[i].say)
			fail_msg("row %zu: why %d %s", i, event.reply.why, event.reply.say);
		if (rows[i].say)
			live_expect_why(&event, RA_LINK_REFUSED, rows[i].say);
		else
			live_expect_out(&event, "hi\n");
		link = ra_link_free(link);
		char *after = live_slurp(known);
		assert_string_equal(after, before);
		free(before);
		free(after);
	}
}

/* The other SSH server: the handshake, its key, and a refusal. It looks for keys nowhere but in the home of the account, so nobody gets in. */
static void test_dropbear(void **state)
{
	char known[200], path[200];
	if (system("command -v dropbear >/dev/null && command -v dropbearkey >/dev/null") != 0) {
		print_message("dropbear is not installed (Debian: dropbear-bin): it is not tested\n");
		skip();
	}
	snprintf(path, sizeof(path), "%s/dropbear.port", first.dir);
	snprintf(known, sizeof(known), "%s/dropbear.known", first.dir);
	live_shell("cd %s && port=$(./fake-host --port) && dropbearkey -t ecdsa -f dropbear.key >dropbear.pub 2>/dev/null && "
		   "dropbear -r %s/dropbear.key -p 127.0.0.1:$port -P %s/dropbear.pid -E 2>dropbear.log && echo $port >dropbear.port && "
		   "printf '[127.0.0.1]:%%d %%s\\n' $port \"$(grep ^ecdsa dropbear.pub | cut -d' ' -f1,2)\" >dropbear.known && "
		   "i=0; until [ -s dropbear.pid ]; do i=$((i+1)); [ $i -lt 200 ] || exit 1; sleep 0.05; done",
		   first.dir, first.dir, first.dir);
	char *port = live_slurp(path);
	static const char *const files[] = {"id_ecdsa", "id_rsa", "id_ed25519"};
	for (size_t i = 0; i < RA_LEN(files); i++) {
		char say[60];
		snprintf(say, sizeof(say), "%s: not accepted", files[i]);
		struct ra_link *link = live_open_link(
		    &(struct live_want){.identity = files[i], .port = atoi(port), .known_hosts = known, .policy = RA_HOSTKEY_YES});
		struct ra_event event = live_ask(link, ECHO);
		live_expect_why(&event, RA_LINK_REFUSED, say);
		link = ra_link_free(link);
	}
	free(port);
}

static int stop_dropbear(void **state)
{
	live_shell("cd %s && if [ -s dropbear.pid ]; then kill $(cat dropbear.pid); fi", first.dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(test_algorithms, come_back),
	    cmocka_unit_test_teardown(test_keys_of_8, come_back),
	    cmocka_unit_test_teardown(test_passphrases, come_back),
	    cmocka_unit_test_teardown(test_passphrase_ciphers, come_back),
	    cmocka_unit_test_teardown(test_agent_of_8, come_back),
	    cmocka_unit_test_teardown(test_many_keys, come_back),
	    cmocka_unit_test_teardown(test_known_as_ssh, come_back),
	    cmocka_unit_test_teardown(test_dropbear, stop_dropbear),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("ssh matrix", tests, make_keys, live_group_teardown);
}
