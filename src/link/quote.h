/* quote.h - the one place where a request becomes shell text. Private to link/.
 * Invariants: every word of an argv stands in single quotes unless it is made of harmless letters, so no byte of it
 * means anything to the shell; the frame around it (stdin from nothing, exit status and nonce at the end) is fixed
 * text. */
#ifndef RA_LINK_QUOTE_H
#define RA_LINK_QUOTE_H

#include "link/link.h"

#define RA_NONCE_LEN 33 /* 32 hex digits (128 bit) and NUL */

/* Append one word, quoted for a POSIX shell. Errors: RA_E_INVALID for an empty name of control bytes; RA_E_NOMEM. */
RA_MUST_USE ra_err ra_quote_word(const char *word, struct ra_buf *out);
/* Append the command line of a request: an argv, or the fixed pipeline that reads logs.
 * Shape:  {"run":[argv]} or {"log":{"files":[names],"since_boot":bool,"lines_max":N}}; a log name is lower-case letters
 * and digits. Errors: RA_E_INVALID when this plane cannot run such a request. */
RA_MUST_USE ra_err ra_quote_request(const cJSON *request, struct ra_buf *out);
/* Put the frame around a command: stdout ends in LF nonce SPACE status LF, stderr in LF nonce LF.
 * Source: the exit status libssh2 reports is 0 for a command that died or a connection that was lost. */
RA_MUST_USE ra_err ra_quote_frame(const char *command, const char *nonce, struct ra_buf *out);

/* Look for the end of stdout in bytes.
 * Out:    true when the whole trailer is there: *body_len bytes belong to the command, *status is its exit status. */
bool ra_trailer_find(const char *bytes, size_t len, const char *nonce, size_t *body_len, int *status);
/* The same for stderr, which has no status. */
bool ra_trailer_find_err(const char *bytes, size_t len, const char *nonce, size_t *body_len);

#endif
