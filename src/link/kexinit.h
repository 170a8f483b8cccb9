/* kexinit.h - what a host's first packet says it allows, and what of this side's is not in it. Private to link/.
 *
 * Pure functions over bytes of a host: nothing is kept, nothing is trusted, no list is read past its end. libssh2 has one code for every
 * handshake that comes to nothing and shows the host's lists to nobody; here they are read a second time, to say why.
 * Source: RFC 4253, sections 4.2 (greeting), 6 (packet), 7.1 (KEXINIT). */
#ifndef RA_LINK_KEXINIT_H
#define RA_LINK_KEXINIT_H

#include <stdbool.h>
#include <stddef.h>

/* The lists of a KEXINIT that must meet, in its order; libssh2 numbers its methods the same way. */
enum ra_kex_list {
	RA_KEX_EXCHANGE,
	RA_KEX_HOST_KEY,
	RA_KEX_CIPHER_OUT, /* to the host */
	RA_KEX_CIPHER_IN,
	RA_KEX_MAC_OUT,
	RA_KEX_MAC_IN,
	RA_KEX_LISTS
};

/* What the host allows. Shape: names separated by commas, no NUL at their end; borrowed from the bytes they were found in. */
struct ra_kexinit {
	const char *names[RA_KEX_LISTS];
	size_t len[RA_KEX_LISTS];
};
/* What this side allows, and what of that its libssh2 has. Shape: names separated by commas. */
struct ra_kex_ours {
	const char *allowed[RA_KEX_LISTS], *have[RA_KEX_LISTS];
	const char *version; /* of libssh2 */
};

/* Find the lists in what a host said first. Out: *out; false when they are not there, or not whole. */
bool ra_kexinit_find(const char *bytes, size_t len, struct ra_kexinit *out);
/* One comma list has a name of another. */
bool ra_kex_meet(const char *ours, const char *theirs, size_t theirs_len);
/* Which lists have no common name, what the host allows there, and what to do. Out: out[cap], "" when all lists meet; bytes of the host
 * are in it. */
void ra_kex_gap(const struct ra_kexinit *theirs, const struct ra_kex_ours *ours, char *out, size_t cap);

#endif
