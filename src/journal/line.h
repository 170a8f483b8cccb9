/* line.h - one line of a journal as bytes: its parts, and the commitments in them. Inside of journal/.
 *
 * A line has exactly one spelling of its frame: {"body":B,"hash":"H","open":[O,...]} or the same with ,"shown":S (an
 * object) before the last brace, no space around the parts. Openings stand in the order in which their commitments are
 * met in B, read from left to right; some may be missing, none may be left over. In B an object key that begins with $
 * is only ever the one key of a commitment
 * {"$c":C}; in an opened value there is no such key. So no value of a machine can pass for a mark of the journal.
 * An entry whose body says where its piece of the evidence file stands has two lists of openings, the line's and the
 * piece's; each stands in that order, and each commitment is opened by one of them.
 * S of a redacted copy is {"C":masked,...}: what stands for the value of a commitment without opening, in the order of the
 * commitments. No hash covers it: what reads as a fact is not taken from there.
 * Invariants: pure functions over bytes and trees; no file, no clock. */
#ifndef RA_JOURNAL_LINE_H
#define RA_JOURNAL_LINE_H

#include "base/digest.h"
#include "base/json.h"

#include <stdbool.h>

#define RA_LINE_DEPTH_MAX 40 /* levels of nesting in a line, its frame included */
#define RA_NONCE_LEN 16      /* random bytes of an opening */
#define RA_LINE_EVIDENCE "evidence" /* member of a body: where openings stand that are not in the line */

/* Where openings get their random bytes; tests give fixed ones.
 * Out: out[2 * RA_NONCE_LEN + 1] as lower-case hex. Errors: RA_E_INTERNAL. */
typedef ra_err (*ra_nonce_fn)(void *payload, char *out);

/* A piece of the bytes given; borrowed. */
struct ra_span {
	const char *bytes;
	size_t len;
};

/* A line taken apart. Owner: ra_line_clear; spans and nodes are borrowed from the bytes and from doc. */
struct ra_line {
	struct ra_json *doc;
	struct ra_span body;
	struct ra_span open; /* what stands between the brackets */
	const cJSON *body_node; /* NULL once it was resolved */
	const cJSON *open_node; /* the first opening, NULL without any */
	struct ra_json *away_doc; /* of the piece of the evidence file; NULL: none, or it is missing */
	struct ra_span away;
	const cJSON *away_node;
	const cJSON *shown; /* NULL: none */
	struct ra_sha256 *sha256; /* for its body and its openings */
	char hash[65];
};
void ra_line_clear(struct ra_line *line);
static inline void ra_line_clear_auto(struct ra_line *line)
{
	ra_line_clear(line);
}

/* Length of the object or array that bytes begin with. Only brackets and strings are told apart: the bytes need not be
 * valid. Out: 0 when there is none or its end is missing. */
size_t ra_line_nest_len(const char *bytes, size_t len);

/* Take a line's frame apart: body, hash and openings as they are written, nothing of them read. Shape: bytes without the LF. Out: false when
 * it has not that form; openings (may be NULL): how many there are. */
bool ra_line_frame(struct ra_span bytes, struct ra_line *out, int64_t *openings);

/* Take a line apart and check what it says about itself: its frame, strict JSON, the hash of its body.
 * Shape:  bytes without the LF; name ("entry 7") opens every sentence.
 * Errors: RA_E_BROKEN with the reason, RA_E_NOMEM, RA_E_INTERNAL. */
RA_MUST_USE ra_err ra_line_split(const char *name, struct ra_span bytes, struct ra_line *out, struct ra_errs *errs);

/* Add the openings of the line's piece of the evidence file, whose digest is right. Shape: piece outlives the line; it
 * holds count openings. Errors: RA_E_BROKEN when it has not the form of a piece, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_line_add_piece(const char *name, struct ra_span piece, int64_t count, struct ra_line *line,
				     struct ra_errs *errs);

/* What a line shows for a commitment without opening. Out: borrowed; NULL when nothing is shown, or nothing that may be:
 * it holds a key that only the journal may use. */
const cJSON *ra_line_shown(const struct ra_line *line, const char *commitment);

/* Is the node {"$c":C}? Out: C, borrowed; NULL when it is not. */
const char *ra_line_commitment(const cJSON *node);

/* The body with every commitment replaced by its opened value, or by {"$w":masked} where the opening is missing; masked is
 * what the line shows for it, or true.
 * Out:    *out; *withheld counts the missing ones.
 * Owner:  caller frees *out.
 * Errors: RA_E_BROKEN for an opening that belongs to no commitment or a key that only the journal may use, RA_E_NOMEM,
 *         RA_E_INTERNAL. */
RA_MUST_USE ra_err ra_line_resolve(const char *name, struct ra_line *line, cJSON **out, int64_t *withheld,
				   struct ra_errs *errs);

/* Openings that do not go into the line. */
struct ra_away {
	struct ra_buf text; /* comma-separated */
	int64_t count;
};

/* About the bytes that the openings of all marks {"$e":value} below body have, before they are escaped. */
size_t ra_line_bulk_len(const cJSON *body);

/* Replace each mark {"$s":value} or {"$e":value} below body by a commitment.
 * Shape:  a mark inside of a marked value adds nothing: the outer one covers it. away NULL: all openings go to *open.
 * Out:    the openings, comma-separated, appended to *open; those of "$e" to *away.
 * Errors: RA_E_NOMEM, RA_E_LIMIT (open or away is full), RA_E_INTERNAL (no random bytes, no digest). */
RA_MUST_USE ra_err ra_line_commit(cJSON *body, ra_nonce_fn nonce, void *payload, struct ra_buf *open,
				  struct ra_away *away);

/* The line of a body without marks: the frame around its bytes, LF included.
 * Out:    appended to *out. Errors: RA_E_NOMEM, RA_E_LIMIT, RA_E_INTERNAL. */
RA_MUST_USE ra_err ra_line_build(const cJSON *body, const struct ra_buf *open, struct ra_buf *out);

#endif
