/* redact.h - a copy of a journal without some of its openings: every hash of it still verifies, and so does the seal of the original.
 * What goes is the caller's to choose, line by line; this room knows bytes, chain and commitments, not what entries mean.
 * Invariants: the body of a line, its hash and every opening that stays are copied byte by byte; the copy is verified, and its head held
 * against that of the original, before it has its name; 0600, never over a file that is there; one line in memory at a time. */
#ifndef RA_JOURNAL_REDACT_H
#define RA_JOURNAL_REDACT_H

#include "journal/journal.h"

#define RA_REDACT_LARGE "[too large for a copy]"

/* One commitment of a line. Borrowed but for masked. */
struct ra_redact_part {
	const cJSON *within; /* the object or list of the body it stands in */
	const char *key;     /* its member's name; in a list that of the list */
	const cJSON *value;  /* what its opening holds; NULL: withheld already */
	const cJSON *shown;  /* what a copy shows for it now; NULL */
	cJSON *masked;       /* chosen: what is to be shown for it from now on; owner: this. Its opening, if there is one, is dropped */
};
struct ra_redact_line {
	const char *kind;
	const cJSON *body; /* commitments as they stand */
	struct ra_redact_part *parts;
	size_t count;
};
/* Looks at a line, and may set masked of its parts. Returning an error ends the reading with it. */
typedef ra_err (*ra_redact_fn)(void *payload, int64_t seq, struct ra_redact_line *line, struct ra_errs *errs);

/* What a redaction did. */
struct ra_redacted {
	struct ra_verify of; /* the original, as it was read */
	int64_t dropped;     /* openings */
	int64_t lines;       /* that lost some */
	int64_t large;       /* lines without room for what stood in the evidence file: none of it is copied */
};
/* Show every line to fn, and write nothing: for words that are collected first.
 * Errors: RA_E_BROKEN with the first bad entry, RA_E_NOTFOUND, RA_E_IO, RA_E_LIMIT, RA_E_NOMEM, what fn returns. */
RA_MUST_USE ra_err ra_journal_look(const char *path, ra_redact_fn fn, void *payload, struct ra_errs *errs);
/* Write the copy: one file, for what is kept of the evidence file stands in its lines.
 * Shape:  to must not exist. A tail without LF is not copied (out->of.torn_len tells).
 * Errors: as ra_journal_look; RA_E_IO for the copy, of which nothing is left then; RA_E_INTERNAL when the copy does not verify. */
RA_MUST_USE ra_err ra_journal_redact(const char *path, const char *to, ra_redact_fn fn, void *payload, struct ra_redacted *out,
				     struct ra_errs *errs);

#endif
