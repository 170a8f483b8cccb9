/* known.h - what the known lines of a flow set say about a log, wherever it comes from. Bytes go in, file after file; what
 * was found of each signature comes out. Pure; memory does not depend on how much is read.
 * Invariants: what is kept of a line is clean (base/text.h), holds no secret (check/mask.h), and is cut to RA_KNOWN_SHOWN
 * bytes around its literal. Nothing found proves nothing. Room flow/, on check/scan.h. */
#ifndef RA_FLOW_KNOWN_H
#define RA_FLOW_KNOWN_H

#include "flow/flowset.h"

#define RA_KNOWN_SHOWN 1000 /* bytes kept of a line */

/* One line. Units: file and line as read: files from 0, lines from 1. */
struct ra_known_place {
	size_t file;
	int64_t line;
	ra_utc_ms at; /* RA_UTC_NONE: the line tells no time */
};
/* A signature that was seen. */
struct ra_known_line {
	const struct ra_signature *signature;
	const struct ra_cause *cause; /* NULL */
	int64_t count;
	struct ra_known_place first, last; /* in the order of reading */
	char *sample;                      /* the first line, or what stands there around the literal, clean */
	bool cut;                          /* not all of it stands there */
};
/* One file as it was read. */
struct ra_known_file {
	int64_t bytes, lines;
	int64_t long_lines; /* lines that were looked at in parts */
};

struct ra_known;
/* Ready for the first file. Shape: set is borrowed. Out: *out, NULL on error. Owner: ra_known_free. Errors: RA_E_ARG, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_known_new(const struct ra_flowset *set, struct ra_known **out, struct ra_errs *errs);
/* Where the next bytes are to be put. Out: *room, never 0. */
char *ra_known_room(struct ra_known *known, size_t *room);
/* So many bytes stand there now. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_known_took(struct ra_known *known, size_t len);
/* The file ends here. Out: what it was. Errors: RA_E_NOMEM. */
RA_MUST_USE ra_err ra_known_end(struct ra_known *known, struct ra_known_file *file);
/* Up to this length a line is looked at whole. Units: bytes. */
int ra_known_line_max(void);
/* What was seen up to the last end of a file, the heaviest first, then in the order of reading. Out: how many. Owner: known. */
size_t ra_known_lines(struct ra_known *known, const struct ra_known_line **out);
/* The signatures whose pattern ran into its limits, one after the other. Out: NULL after the last. */
const struct ra_signature *ra_known_stuck(const struct ra_known *known, size_t index);
struct ra_known *ra_known_free(struct ra_known *known);
RA_DEFINE_AUTO(struct ra_known, ra_known_free);

#endif
