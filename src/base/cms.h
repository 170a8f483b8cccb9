/* cms.h - a detached CMS signature over some bytes, made and examined by OpenSSL. Knows no domain.
 * Invariants: a private key and its passphrase are held in wiped memory only; the bytes of a signature are hostile: one
 * that is not spelled exactly as it is written here is bad, whatever else it holds, so that no bit of it can change
 * unseen. What a signature proves of its signer depends on the authorities given: without them it is some key's.
 * Source: RFC 5652, RFC 5035 section 3 (the signer's certificate is under the signature), RFC 7468 section 9. */
#ifndef RA_BASE_CMS_H
#define RA_BASE_CMS_H

#include "base/cert.h"
#include "base/secret.h"

#define RA_CMS_LEN_MAX ((size_t)65536) /* bytes of a signature's PEM text */
#define RA_CMS_FILE_MAX 65536          /* bytes of a file with a certificate or a key */

/* Asks for the passphrase of a key. Out: the passphrase into the slot. Errors: RA_E_STATE when there is nobody to ask. */
typedef ra_err (*ra_cms_ask)(void *payload, struct ra_secret *out, struct ra_errs *errs);

/* By what is signed. Shape: cert is a PEM file that begins with the signer's certificate; others in it are sent along.
 * key is a PEM file; NULL: the key stands in cert. */
struct ra_cms_signer {
	const char *cert, *key;
	ra_cms_ask ask;
	void *payload;
};
/* Sign bytes.
 * Out:    the signature's PEM text, appended to *out.
 * Errors: RA_E_NOTFOUND, RA_E_IO (a file), RA_E_ARG (no certificate, no key, a key of another certificate, a wrong
 *         passphrase, a certificate that is not valid now, a key that cannot do this), what ask returns, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_cms_sign(const struct ra_cms_signer *signer, const void *bytes, size_t len, struct ra_buf *out,
			       struct ra_errs *errs);

enum ra_cms_trust {
	RA_CMS_BAD,     /* not a signature over these bytes, or not spelled as one is */
	RA_CMS_UNKNOWN, /* it holds, by a key that no authority given vouches for */
	RA_CMS_VOUCHED  /* it holds, and the signer's certificate comes from one of the authorities and is valid now */
};
/* What was found. */
struct ra_cms_found {
	enum ra_cms_trust trust;
	struct ra_cert signer; /* zeroed when BAD */
	ra_utc_ms signed_at;   /* as the signer's clock said; RA_UTC_NONE: not told */
	char why[160];         /* BAD: what is wrong; UNKNOWN: why nobody vouches */
};
/* Examine a signature over bytes. Shape: ca_file is a PEM file of authorities, NULL: none.
 * Errors: RA_E_NOTFOUND (ca_file cannot be read, or holds no certificate), RA_E_NOMEM; a bad signature is none. */
RA_MUST_USE ra_err ra_cms_check(const struct ra_buf *pem, const struct ra_buf *bytes, const char *ca_file,
				struct ra_cms_found *out, struct ra_errs *errs);

#endif
