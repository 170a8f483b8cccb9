/* lines.h - lines in and out for plain mode.
 * Invariants: a line is read byte by byte, so that what follows it stays where it was; it is in a secret slot, because
 * it may be one; output goes straight to the descriptor, outside of ASCII only where that is shown. */
#ifndef RA_UI_LINES_H
#define RA_UI_LINES_H

#include "base/buf.h"
#include "base/secret.h"
#include "ui/hear.h"

#include <poll.h>
#include <stdarg.h>

/* Owner: ra_lines_end. */
struct ra_lines {
	struct ra_hear hear;
	struct ra_secret *line; /* the line being read */
	bool whole;             /* line is whole: the next read begins a new one */
	bool ascii, tty, ended;
	int signal_number; /* of a signal that ends it, 0 */
};
/* Begin. Errors: RA_E_IO, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_lines_begin(struct ra_lines *lines, bool ascii, struct ra_errs *errs);
/* Give signals back, wipe the line. */
void ra_lines_end(struct ra_lines *lines);
/* Write text as it is. Errors: RA_E_IO, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_lines_put(const struct ra_lines *lines, const char *text, struct ra_errs *errs);
/* The same, formatted. Errors: RA_E_IO, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_lines_vprint(const struct ra_lines *lines, struct ra_errs *errs, const char *fmt, va_list args)
    RA_PRINTF(3, 0);
/* A number from 1 to count that is all of a text. Out: 0 when it is none. */
int ra_line_number(const char *text, int count);
/* What to poll for a line or a signal: two descriptors; with reading false signals only. */
void ra_lines_poll(const struct ra_lines *lines, struct pollfd *fds, bool reading);
/* Take what is there. Out: true when a line is whole; `ended` or `signal_number` may be set. */
bool ra_lines_take(struct ra_lines *lines, const struct pollfd *fds);
/* The whole line without its end; borrowed until the next take. */
const char *ra_lines_text(const struct ra_lines *lines);
/* Read one line and nothing else, with the echo off when secret. Out: false at the end of input or on a signal. */
bool ra_lines_read(struct ra_lines *lines, bool secret);

#endif
