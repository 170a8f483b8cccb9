/* evidence.h - JOURNAL.evidence: openings of large replies, out of the way of the lines. Inside of journal/.
 *
 * A piece is the openings of one entry, [O,O,...] and LF, at an offset that the entry's body names with length and
 * digest, so that the hash of the line covers it. Pieces stand in the order of their entries and do not overlap; bytes
 * that no entry names are what a process left that died between piece and line. A piece that the file does not hold in
 * full, or whose bytes are all NUL (the hole left where a lost file was begun anew), is missing: its values are
 * withheld. One that is there and differs breaks the entry.
 * Invariants: a piece is on the disk before the line that names it is written; the journal's lock is this file's, too. */
#ifndef RA_JOURNAL_EVIDENCE_H
#define RA_JOURNAL_EVIDENCE_H

#include "journal/line.h"

#define RA_EVIDENCE_PIECE_MAX (40u << 20) /* bytes: 16 MiB of an answer, whose escapes may double it */

/* Where a piece stands, as a body says it. */
struct ra_piece {
	int64_t at, len; /* bytes, the LF included */
	int64_t count;   /* openings */
	char sha256[65];
};
/* What a body says of its piece. Out: *found false when it has none; *out then is zeros.
 * Errors: RA_E_BROKEN for a member of another form. */
RA_MUST_USE ra_err ra_piece_of(const char *name, const cJSON *body, bool *found, struct ra_piece *out,
			       struct ra_errs *errs);
/* Put what it says into a body, behind its other members. Out: false without memory. */
RA_MUST_USE bool ra_piece_put(const struct ra_piece *piece, cJSON *body);

/* The file of one journal, and the piece at hand. Zero is none; Owner: ra_evidence_clear. */
struct ra_evidence {
	char *path; /* NULL: in memory */
	int fd;     /* -1: there is no file */
	int64_t len;
	struct ra_buf piece;
	int64_t piece_at; /* where it stands, -1: none is at hand */
};
/* Open the file beside a journal, if it is there; NULL journal: none. Shape: write: to add to it.
 * Errors: RA_E_IO (a link, no file), RA_E_NOMEM. */
RA_MUST_USE ra_err ra_evidence_open(const char *journal, bool write, struct ra_evidence *out, struct ra_errs *errs);
void ra_evidence_clear(struct ra_evidence *evidence);
static inline void ra_evidence_clear_auto(struct ra_evidence *evidence)
{
	ra_evidence_clear(evidence);
}
/* Bring a piece to hand. Out: *there false when it is missing. Errors: RA_E_BROKEN (it differs), RA_E_IO, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_evidence_read(struct ra_evidence *evidence, const char *name, const struct ra_piece *piece,
				    bool *there, struct ra_errs *errs);
/* Make the openings of an entry the piece at hand, to stand behind all that is there. Shape: end is behind the last
 * piece that an entry names. Out: *out says where. Errors: RA_E_LIMIT, RA_E_NOMEM, RA_E_INTERNAL. */
RA_MUST_USE ra_err ra_evidence_draft(struct ra_evidence *evidence, int64_t end, const struct ra_away *away,
				     struct ra_piece *out);
/* Write the piece at hand and sync it; makes the file when it is not there. Nothing to do in memory.
 * Errors: RA_E_IO; what was written of it is cut off again where that can be done. */
RA_MUST_USE ra_err ra_evidence_write(struct ra_evidence *evidence, struct ra_errs *errs);

#endif
