#include "config.h"

#include "link/kexinit.h"
#include "link/ssh.h"

#include <stdio.h>
#include <string.h>

#define LIST_MAX 400

/* Its numbers of the methods are ours of the lists. */
_Static_assert(LIBSSH2_METHOD_KEX == (int)RA_KEX_EXCHANGE && LIBSSH2_METHOD_MAC_SC == (int)RA_KEX_MAC_IN, "the order of a KEXINIT");

/* What may be agreed on: nothing with SHA-1, CBC or 3DES. Compression is off in libssh2 unless asked for. */
static const struct ra_ssh_offer methods[] = {
    {LIBSSH2_METHOD_KEX, "ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,curve25519-sha256,"
			 "curve25519-sha256@libssh.org,diffie-hellman-group16-sha512,diffie-hellman-group14-sha256,"
			 "diffie-hellman-group-exchange-sha256"},
    {LIBSSH2_METHOD_CRYPT_CS, "aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr,"
				"chacha20-poly1305@openssh.com"},
    {LIBSSH2_METHOD_CRYPT_SC, "aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr,"
				"chacha20-poly1305@openssh.com"},
    {LIBSSH2_METHOD_MAC_CS, "hmac-sha2-256,hmac-sha2-512,hmac-sha2-256-etm@openssh.com,"
			     "hmac-sha2-512-etm@openssh.com"},
    {LIBSSH2_METHOD_MAC_SC, "hmac-sha2-256,hmac-sha2-512,hmac-sha2-256-etm@openssh.com,"
			     "hmac-sha2-512-etm@openssh.com"},
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

/* What is told about the lists. Shape: room for every list, allowed and supported. */
struct sides {
	char allowed[RA_KEX_LISTS][LIST_MAX], have[RA_KEX_LISTS][LIST_MAX];
};

static void fill_sides(struct ra_ssh *ssh, struct sides *sides, struct ra_kex_ours *ours)
{
	for (int list = 0; list < RA_KEX_LISTS; list++) {
		host_key_names(0, sides->allowed[list]);
		for (size_t i = 0; i < RA_LEN(methods); i++)
			if (methods[i].method == list)
				snprintf(sides->allowed[list], LIST_MAX, "%s", methods[i].names);
		supported(ssh, list, sides->allowed[list], sides->have[list]);
		ours->allowed[list] = sides->allowed[list];
		ours->have[list] = sides->have[list];
	}
	ours->version = libssh2_version(0);
}

void ra_ssh_kex_gap(struct ra_ssh *ssh, char *out, size_t cap)
{
	struct ra_kexinit theirs;
	struct ra_kex_ours ours;
	struct sides sides;
	out[0] = '\0';
	if (!ssh->session || !ra_kexinit_find(ssh->wire.first, ssh->wire.first_len, &theirs))
		return;
	fill_sides(ssh, &sides, &ours);
	ra_kex_gap(&theirs, &ours, out, cap);
}
