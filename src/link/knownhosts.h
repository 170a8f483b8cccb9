/* knownhosts.h - OpenSSH's known_hosts files, read as OpenSSH reads them. Private to link/.
 * Invariants: @revoked outranks everything; a bad or overlong line is skipped and never hides the lines after it; files
 * are only ever appended to, one line in one write. Source: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
#ifndef RA_LINK_KNOWNHOSTS_H
#define RA_LINK_KNOWNHOSTS_H

#include "base/buf.h"

#include <stdbool.h>

#define RA_FINGERPRINT_LEN 52 /* "SHA256:", 43 letters of base64, NUL */
#define RA_KNOWN_LINE_MAX 16384

/* What the files say about a host and its key; in order of weight. */
enum ra_known {
	RA_HOST_NEW,        /* nothing known */
	RA_HOST_OTHER_TYPE, /* only keys of other types are known */
	RA_HOST_CHANGED,    /* another key of this type is known */
	RA_HOST_CA,         /* a certificate authority is named for it, which this program cannot check */
	RA_HOST_MATCH,
	RA_HOST_REVOKED
};
enum ra_key_type { RA_KEY_ED25519 = 1, RA_KEY_ECDSA256 = 2, RA_KEY_ECDSA384 = 4, RA_KEY_ECDSA521 = 8, RA_KEY_RSA = 16 };

/* Whom to look for. Shape: key is the public key blob (RFC 4253), NULL to learn only which types are known. */
struct ra_known_query {
	const char *host;
	int port;
	const void *key;
	size_t key_len;
	bool hashed; /* to be added hashed, whatever the file does */
};
/* What was found. Zero-initialised before the first file. */
struct ra_known_found {
	enum ra_known verdict;
	char file[256]; /* of the deciding line, "" for NEW */
	int line;
	char type[32]; /* of the key there */
	char fingerprint[RA_FINGERPRINT_LEN];
	unsigned types; /* ra_key_type bits known for this host */
};

/* Look through the bytes of one file; verdicts of several files add up to the weightiest. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_known_look(const char *file, const char *bytes, size_t len, const struct ra_known_query *query,
				 struct ra_known_found *found);
/* Look through files (NULL-terminated; one that is not there is empty). Errors: RA_E_IO when one cannot be read,
 * RA_E_LIMIT. */
RA_MUST_USE ra_err ra_known_check(const char *const *files, const struct ra_known_query *query,
				  struct ra_known_found *found, struct ra_errs *errs);
/* Append the key as one line; hashed when asked for, or when the file already hides its names. Makes the file (0600) and its directory
 * (0700). Errors: RA_E_IO. */
RA_MUST_USE ra_err ra_known_add(const char *file, const struct ra_known_query *query, struct ra_errs *errs);
/* True when a known_hosts host list ("a,!b,*.lab", "|1|salt|hash") means this lower-case name. */
bool ra_known_pattern(const char *list, size_t list_len, const char *name);
/* "host" or "[host]:port" in lower case. Out: out[cap]. */
void ra_known_name(const char *host, int port, char *out, size_t cap);

/* "SHA256:..." of a key blob. Out: out[RA_FINGERPRINT_LEN]. Errors: RA_E_INTERNAL. */
RA_MUST_USE ra_err ra_key_fingerprint(const void *key, size_t key_len, char *out);
/* The type name in a key blob ("ecdsa-sha2-nistp256"). Out: out[cap], "" when the blob is none. */
void ra_key_type_name(const void *key, size_t key_len, char *out, size_t cap);

#endif
