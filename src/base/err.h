/* err.h - what went wrong: one code for the program, a stack of sentences for the operator.
 * The cause stands first, each caller adds the sentence that only it can say (what, where, what to do).
 * Invariants: a stack never fails to take a sentence (it drops the oldest context, never the cause);
 * text in it is foreign bytes until a front end sanitises it. Knows no domain. */
#ifndef RA_BASE_ERR_H
#define RA_BASE_ERR_H

#include "base/own.h"

#include <stddef.h>

/* Shape: 0 is success, negative is one of these. Stable inside one release, never written to a file. */
typedef int ra_err;
enum {
	RA_OK = 0,
	RA_E_NOMEM = -1,     /* allocation failed */
	RA_E_ARG = -2,       /* the caller (or the command line) asked for something that makes no sense */
	RA_E_IO = -3,        /* a read or write failed; errno stands in the sentence */
	RA_E_NOTFOUND = -4,  /* the named thing does not exist */
	RA_E_INVALID = -5,   /* bytes that should follow a format do not; position stands in the sentence */
	RA_E_LIMIT = -6,     /* a cap was reached */
	RA_E_DENIED = -7,    /* permission, refused login, refused by a safety rule */
	RA_E_UNREACHABLE = -8,
	RA_E_TIMEOUT = -9,
	RA_E_BROKEN = -10,   /* a hash does not verify */
	RA_E_BUSY = -11,     /* someone else holds it (a journal, a session) */
	RA_E_CANCELLED = -12,
	RA_E_STATE = -13,    /* not possible now; try after what the sentence says */
	RA_E_INTERNAL = -14  /* our own fault */
};

#define RA_ERRS_MAX 8
#define RA_ERR_TEXT_MAX 512

/* A stack of sentences, cause first. Owner: lives where it is declared; nothing to free. */
struct ra_errs {
	ra_err code;
	int count;
	char text[RA_ERRS_MAX][RA_ERR_TEXT_MAX];
};

/* Start empty. */
void ra_errs_clear(struct ra_errs *errs);

/* Add a sentence; the first one also sets the code.
 * Shape:  fmt is a literal; foreign text only as an argument. errs may be NULL (the sentence is dropped).
 * Out:    returns code, so `return ra_fail(errs, RA_E_IO, ...)` is the idiom. */
ra_err ra_fail(struct ra_errs *errs, ra_err code, const char *fmt, ...) RA_PRINTF(3, 4);

/* The sentences as one line, joined by ": ", newest (most general) first, cause last.
 * Out:    out is always NUL-terminated, cut at cap. Returns out. */
const char *ra_errs_line(const struct ra_errs *errs, char *out, size_t cap);

/* A short name of a code ("timeout"), for logs and journals. Never NULL. */
const char *ra_err_name(ra_err code);

#endif
