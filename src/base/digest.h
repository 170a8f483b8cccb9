/* digest.h - SHA-256 and random bytes by OpenSSL. Knows no domain. */
#ifndef RA_BASE_DIGEST_H
#define RA_BASE_DIGEST_H

#include "base/err.h"
#include "base/own.h"

#include <stdbool.h>
#include <stddef.h>

#define RA_SHA256_HEX_LEN 65 /* 64 lower-case hex digits and NUL */

/* The version of the OpenSSL that is loaded ("3.0.15"); static. */
const char *ra_digest_library(void);
/* SHA-256 of bytes as lower-case hex. Out: out[RA_SHA256_HEX_LEN]. Errors: RA_E_INTERNAL when OpenSSL refuses. */
RA_MUST_USE ra_err ra_sha256_hex(const void *bytes, size_t len, char *out);
/* The same for many small pieces: what OpenSSL looks up for a digest is looked up once. Owner: ra_sha256_free. Out: NULL when there is no
 * memory or OpenSSL refuses. */
struct ra_sha256;
RA_MUST_USE struct ra_sha256 *ra_sha256_new(void);
RA_MUST_USE ra_err ra_sha256_next(struct ra_sha256 *sha256, const void *bytes, size_t len, char *out);
struct ra_sha256 *ra_sha256_free(struct ra_sha256 *sha256);
RA_DEFINE_AUTO(struct ra_sha256, ra_sha256_free);
/* As ra_sha256_hex, of a file, of any size. Units: *len bytes. Errors: RA_E_NOTFOUND, RA_E_IO (no plain file, too), RA_E_INTERNAL. */
RA_MUST_USE ra_err ra_sha256_file(const char *path, char *out, long long *len, struct ra_errs *errs);
/* True when text is exactly 64 lower-case hex digits. */
bool ra_is_sha256_hex(const char *text);
/* bytes_len random bytes as lower-case hex. Out: out[2 * bytes_len + 1]. Errors: RA_E_INTERNAL. */
RA_MUST_USE ra_err ra_random_hex(size_t bytes_len, char *out);
/* Base64 (standard alphabet, padded) of bytes. Owner: caller frees. Out: NULL without memory. */
RA_MUST_USE char *ra_base64(const void *bytes, size_t len);
/* The bytes of a base64 text, strictly RFC 4648 section 4 (no spaces, padded, unused bits zero).
 * Out: a NUL stands one past *out_len; NULL and 0 on error. Owner: caller frees *out.
 * Errors: RA_E_INVALID, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_base64_decode(const char *text, char **out, size_t *out_len);

#endif
