#include "config.h"

#include "link/kexinit.h"

#include "base/own.h"
#include "link/wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define KEXINIT 20
#define COOKIE_LEN 16
#define TOLD_MAX 120 /* letters of a list of the host's */

/* What the lists are called, a name that every libssh2 has, and how an ESXi host is made to allow such ones. */
static const struct {
	const char *what, *usual, *command;
} lists[RA_KEX_LISTS] = {
    [RA_KEX_EXCHANGE] = {"key exchange", "ecdh-sha2-nistp256", NULL},
    [RA_KEX_HOST_KEY] = {"host key", "ecdsa-sha2-nistp256", NULL},
    /* The value is the one the hardening guides for 8.0 and 9.x ask for. */
    [RA_KEX_CIPHER_OUT] = {"cipher", "aes256-ctr",
			   "esxcli system ssh server config set -k ciphers -v "
			   "aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr"},
    [RA_KEX_CIPHER_IN] = {"cipher", "aes256-ctr", NULL},
    [RA_KEX_MAC_OUT] = {"MAC", "hmac-sha2-256", NULL},
    [RA_KEX_MAC_IN] = {"MAC", "hmac-sha2-256", NULL},
};

/* Versions of libssh2 that brought something, oldest first. Source: its release notes. */
static const char *const versions[] = {"1.11.0", "1.11.1"};
static const struct {
	const char *name;
	int version;
} brought[] = {
    {"rsa-sha2-256", 0},
    {"rsa-sha2-512", 0},
    {"aes128-gcm@openssh.com", 0},
    {"aes256-gcm@openssh.com", 0},
    {"hmac-sha2-256-etm@openssh.com", 0},
    {"hmac-sha2-512-etm@openssh.com", 0},
    {"chacha20-poly1305@openssh.com", 1},
};

/* Out: -1 when every version has it that reattest builds with, or none. */
static int brought_by(const char *name, size_t len)
{
	for (size_t i = 0; i < RA_LEN(brought); i++)
		if (strlen(brought[i].name) == len && memcmp(brought[i].name, name, len) == 0)
			return brought[i].version;
	return -1;
}

/* The packet after the greeting; lines before that are allowed. */
static bool find_packet(const char *bytes, size_t len, struct ra_wire *out)
{
	const char *at = bytes, *end = bytes + len, *lf;
	bool greeted = false;
	while (!greeted && (lf = memchr(at, '\n', (size_t)(end - at)))) {
		greeted = lf - at >= 4 && memcmp(at, "SSH-", 4) == 0;
		at = lf + 1;
	}
	*out = ra_wire_make(at, greeted ? (size_t)(end - at) : 0);
	size_t packet_len = ra_wire_u32(out);
	if (out->bad || packet_len > out->left)
		return false;
	out->left = packet_len;
	return true;
}

bool ra_kexinit_find(const char *bytes, size_t len, struct ra_kexinit *out)
{
	struct ra_wire wire;
	memset(out, 0, sizeof(*out));
	if (!find_packet(bytes, len, &wire))
		return false;
	(void)ra_wire_u8(&wire); /* length of the padding */
	if (ra_wire_u8(&wire) != KEXINIT)
		return false;
	for (int i = 0; i < COOKIE_LEN; i++)
		(void)ra_wire_u8(&wire);
	for (int i = 0; i < RA_KEX_LISTS; i++)
		out->names[i] = (const char *)ra_wire_string(&wire, &out->len[i]);
	return !wire.bad;
}

static bool has(const char *names, size_t names_len, const char *name, size_t len)
{
	for (size_t at = 0; at + len <= names_len; at++) {
		bool starts = at == 0 || names[at - 1] == ',';
		bool ends = at + len == names_len || names[at + len] == ',';
		if (starts && ends && memcmp(names + at, name, len) == 0)
			return true;
	}
	return false;
}

/* The first name of ours that is in theirs. Out: its length, 0 when there is none. */
static size_t first_common(const char *ours, const char *theirs, size_t theirs_len, const char **name)
{
	for (size_t len; *ours; ours += len + (ours[len] == ',')) {
		len = strcspn(ours, ",");
		*name = ours;
		if (len && has(theirs, theirs_len, ours, len))
			return len;
	}
	return 0;
}

bool ra_kex_meet(const char *ours, const char *theirs, size_t theirs_len)
{
	const char *name;
	return first_common(ours, theirs, theirs_len, &name) > 0;
}

/* A cipher that proves what it carries: the MAC beside it is not used, whatever the lists say. */
static bool needs_no_mac(const char *name, size_t len)
{
	static const char *const ends[] = {"-gcm@openssh.com", "-poly1305@openssh.com"};
	for (size_t i = 0; i < RA_LEN(ends); i++) {
		size_t end_len = strlen(ends[i]);
		if (len > end_len && memcmp(name + len - end_len, ends[i], end_len) == 0)
			return true;
	}
	return false;
}

