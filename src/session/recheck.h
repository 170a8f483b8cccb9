/* recheck.h - the answers a record keeps, read again with today's checks. Room session/.
 * Invariants: nothing is written and no machine reached; the record's own facts stand, what differs is told. An answer is read again only
 * where all its bytes are there: their digest says so. */
#ifndef RA_SESSION_RECHECK_H
#define RA_SESSION_RECHECK_H

#include "base/err.h"

#include <stdint.h>

struct ra_flowset;

/* An answer that would give other facts. Texts are borrowed and hold foreign bytes. */
struct ra_recheck {
	int64_t seq;
	const char *check;
	const char *differs; /* "esxi.version was 8.0.2, would be 8.0.3; ..." */
};
/* What was done. */
struct ra_rechecked {
	int64_t read, differ;
	int64_t withheld; /* not all of their bytes are there */
	int64_t unknown;  /* of checks, or planes of them, that this flow set has not */
};
typedef void (*ra_recheck_fn)(void *payload, const struct ra_recheck *row);

/* Read every answer of the journal at path again; fn hears of each that would differ.
 * Errors: as ra_journal_verify; RA_E_BROKEN for a journal that does not verify. */
RA_MUST_USE ra_err ra_session_recheck(const struct ra_flowset *flows, const char *path, ra_recheck_fn fn, void *payload,
				      struct ra_rechecked *out, struct ra_errs *errs);

#endif
