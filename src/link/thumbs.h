/* thumbs.h - govc's files of known servers: which certificate thumbprint a server had. Private to link/.
 * Invariants: a line is `host[:port] THUMBPRINT`, split at the first blank; the port is 443 when not said; a thumbprint is upper-case hex
 * bytes joined by ':' of the SHA-1 or SHA-256 of the DER certificate; a bad line is skipped and hides nothing; files are only ever
 * appended to, one line in one write. Source: govmomi, vim25/soap/client.go (thumbprints), govc README (GOVC_TLS_KNOWN_HOSTS). */
#ifndef RA_LINK_THUMBS_H
#define RA_LINK_THUMBS_H

#include "link/http.h"

/* Whom to look for. Shape: host lower or upper case, IPv6 without brackets. */
struct ra_thumb_query {
	const char *host;
	int port;
	const char *sha256, *sha1; /* of the certificate seen */
};
enum ra_thumb { RA_THUMB_NEW, RA_THUMB_MATCH, RA_THUMB_CHANGED };
/* Where it stands. Zero-initialised before the first file. */
struct ra_thumb_found {
	enum ra_thumb verdict; /* MATCH outranks CHANGED: a server may have several lines */
	char known[RA_THUMB_LEN], file[256];
	int line;
};
/* Look through the bytes of one file. */
void ra_thumbs_look(const char *file, const char *bytes, size_t len, const struct ra_thumb_query *query,
		    struct ra_thumb_found *found);
/* Look through files separated by ':' (one that is not there is empty). Errors: RA_E_IO when one cannot be read, RA_E_LIMIT over 1 MiB. */
RA_MUST_USE ra_err ra_thumbs_check(const char *files, const struct ra_thumb_query *query, struct ra_thumb_found *found,
				   struct ra_errs *errs);
/* Append `host:port SHA256` to the first of files; makes it (0600) and its directory (0700). Errors: RA_E_IO. */
RA_MUST_USE ra_err ra_thumbs_add(const char *files, const struct ra_thumb_query *query, struct ra_errs *errs);

#endif
