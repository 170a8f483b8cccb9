/* scan.h - a journal as a stream of bytes: cut into lines, each taken into the chain. Inside of journal/.
 * Invariants: holds one line at a time; the verdict does not depend on how the bytes are cut into pieces. */
#ifndef RA_JOURNAL_SCAN_H
#define RA_JOURNAL_SCAN_H

#include "journal/chain.h"

/* A scan under way. Owner: ra_scan_clear. */
struct ra_scan {
	struct ra_chain chain;
	struct ra_buf line; /* what was read since the last LF */
	int64_t good_len;   /* bytes of good lines, their LF included */
	bool broken;
	char why[256];
	ra_entry_fn fn;
	void *payload;
};
/* Begin; fn may be NULL. */
void ra_scan_start(struct ra_scan *scan, ra_entry_fn fn, void *payload);
void ra_scan_clear(struct ra_scan *scan);
static inline void ra_scan_clear_auto(struct ra_scan *scan)
{
	ra_scan_clear(scan);
}
/* The next bytes. Errors: RA_E_BROKEN at the first bad entry (the sentence is in why, not in errs; nothing may
 * be fed after), RA_E_LIMIT past RA_JOURNAL_FILE_MAX, RA_E_NOMEM, RA_E_INTERNAL, what fn returns. */
RA_MUST_USE ra_err ra_scan_feed(struct ra_scan *scan, struct ra_span bytes, struct ra_errs *errs);
/* Feed a whole file from its descriptor's offset on. Errors: as ra_scan_feed, RA_E_IO. */
RA_MUST_USE ra_err ra_scan_file(struct ra_scan *scan, int fd, struct ra_errs *errs);
/* What was found, once all bytes are fed or one was broken. */
void ra_scan_result(const struct ra_scan *scan, struct ra_verify *out);

#endif
