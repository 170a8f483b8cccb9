#include "config.h"

#include "link/ssh.h"
#include "link/wire.h"

#include <stdio.h>
#include <string.h>

#define KEXINIT 20
#define COOKIE_LEN 16
#define LIST_MAX 400

/* What may be agreed on: nothing with SHA-1, CBC or 3DES. Compression is off in libssh2 unless asked for. */
static const struct ra_ssh_offer methods[] = {
    {LIBSSH2_METHOD_KEX, "ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,curve25519-sha256,"
			 "curve25519-sha256@libssh.org,diffie-hellman-group16-sha512,diffie-hellman-group14-sha256,"
			 "diffie-hellman-group-exchange-sha256"},
    {LIBSSH2_METHOD_CRYPT_CS, "aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr"},
    {LIBSSH2_METHOD_CRYPT_SC, "aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr"},
    {LIBSSH2_METHOD_MAC_CS, "hmac-sha2-256,hmac-sha2-512"},
    {LIBSSH2_METHOD_MAC_SC, "hmac-sha2-256,hmac-sha2-512"},
};
/* Host key algorithms, and the type of known key that moves one to the front. */
static const struct {
	const char *name;
	unsigned type;
} host_keys[] = {
    {"ecdsa-sha2-nistp256", RA_KEY_ECDSA256},
    {"ecdsa-sha2-nistp384", RA_KEY_ECDSA384},
    {"ecdsa-sha2-nistp521", RA_KEY_ECDSA521},
    {"ssh-ed25519", RA_KEY_ED25519},
    {"rsa-sha2-512", RA_KEY_RSA},
    {"rsa-sha2-256", RA_KEY_RSA},
};

bool ra_ssh_offer(size_t index, struct ra_ssh_offer *out)
{
	if (index < RA_LEN(methods))
		*out = methods[index];
	else if (index - RA_LEN(methods) < RA_LEN(host_keys))
		*out = (struct ra_ssh_offer){LIBSSH2_METHOD_HOSTKEY, host_keys[index - RA_LEN(methods)].name};
	else
		return false;
	return true;
}

/* The names of a comma list that libssh2 has, in the list's order. Out: out[LIST_MAX], "" when it has none. */
static void supported(struct ra_ssh *ssh, int method, const char *names, char *out)
{
	const char **list = NULL;
	int count = libssh2_session_supported_algs(ssh->session, method, &list);
	out[0] = '\0';
	while (count > 0 && *names) {
		size_t len = strcspn(names, ","), at = strlen(out);
		bool has = false;
		for (int i = 0; i < count && !has; i++)
			has = strlen(list[i]) == len && memcmp(list[i], names, len) == 0;
		if (has)
			snprintf(out + at, LIST_MAX - at, "%s%.*s", at ? "," : "", (int)len, names);
		names += len + (names[len] == ',');
	}
	if (count > 0)
		libssh2_free(ssh->session, list);
}

/* The host key algorithms, those of known types first: a host with two keys would look changed otherwise. */
static void host_key_names(unsigned types, char *out)
{
	out[0] = '\0';
	for (int wanted = 1; wanted >= 0; wanted--) {
		for (size_t i = 0; i < RA_LEN(host_keys); i++) {
			size_t len = strlen(out);
			if (!!(host_keys[i].type & types) == wanted)
				snprintf(out + len, LIST_MAX - len, "%s%s", len ? "," : "", host_keys[i].name);
		}
	}
}

/* Allow these algorithms and no other. libssh2 1.10 copies memory over itself when it meets a name it does not know, so
 * it gets only those it does. Out: libssh2's code. */
static int allow(struct ra_ssh *ssh, int method, const char *names)
{
	char list[LIST_MAX];
	supported(ssh, method, names, list);
	return list[0] ? libssh2_session_method_pref(ssh->session, method, list) : LIBSSH2_ERROR_METHOD_NOT_SUPPORTED;
}

int ra_ssh_kex_prefer(struct ra_ssh *ssh, unsigned types)
{
	char list[LIST_MAX];
	host_key_names(types, list);
	int rc = allow(ssh, LIBSSH2_METHOD_HOSTKEY, list);
	for (size_t i = 0; i < RA_LEN(methods) && !rc; i++)
		rc = allow(ssh, methods[i].method, methods[i].names);
	return rc;
}

/* One comma list has a name of another. */
static bool meet(const char *ours, const unsigned char *theirs, size_t theirs_len)
{
	while (*ours) {
		size_t len = strcspn(ours, ",");
		for (size_t at = 0; at + len <= theirs_len; at++) {
			bool starts = at == 0 || theirs[at - 1] == ',';
			bool ends = at + len == theirs_len || theirs[at + len] == ',';
			if (starts && ends && memcmp(theirs + at, ours, len) == 0)
				return true;
		}
		ours += len + (ours[len] == ',');
	}
	return false;
}

/* The host's list of algorithms, after its greeting in what it said first. Out: false when it is not whole. */
static bool find_lists(const struct ra_ssh_wire *wire, struct ra_wire *out)
{
	const char *at = strncmp(wire->first, "SSH-", 4) == 0 ? wire->first : strstr(wire->first, "\nSSH-");
	const char *end = wire->first + wire->first_len;
	at = at ? memchr(at + 1, '\n', (size_t)(end - at - 1)) : NULL;
	if (!at)
		return false;
	*out = ra_wire_make(at + 1, (size_t)(end - at - 1));
	(void)ra_wire_u32(out); /* length of the packet */
	(void)ra_wire_u8(out);  /* of its padding */
	if (ra_wire_u8(out) != KEXINIT)
		return false;
	for (int i = 0; i < COOKIE_LEN; i++)
		(void)ra_wire_u8(out);
	return !out->bad;
}

void ra_ssh_kex_gap(struct ra_ssh *ssh, char *out, size_t cap)
{
	/* In the order of the packet (RFC 4253, section 7.1), which is libssh2's order of methods, too. */
	static const char *const what[] = {"key exchange", "host key", "cipher", "cipher", "MAC", "MAC"};
	struct ra_wire lists;
	out[0] = '\0';
	if (!ssh->session || !find_lists(&ssh->wire, &lists))
		return;
	for (int method = LIBSSH2_METHOD_KEX; method <= LIBSSH2_METHOD_MAC_SC; method++) {
		size_t len;
		char names[LIST_MAX], ours[LIST_MAX];
		const unsigned char *theirs = ra_wire_string(&lists, &len);
		if (!theirs)
			return;
		host_key_names(0, names);
		for (size_t i = 0; i < RA_LEN(methods); i++)
			if (methods[i].method == method)
				snprintf(names, sizeof(names), "%s", methods[i].names);
		supported(ssh, method, names, ours);
		if (meet(ours, theirs, len))
			continue;
		snprintf(out, cap, "no common %s: the host allows %.*s", what[method], (int)(len > 200 ? 200 : len),
			 (const char *)theirs);
		return;
	}
}
