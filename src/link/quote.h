/* quote.h - the one place where a request becomes shell text. Private to link/.
 * Invariants: every word of an argv stands in single quotes unless it is made of harmless letters, so no byte of it
 * means anything to the shell; the frame around it (stdin from nothing, exit status and nonce at the end, frames.h)
 * is fixed text, and runs in any POSIX shell: busybox ash is what a host has. */
#ifndef RA_LINK_QUOTE_H
#define RA_LINK_QUOTE_H

#include "link/frames.h"
#include "link/link.h"

/* Append one word, quoted for a POSIX shell. Errors: RA_E_INVALID for an empty name of control bytes; RA_E_NOMEM. */
RA_MUST_USE ra_err ra_quote_word(const char *word, struct ra_buf *out);
/* Append the command line of a request: an argv, or the fixed pipeline that reads logs.
 * Shape:  {"run":[argv]} or {"log":{"files":[names],"since_boot":bool,"lines_max":N}}; a log name is lower-case letters
 * and digits. Errors: RA_E_INVALID when this plane cannot run such a request. */
RA_MUST_USE ra_err ra_quote_request(const cJSON *request, struct ra_buf *out);
/* Put the frame around one command that stands alone and that nothing on the host may end: a change, a secret.
 * Source: the exit status libssh2 reports is 0 for a command that died or a connection that was lost. */
RA_MUST_USE ra_err ra_quote_frame(const char *command, const char *nonce, struct ra_buf *out);
/* Append a command that only reads to those that share one exec: they run one after the other, each in its own frame, and each is
 * ended by a timer on the host. What a command leaves behind is ended with it, so that it cannot write into the next one's frame.
 * Shape:  out is empty before the first. Units: limit_s whole seconds, at least 1. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_quote_join(const char *command, const char *nonce, int limit_s, struct ra_buf *out);

#endif
