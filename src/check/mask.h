/* mask.h - what may not be kept of an answer.
 * Invariants: bytes that are no JSON, or end in the middle of it, are masked as far as they go. */
#ifndef RA_CHECK_MASK_H
#define RA_CHECK_MASK_H

#include "base/buf.h"

#define RA_MASKED "(withheld)"

/* Append a JSON text with RA_MASKED for every text whose name speaks of a password, a passphrase, a salt, a secret or a credential;
 * all else to the letter.
 * Source: BIOS attributes of Dell (SHA256SystemPassword, SHA256SystemPasswordSalt). Errors: RA_E_LIMIT, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_mask_passwords(const char *bytes, size_t len, struct ra_buf *out);

#endif
