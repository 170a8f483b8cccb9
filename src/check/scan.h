/* scan.h - known lines in bytes that come in pieces. Pure: bytes in, hits out.
 * Invariants: what is found does not depend on where the pieces are cut; memory does not depend on how many bytes come.
 * A line ends at LF or at the end of a file, a CR before it is not part of it, any other byte is (NUL too). A line longer
 * than RA_SCAN_LINE_MAX is looked at in parts of that length, each as if it were a line; such lines are counted. Up to that
 * length what a pattern does depends on the bytes alone (base/pattern.h). */
#ifndef RA_CHECK_SCAN_H
#define RA_CHECK_SCAN_H

#include "check/check.h"

#include "base/pattern.h"

#define RA_SCAN_LINE_MAX RA_PATTERN_PURE_LEN
#define RA_SCAN_ROOM (256 * 1024) /* bytes ra_scan_room offers at least */

/* A line, or part of one, that a signature is seen in. Borrowed, until the function returns. */
struct ra_scan_hit {
	size_t signature; /* index */
	int64_t line;     /* from 1 */
	const char *text; /* not NUL-terminated; from the line's begin, or that of the part */
	size_t len;
	bool part; /* the line is longer than RA_SCAN_LINE_MAX */
};
typedef ra_err (*ra_scan_fn)(void *payload, const struct ra_scan_hit *hit);

/* What was read since the file's begin. */
struct ra_scan_counts {
	int64_t bytes, lines, long_lines;
};

struct ra_scan;
/* Ready for the first file. Shape: signatures and payload are borrowed. A signature is told once for every line (or part) that holds
 * it, lines in their order; the signatures of one line in no certain order.
 * Out: *out, NULL on error. Owner: ra_scan_free. Errors: RA_E_ARG for a literal that is too short, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_scan_new(const struct ra_signatures *signatures, ra_scan_fn fn, void *payload, struct ra_scan **out,
			       struct ra_errs *errs);
/* Where the next bytes are to be put. Out: *room, at least RA_SCAN_ROOM. */
char *ra_scan_room(struct ra_scan *scan, size_t *room);
/* So many bytes stand there now. Errors: what fn returns, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_scan_took(struct ra_scan *scan, size_t len);
/* The file ends here; what comes next begins at line 1. Out: what the file was. Errors: as ra_scan_took. */
RA_MUST_USE ra_err ra_scan_end(struct ra_scan *scan, struct ra_scan_counts *counts);
/* True when the signature's pattern ran into its limits: on what came after it was not looked for. */
bool ra_scan_stuck(const struct ra_scan *scan, size_t signature);
struct ra_scan *ra_scan_free(struct ra_scan *scan);
RA_DEFINE_AUTO(struct ra_scan, ra_scan_free);

#endif
