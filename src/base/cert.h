/* cert.h - what an X.509 certificate says of itself, by OpenSSL. Nothing is verified here: whose word it is, the caller
 * knows. Knows no domain.
 * Invariants: the bytes are hostile; no more than the caps are looked at, nothing asks for a passphrase, and a text with
 * one certificate that cannot be read has none. */
#ifndef RA_BASE_CERT_H
#define RA_BASE_CERT_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"

#define RA_CERT_NAME_MAX 512           /* with its NUL */
#define RA_CERT_DER_MAX ((size_t)65536) /* bytes of one certificate */
#define RA_CERTS_MAX 16                /* certificates of one text */

struct ra_cert {
	char subject[RA_CERT_NAME_MAX]; /* RFC 2253 in UTF-8, control characters escaped: "CN=esx01,O=VMware" */
	char issuer[RA_CERT_NAME_MAX];
	char sha256[RA_SHA256_HEX_LEN]; /* of the DER bytes */
	ra_utc_ms not_before, not_after;
};

/* Read one certificate's DER bytes. Errors: RA_E_INVALID (not exactly one certificate, names or times that are none),
 * RA_E_LIMIT past a cap; *out is zeroed then. Source: RFC 5280 section 4.1. */
RA_MUST_USE ra_err ra_cert_from_der(const void *der, size_t len, struct ra_cert *out);
/* Read every certificate of a PEM text, in its order; what stands around them is not looked at.
 * Shape:  out has room for room certificates.
 * Out:    *count; 0 with an error.
 * Errors: RA_E_INVALID (no certificate, one that is torn or is none), RA_E_LIMIT past a cap or room, RA_E_NOMEM.
 * Source: RFC 7468 section 5. */
RA_MUST_USE ra_err ra_certs_from_pem(const char *pem, size_t len, struct ra_cert *out, size_t room, size_t *count);

/* A certificate to be made, for tests and for recordings that are handed out: nobody has its key. */
struct ra_cert_wish {
	const char *subject, *issuer; /* CN of each, UTF-8, at most 64 bytes */
	ra_utc_ms not_before, not_after;
	long serial;
};
/* Make one, signed by a key that is thrown away. Out: PEM appended to *out. Errors: RA_E_NOMEM, RA_E_LIMIT, RA_E_INTERNAL. */
RA_MUST_USE ra_err ra_cert_make(const struct ra_cert_wish *wish, struct ra_buf *out, struct ra_errs *errs);

#endif
