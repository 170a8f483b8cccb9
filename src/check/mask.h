/* mask.h - secrets in what a machine says: the one place that knows what looks like one. Whatever is kept of an answer, recorded, or
 * shown of a log goes through here.
 * Invariants: time grows with the bytes and no faster, whatever they are; bytes that are no JSON, or end in the middle of it, are masked as
 * far as they go; JSON stays JSON, masked once or twice (but for a text that is one number and nothing else). */
#ifndef RA_CHECK_MASK_H
#define RA_CHECK_MASK_H

#include "base/buf.h"

#define RA_MASKED "[removed]"

/* What the bytes are. */
enum ra_mask_of {
	RA_MASK_ANSWER, /* lines as they came: a recovery key stands there whole, or a good part of it, maybe broken by a line's end */
	RA_MASK_PIECE   /* cut anywhere: rather a number too many is hidden than a part of a key shown */
};
/* Append a text with RA_MASKED for every secret in it: recovery keys however they are joined, what stands under a name, in an element or behind
 * an option that speaks of a password (but for the words of a switch alone: "enabled", "Not set"), hashes of passwords, session ids,
 * cookies, passwords in a URL, private keys.
 * Source: BIOS attributes of Dell (SHA256SystemPassword, SHA256SystemPasswordSalt); RFC 7468 section 10 (private keys); the recovery key
 * as in recovery.c. Errors: RA_E_LIMIT, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_mask_secrets(enum ra_mask_of of, const char *text, size_t len, struct ra_buf *out);

#endif