static bool gap_at(const struct ra_kexinit *theirs, const struct ra_kex_ours *ours, int list)
{
	const char *name;
	if (ra_kex_meet(ours->have[list], theirs->names[list], theirs->len[list]))
		return false;
	if (list < RA_KEX_MAC_OUT)
		return true;
	int cipher = list - RA_KEX_MAC_OUT + RA_KEX_CIPHER_OUT;
	size_t len = first_common(ours->have[cipher], theirs->names[cipher], theirs->len[cipher], &name);
	return !len || !needs_no_mac(name, len);
}

/* A list for the direction from the host; the one before it is for the other. */
static bool is_twin(int list)
{
	return list == RA_KEX_CIPHER_IN || list == RA_KEX_MAC_IN;
}

/* The same list for the other direction was told already. */
static bool told(const struct ra_kexinit *theirs, const bool *gaps, int list)
{
	int twin = list - 1;
	return is_twin(list) && gaps[twin] && theirs->len[twin] == theirs->len[list] &&
	       memcmp(theirs->names[twin], theirs->names[list], theirs->len[list]) == 0;
}

static void put(char *out, size_t cap, const char *fmt, ...) RA_PRINTF(3, 4);
static void put(char *out, size_t cap, const char *fmt, ...)
{
	size_t len = strlen(out);
	va_list args;
	va_start(args, fmt);
	if (len < cap)
		vsnprintf(out + len, cap - len, fmt, args);
	va_end(args);
}

/* Names in a list that are no algorithms, but say what else the host can. Source: RFC 8308, section 2.1; OpenSSH's PROTOCOL, 1.10. */
static bool is_signal(const char *name, size_t len)
{
	static const char *const signals[] = {"ext-info-s", "kex-strict-s-v00@openssh.com"};
	for (size_t i = 0; i < RA_LEN(signals); i++)
		if (strlen(signals[i]) == len && memcmp(signals[i], name, len) == 0)
			return true;
	return false;
}

/* A list of the host's, as many names of it as have room. */
static void put_names(char *out, size_t cap, const char *names, size_t names_len)
{
	const char *end = names + names_len;
	size_t told = 0;
	for (size_t len; names < end; names += len + (names + len < end)) {
		const char *comma = memchr(names, ',', (size_t)(end - names));
		len = (size_t)((comma ? comma : end) - names);
		if (is_signal(names, len))
			continue;
		if (told + len > TOLD_MAX) {
			put(out, cap, "%s", told ? ", ..." : "names too long to tell");
			return;
		}
		put(out, cap, "%s%.*s", told ? "," : "", (int)len, names);
		told += len + 1;
	}
	if (!told)
		put(out, cap, "none");
}

/* The oldest version that has something the host allows and this side would. Out: -1 when there is none. */
static int version_for(const char *allowed, const char *theirs, size_t theirs_len)
{
	int best = -1;
	for (size_t len; *allowed; allowed += len + (allowed[len] == ',')) {
		len = strcspn(allowed, ",");
		int version = has(theirs, theirs_len, allowed, len) ? brought_by(allowed, len) : -1;
		if (version >= 0 && (best < 0 || version < best))
			best = version;
	}
	return best;
}

/* What to do: a libssh2 that closes every gap, or a host that allows more. */
static void put_remedy(const struct ra_kexinit *theirs, const struct ra_kex_ours *ours, const bool *gaps, char *out, size_t cap)
{
	int needed = 0;
	const char *command = NULL, *lead = "";
	for (int i = 0; i < RA_KEX_LISTS; i++) {
		int version = gaps[i] ? version_for(ours->allowed[i], theirs->names[i], theirs->len[i]) : 0;
		needed = needed < 0 || version < 0 ? -1 : version > needed ? version : needed;
	}
	if (needed >= 0)
		put(out, cap, ". libssh2 %s on this workstation has none of it, %s has. Or the host must allow ", ours->version,
		    versions[needed]);
	else
		put(out, cap, ". libssh2 %s on this workstation has none of it that is safe to use. The host must allow ",
		    ours->version);
	for (int i = 0; i < RA_KEX_LISTS; i++) {
		if (!gaps[i] || (is_twin(i) && gaps[i - 1]))
			continue;
		put(out, cap, "%s%s", lead, lists[i].usual);
		lead = " and ";
		command = command ? command : lists[i].command;
	}
	put(out, cap, " too%s%s%s; it can also be read through vCenter", command ? " (ESXi 8.0 and later: " : "",
	    command ? command : "", command ? ")" : "");
}

void ra_kex_gap(const struct ra_kexinit *theirs, const struct ra_kex_ours *ours, char *out, size_t cap)
{
	bool gaps[RA_KEX_LISTS], any = false;
	out[0] = '\0';
	for (int i = 0; i < RA_KEX_LISTS; i++)
		gaps[i] = gap_at(theirs, ours, i);
	for (int i = 0; i < RA_KEX_LISTS; i++) {
		if (!gaps[i] || told(theirs, gaps, i))
			continue;
		put(out, cap, "%sno common %s: the host allows ", any ? "; " : "", lists[i].what);
		put_names(out, cap, theirs->names[i], theirs->len[i]);
		any = true;
	}
	if (any)
		put_remedy(theirs, ours, gaps, out, cap);
}
